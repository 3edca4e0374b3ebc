package wire

import (
	"bytes"
	stdflate "compress/flate"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// sample returns n octets with much to refer to, near and far: sentences drawn
// from a fixed seed out of a vocabulary that is itself drawn from it.
func sample(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 7692))
	var words [400]string
	for i := range words {
		word := make([]byte, 3+r.IntN(9))
		for j := range word {
			word[j] = byte('a' + r.IntN(26))
		}
		words[i] = string(word)
	}
	var b []byte
	for len(b) < n {
		b = append(b, words[int(r.ExpFloat64()*60)%len(words)]...)
		b = append(b, ' ')
	}
	return b[:n]
}

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// messages are what the round trips send on one connection, in order.
func messages() [][]byte {
	text := sample(70000, 1)
	return [][]byte{
		[]byte("Hello"), []byte("Hello"), {}, text[:127], text[:128], text[:1000], text[:300],
		text, noise(5000), bytes.Repeat([]byte{0}, 100000), text[20000:60000], text, noise(5000), {}, {'x'},
	}
}

func newDeflater(t testing.TB, options DeflaterOptions) *Deflater {
	t.Helper()
	d, err := NewDeflater(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Release)
	return d
}

func newInflater(t testing.TB, options InflaterOptions) *Inflater {
	t.Helper()
	f, err := NewInflater(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	return f
}

// Every window, with and without takeover, at the levels that differ in kind:
// what is inflated equals what went in, no reference leaves the window, and
// none the message without takeover.
func TestDeflateRoundTrip(t *testing.T) {
	for bits := MinWindowBits; bits <= MaxWindowBits; bits++ {
		levels := []int{HuffmanOnly, 0}
		if bits == MaxWindowBits {
			levels = []int{HuffmanOnly, 0, 1, 6, 9}
		}
		for _, level := range levels {
			for _, alone := range []bool{false, true} {
				t.Run(fmt.Sprintf("bits=%d/level=%d/alone=%t", bits, level, alone), func(t *testing.T) {
					d := newDeflater(t, DeflaterOptions{WindowBits: bits, NoContextTakeover: alone, Level: level})
					f := newInflater(t, InflaterOptions{WindowBits: bits, NoContextTakeover: alone})
					agreed := DeflateParams{
						ServerNoContextTakeover: alone, ServerMaxWindowBits: bits,
						ClientNoContextTakeover: alone, ClientMaxWindowBits: bits,
					}
					var sent int64
					for i, message := range messages() {
						payload := d.AppendMessage(nil, message)
						got, err := f.AppendMessage(nil, payload, int64(len(message)))
						if err != nil || !bytes.Equal(got, message) {
							t.Fatalf("message %d: %d octets of %d come back, %v", i, len(got), len(message), err)
						}
						use, broken := MeasureWindow(payload, sent)
						if broken == nil {
							broken = CheckWindow(use, agreed, RoleServer)
						}
						if broken != nil || use.Octets != int64(len(message)) {
							t.Fatalf("message %d: %+v, %v", i, use, broken)
						}
						sent += use.Octets
					}
				})
			}
		}
	}
}

// A window that is agreed on is also made use of; else a Deflater that never
// referred to anything would pass the test above.
func TestDeflateUsesItsWindow(t *testing.T) {
	text := sample(100000, 3)
	previous := len(text)
	for bits := MinWindowBits; bits <= MaxWindowBits; bits++ {
		d := newDeflater(t, DeflaterOptions{WindowBits: bits})
		payload := d.AppendMessage(nil, text)
		use, broken := MeasureWindow(payload, 0)
		if broken != nil || use.MaxDistance <= 1<<bits/2 {
			t.Errorf("%d bits: the furthest reference is %d, %v", bits, use.MaxDistance, broken)
		}
		if len(payload) >= previous {
			t.Errorf("%d bits: %d octets, one bit less took %d", bits, len(payload), previous)
		}
		previous = len(payload)
	}
}

func TestDeflateTakesContextOver(t *testing.T) {
	text := sample(2000, 4)
	for _, level := range []int{0, 9} {
		d := newDeflater(t, DeflaterOptions{Level: level})
		first, second := d.AppendMessage(nil, text), d.AppendMessage(nil, text)
		if len(second) > len(first)/4 {
			t.Errorf("level %d: the second of two equal messages took %d octets, the first %d", level, len(second), len(first))
		}
		d.Release() // and Release forgets
		if third := d.AppendMessage(nil, text); !bytes.Equal(third, first) {
			t.Errorf("level %d: after Release the message took %d octets, at first %d", level, len(third), len(first))
		}
	}
}

// What a pooled compressor has seen on one connection is nothing to another.
func TestDeflatersShareNoContext(t *testing.T) {
	text := sample(3000, 5)
	for bits := MinWindowBits; bits <= MaxWindowBits; bits++ {
		for range 10 {
			d := newDeflater(t, DeflaterOptions{WindowBits: bits, NoContextTakeover: true})
			use, broken := MeasureWindow(d.AppendMessage(nil, text), 0)
			if broken != nil || use.Reach != 0 {
				t.Fatalf("%d bits: %+v, %v", bits, use, broken)
			}
		}
	}
}

func TestDeflateHoldsNothingBetweenMessages(t *testing.T) {
	d := newDeflater(t, DeflaterOptions{NoContextTakeover: true})
	d.AppendMessage(nil, sample(1000, 6))
	if d.active != nil || d.idle.Load() != nil || d.past.octets != nil {
		t.Error("a compressor or a window is held without context takeover")
	}
	f := newInflater(t, InflaterOptions{NoContextTakeover: true})
	if _, err := f.AppendMessage(nil, octets(t, "f248cdc9c90700"), 5); err != nil {
		t.Fatal(err)
	}
	if f.message != nil || f.before.near != nil || f.kept != nil {
		t.Error("inflating state is held without context takeover")
	}
}

// With takeover only few Deflaters keep their compressors, and those that lost
// theirs go on with what they kept of their messages.
func TestDeflateTakesCompressorsBack(t *testing.T) {
	for _, o := range []DeflaterOptions{{Level: 1}, {Level: 5}, {Level: 9}, {WindowBits: 9}, {WindowBits: 14}, {Level: HuffmanOnly}} {
		first := newDeflater(t, o)
		f := newInflater(t, InflaterOptions{WindowBits: o.WindowBits})
		var sent int64
		alone := len(newDeflater(t, o).AppendMessage(nil, sample(2000, 5)))
		for i := range 5 {
			text := sample(2000, 5)
			if i%2 == 1 {
				text = sample(300*i, uint64(i))
			}
			payload := first.AppendMessage(nil, text)
			got, err := f.AppendMessage(nil, payload, 1<<20)
			if err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%+v, message %d: %d octets, %v", o, i, len(got), err)
			}
			bits := bitsOrMax(o.WindowBits)
			use, broken := MeasureWindow(payload, sent)
			if broken != nil || use.MaxDistance > 1<<bits {
				t.Fatalf("%+v, message %d: %+v, %v", o, i, use, broken)
			}
			sent += int64(len(text))
			if i == 2 && o.WindowBits == 0 && o.Level != HuffmanOnly && len(payload) > alone/2 {
				t.Errorf("%+v: the same text again has %d octets, alone %d", o, len(payload), alone)
			}
			var others []*Deflater
			for range len(idleDeflaters.ring) {
				others = append(others, newDeflater(t, o))
				others[len(others)-1].AppendMessage(nil, text)
			}
			if first.idle.Load() != nil {
				t.Fatalf("%+v: the compressor is kept beside %d others", o, len(others))
			}
			kept := 0
			for _, d := range others {
				if d.idle.Load() != nil {
					kept++
				}
				d.Release()
			}
			if kept == 0 {
				t.Errorf("%+v: nobody keeps a compressor", o)
			}
		}
	}
}

