package oracle

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"

	"github.com/wsspec/wsspec/ref/wire"
)

// inflater is RFC 7692 7.2.2 on top of compress/flate.
type inflater struct {
	takeover bool
	window   int    // in octets
	history  []byte // what was inflated, at most the largest window of it
	// most is how many octets are inflated of one message.
	most int
}

// inflated says what came of a compressed message.
type inflated uint8

const (
	inflatedWell inflated = iota
	corrupt
	// tooLong: the message is longer than it is inflated.
	tooLong
	// beyondWindow: it inflates only with more context than was agreed.
	beyondWindow
)

// largestWindow is that of DEFLATE (RFC7692-7.2.1-7).
const largestWindow = 32 << 10

func (f *inflater) reset(s Subject) {
	f.history = f.history[:0]
	if s.Deflate == nil {
		return
	}
	var bits int
	bits, f.takeover = s.Deflate.Sender(s.Role.Peer())
	f.window = 1 << bits
	f.most = int(min(max(s.limit(), DefaultLimit), 1<<30))
}

// messageEnd stands behind each message: the octets that its sender took away
// (RFC7692-7.2.2-1), and an empty last block, so that the end can be seen.
var messageEnd = []byte{0x00, 0x00, 0xFF, 0xFF, 0x01, 0x00, 0x00, 0xFF, 0xFF}

// message inflates a whole message and keeps what it has to for the next.
func (f *inflater) message(payload []byte) ([]byte, inflated) {
	octets := append(append([]byte(nil), payload...), messageEnd...)
	agreed := f.history[max(0, len(f.history)-f.window):]
	if !f.takeover { // RFC7692-7.2.1-8, RFC7692-7.2.1-11
		agreed = nil
	}
	out, result := inflate(octets, agreed, f.most, true)
	if result == inflatedWell {
		// A block cut short may have ended with messageEnd.
		if _, v := wire.MeasureWindow(payload, int64(len(agreed))); v != nil {
			return nil, corrupt
		}
	}
	if result == corrupt && len(agreed) < len(f.history) {
		if out, result = inflate(octets, f.history, f.most, true); result == inflatedWell {
			result = beyondWindow
		}
	}
	f.history = append(f.history, out[max(0, len(out)-largestWindow):]...)
	if extra := len(f.history) - largestWindow; extra > 0 {
		f.history = append(f.history[:0], f.history[extra:]...)
	}
	return out, result
}

// beginning inflates what has come of a message that is not complete.
func (f *inflater) beginning(payload []byte) ([]byte, inflated) {
	return inflate(payload, f.history, f.most, false)
}

// inflate inflates blocks until the octets end. A block with BFINAL ends what
// DEFLATE calls a stream, and another may follow (RFC7692-7.2.1-4). Octets that
// end inside a block are corrupt if they are all of the message.
func inflate(octets, dictionary []byte, most int, all bool) ([]byte, inflated) {
	src := bytes.NewReader(octets) // flate takes no octet ahead of a ByteReader
	var out bytes.Buffer
	r := flate.NewReaderDict(src, dictionary)
	for {
		_, err := io.Copy(&out, io.LimitReader(r, int64(most+1-out.Len())))
		switch {
		case out.Len() > most:
			return out.Bytes(), tooLong
		case errors.Is(err, io.ErrUnexpectedEOF) && !all:
			return out.Bytes(), inflatedWell
		case err != nil:
			return out.Bytes(), corrupt
		case src.Len() == 0:
			return out.Bytes(), inflatedWell
		}
		behind := out.Bytes()[max(0, out.Len()-largestWindow):]
		window := append(append([]byte(nil), dictionary[min(len(dictionary), max(0, len(dictionary)+len(behind)-largestWindow)):]...), behind...)
		if err := r.(flate.Resetter).Reset(src, window); err != nil {
			return out.Bytes(), corrupt
		}
	}
}
