package wire

import (
	"bytes"
	"fmt"
	"sync"

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

// A Deflater turns messages into the payload of compressed messages (RFC 7692
// 7.2.1), one direction of one connection. It takes a compressor, about 1 MiB,
// from a pool when a message begins, and gives it back when the message ends
// or, with context takeover, on Release. It is not safe for concurrent use.
type Deflater struct {
	bits, level int
	takeover    bool
	compressor  *compressor // nil while none is needed
}

// NewDeflater returns a Deflater, or an error if an option is out of range.
func NewDeflater(options DeflaterOptions) (*Deflater, error) {
	d := &Deflater{bits: bitsOrMax(options.WindowBits), level: options.Level, takeover: !options.NoContextTakeover}
	if d.bits < MinWindowBits || d.bits > MaxWindowBits || options.WindowBits < 0 {
		return nil, fmt.Errorf("window of %d bits, want 8 to 15 or zero for 15 (RFC 7692 7.1.2)", options.WindowBits)
	}
	if d.level != HuffmanOnly && (d.level < 0 || d.level > flate.BestCompression) {
		return nil, fmt.Errorf("compression level %d, want 1 to 9, zero for 5, or HuffmanOnly (%d)", d.level, HuffmanOnly)
	}
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
	return d.run(dst, func(w *flate.Writer) error {
		_, err := w.Write(part)
		return err
	})
}

// AppendFlush appends what is needed for the receiver to inflate all parts so
// far, ending on an octet: the end of a fragment's payload. The last four
// octets stay, for more of the message is to follow (RFC7692-7.2.1-6).
func (d *Deflater) AppendFlush(dst []byte) []byte {
	return d.run(dst, (*flate.Writer).Flush)
}

// AppendEnd ends the message: it appends the rest of its payload without the
// last four octets (RFC7692-7.2.1-1). After AppendFlush that rest is the octet
// 0x00 (RFC 7692 7.2.3.6).
func (d *Deflater) AppendEnd(dst []byte) []byte {
	dst = bytes.TrimSuffix(d.AppendFlush(dst), flushTail)
	if !d.takeover {
		d.Release()
	}
	return dst
}

// Release gives the compressor back, at the end of the connection or to save
// memory while it is idle: the next message then starts with an empty window,
// as every sender may. A message not yet ended is lost.
func (d *Deflater) Release() {
	if d.compressor != nil {
		d.pool().Put(d.compressor)
		d.compressor = nil
	}
}

func (d *Deflater) run(dst []byte, step func(*flate.Writer) error) []byte {
	if d.compressor == nil {
		d.compressor = d.acquire()
	}
	c := d.compressor
	c.out.octets = dst
	err := step(c.writer)
	dst, c.out.octets = c.out.octets, nil
	if err != nil {
		// The compressor passes on its writer's errors, and appending has none.
		panic(fmt.Sprintf("compressing into memory: %v", err))
	}
	return dst
}

// A compressor is what the pools hold: a compressing writer and where it
// writes to, tied together so that an idle one refers to nobody's buffer.
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
	if c, ok := d.pool().Get().(*compressor); ok {
		c.writer.Reset(&c.out) // empties the window
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
	return c
}
