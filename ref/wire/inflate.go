package wire

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// InflaterOptions are what was agreed about the messages to inflate.
type InflaterOptions struct {
	// WindowBits is 8-15, the base-2 logarithm of how many octets are kept for
	// the next message to refer to; zero is 15.
	WindowBits int
	// NoContextTakeover says that no message refers to an earlier one, so that
	// nothing is kept.
	NoContextTakeover bool
}

// An Inflater turns the payload of compressed messages back into messages (RFC
// 7692 7.2.2), one direction of one connection. Between messages it holds no
// more than the window, and that only with context takeover; the decompressor,
// about 44 KiB and as much as the window again, comes from a pool for as long as
// a message lasts. It is not safe for concurrent use.
//
// References further back than the window agreed, which a sender must not make,
// are inflated if they stay inside the message and do not go over the end of a
// block with BFINAL: [MeasureWindow] finds them.
type Inflater struct {
	size    int        // of the window, in octets
	kept    *history   // the window between messages, nil without takeover
	state   *inflation // nil while no message is open
	window  *history   // the open message's: kept, or the state's
	limit   int64      // what is left of it
	restart bool       // a block with BFINAL ended, more may follow
	err     error      // what Read returns while no message is open
}

var errNoMessage = errors.New("inflater read before a message was started")

// NewInflater returns an Inflater, or an error if an option is out of range.
func NewInflater(options InflaterOptions) (*Inflater, error) {
	bits := bitsOrMax(options.WindowBits)
	if bits < MinWindowBits || bits > MaxWindowBits || options.WindowBits < 0 {
		return nil, fmt.Errorf("window of %d bits, want 8 to 15 or zero for 15 (RFC 7692 7.1.2)", options.WindowBits)
	}
	f := &Inflater{size: 1 << bits, err: errNoMessage}
	if !options.NoContextTakeover {
		f.kept = &history{size: f.size}
	}
	return f, nil
}

// Start begins a message whose payload src gives piece by piece until io.EOF,
// without the four octets that the sender took away. No more than limit octets
// will be read from the message; a limit of zero or less admits only an empty
// one. A message still open is given up, and after an error Start does nothing:
// the window is then no longer the sender's.
func (f *Inflater) Start(src io.Reader, limit int64) {
	if f.state != nil {
		f.fail(errors.New("inflater started again inside a message"))
	}
	if f.err != io.EOF && f.err != errNoMessage {
		return
	}
	f.state, _ = inflations.Get().(*inflation)
	if f.state == nil {
		f.state = newInflation()
	}
	f.limit, f.restart, f.err = max(limit, 0), false, nil
	f.state.source.start(src)
	f.window = f.kept
	if f.window == nil {
		// Within the message, blocks behind one with BFINAL still need a window.
		f.window = &f.state.window
		f.window.forget(f.size)
	}
	f.reset()
}

// Read inflates the next octets of the message. It returns what is there as
// soon as the sender's flush makes it whole, and reads no further ahead in src
// than a small buffer. At the end of the message the error is io.EOF; a
// *Violation if the data is corrupt (status code 1007) or the message longer
// than the limit (1009, after limit octets were read); src's own error if it
// has one. After any but io.EOF, the Inflater stays broken.
func (f *Inflater) Read(p []byte) (int, error) {
	for {
		if f.state == nil {
			return 0, f.err
		}
		if len(p) == 0 {
			return 0, nil
		}
		if f.restart {
			if err := f.nextStream(); err != nil {
				return 0, err
			}
		}
		// With the limit used up, one octet more is tried for, and only to see
		// that there is none.
		into := p[:min(int64(len(p)), f.limit)]
		if f.limit == 0 {
			into = f.state.probe[:]
		}
		n, err := f.state.decompressor.Read(into)
		if n > 0 && f.limit == 0 {
			return 0, f.fail(RuleMessageLimit.Violation("compressed message is longer than its limit when inflated"))
		}
		f.window.write(into[:n])
		f.limit -= int64(n)
		if err == io.EOF {
			f.restart, err = true, nil // see nextStream
		}
		if err != nil {
			err = f.fail(f.cause(err))
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// AppendMessage inflates a whole payload and appends the message to dst, at
// most limit octets. The errors are those of Read; dst then comes back as long
// as it was.
func (f *Inflater) AppendMessage(dst, payload []byte, limit int64) ([]byte, error) {
	f.Start(bytes.NewReader(payload), limit)
	start := len(dst)
	for {
		dst = slices.Grow(dst, 512)
		n, err := f.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if err == io.EOF {
			return dst, nil
		}
		if err != nil {
			return dst[:start], err
		}
	}
}

// Release gives everything back, at the end of the connection. A message still
// open is given up, and the Inflater is of no further use.
func (f *Inflater) Release() {
	f.fail(errors.New("inflater released"))
	f.kept = nil
}

// nextStream goes on after a block with BFINAL, which ends what DEFLATE calls a
// stream but not the message (RFC7692-7.2.1-4): the next block begins at the
// next octet and may refer to the same window.
func (f *Inflater) nextStream() error {
	f.restart = false
	switch source := &f.state.source; {
	case source.whole:
		return f.fail(io.EOF)
	case source.closed > 0:
		return f.fail(f.cause(io.ErrUnexpectedEOF))
	}
	f.reset()
	return nil
}

// reset makes the decompressor expect a block, with the window behind it.
func (f *Inflater) reset() {
	f.state.dictionary = f.window.append(f.state.dictionary[:0])
	resetter, ok := f.state.decompressor.(flate.Resetter)
	if !ok {
		panic("the decompressor cannot be reset") // it is documented that it can
	}
	if err := resetter.Reset(&f.state.source, f.state.dictionary); err != nil {
		panic(fmt.Sprintf("resetting the decompressor: %v", err)) // as is that this has no error
	}
}

// cause tells the source's errors from what is wrong with the data.
func (f *Inflater) cause(err error) error {
	switch {
	case f.state.source.err != nil:
		return f.state.source.err
	case err == io.ErrNoProgress:
		return err
	case err == io.ErrUnexpectedEOF:
		return RuleDeflateData.Violation("compressed message ends inside a DEFLATE block")
	}
	return RuleDeflateData.Violation("compressed message is no valid DEFLATE data: %v", err)
}

// fail ends the message, with io.EOF for well, and returns err.
func (f *Inflater) fail(err error) error {
	f.err = err
	if f.state != nil {
		f.state.source.start(nil) // forgets the message's
		f.window = nil
		inflations.Put(f.state)
		f.state = nil
	}
	return err
}

// inflations pools what inflating needs while a message is open.
var inflations sync.Pool

type inflation struct {
	source       messageSource
	decompressor io.ReadCloser
	window       history // for a message without takeover
	dictionary   []byte  // the window in order, for the decompressor to copy
	probe        [1]byte // what Read tries the limit with
}

func newInflation() *inflation {
	i := &inflation{}
	i.decompressor = flate.NewReader(&i.source)
	return i
}
