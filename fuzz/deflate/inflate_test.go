package deflate

import (
	"bytes"
	stdflate "compress/flate"
	"errors"
	"io"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/wsspec/wsspec/fuzz/input"
	"github.com/wsspec/wsspec/ref/wire"
)

// most is the longest message that the naive decoder makes, in octets.
const most = 1 << 13

// FuzzInflate: an octet of options, two for the limit, then the payload of a
// compressed message. The message is the one that compress/flate and the naive
// decoder make, or all three refuse it; it never grows over the limit, nor the
// memory with it; and it does not depend on the pieces it comes in. Measured, it
// uses the window as the naive decoder saw it.
func FuzzInflate(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<12 {
			return // the naive decoder takes its time
		}
		r := input.From(data)
		options, limit := r.Octet(), int64(r.Uint16()&(2*most-1))
		payload := r.Rest()
		want, valid := decode(payload, nil, most)
		if !want.tooLong {
			measured(t, payload, want, valid)
			beside(t, payload, want, valid)
		}
		inflated(t, options, payload, limit, want, valid)
		broken(t, payload, int(options>>4)*len(payload)/16, limit, want)
	})
}

// measured compares MeasureWindow.
func measured(t *testing.T, payload []byte, want *naive, valid bool) {
	use, v := wire.MeasureWindow(payload, 0)
	if (v == nil) != valid || v != nil && v.Rule != wire.RuleDeflateData {
		t.Fatalf("% x: measured with %v, valid: %v", payload, v, valid)
	}
	if !valid {
		return
	}
	got := wire.WindowUse{Octets: int64(len(want.out)), MaxDistance: want.distance, Reach: max(want.reach, 0), PaddingSet: want.paddingSet}
	if use != got {
		t.Fatalf("% x: measured %+v, want %+v", payload, use, got)
	}
}

// beside compares the naive decoder with compress/flate, so that they vouch for
// each other.
func beside(t *testing.T, payload []byte, want *naive, valid bool) {
	src := bytes.NewReader(slices.Concat(payload, []byte{0, 0, 0xFF, 0xFF}))
	var out []byte
	for src.Len() > 0 {
		// Behind a block with BFINAL the next one begins at the next octet.
		r := stdflate.NewReaderDict(src, out[max(0, len(out)-32<<10):])
		part, err := io.ReadAll(r)
		out = append(out, part...)
		if err == io.ErrUnexpectedEOF && src.Len() == 0 {
			break // between blocks, or inside one: it does not tell
		}
		if err != nil {
			if valid {
				t.Fatalf("% x: valid, but to compress/flate %v", payload, err)
			}
			return
		}
	}
	if valid && !bytes.Equal(out, want.out) {
		t.Fatalf("% x: inflated to % x, by compress/flate % x", payload, want.out, out)
	}
}

// inflated compares the Inflater, whole and in pieces.
func inflated(t *testing.T, options byte, payload []byte, limit int64, want *naive, valid bool) {
	config := wire.InflaterOptions{NoContextTakeover: options&1 != 0, WindowBits: 8 + int(options>>1&7)}
	f, err := wire.NewInflater(config)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	const before = "before"
	var was, is runtime.MemStats
	if options&16 != 0 { // looking at the heap stops the world
		if _, err := f.AppendMessage(nil, []byte{0}, 0); err != nil { // fills the pool
			t.Fatal(err)
		}
		runtime.ReadMemStats(&was)
	}
	out, err := f.AppendMessage([]byte(before), payload, limit)
	if options&16 != 0 {
		runtime.ReadMemStats(&is)
		// Appending doubles, and the pool may be empty again.
		if taken := is.TotalAlloc - was.TotalAlloc; taken > 8*uint64(limit)+256<<10 {
			t.Fatalf("% x: %d octets from the heap for a message of at most %d", payload, taken, limit)
		}
	}
	var v *wire.Violation
	switch {
	case err != nil && !errors.As(err, &v):
		t.Fatalf("% x: %v, want a broken rule", payload, err)
	case err != nil && string(out) != before:
		t.Fatalf("% x: %v, but % x is there", payload, err, out)
	case valid && v != nil && v.Rule == wire.RuleDeflateData && want.final && want.distance > 1<<config.WindowBits:
		// Further back than agreed, and to before a block with BFINAL.
	case valid && int64(len(want.out)) <= limit:
		if err != nil || string(out) != before+string(want.out) {
			t.Fatalf("% x: inflated to % x, %v; want % x", payload, out, err, want.out)
		}
	case int64(len(want.out)) > limit:
		if v == nil || v.Rule != wire.RuleMessageLimit {
			t.Fatalf("% x: %v, want the limit of %d to be broken", payload, err, limit)
		}
	case !want.tooLong:
		// A message cut short may seem to go on, and over the limit.
		if v == nil || v.Rule != wire.RuleDeflateData && v.Rule != wire.RuleMessageLimit {
			t.Fatalf("% x: %v, want it to be refused", payload, err)
		}
	}

	pieces, err2 := wire.NewInflater(config)
	if err2 != nil {
		t.Fatal(err2)
	}
	defer pieces.Release()
	pieces.Start(iotest.OneByteReader(bytes.NewReader(payload)), limit)
	read, err2 := io.ReadAll(io.Reader(readerOf{pieces, 1 + int(options>>5)}))
	if (err == nil) != (err2 == nil) || err == nil && !bytes.Equal(read, want.out) {
		t.Fatalf("% x: in pieces % x, %v; at once %v", payload, read, err2, err)
	}
	// What a message cut short seems to go on with may come before its error.
	common := min(len(read), len(want.out))
	if int64(len(read)) > limit || !bytes.Equal(read[:common], want.out[:common]) {
		t.Fatalf("% x: in pieces % x up to %v, want the beginning of % x", payload, read, err2, want.out)
	}
	if v2 := new(wire.Violation); err2 != nil && (!errors.As(err2, &v2) || v2.Rule != v.Rule) {
		t.Fatalf("% x: in pieces %v, at once %v", payload, err2, err)
	}
	if _, again := pieces.Read(make([]byte, 1)); err2 != nil && again != err2 {
		t.Fatalf("% x: behind %v comes %v", payload, err2, again)
	}
}

// broken gives a payload whose source fails behind the cut: what was inflated
// before is right, and then comes the source's own error, if none came before.
func broken(t *testing.T, payload []byte, cut int, limit int64, want *naive) {
	f, err := wire.NewInflater(wire.InflaterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	lost := errors.New("the source failed")
	f.Start(io.MultiReader(bytes.NewReader(payload[:cut]), iotest.ErrReader(lost)), limit)
	read, err := io.ReadAll(f)
	var v *wire.Violation
	if err != lost && !errors.As(err, &v) {
		t.Fatalf("% x: %v, want the source's own error", payload[:cut], err)
	}
	common := min(len(read), len(want.out))
	if !bytes.Equal(read[:common], want.out[:common]) {
		t.Fatalf("% x: % x and %v, want the beginning of % x", payload[:cut], read, err, want.out)
	}
	// Started again it stays broken, for the window is lost.
	f.Start(bytes.NewReader([]byte{0}), limit)
	if _, again := f.Read(make([]byte, 1)); again != err {
		t.Fatalf("% x: behind %v comes %v", payload[:cut], err, again)
	}
}

// readerOf reads few octets at a time.
type readerOf struct {
	r    io.Reader
	size int
}

func (r readerOf) Read(p []byte) (int, error) { return r.r.Read(p[:min(len(p), r.size)]) }
