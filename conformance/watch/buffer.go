package watch

import "sync"

// How many octets are read at once. A pipe reads few, so that thousands of connections that
// wait take little memory. When a read fills its buffer, there is more: that is read into a
// large buffer, which all pipes lend each other, until a read does not fill it.
const (
	smallRead = 512
	largeRead = 64 << 10
)

var largeBuffers = sync.Pool{New: func() any { return &[largeRead]byte{} }}

// A buffer is what a pipe reads into.
type buffer struct {
	small []byte
	large *[largeRead]byte
	// stays: the large buffer is not given back before the end.
	stays bool
}

func newBuffer(large bool) *buffer {
	b := &buffer{stays: large}
	if large {
		b.lend()
	} else {
		b.small = make([]byte, smallRead)
	}
	return b
}

func (b *buffer) lend() { b.large = largeBuffers.Get().(*[largeRead]byte) }

// octets is where to read to.
func (b *buffer) octets() []byte {
	if b.large != nil {
		return b.large[:]
	}
	return b.small
}

// filled says how many octets came, when they are passed on and judged.
func (b *buffer) filled(n int) {
	switch full := n == len(b.octets()); {
	case b.stays:
	case full && b.large == nil:
		b.lend()
	case !full:
		b.release()
	}
}

// release gives the large buffer back.
func (b *buffer) release() {
	if b.large != nil {
		largeBuffers.Put(b.large)
		b.large = nil
	}
}
