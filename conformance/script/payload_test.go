package script

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

func TestPayload(t *testing.T) {
	for _, tt := range []struct {
		payload Payload
		octets  string
		text    string
	}{
		{Payload{}, "", "nothing"},
		{Octets(""), "", "nothing"},
		{Octets("hello"), "hello", `"hello"`},
		{Octets("κόσμε"), "κόσμε", `"κόσμε"`},
		{Octets("\x00\xff"), "\x00\xff", "0x00ff"},
		{Octets("line\n"), "line\n", "0x6c696e650a"},
		{Repeated("*", 0), "", "nothing"},
		{Repeated("*", 1), "*", `"*"`},
		{Repeated("*", 4), "****", `4 × "*"`},
		{Repeated("ab", 3), "ababab", `3 × "ab"`},
		{Repeated("\xfe", 2), "\xfe\xfe", "2 × 0xfe"},
		{Octets(strings.Repeat("a", 41)), strings.Repeat("a", 41), `"` + strings.Repeat("a", 40) + `"… (41 octets)`},
		// A cut never splits a code point, which would make text look like octets.
		{Octets(strings.Repeat("a", 39) + "éé"), strings.Repeat("a", 39) + "éé", `"` + strings.Repeat("a", 39) + `"… (43 octets)`},
		{Octets(strings.Repeat("\xff", 41)), strings.Repeat("\xff", 41), "0x" + strings.Repeat("ff", 40) + "… (41 octets)"},
	} {
		if got := string(tt.payload.Bytes()); got != tt.octets {
			t.Errorf("%+v has the octets %q, want %q", tt.payload, got, tt.octets)
		}
		if got := tt.payload.Len(); got != len(tt.octets) {
			t.Errorf("%+v has length %d, want %d", tt.payload, got, len(tt.octets))
		}
		if got := tt.payload.String(); got != tt.text {
			t.Errorf("%+v reads %s, want %s", tt.payload, got, tt.text)
		}
	}
}

// However long a payload, its description stays short.
func TestPayloadStringStaysShort(t *testing.T) {
	for _, p := range []Payload{Octets(strings.Repeat("x", 1<<20)), Octets(strings.Repeat("\x00", 1<<20)), Repeated(strings.Repeat("é", 1000), 1000)} {
		if s := p.String(); len(s) > 130 {
			t.Errorf("a payload of %d octets is described in %d: %s", p.Len(), len(s), s)
		}
	}
}

// Cases that run at once repeat the same patterns at different lengths.
func TestRepeatedPayloadsShareTheirOctets(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for n := range 64 {
				size := (i*37+n*101)%5000 + 2
				if got := Repeated("ab", size).Bytes(); !bytes.Equal(got, bytes.Repeat([]byte("ab"), size)) {
					t.Errorf("%d times ab is %d octets and wrong", size, len(got))
				}
			}
		})
	}
	wg.Wait()
	short := Repeated("cd", 2).Bytes()
	_ = append(short, "overwritten"...)
	if got := string(Repeated("cd", 4).Bytes()); got != "cdcdcdcd" {
		t.Errorf("appending to one payload changed another: %q", got)
	}
}
