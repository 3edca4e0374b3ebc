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

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// most limits the length of a message for the naive decoder, in octets.
const most = 1 << 13

// FuzzInflate decompresses a message. The input has an octet of options, two octets for
// the limit, and the payload of the compressed message. Inflater, compress/flate and the
// naive decoder must give the same message or all reject it. The message and the memory
// must stay within the limit, and splitting the payload must make no difference. The
// measured window must be the one that the naive decoder measures.
func FuzzInflate(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<12 {
			return // the naive decoder is slow
		}
		r := fuzzinput.From(data)
		options, limit := r.Octet(), int64(r.Uint16()&(2*most-1))
		payload := r.Rest()
		want, valid := decode(payload, nil, most)
		if !want.tooLong {
			measured(t, payload, want, valid)
			compareWithFlate(t, payload, want, valid)
		}
		inflated(t, options, payload, limit, want, valid)
		interrupted(t, payload, int(options>>4)*len(payload)/16, limit, want, valid)
	})
}

// measured checks MeasureWindow.
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

// compareWithFlate compares the naive decoder with compress/flate, to check both.
func compareWithFlate(t *testing.T, payload []byte, want *naive, valid bool) {
	src := bytes.NewReader(slices.Concat(payload, []byte{0, 0, 0xFF, 0xFF}))
	var out []byte
	for src.Len() > 0 {
		// After a block with BFINAL, the next block begins at the next octet.
		r := stdflate.NewReaderDict(src, out[max(0, len(out)-32<<10):])
		part, err := io.ReadAll(r)
		out = append(out, part...)
		if err == io.ErrUnexpectedEOF && src.Len() == 0 {
			break // it does not say whether the data ends inside a block
		}
		if err != nil {
			if valid {
				t.Fatalf("% x: valid, but compress/flate reports %v", payload, err)
			}
			return
		}
	}
	if valid && !bytes.Equal(out, want.out) {
		t.Fatalf("% x: inflated to % x, by compress/flate % x", payload, want.out, out)
	}
}

// inflated checks the Inflater with the payload whole and in pieces.
func inflated(t *testing.T, options byte, payload []byte, limit int64, want *naive, valid bool) {
	config := wire.InflaterOptions{NoContextTakeover: options&1 != 0, WindowBits: 8 + int(options>>1&7)}
	f, err := wire.NewInflater(config)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	const before = "before"
	var was, is runtime.MemStats
	if options&16 != 0 { // not for every input, because reading the statistics stops the world
		if _, err := f.AppendMessage(nil, []byte{0}, 0); err != nil { // fills the pool
			t.Fatal(err)
		}
		runtime.ReadMemStats(&was)
	}
	out, err := f.AppendMessage([]byte(before), payload, limit)
	if options&16 != 0 {
		runtime.ReadMemStats(&is)
		// Appending can double the capacity, and the pool can be empty again.
		if taken := is.TotalAlloc - was.TotalAlloc; taken > 8*uint64(limit)+256<<10 {
			t.Fatalf("% x: %d octets allocated for a message of at most %d", payload, taken, limit)
		}
	}
	var v *wire.Violation
	switch {
	case err != nil && !errors.As(err, &v):
		t.Fatalf("% x: %v, want a broken rule", payload, err)
	case err != nil && string(out) != before:
		t.Fatalf("% x: %v, but the output is % x", payload, err, out)
	case valid && int64(len(want.out)) <= limit:
		if err != nil || string(out) != before+string(want.out) {
			t.Fatalf("% x: inflated to % x, %v; want % x", payload, out, err, want.out)
		}
	case int64(len(want.out)) > limit:
		if v == nil || v.Rule != wire.RuleMessageLimit {
			t.Fatalf("% x: %v, want the error for the limit of %d", payload, err, limit)
		}
	case !want.tooLong:
		// A truncated message may seem to continue and exceed the limit.
		if v == nil || v.Rule != wire.RuleDeflateData && v.Rule != wire.RuleMessageLimit {
			t.Fatalf("% x: %v, want an error", payload, err)
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
	// The apparent continuation of a truncated message may come before the error.
	common := min(len(read), len(want.out))
	if int64(len(read)) > limit || !bytes.Equal(read[:common], want.out[:common]) {
		t.Fatalf("% x: in pieces % x up to %v, want the beginning of % x", payload, read, err2, want.out)
	}
	if v2 := new(wire.Violation); err2 != nil && (!errors.As(err2, &v2) || v2.Rule != v.Rule) {
		t.Fatalf("% x: in pieces %v, at once %v", payload, err2, err)
	}
	if _, again := pieces.Read(make([]byte, 1)); err2 != nil && again != err2 {
		t.Fatalf("% x: after the error %v comes %v", payload, err2, again)
	}
}

// interrupted decompresses a payload whose source fails once, after the cut. The octets
// before the failure must be right, then comes the error of the source, and then the rest
// of the message, unless the data is invalid before the cut.
func interrupted(t *testing.T, payload []byte, cut int, limit int64, want *naive, valid bool) {
	f, err := wire.NewInflater(wire.InflaterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	source := &failingOnce{before: payload[:cut], err: errors.New("the source failed"), behind: payload[cut:]}
	f.Start(source, limit)
	read, err := io.ReadAll(f)
	if err == source.err {
		var rest []byte
		rest, err = io.ReadAll(f)
		read = append(read, rest...)
	}
	var v *wire.Violation
	if err != nil && !errors.As(err, &v) {
		t.Fatalf("% x: %v, want a broken rule", payload, err)
	}
	common := min(len(read), len(want.out))
	if !bytes.Equal(read[:common], want.out[:common]) {
		t.Fatalf("% x: % x and %v, want the beginning of % x", payload, read, err, want.out)
	}
	if valid && int64(len(want.out)) <= limit && (err != nil || len(read) != len(want.out)) {
		t.Fatalf("% x, cut at %d: % x and %v, want % x", payload, cut, read, err, want.out)
	}
	if err == nil {
		return
	}
	// It still fails after a restart, because the window is lost.
	f.Start(bytes.NewReader([]byte{0}), limit)
	if _, again := f.Read(make([]byte, 1)); again != err {
		t.Fatalf("% x: after the error %v comes %v", payload, err, again)
	}
}

// A failingOnce returns some octets, then an error, and then the rest.
type failingOnce struct {
	before, behind []byte
	err            error
	failed         bool
}

func (f *failingOnce) Read(p []byte) (int, error) {
	switch {
	case len(f.before) > 0:
		n := copy(p, f.before)
		f.before = f.before[n:]
		return n, nil
	case !f.failed:
		f.failed = true
		return 0, f.err
	case len(f.behind) > 0:
		n := copy(p, f.behind)
		f.behind = f.behind[n:]
		return n, nil
	}
	return 0, io.EOF
}

// readerOf reads a few octets at a time.
type readerOf struct {
	r    io.Reader
	size int
}

func (r readerOf) Read(p []byte) (int, error) { return r.r.Read(p[:min(len(p), r.size)]) }
