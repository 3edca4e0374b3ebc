package wire

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// InflaterOptions are the agreed parameters for the messages to inflate.
type InflaterOptions struct {
	// WindowBits is 8-15, the base-2 logarithm of how many octets are kept for
	// the next message to refer to; zero is 15.
	WindowBits int
	// NoContextTakeover says that no message refers to an earlier one, so that
	// nothing is kept.
	NoContextTakeover bool
	// OnlyUTF8 says that of a message only matters whether it is valid UTF-8. Then
	// the window takes half of the memory. Where a message refers to an earlier one,
	// it comes out with other octets than it has: as many, and valid UTF-8 exactly
	// if the message is.
	OnlyUTF8 bool
}

// An Inflater turns the payloads of compressed messages back into messages (RFC
// 7692 7.2.2) for one direction of one connection. It decodes DEFLATE itself:
// compress/flate does not tell where a payload ends and starts anew at every
// block with BFINAL.
//
// Between messages an Inflater holds the window, up to 32 KiB, with
// [InflaterOptions.OnlyUTF8] 16 KiB, and without context takeover nothing. While a message is open it also holds a decoder of
// about 12 KiB from a pool, and for Read another 32 KiB if the window is smaller
// or not kept. The work is bounded by a constant times the octets that go in and
// come out, whatever the payload is. An Inflater is not safe for concurrent use.
//
// References that go further back than the agreed window, which a sender must
// not make, are inflated if they stay inside the message: [MeasureWindow] finds
// them.
type Inflater struct {
	kept    *history   // the window between messages, nil without takeover
	message *inflation // nil while no message is open
	before  pastOctets // what the open message may refer to
	limit   int64      // what the open message may still have
	err     error      // what Read returns while no message is open
	use     WindowUse  // of the open or latest message
	work    uint64     // of the messages before
}

var (
	errNoMessage = errors.New("inflater read before a message was started")
	errReleased  = errors.New("inflater released")
	errRestarted = errors.New("inflater started again inside a message")
)

// NewInflater returns an Inflater, or an error if an option is out of range.
func NewInflater(options InflaterOptions) (*Inflater, error) {
	bits := bitsOrMax(options.WindowBits)
	if bits < MinWindowBits || bits > MaxWindowBits || options.WindowBits < 0 {
		return nil, fmt.Errorf("window of %d bits, want 8 to 15 or zero for 15 (RFC 7692 7.1.2)", options.WindowBits)
	}
	f := &Inflater{err: errNoMessage}
	if !options.NoContextTakeover {
		f.kept = &history{size: 1 << bits, classes: options.OnlyUTF8}
	}
	return f, nil
}

// Start begins a message whose payload src gives piece by piece until io.EOF,
// without the four octets that the sender took away. No more than limit octets
// will be read from the message; a limit of zero or less admits only an empty
// message. Starting inside an open message breaks the Inflater, because its
// window is then no longer that of the sender; after an error Start does
// nothing.
func (f *Inflater) Start(src io.Reader, limit int64) {
	if !f.begin(limit) {
		return
	}
	f.message.input.rest = src
	if f.before.near == f.kept && f.kept.size == maxWindow {
		return
	}
	// Inside the message references go back 32 KiB, whatever is kept of it.
	f.message.window.reset(maxWindow)
	f.before = pastOctets{near: &f.message.window, far: f.before.near}
}

// begin takes a decoder for a message that refers to what is kept.
func (f *Inflater) begin(limit int64) bool {
	if f.message != nil {
		_ = f.end(errRestarted)
	}
	if f.err != io.EOF && f.err != errNoMessage {
		return false
	}
	f.message = inflations.Get().(*inflation)
	f.message.blocks.start()
	f.limit, f.err = max(limit, 0), nil
	f.before = pastOctets{&noOctets, &noOctets}
	if f.kept != nil {
		f.before.near = f.kept
	}
	return true
}

