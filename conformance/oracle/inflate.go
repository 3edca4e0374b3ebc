package oracle

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"

	"github.com/wsspec/wsspec/ref/wire"
)

// inflater implements RFC 7692 7.2.2 with compress/flate.
type inflater struct {
	takeover bool
	window   int    // in octets
	history  []byte // the last decompressed octets, at most largestWindow
	// most limits the decompressed length of a message, in octets.
	most int
	// reader and source keep their memory from message to message.
	reader io.Reader
	source bytes.Reader
}

// inflated is the result of decompressing a message.
type inflated uint8

const (
	inflatedWell inflated = iota
	corrupt
	// tooLong: the decompressed message exceeds the limit.
	tooLong
	// beyondWindow: the message needs a larger window than was negotiated.
	beyondWindow
)

// largestWindow is the largest window of DEFLATE, in octets (RFC7692-7.2.1-7).
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

// messageEnd is appended to each message: the octets that the sender removed
// (RFC7692-7.2.2-1), and an empty block with BFINAL, which marks the end.
var messageEnd = []byte{0x00, 0x00, 0xFF, 0xFF, 0x01, 0x00, 0x00, 0xFF, 0xFF}

// message decompresses a complete message and keeps the window for the next one.
func (f *inflater) message(payload []byte) ([]byte, inflated) {
	octets := append(append([]byte(nil), payload...), messageEnd...)
	agreed := f.agreed()
	out, result := f.inflate(octets, agreed, f.most, true)
	if result == inflatedWell {
		// A truncated block may have consumed messageEnd.
		if _, v := wire.MeasureWindow(payload, int64(len(agreed))); v != nil {
			return nil, corrupt
		}
	}
	if result == corrupt && len(agreed) < len(f.history) {
		if out, result = f.inflate(octets, f.history, f.most, true); result == inflatedWell {
			result = beyondWindow
		}
	}
	f.history = append(f.history, out[max(0, len(out)-largestWindow):]...)
	if extra := len(f.history) - largestWindow; extra > 0 {
		f.history = append(f.history[:0], f.history[extra:]...)
	}
	return out, result
}

// agreed is the part of the history that a message may refer to.
func (f *inflater) agreed() []byte {
	if !f.takeover { // RFC7692-7.2.1-8, RFC7692-7.2.1-11
		return nil
	}
	return f.history[max(0, len(f.history)-f.window):]
}

// beginning decompresses the received part of an incomplete message. It is corrupt if it is so
// by what was agreed on. Its content is that for a peer which keeps a larger window.
func (f *inflater) beginning(payload []byte) ([]byte, inflated) {
	agreed := f.agreed()
	out, result := f.inflate(payload, f.history, f.most, false)
	if result != corrupt && len(agreed) < len(f.history) {
		if _, strictly := f.inflate(payload, agreed, f.most, false); strictly == corrupt {
			result = corrupt
		}
	}
	return out, result
}

// inflate decompresses blocks until the octets end. A block with BFINAL ends a DEFLATE
// stream, but another stream may follow (RFC7692-7.2.1-4). If all is set, the octets
// are the complete message, and must not end inside a block.
func (f *inflater) inflate(octets, dictionary []byte, most int, all bool) ([]byte, inflated) {
	src := &f.source // flate does not read ahead of a ByteReader
	src.Reset(octets)
	var out bytes.Buffer
	if f.reader == nil {
		f.reader = flate.NewReader(src)
	}
	r := f.reader
	if err := r.(flate.Resetter).Reset(src, dictionary); err != nil {
		return nil, corrupt
	}
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
