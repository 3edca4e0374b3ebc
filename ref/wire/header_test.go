package wire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func octets(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The first rows are the examples of RFC 6455 5.7.
var headers = []struct {
	name   string
	octets string
	header Header
}{
	{"5.7: text, unmasked", "8105", Header{Fin: true, Opcode: OpText, Form: Length7, Length: 5}},
	{"5.7: text, masked", "818537fa213d", Header{Fin: true, Opcode: OpText, Masked: true, MaskKey: [4]byte{0x37, 0xfa, 0x21, 0x3d}, Form: Length7, Length: 5}},
	{"5.7: first fragment", "0103", Header{Opcode: OpText, Form: Length7, Length: 3}},
	{"5.7: last fragment", "8002", Header{Fin: true, Form: Length7, Length: 2}},
	{"5.7: ping", "8905", Header{Fin: true, Opcode: OpPing, Form: Length7, Length: 5}},
	{"5.7: pong, masked", "8a8537fa213d", Header{Fin: true, Opcode: OpPong, Masked: true, MaskKey: [4]byte{0x37, 0xfa, 0x21, 0x3d}, Form: Length7, Length: 5}},
	{"5.7: 256 octets", "827e0100", Header{Fin: true, Opcode: OpBinary, Form: Length16, Length: 256}},
	{"5.7: 64 KiB", "827f0000000000010000", Header{Fin: true, Opcode: OpBinary, Form: Length64, Length: 65536}},
	{"125 is the last 7-bit length", "827d", Header{Fin: true, Opcode: OpBinary, Form: Length7, Length: 125}},
	{"126 is the first 16-bit length", "827e007e", Header{Fin: true, Opcode: OpBinary, Form: Length16, Length: 126}},
	{"65535 is the last 16-bit length", "827effff", Header{Fin: true, Opcode: OpBinary, Form: Length16, Length: 65535}},
	{"2^63-1 is the last length", "827f7fffffffffffffff", Header{Fin: true, Opcode: OpBinary, Form: Length64, Length: 1<<63 - 1}},
	{"masked with the key zero", "828000000000", Header{Fin: true, Opcode: OpBinary, Masked: true, Form: Length7}},
	{"illegal: every bit of the first octet", "ff00", Header{Fin: true, RSV: RSV1 | RSV2 | RSV3, Opcode: 15, Form: Length7}},
	{"illegal: 16-bit form of 5", "827e0005", Header{Fin: true, Opcode: OpBinary, Form: Length16, Length: 5}},
	{"illegal: 64-bit form of 5, masked", "82ff000000000000000501020304", Header{Fin: true, Opcode: OpBinary, Masked: true, MaskKey: [4]byte{1, 2, 3, 4}, Form: Length64, Length: 5}},
}

func TestHeader(t *testing.T) {
	for _, tt := range headers {
		t.Run(tt.name, func(t *testing.T) {
			want := octets(t, tt.octets)
			if got := AppendHeader(nil, tt.header); !bytes.Equal(got, want) {
				t.Errorf("AppendHeader = %x, want %x", got, want)
			}
			if got := tt.header.Len(); got != len(want) {
				t.Errorf("Len = %d, want %d", got, len(want))
			}
			h, n, err := ParseHeader(append(want, "payload"...))
			if err != nil || n != len(want) {
				t.Fatalf("ParseHeader = %d octets, %v, want %d", n, err, len(want))
			}
			if diff := cmp.Diff(tt.header, h); diff != "" {
				t.Errorf("ParseHeader (-want +got):\n%s", diff)
			}
			for cut := range want {
				if _, n, err := ParseHeader(want[:cut]); n != 0 || !errors.Is(err, ErrShort) {
					t.Errorf("%d of %d octets: n = %d, err = %v, want 0 and ErrShort", cut, len(want), n, err)
				}
			}
		})
	}
}

func TestAppendHeaderChoosesTheForm(t *testing.T) {
	for _, tt := range []struct {
		form   LengthForm
		length uint64
		want   string
	}{
		{LengthShortest, 0, "8200"},
		{LengthShortest, 125, "827d"},
		{LengthShortest, 126, "827e007e"},
		{LengthShortest, 65535, "827effff"},
		{LengthShortest, 65536, "827f0000000000010000"},
		{Length16, 125, "827e007d"},
		{Length64, 125, "827f000000000000007d"},
		{Length64, 1 << 63, "827f8000000000000000"},
		{Length7, 126, "827e007e"},                // no 7-bit octets stand for 126
		{Length16, 65536, "827f0000000000010000"}, // nor 16-bit ones for 65536
	} {
		got := AppendHeader(nil, Header{Fin: true, Opcode: OpBinary, Form: tt.form, Length: tt.length})
		if hex.EncodeToString(got) != tt.want {
			t.Errorf("%v form of %d = %x, want %s", tt.form, tt.length, got, tt.want)
		}
	}
}

// A length with its top bit set can never become a header, however much comes.
func TestParseHeaderTopBit(t *testing.T) {
	whole := octets(t, "82ff8000000000000005a1b2c3d4")
	for cut := range len(whole) + 1 {
		h, n, err := ParseHeader(whole[:cut])
		if cut < 3 { // the bit is in the third octet
			if n != 0 || !errors.Is(err, ErrShort) {
				t.Errorf("%d octets: n = %d, err = %v, want 0 and ErrShort", cut, n, err)
			}
			continue
		}
		var v *Violation
		if !errors.As(err, &v) || v.Rule != RuleLengthTopBit || n != cut {
			t.Errorf("%d octets: n = %d, err = %v, want %d and RuleLengthTopBit", cut, n, err, cut)
		}
		if h.Opcode != OpBinary || h.Form != Length64 || h.Length>>63 != 1 {
			t.Errorf("%d octets: header %+v does not show what came", cut, h)
		}
	}
	h, _, _ := ParseHeader(whole)
	if h.Length != 1<<63+5 || h.MaskKey != [4]byte{0xa1, 0xb2, 0xc3, 0xd4} {
		t.Errorf("whole header = %+v", h)
	}
}

// naiveHeader reads a header octet by octet, as 5.2 draws it. ok is 0 for
// "more needed", -1 for "never valid".
func naiveHeader(b []byte) (h Header, n int, ok int) {
	take := func() (byte, bool) {
		if n == len(b) {
			return 0, false
		}
		n++
		return b[n-1], true
	}
	first, there := take()
	if !there {
		return h, 0, 0
	}
	second, there := take()
	if !there {
		return h, 0, 0
	}
	h.Fin = first >= 128
	h.RSV = RSV(first % 128 / 16)
	h.Opcode = Opcode(first % 16)
	h.Masked = second >= 128
	h.Form, h.Length = Length7, uint64(second%128)
	more := 0
	if h.Length == 126 {
		h.Form, h.Length, more = Length16, 0, 2
	} else if h.Length == 127 {
		h.Form, h.Length, more = Length64, 0, 8
	}
	for i := range more {
		c, there := take()
		if !there {
			return h, 0, 0
		}
		if more == 8 && i == 0 && c >= 128 {
			return h, 0, -1
		}
		h.Length = h.Length*256 + uint64(c)
	}
	if h.Masked {
		for i := range h.MaskKey {
			if h.MaskKey[i], there = take(); !there {
				return h, 0, 0
			}
		}
	}
	return h, n, 1
}

func TestParseHeaderAgreesWithNaiveParser(t *testing.T) {
	random := rand.New(rand.NewPCG(6455, 52))
	seen := map[int]int{}
	for range 200_000 {
		b := make([]byte, random.IntN(MaxHeaderLen+3))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		if len(b) > 1 && random.IntN(2) == 0 { // make the long forms common
			b[1] = b[1]&0x80 | byte(126+random.IntN(2))
		}
		want, wantN, ok := naiveHeader(b)
		seen[ok]++
		got, n, err := ParseHeader(b)
		var v *Violation
		switch {
		case ok == 0 && (!errors.Is(err, ErrShort) || n != 0):
			t.Fatalf("%x: n = %d, err = %v, want ErrShort", b, n, err)
		case ok < 0 && !errors.As(err, &v):
			t.Fatalf("%x: err = %v, want a violation", b, err)
		case ok > 0 && (err != nil || n != wantN || got != want):
			t.Fatalf("%x: %+v, %d, %v, want %+v, %d", b, got, n, err, want, wantN)
		case ok > 0 && !bytes.Equal(AppendHeader(nil, got), b[:n]):
			t.Fatalf("%x: parsing and appending gives %x", b, AppendHeader(nil, got))
		}
	}
	if seen[0] == 0 || seen[1] == 0 || seen[-1] == 0 {
		t.Fatalf("outcomes seen: %v, want all three", seen)
	}
}

func TestHeaderAllocatesNothing(t *testing.T) {
	buf := make([]byte, 0, MaxHeaderLen)
	header := Header{Fin: true, Opcode: OpBinary, Masked: true, Length: 1 << 20}
	if n := testing.AllocsPerRun(100, func() {
		buf = AppendHeader(buf[:0], header)
		if _, _, err := ParseHeader(buf); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ParseHeader(buf[:5]); !errors.Is(err, ErrShort) {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func BenchmarkAppendHeader(b *testing.B) {
	buf := make([]byte, 0, MaxHeaderLen)
	header := Header{Fin: true, Opcode: OpBinary, Masked: true, Length: 1000}
	for b.Loop() {
		buf = AppendHeader(buf[:0], header)
	}
}

func BenchmarkParseHeader(b *testing.B) {
	for _, length := range []uint64{100, 1000, 100_000} {
		b.Run(fmt.Sprint(length), func(b *testing.B) {
			buf := AppendHeader(nil, Header{Fin: true, Opcode: OpBinary, Masked: true, Length: length})
			for b.Loop() {
				if _, _, err := ParseHeader(buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