// Read inflates the next octets of the message. It returns what is there as
// soon as the sender's flush makes it whole, and reads no further ahead in src
// than 4,096 octets. It may use all of p as scratch space.
//
// At the end of the message the error is io.EOF. It is a *[Violation] if the
// data is corrupt (status code 1007) or the message longer than the limit (1009,
// after limit octets were read); then the Inflater stays broken. If src returns
// an error, Read returns it, and the next Read goes on where this one stopped.
func (f *Inflater) Read(p []byte) (int, error) {
	if f.message == nil {
		return 0, f.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	m := f.message
	p = p[:min(int64(len(p)), f.limit)]
	for {
		n, result := m.blocks.decode(p, 0, f.before)
		f.before.near.write(p[:n])
		f.limit -= int64(n)
		m.blocks.made += int64(n)
		switch {
		case result == endOfMessage:
			f.keep()
			return n, f.end(io.EOF)
		case result == badData, result == cutShort:
			return n, f.end(result.violation())
		case n > 0:
			return n, nil
		case result == needRoom:
			return 0, f.end(errTooLong())
		}
		if err := m.input.next(&m.blocks); err != nil {
			return 0, err
		}
	}
}

// AppendMessage inflates a whole payload and appends the message to dst, at
// most limit octets. The errors are those of Read; dst then comes back as long
// as it was. What is between its length and its capacity may be overwritten.
func (f *Inflater) AppendMessage(dst, payload []byte, limit int64) ([]byte, error) {
	if !f.begin(limit) {
		return dst, f.err
	}
	m := f.message
	m.blocks.data = payload
	start, n := len(dst), 0
	for {
		room := min(int64(cap(dst)-start), f.limit)
		var result blockResult
		n, result = m.blocks.decode(dst[start:start+int(room)], n, f.before)
		switch result {
		case endOfMessage:
			dst = dst[:start+n]
			m.blocks.made = int64(n)
			if f.kept != nil {
				f.kept.write(dst[start:])
			}
			_ = f.end(io.EOF)
			return dst, nil
		case needData:
			_ = m.input.next(&m.blocks) // there is no reader that could fail
		case needRoom:
			if int64(n) == f.limit {
				return dst[:start], f.end(errTooLong())
			}
			want := max(512, n, min(4*len(payload), 64<<10))
			dst = slices.Grow(dst[:start+n], int(min(int64(want), f.limit-int64(n))))[:start]
		default:
			return dst[:start], f.end(result.violation())
		}
	}
}

// Release gives everything back at the end of the connection. A message still
// open is given up, and the Inflater is of no further use.
func (f *Inflater) Release() {
	_ = f.end(errReleased)
	f.kept = nil
}

// Work returns how much work inflating was so far: the steps of decoding blocks
// and the entries of tables made for them. Each symbol and each octet moved are
// work too and not counted, since they stand for bits that went in or octets
// that came out. Tests hold it to the bound that [Inflater] promises.
func (f *Inflater) Work() uint64 {
	if f.message != nil {
		return f.work + f.message.blocks.work
	}
	return f.work
}

// Use says how the open message has used the window of its sender so far or, while no
// message is open, how the latest one did. It is what [MeasureWindow] finds, except that
// it also counts a reference that is too far back to be inflated.
func (f *Inflater) Use() WindowUse {
	if f.message != nil {
		return f.message.blocks.use()
	}
	return f.use
}

// keep takes what the next message may refer to from the message's own window.
func (f *Inflater) keep() {
	if f.kept != nil && f.before.near != f.kept {
		f.kept.writeAll(f.before.near)
	}
}

// end ends the message, with io.EOF if nothing was wrong, and returns err.
func (f *Inflater) end(err error) error {
	f.err = err
	if f.message != nil {
		f.message.input.rest, f.message.blocks.data = nil, nil
		f.work += f.message.blocks.work
		f.use = f.message.blocks.use()
		inflations.Put(f.message)
		f.message, f.before = nil, pastOctets{}
	}
	return err
}

// violation is the error for data that cannot be inflated.
func (r blockResult) violation() *Violation {
	if r == cutShort {
		return RuleDeflateData.Violation("compressed message ends inside a DEFLATE block")
	}
	return RuleDeflateData.Violation("compressed message is no valid DEFLATE data")
}

func errTooLong() *Violation {
	return RuleMessageLimit.Violation("compressed message is longer than its limit when inflated")
}

// inflations pools what inflating needs while a message is open.
var inflations = sync.Pool{New: func() any { return &inflation{} }}

type inflation struct {
	input  payloadInput
	blocks blockDecoder
	window history // for Read, unless the window kept is as large
}

// maxWindow is how far back a reference can go, in octets (RFC 1951 3.2.5).
const maxWindow = 1 << MaxWindowBits
