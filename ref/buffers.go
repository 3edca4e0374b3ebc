package ref

import (
	"math/bits"
	"sync"
)

// readBuffer is how many octets are read from TCP at a time. Long payloads are
// read straight to where the message goes, see directRead.
const readBuffer = 16 << 10

// heldBuffer is the same for connections that have to hold their buffer while
// they wait: TLS and others that are no plain sockets.
const heldBuffer = 4 << 10

// directRead is how many octets of payload have to be outstanding to be read
// straight to where the message goes.
const directRead = 4 << 10

// readBuffers holds buffers for sockets that have something to read.
var readBuffers = sync.Pool{New: func() any { return new([readBuffer]byte) }}

// takeReadBuffer returns the buffer for the next read. reading is held, and
// nothing refers to the octets read before unless they are pinned.
func (c *Conn) takeReadBuffer() []byte {
	if c.pinned {
		c.buffer, c.pinned = nil, false // the application has the old one
	}
	if c.buffer == nil {
		c.buffer = readBuffers.Get().(*[readBuffer]byte)
	}
	return c.buffer[:]
}

// giveReadBuffer gives the buffer back while the connection waits.
func (c *Conn) giveReadBuffer() {
	if c.buffer != nil && !c.pinned {
		readBuffers.Put(c.buffer)
		c.buffer = nil
	}
}

// The sizes of pooled message buffers are powers of two between these, in
// octets; longer messages have buffers of their own.
const (
	smallestMessageBuffer = 1 << 10
	largestMessageBuffer  = 4 << 20
)

// messageBuffers has a pool for each size.
var messageBuffers [23]sync.Pool // indexed by the logarithm of the size

// takeMessageBuffer returns an empty buffer for at least n octets.
func takeMessageBuffer(n int) []byte {
	n = max(n, smallestMessageBuffer)
	if n > largestMessageBuffer {
		return make([]byte, 0, n)
	}
	class := bits.Len(uint(n - 1))
	if b, ok := messageBuffers[class].Get().(*pooledBuffer); ok {
		octets := b.octets
		b.octets = nil
		emptyBuffers.Put(b)
		return octets
	}
	return make([]byte, 0, 1<<class)
}

// giveMessageBuffer takes a buffer of takeMessageBuffer back.
func giveMessageBuffer(octets []byte) {
	size := cap(octets)
	if size < smallestMessageBuffer || size > largestMessageBuffer || size&(size-1) != 0 {
		return
	}
	b := emptyBuffers.Get().(*pooledBuffer)
	b.octets = octets[:0]
	messageBuffers[bits.Len(uint(size-1))].Put(b)
}

// A pooledBuffer lets a pool hold a slice without allocating each time.
type pooledBuffer struct{ octets []byte }

var emptyBuffers = sync.Pool{New: func() any { return new(pooledBuffer) }}
