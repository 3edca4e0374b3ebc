package wire

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestUTF8Validator(t *testing.T) {
	for _, tt := range []struct {
		name   string
		octets string
		accept int  // octets before the first impossible one
		ok     bool // all accepted
		whole  bool // a message may end here
	}{
		{"nothing", "", 0, true, true},
		{"ASCII", "48656c6c6f", 5, true, true},
		{"NUL is text", "00", 1, true, true},
		{"two octets", "c2a9", 2, true, true},
		{"three octets", "e282ac", 3, true, true},
		{"four octets", "f09f9880", 4, true, true},
		{"a byte order mark", "efbbbf", 3, true, true},
		{"the last code point, U+10FFFF", "f48fbfbf", 4, true, true},
		{"the noncharacter U+FFFF", "efbfbf", 3, true, true},
		{"one octet of two", "c2", 1, true, false},
		{"three octets of four", "61f09f98", 4, true, false},
		{"a follower alone", "6180", 1, false, false},
		{"a lead behind an unfinished one", "e282c2", 2, false, false},
		{"ASCII behind an unfinished one", "f09f9861", 3, false, false},
		{"C0 only begins overlong forms", "c080", 0, false, false},
		{"C1 only begins overlong forms", "c1bf", 0, false, false},
		{"overlong three octets, seen at the second", "e09f", 1, false, false},
		{"overlong four octets, seen at the second", "f08f", 1, false, false},
		{"a surrogate, seen at the second octet", "eda0", 1, false, false},
		{"the last before the surrogates", "ed9fbf", 3, true, true},
		{"beyond U+10FFFF, seen at the second octet", "f490", 1, false, false},
		{"F5 is never there", "f5", 0, false, false},
		{"FF is never there", "61ff", 1, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := octets(t, tt.octets)
			for cut := range len(p) + 1 { // in two pieces, at every place
				var v UTF8Validator
				n, ok := v.Validate(p[:cut])
				if ok {
					var more int
					more, ok = v.Validate(p[cut:])
					n += more
				}
				if n != tt.accept || ok != tt.ok || v.Complete() != tt.whole {
					t.Errorf("cut at %d: %d accepted, ok %v, complete %v; want %d, %v, %v", cut, n, ok, v.Complete(), tt.accept, tt.ok, tt.whole)
				}
			}
		})
	}
}

func TestUTF8ValidatorStaysFailedUntilReset(t *testing.T) {
	var v UTF8Validator
	v.Validate([]byte{0xff})
	if n, ok := v.Validate([]byte("text")); n != 0 || ok || v.Complete() {
		t.Errorf("behind a failure: %d accepted, ok %v, complete %v", n, ok, v.Complete())
	}
	v.Reset()
	if n, ok := v.Validate([]byte("text")); n != 4 || !ok || !v.Complete() {
		t.Errorf("behind Reset: %d accepted, ok %v, complete %v", n, ok, v.Complete())
	}
}

// naiveUTF8 finds the first octet behind which nothing could make the text
// valid, by trying: p[:i+1] is still possible if some ending completes it.
func naiveUTF8(p []byte) (accepted int, complete bool) {
	possible := func(p []byte) bool {
		if utf8.Valid(p) {
			return true
		}
		for _, ending := range []string{"\x80", "\x90", "\xa0", "\x80\x80", "\x90\x80", "\xa0\x80", "\x80\x80\x80", "\x90\x80\x80", "\xa0\x80\x80"} {
			if utf8.ValidString(string(p) + ending) {
				return true
			}
		}
		return false
	}
	for i := range p {
		if !possible(p[:i+1]) {
			return i, false
		}
	}
	return len(p), utf8.Valid(p)
}

func TestUTF8ValidatorAgreesWithNaive(t *testing.T) {
	random := rand.New(rand.NewPCG(6455, 81))
	alphabet := []string{"a", "é", "€", "😀", "\x80", "\xbf", "\xc2", "\xe0", "\xed", "\xa0", "\xf0", "\xf4", "\x90", "\xff"}
	failed := 0
	for range 50_000 {
		var s strings.Builder
		for range random.IntN(8) {
			letter := alphabet[random.IntN(len(alphabet))]
			if random.IntN(4) > 0 {
				letter = alphabet[random.IntN(4)] // mostly valid, so that failures come late
			}
			s.WriteString(letter)
		}
		p := []byte(s.String())
		accepted, complete := naiveUTF8(p)
		var v UTF8Validator
		got := 0
		for rest := p; len(rest) > 0; {
			piece := rest[:1+random.IntN(len(rest))]
			n, ok := v.Validate(piece)
			got += n
			if !ok {
				failed++
				break
			}
			rest = rest[len(piece):]
		}
		if got != accepted || v.Complete() != complete {
			t.Fatalf("%x: %d accepted, complete %v, want %d, %v", p, got, v.Complete(), accepted, complete)
		}
	}
	if failed == 0 {
		t.Fatal("no text was invalid")
	}
}

func BenchmarkUTF8(b *testing.B) {
	for _, text := range []struct{ name, unit string }{{"ascii", "Hello, world. "}, {"mixed", "Grüße, κόσμε 😀 "}} {
		p := []byte(strings.Repeat(text.unit, 64<<10/len(text.unit)))
		b.Run(text.name+"/validator", func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			for b.Loop() {
				var v UTF8Validator
				for rest := p; len(rest) > 0; {
					n := min(4096, len(rest))
					if _, ok := v.Validate(rest[:n]); !ok {
						b.Fatal("invalid")
					}
					rest = rest[n:]
				}
			}
		})
		b.Run(text.name+"/utf8.Valid", func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			for b.Loop() {
				if !utf8.Valid(p) {
					b.Fatal("invalid")
				}
			}
		})
	}
}
