package wire

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/klauspost/compress/flate"
)

// flushTail is the end of the empty stored block on which every compressed
// message ends and which stays off the wire (RFC 7692 7.2.1).
var flushTail = []byte{0x00, 0x00, 0xFF, 0xFF}

// HuffmanOnly as a [DeflaterOptions]' Level compresses without references: the
// fastest, and with nothing in it that needs a window.
const HuffmanOnly = flate.HuffmanOnly

// DeflaterOptions are how one side compresses what it sends.
type DeflaterOptions struct {
	// WindowBits is 8-15, the base-2 logarithm of the window; zero is 15. No
	// reference goes further back (RFC7692-7.2.1-13, RFC7692-7.2.1-15).
	WindowBits int
	// NoContextTakeover makes each message start with an empty window
	// (RFC7692-7.2.1-8, RFC7692-7.2.1-11).
	NoContextTakeover bool
	// Level is 1-9, fast to small, or HuffmanOnly; zero is 5. Levels below 7
	// forget the window at every message of less than 128 octets, so that
	// takeover helps small messages only from 7 on. With windows below 15 bits
	// the compressor has a single level and 1-9 all mean that.
	Level int
}

// A Deflater turns messages into the payloads of compressed messages (RFC 7692
// 7.2.1) for one direction of one connection. It is not safe for concurrent use.
//
// A compressor takes about 1 MiB, so that only few exist. Without context takeover
// a Deflater takes one from a pool for each message. With context takeover it
// keeps its compressor until other Deflaters of the process need one: then it
// keeps the last 8 KiB of the messages, and begins with these as its window. See
// [Deflater.AppendPause] for messages that are sent in parts.
type Deflater struct {
	bits, level int
	takeover    bool
	active      *compressor                // of the open message, nil between messages
	idle        atomic.Pointer[compressor] // with takeover, between messages; others may take it
	attached    atomic.Bool                // it is one of those in idleDeflaters
	place       int                        // in pausedDeflaters, counted from 1; zero for none
	past        history                    // with takeover: what a new compressor begins with
}

// pastOctetsKept is how much of its messages a Deflater without compressor keeps.
const pastOctetsKept = 8 << 10

// NewDeflater returns a Deflater, or an error if an option is out of range.
func NewDeflater(options DeflaterOptions) (*Deflater, error) {
	d := &Deflater{bits: bitsOrMax(options.WindowBits), level: options.Level, takeover: !options.NoContextTakeover}
	if d.bits < MinWindowBits || d.bits > MaxWindowBits || options.WindowBits < 0 {
		return nil, fmt.Errorf("window of %d bits, want 8 to 15 or zero for 15 (RFC 7692 7.1.2)", options.WindowBits)
	}
	if d.level != HuffmanOnly && (d.level < 0 || d.level > flate.BestCompression) {
		return nil, fmt.Errorf("compression level %d, want 1 to 9, zero for 5, or HuffmanOnly (%d)", d.level, HuffmanOnly)
	}
	d.past.size = min(1<<d.bits, pastOctetsKept)
	return d, nil
}

// AppendMessage compresses a whole message and appends the payload to dst. The
// payload of an empty message is the octet 0x00 (RFC7692-7.2.2-3).
func (d *Deflater) AppendMessage(dst, message []byte) []byte {
	return d.AppendEnd(d.AppendPart(dst, message))
}

// AppendPart compresses part of a message and appends as many octets of the
// payload as are ready, perhaps none.
func (d *Deflater) AppendPart(dst, part []byte) []byte {
	dst = d.run(dst, func(w *flate.Writer) error {
		_, err := w.Write(part)
		return err
	})
	if d.takeover {
		d.past.write(part)
	}
	return dst
}

// AppendFlush appends what is needed for the receiver to inflate all parts so
// far, ending on an octet: the end of a fragment's payload. The last four
// octets stay, for more of the message is to follow (RFC7692-7.2.1-6).
func (d *Deflater) AppendFlush(dst []byte) []byte {
	return d.run(dst, (*flate.Writer).Flush)
}

// AppendPause is for a sender that has to wait for the next part of a message, for
// how long it does not know. Only 32 Deflaters of a process keep their compressor
// meanwhile. The others do what AppendFlush does, and give theirs back: what comes
// then is compressed with the window that a message begins with. So however many
// messages wait for their next part, they do not take 1 MiB each.
func (d *Deflater) AppendPause(dst []byte) []byte {
	if d.active == nil || pausedDeflaters.take(d) {
		return dst
	}
	dst = d.AppendFlush(dst)
	d.pool().Put(d.active)
	d.active = nil
	return dst
}

