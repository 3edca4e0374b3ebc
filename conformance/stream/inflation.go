package stream

import (
	"errors"
	"io"
	"sync"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/ref/wire"
)

// An Inflation checks and inflates the compressed messages of one sender piece by piece,
// as they come. It finds what [Deflation] finds in whole messages, and needs no memory for
// the message: between messages it holds the window, 16 KiB at most, and while a message is
// open about 60 KiB more, which all Inflations lend each other. What it inflates says only
// whether the message is valid UTF-8: see [wire.InflaterOptions]. It is not safe for
// concurrent use.
type Inflation struct {
	params   wire.DeflateParams
	sender   wire.Role
	inflater *wire.Inflater
	// history is how many octets the messages before had.
	history int64
	open    bool
	// told: a violation in the open message was returned. lost: the rest of a message is
	// passed over, because it cannot be inflated.
	told, lost bool
	input      payloadPieces
}

// mostInflated is the most octets of one message that are inflated: 1 GiB.
const mostInflated = 1 << 30

// ErrNotInflated says that the rest of a message is not inflated, because it has more
// octets than 1 GiB, or because an earlier message was not inflated whole.
var ErrNotInflated = errors.New("the message is not inflated")

// NewInflation returns an Inflation for the messages that a role sends by these parameters.
// It returns an error if the parameters are not valid.
func NewInflation(params wire.DeflateParams, sender wire.Role) (*Inflation, error) {
	f := &Inflation{params: params, sender: sender}
	return f, f.renew()
}

func (f *Inflation) renew() (err error) {
	bits, takeover := f.params.Sender(f.sender)
	f.inflater, err = wire.NewInflater(wire.InflaterOptions{WindowBits: bits, NoContextTakeover: !takeover, OnlyUTF8: true})
	return err
}

// Feed takes the next piece of a message's payload, unmasked. Last says that the message
// ends behind it. Feed calls take with what it inflates, which is valid only during the
// call. It returns the first violation of a message as a *wire.Violation
// (RFC7692-7.2.1-5, -8, -11, -13, -15; RFC7692-7.2.2-2), and [ErrNotInflated] if it no
// longer inflates. What it cannot inflate it passes over: the rest of the message or, with
// context takeover, all that follows.
func (f *Inflation) Feed(piece []byte, last bool, take func([]byte)) error {
	if f.inflater == nil {
		return ErrNotInflated
	}
	if f.lost {
		f.lost = !last
		return nil
	}
	f.input.piece, f.input.last = piece, last
	if !f.open {
		f.inflater.Start(&f.input, mostInflated)
		f.open, f.told = true, false
	}
	buf := scratch.Get().(*[scratchSize]byte)
	defer scratch.Put(buf)
	var found error
	for {
		n, err := f.inflater.Read(buf[:])
		if n > 0 {
			take(buf[:n])
		}
		if v := f.check(); v != nil && !f.told {
			f.told, found = true, v
		}
		switch {
		case err == nil:
		case errors.Is(err, errMore):
			return found
		case errors.Is(err, io.EOF):
			f.open = false
			f.history += f.inflater.Use().Octets
			return found
		case f.told:
			f.lose(last)
			return found
		default:
			f.lose(last)
			return f.failed(err)
		}
	}
}

// check judges how the open message has used the window so far.
func (f *Inflation) check() *wire.Violation {
	use := f.inflater.Use()
	v := wire.CheckWindow(use, f.params, f.sender)
	switch {
	case int64(use.MaxDistance) > use.Octets+f.history: // a reference to before the first octet
		return nil
	case v == nil && use.PaddingSet:
		v = judge.RulePadding.Violation("BFINAL block whose last octet is not padded with zero bits")
	}
	if v == nil {
		return nil
	}
	return ofMessage(v)
}

// failed is the error for a message that cannot be inflated.
func (f *Inflation) failed(err error) error {
	v := AsViolation(err)
	if v.Rule == wire.RuleMessageLimit {
		return ErrNotInflated
	}
	return ofMessage(v)
}

// lose gives the window up, which is no longer that of the sender. Without context
// takeover the next message needs none.
func (f *Inflation) lose(last bool) {
	f.inflater.Release()
	f.inflater, f.open, f.lost = nil, false, !last
	if _, takeover := f.params.Sender(f.sender); !takeover {
		_ = f.renew() // the parameters were valid before
	}
}

// Skip says that the rest of the open message is not fed. Behind it Feed begins another
// message or, with context takeover, inflates no more.
func (f *Inflation) Skip() {
	if f.inflater != nil {
		f.lose(true)
	}
	f.lost = false
}

// Release gives all memory back. Nothing may be fed from then on.
func (f *Inflation) Release() {
	if f.inflater != nil {
		f.inflater.Release()
	}
	f.inflater = nil
}

const scratchSize = 16 << 10

// scratch has room for what is inflated.
var scratch = sync.Pool{New: func() any { return &[scratchSize]byte{} }}

// errMore says that the message goes on with a piece that has not come yet.
var errMore = errors.New("the message goes on")

// payloadPieces read the payload of a message of which one piece is there at a time.
type payloadPieces struct {
	piece []byte
	last  bool
}

func (p *payloadPieces) Read(b []byte) (int, error) {
	switch {
	case len(p.piece) > 0:
		n := copy(b, p.piece)
		p.piece = p.piece[n:]
		return n, nil
	case p.last:
		return 0, io.EOF
	}
	return 0, errMore
}
