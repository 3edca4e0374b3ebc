package frames

import (
	"bytes"
	"errors"
	"testing"

	"github.com/wsspec/wsspec/internal/fuzzinput"
	"github.com/wsspec/wsspec/ref/wire"
)

// FuzzHeader checks that ParseHeader agrees with a naive parser, and tells incomplete
// headers from invalid ones. Appending a parsed header must give the same octets, and
// parsing an appended header, legal or not, must give the same header.
func FuzzHeader(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		parseHeader(t, data)
		appendHeader(t, data)
	})
}

func parseHeader(t *testing.T, b []byte) {
	want, wantLen, f := naiveHeader(b)
	got, n, err := wire.ParseHeader(b)
	switch f {
	case short:
		if err != wire.ErrShort || n != 0 {
			t.Fatalf("% x: %v after %d octets, want ErrShort", b, err, n)
		}
	case impossible:
		var v *wire.Violation
		if !errors.As(err, &v) || v.Rule != wire.RuleLengthTopBit {
			t.Fatalf("% x: %v, want the rule for the most significant bit", b, err)
		}
		if n > len(b) || got.Length>>63 == 0 {
			t.Fatalf("% x: the length is %#x in %d octets", b, got.Length, n)
		}
	case whole:
		if err != nil || n != wantLen || got != want {
			t.Fatalf("% x: %+v in %d octets, %v; want %+v in %d", b, got, n, err, want, wantLen)
		}
		var room [wire.MaxHeaderLen]byte
		if again := wire.AppendHeader(room[:0], got); !bytes.Equal(again, b[:n]) || got.Len() != n {
			t.Fatalf("% x: appended as % x, Len %d", b[:n], again, got.Len())
		}
		for cut := range n {
			if _, m, err := wire.ParseHeader(b[:cut]); err != wire.ErrShort || m != 0 {
				t.Fatalf("% x: %v after %d octets, want ErrShort", b[:cut], err, m)
			}
		}
	}
}

func appendHeader(t *testing.T, data []byte) {
	r := fuzzinput.From(data)
	first, second := r.Octet(), r.Octet()
	h := wire.Header{
		Fin: first&0x80 != 0, RSV: wire.RSV(first >> 4 & 7), Opcode: wire.Opcode(first & 15),
		Masked: second&4 != 0, Form: wire.LengthForm(second & 3),
		// Lengths of all magnitudes, small ones most often.
		Length: r.Uint64() >> (second >> 2 & 0x3C),
	}
	if h.Masked {
		copy(h.MaskKey[:], r.Take(4))
	}
	var room [2 + wire.MaxHeaderLen]byte
	b := wire.AppendHeader(append(room[:0], 0xAA, 0x55), h)
	if b[0] != 0xAA || b[1] != 0x55 {
		t.Fatalf("%+v: AppendHeader changed the octets before it to % x", h, b[:2])
	}
	b = b[2:]
	if h.Len() != len(b) {
		t.Fatalf("%+v: Len is %d, but it has %d octets", h, h.Len(), len(b))
	}
	got, n, f := naiveHeader(b)
	if h.Length>>63 != 0 {
		if f != impossible {
			t.Fatalf("%+v: appended as % x", h, b)
		}
		return
	}
	form := h.Form
	if form == wire.LengthShortest || form == wire.Length7 && h.Length > 125 || form == wire.Length16 && h.Length > 65535 {
		form = wire.Length64
		if h.Length <= 65535 {
			form = wire.Length16
		}
		if h.Length <= 125 {
			form = wire.Length7
		}
	}
	want := h
	want.Form = form
	if f != whole || n != len(b) || got != want {
		t.Fatalf("%+v: appended as % x, which is %+v", h, b, got)
	}
}