// AppendEnd ends the message: it appends the rest of its payload without the
// last four octets (RFC7692-7.2.1-1). After AppendFlush that rest is the octet
// 0x00 (RFC 7692 7.2.3.6).
func (d *Deflater) AppendEnd(dst []byte) []byte {
	dst = bytes.TrimSuffix(d.AppendFlush(dst), flushTail)
	pausedDeflaters.leave(d)
	if !d.takeover {
		d.Release()
		return dst
	}
	d.idle.Store(d.active)
	d.active = nil
	if d.attached.CompareAndSwap(false, true) {
		idleDeflaters.attach(d)
	}
	return dst
}

// Release gives the compressor and the window back, at the end of the connection
// or so that the next message refers to none before it, as every sender may
// choose. A message not yet ended is lost.
func (d *Deflater) Release() {
	d.past = history{size: d.past.size}
	pausedDeflaters.leave(d)
	for _, c := range []*compressor{d.active, d.idle.Swap(nil)} {
		if c != nil {
			d.pool().Put(c)
		}
	}
	d.active = nil
}

func (d *Deflater) run(dst []byte, step func(*flate.Writer) error) []byte {
	if d.active == nil {
		if d.active = d.idle.Swap(nil); d.active == nil {
			d.active = d.acquire()
		}
	}
	c := d.active
	c.out.octets = dst
	err := step(c.writer)
	dst, c.out.octets = c.out.octets, nil
	if err != nil {
		// The compressor passes on its writer's errors, and appending has none.
		panic(fmt.Sprintf("compressing into memory: %v", err))
	}
	return dst
}

// idleDeflaters are the Deflaters that may keep a compressor between messages.
var idleDeflaters attachedDeflaters

// attachedDeflaters is a ring: who comes in takes the place of who came first.
type attachedDeflaters struct {
	mu   sync.Mutex
	ring [32]*Deflater
	next int
}

// attach lets d keep its compressor and takes that of another, unless a message
// is being compressed with it: then it is kept once more.
func (a *attachedDeflaters) attach(d *Deflater) {
	a.mu.Lock()
	other := a.ring[a.next]
	a.ring[a.next] = d
	a.next = (a.next + 1) % len(a.ring)
	a.mu.Unlock()
	if other == nil || other == d {
		return
	}
	other.attached.Store(false)
	if c := other.idle.Swap(nil); c != nil {
		other.pool().Put(c)
	}
}

// pausedDeflaters are the Deflaters that may keep a compressor between the parts of
// a message.
var pausedDeflaters deflaterPlaces

// deflaterPlaces are places for Deflaters. One that nobody uses any more leaves its
// place free, also if its message was never ended.
type deflaterPlaces struct {
	mu     sync.Mutex
	places [32]weak.Pointer[Deflater]
}

// take reports whether d has a place, an old or a new one.
func (p *deflaterPlaces) take(d *Deflater) bool {
	if d.place > 0 {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.places {
		if p.places[i].Value() == nil {
			p.places[i] = weak.Make(d)
			d.place = i + 1
			return true
		}
	}
	return false
}

// leave gives the place of d up, if it has one.
func (p *deflaterPlaces) leave(d *Deflater) {
	if d.place == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places[d.place-1] = weak.Pointer[Deflater]{}
	d.place = 0
}

// A compressor is an element of the pools: a compressing writer and its
// destination.
type compressor struct {
	writer *flate.Writer
	out    appender
}

type appender struct{ octets []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.octets = append(a.octets, p...)
	return len(p), nil
}

// compressors has a pool for each window and level, HuffmanOnly to 9.
var compressors [MaxWindowBits + 1][flate.BestCompression - HuffmanOnly + 1]sync.Pool

func (d *Deflater) pool() *sync.Pool { return &compressors[d.bits][d.level-HuffmanOnly] }

func (d *Deflater) acquire() *compressor {
	past := d.past.append(nil)
	if c, ok := d.pool().Get().(*compressor); ok {
		c.writer.ResetDict(&c.out, past) // Reset would bring the last window back
		return c
	}
	c := &compressor{}
	var err error
	switch {
	case d.level == HuffmanOnly:
		c.writer, err = flate.NewWriter(&c.out, HuffmanOnly)
	case d.bits < MaxWindowBits:
		c.writer, err = flate.NewWriterWindow(&c.out, 1<<d.bits)
	case d.level == 0:
		c.writer, err = flate.NewWriter(&c.out, flate.DefaultCompression)
	default:
		c.writer, err = flate.NewWriter(&c.out, d.level)
	}
	if err != nil {
		// NewDeflater let only levels and windows through that exist.
		panic(fmt.Sprintf("compressor with %d bits at level %d: %v", d.bits, d.level, err))
	}
	if len(past) > 0 {
		c.writer.ResetDict(&c.out, past)
	}
	return c
}