// Many idle connections share what one busy one needs: a message costs the
// allocation of a fraction of a compressor (1 MiB) and a decoder (12 KiB).
func TestDeflateStateIsPooled(t *testing.T) {
	payload := octets(t, "f248cdc9c90700")
	for _, tt := range []struct {
		name string
		most uint64 // octets a message; the race detector makes pools forget some
		run  func()
	}{
		{"deflate", 512 << 10, func() { newDeflater(t, DeflaterOptions{NoContextTakeover: true}).AppendMessage(nil, payload) }},
		{"inflate", 22 << 10, func() {
			if _, err := newInflater(t, InflaterOptions{NoContextTakeover: true}).AppendMessage(nil, payload, 5); err != nil {
				t.Error(err)
			}
		}},
	} {
		const messages = 100
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range messages {
			tt.run()
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / messages; each > tt.most {
			t.Errorf("%s: %d octets allocated for a message, want at most %d", tt.name, each, tt.most)
		} else {
			t.Logf("%s: %d octets allocated for a message", tt.name, each)
		}
	}
}

// RFC 7692 7.2.1: the four octets of a flush stay on every fragment but the
// last, and after each fragment all that was put in can be inflated.
func TestDeflateFragments(t *testing.T) {
	parts := [][]byte{[]byte("Hel"), sample(5000, 8), {}, []byte("lo")}
	d := newDeflater(t, DeflaterOptions{})
	var whole []byte
	var fragments [][]byte
	for _, part := range parts {
		whole = append(whole, part...)
		fragment := d.AppendFlush(d.AppendPart([]byte("kept"), part))
		if !bytes.HasPrefix(fragment, []byte("kept")) || !bytes.HasSuffix(fragment, flushTail) {
			t.Errorf("fragment %x", fragment)
		}
		fragments = append(fragments, fragment[4:])
		// The standard library's decoder is no kin of the one in use here.
		r := stdflate.NewReader(bytes.NewReader(slices.Concat(fragments...)))
		if got, err := io.ReadAll(r); !bytes.Equal(got, whole) || err != io.ErrUnexpectedEOF {
			t.Errorf("after %d fragments: %d octets of %d, %v", len(fragments), len(got), len(whole), err)
		}
	}
	last := d.AppendEnd(nil)
	if !bytes.Equal(last, []byte{0x00}) { // RFC 7692 7.2.3.6
		t.Errorf("last fragment %x, want 00", last)
	}
	f := newInflater(t, InflaterOptions{})
	got, err := f.AppendMessage(nil, append(slices.Concat(fragments...), last...), 1<<20)
	if err != nil || !bytes.Equal(got, whole) {
		t.Errorf("%d octets of %d, %v", len(got), len(whole), err)
	}
}

// holdPlaces takes all places of Deflaters that keep their compressor inside a message,
// until the test ends.
func holdPlaces(t *testing.T) {
	t.Helper()
	for range pausedDeflaters.places {
		d := newDeflater(t, DeflaterOptions{})
		d.AppendPause(d.AppendPart(nil, []byte("x")))
		if d.active == nil {
			t.Fatal("a place is taken already")
		}
	}
}

// A Deflater without a place gives its compressor back at every pause, and the message
// is the same for its receiver: in windows of every size, with and without takeover.
func TestDeflatePause(t *testing.T) {
	holdPlaces(t)
	for bits := MinWindowBits; bits <= MaxWindowBits; bits++ {
		for _, alone := range []bool{false, true} {
			d := newDeflater(t, DeflaterOptions{WindowBits: bits, NoContextTakeover: alone})
			f := newInflater(t, InflaterOptions{WindowBits: bits, NoContextTakeover: alone})
			agreed := DeflateParams{ServerNoContextTakeover: alone, ServerMaxWindowBits: bits}
			var sent int64
			for i, message := range messages() {
				var payload []byte
				for part := range slices.Chunk(message, 3000) {
					payload = d.AppendPause(d.AppendPart(payload, part))
					if d.active != nil {
						t.Fatal("it keeps a compressor")
					}
				}
				payload = d.AppendEnd(payload)
				if got, err := f.AppendMessage(nil, payload, int64(len(message))); err != nil || !bytes.Equal(got, message) {
					t.Fatalf("%d bits, alone %v, message %d: %d octets of %d come back, %v", bits, alone, i, len(got), len(message), err)
				}
				use, broken := MeasureWindow(payload, sent)
				if broken == nil {
					broken = CheckWindow(use, agreed, RoleServer)
				}
				if broken != nil {
					t.Fatalf("%d bits, alone %v, message %d: %+v, %v", bits, alone, i, use, broken)
				}
				sent += use.Octets
			}
		}
	}
}

// A place is free again when the message ends, when the Deflater is released, and when
// nobody has the Deflater any more.
func TestDeflatePauseEnds(t *testing.T) {
	begun := func() *Deflater {
		d := newDeflater(t, DeflaterOptions{})
		d.AppendPause(d.AppendPart(nil, []byte("x")))
		return d
	}
	for name, end := range map[string]func(){
		"the message ends": func() { begun().AppendEnd(nil) },
		"released":         func() { begun().Release() },
		"dropped": func() {
			d, err := NewDeflater(DeflaterOptions{})
			if err != nil {
				t.Fatal(err)
			}
			d.AppendPause(d.AppendPart(nil, []byte("x")))
			d = nil
			runtime.GC()
		},
	} {
		for range 2 * len(pausedDeflaters.places) {
			end()
		}
		d := begun()
		if d.place == 0 || d.active == nil {
			t.Errorf("%s: the places are still taken", name)
		}
		d.Release()
	}
}

func TestDeflateEmptyMessage(t *testing.T) {
	for _, alone := range []bool{false, true} {
		d := newDeflater(t, DeflaterOptions{NoContextTakeover: alone})
		for range 2 {
			if got := d.AppendMessage(nil, nil); !bytes.Equal(got, []byte{0x00}) {
				t.Errorf("got %x, want 00", got)
			}
		}
	}
}

func TestNewDeflaterAndInflaterRefuse(t *testing.T) {
	for _, o := range []DeflaterOptions{{WindowBits: 7}, {WindowBits: 16}, {WindowBits: -1}, {Level: 10}, {Level: -1}, {Level: -3}} {
		if _, err := NewDeflater(o); err == nil || !strings.Contains(err.Error(), "want") {
			t.Errorf("NewDeflater(%+v): %v", o, err)
		}
	}
	for _, o := range []InflaterOptions{{WindowBits: 7}, {WindowBits: 16}, {WindowBits: -1}} {
		if _, err := NewInflater(o); err == nil || !strings.Contains(err.Error(), "want") {
			t.Errorf("NewInflater(%+v): %v", o, err)
		}
	}
}

func BenchmarkDeflate(b *testing.B) {
	text := sample(64<<10, 9)
	for _, o := range []DeflaterOptions{{}, {WindowBits: 9}, {NoContextTakeover: true}, {Level: 1}} {
		b.Run(fmt.Sprintf("bits=%d/alone=%t/level=%d", bitsOrMax(o.WindowBits), o.NoContextTakeover, o.Level), func(b *testing.B) {
			d := newDeflater(b, o)
			var payload []byte
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				payload = d.AppendMessage(payload[:0], text)
			}
			b.ReportMetric(float64(len(payload))/float64(len(text)), "ratio")
		})
	}
}
