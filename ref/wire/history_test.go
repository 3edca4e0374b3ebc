package wire

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"
)

// ofClasses are the octets that stand for the classes of others.
func ofClasses(p []byte) []byte {
	out := make([]byte, len(p))
	for i, o := range p {
		out[i] = utf8Classes[utf8Class[o]].first
	}
	return out
}

// A history has the latest octets of all that was written, or the latest classes.
func TestHistory(t *testing.T) {
	for size := 1; size <= 9; size++ {
		h, classes := history{size: size}, history{size: size, classes: true}
		var all []byte
		for n := range 40 {
			p := noise(100)[n : n+n%12]
			h.write(p)
			classes.write(p)
			all = append(all, p...)
			held := all[max(0, len(all)-size):]
			if got := h.append(nil); !bytes.Equal(got, held) {
				t.Fatalf("size %d after %d octets: %x, want %x", size, len(all), got, held)
			}
			for back := 1; back <= len(held); back++ {
				for most := 1; most <= back; most++ {
					got, want := make([]byte, most), held[len(held)-back:][:most]
					if n := h.copyBack(got, back); n != most || !bytes.Equal(got, want) {
						t.Fatalf("size %d after %d octets, %d from %d back: %d, %x, want %x", size, len(all), most, back, n, got, want)
					}
					if n := classes.copyBack(got, back); n != most || !bytes.Equal(got, ofClasses(want)) {
						t.Fatalf("size %d after %d octets, the classes of %d from %d back: %d, %x, want %x", size, len(all), most, back, n, got, ofClasses(want))
					}
				}
			}
		}
		if len(classes.octets) > (size+1)/2 {
			t.Errorf("the classes of %d octets take %d", size, len(classes.octets))
		}
	}
}

// Octets of one class do the same to a text, wherever it stands.
func TestOctetsOfOneClassAreAlikeInUTF8(t *testing.T) {
	var texts [][]byte
	for _, a := range utf8Classes {
		for _, b := range utf8Classes {
			for _, c := range utf8Classes {
				texts = append(texts, []byte{a.first}, []byte{a.first, b.first}, []byte{a.first, b.first, c.first})
			}
		}
	}
	texts = append(texts, nil)
	for _, before := range texts {
		for octet := range 256 {
			var one, other UTF8Validator
			one.Validate(before)
			other.Validate(before)
			_, ok := one.Validate([]byte{byte(octet)})
			_, okOther := other.Validate(ofClasses([]byte{byte(octet)}))
			if ok != okOther || one != other {
				t.Fatalf("behind %x: %02x is %t, %+v; the octet that stands for its class %t, %+v", before, octet, ok, one, okOther, other)
			}
		}
	}
}

// With OnlyUTF8, each message is inflated to as many octets, and is valid UTF-8 or not as it
// was, also where code points come out of earlier messages.
func TestInflatingForUTF8Alone(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7692, 3))
	var reached int
	count := map[bool]int{}
	for round := range 400 {
		bits := 8 + rnd.IntN(8)
		deflater := newDeflater(t, DeflaterOptions{WindowBits: bits})
		pieces := newInflater(t, InflaterOptions{WindowBits: bits, OnlyUTF8: true})
		whole := newInflater(t, InflaterOptions{WindowBits: bits, OnlyUTF8: true})
		var sent []byte
		for i := range 6 {
			var message []byte
			for range rnd.IntN(60) {
				if from := rnd.IntN(len(sent) + 1); rnd.IntN(3) > 0 && from < len(sent) {
					message = append(message, sent[from:min(len(sent), from+rnd.IntN(900))]...)
				} else {
					message = append(message, []string{"plain text ", "Grüße", "水の", "𝄞", "\u07ff\u0800", "\ud7ff\ue000", "\U00010000\U0010ffff"}[rnd.IntN(7)]...)
				}
			}
			switch rnd.IntN(3) {
			case 0:
				message = bytes.ToValidUTF8(message, []byte("?"))
			case 1:
				if len(message) > 0 {
					message[rnd.IntN(len(message))] = byte(rnd.Uint32())
				}
			}
			payload := deflater.AppendMessage(nil, message)
			pieces.Start(bytes.NewReader(payload), int64(len(message)))
			var got bytes.Buffer
			if _, err := io.CopyBuffer(struct{ io.Writer }{&got}, struct{ io.Reader }{pieces}, make([]byte, 1+rnd.IntN(700))); err != nil {
				t.Fatal(err)
			}
			atOnce, err := whole.AppendMessage(nil, payload, int64(len(message)))
			if err != nil {
				t.Fatal(err)
			}
			for how, got := range map[string][]byte{"read": got.Bytes(), "at once": atOnce} {
				if !bytes.Equal(ofClasses(got), ofClasses(message)) || utf8.Valid(got) != utf8.Valid(message) {
					t.Fatalf("round %d, message %d, %s: %d octets of %d, valid UTF-8 %t, was %t", round, i, how, len(got), len(message), utf8.Valid(got), utf8.Valid(message))
				}
			}
			if !bytes.Equal(atOnce, message) {
				reached++
			}
			count[utf8.Valid(message)]++
			sent = slices.Concat(sent, message)
		}
		if n, most := len(pieces.kept.octets), 1<<bits/2; n > most {
			t.Fatalf("a window of %d bits takes %d octets, want %d at most", bits, n, most)
		}
		deflater.Release()
		pieces.Release()
		whole.Release()
	}
	if reached < 100 || count[true] < 100 || count[false] < 100 {
		t.Errorf("%d messages refer to earlier ones, valid or not: %s", reached, fmt.Sprint(count))
	}
}

func BenchmarkInflateForUTF8Alone(b *testing.B) {
	text := sample(64<<10, 9)
	for _, only := range []bool{false, true} {
		b.Run(fmt.Sprintf("only=%t", only), func(b *testing.B) {
			deflater := newDeflater(b, DeflaterOptions{})
			first, payload := deflater.AppendMessage(nil, text), []byte(nil)
			payload = deflater.AppendMessage(nil, text[:2000])
			f := newInflater(b, InflaterOptions{OnlyUTF8: only})
			if _, err := f.AppendMessage(nil, first, 1<<20); err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 16<<10)
			b.SetBytes(2000)
			for b.Loop() {
				f.Start(bytes.NewReader(payload), 1<<20)
				for err := error(nil); err == nil; {
					_, err = f.Read(buf)
				}
			}
		})
	}
}
