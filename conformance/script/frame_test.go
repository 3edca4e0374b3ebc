package script

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

func TestFrameString(t *testing.T) {
	for _, tt := range []struct {
		frame Frame
		want  string
	}{
		{Text(Octets("hello")), `text "hello"`},
		{Text(Payload{}), "text, empty"},
		{Binary(Octets("\x00\xff")), "binary 0x00ff"},
		{Ping(Repeated("\xfe", 125)), "ping 125 × 0xfe"},
		{Pong(Payload{}), "pong, empty"},
		{Text(Octets("a")).More(), `text "a", FIN clear`},
		{Continuation(Octets("b")), `continuation "b"`},
		{Text(Octets("a")).WithRSV(wire.RSV1 | wire.RSV3), `text "a", RSV1, RSV3`},
		{Text(Octets("a")).WithOpcode(3), `opcode 0x3 (reserved) "a"`},
		{Close(1000, ""), "close 1000"},
		{Close(1001, "bye"), `close 1001 "bye"`},
		{Close(65535, ""), "close 65535"},
		{CloseBody(Payload{}), "close, empty"},
		{CloseBody(Octets("a")), `close "a"`},
		{Frame{Fin: true, Opcode: wire.OpText, Mask: MaskNever}, "text, empty, not masked"},
		{Text(Payload{}).WithMask(MaskAlways), "text, empty, masked"},
		{Text(Octets("a")).WithForm(wire.Length16), `text "a", length in the 16-bit form`},
		{Text(Octets("a")).Declaring(5), `text "a", announced as 5 octets`},
		{Text(Octets("a")).WithKey([4]byte{1, 2, 3, 4}), `text "a", masking key 01020304`},
	} {
		if got := tt.frame.String(); got != tt.want {
			t.Errorf("%+v reads %q, want %q", tt.frame, got, tt.want)
		}
	}
}

func TestFrameConstructors(t *testing.T) {
	p := Octets("p")
	for _, tt := range []struct {
		name  string
		frame Frame
		want  Frame
	}{
		{"text", Text(p), Frame{Fin: true, Opcode: 1, Payload: p}},
		{"binary", Binary(p), Frame{Fin: true, Opcode: 2, Payload: p}},
		{"continuation", Continuation(p), Frame{Fin: true, Opcode: 0, Payload: p}},
		{"close", CloseBody(p), Frame{Fin: true, Opcode: 8, Payload: p}},
		{"ping", Ping(p), Frame{Fin: true, Opcode: 9, Payload: p}},
		{"pong", Pong(p), Frame{Fin: true, Opcode: 10, Payload: p}},
		{"more", Text(p).More(), Frame{Opcode: 1, Payload: p}},
		{"close with a code that must not be sent", Close(1005, "x"), Frame{Fin: true, Opcode: 8, Payload: Octets("\x03\xedx")}},
	} {
		if diff := cmp.Diff(tt.want, tt.frame); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if original := Text(p); original.More().Fin || !original.Fin {
		t.Error("More changed the frame that it was called on, or did not clear FIN")
	}
}

func TestFragmented(t *testing.T) {
	for _, tt := range []struct {
		name    string
		payload string
		size    int
		want    string // FIN, opcode and payload of each frame
	}{
		{"shorter than a fragment", "ab", 3, "1:1:ab"},
		{"just one fragment", "abc", 3, "1:1:abc"},
		{"one octet too many", "abcd", 3, "0:1:abc 1:0:d"},
		{"a multiple", "abcdef", 2, "0:1:ab 0:0:cd 1:0:ef"},
		{"octet by octet", "abc", 1, "0:1:a 0:0:b 1:0:c"},
		{"nothing is one empty frame", "", 3, "1:1:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range Fragmented(wire.OpText, Octets(tt.payload), tt.size) {
				fin := map[bool]string{true: "1", false: "0"}[f.Fin]
				got = append(got, fin+":"+hex.EncodeToString([]byte{byte(f.Opcode)})[1:]+":"+string(f.Payload.Bytes()))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("frames (-want +got):\n%s", diff)
			}
		})
	}
}

// What goes onto the wire, by the role of the harness and the frame's wishes.
// The key of an unmasked frame is not drawn, so that the next one gets it.
func TestFrameOctets(t *testing.T) {
	key := drawnKey()
	masked := func(header, payload string) string {
		b := []byte(payload)
		for i := range b {
			b[i] ^= key[i%4]
		}
		return header + hex.EncodeToString(key[:]) + hex.EncodeToString(b)
	}
	for _, tt := range []struct {
		name  string
		frame Frame
		role  wire.Role
		want  string
	}{
		{"a client masks", Text(Octets("hello")), wire.RoleClient, masked("8185", "hello")},
		{"a server does not", Text(Octets("hello")), wire.RoleServer, "810568656c6c6f"},
		{"a client that must not mask", Frame{Fin: true, Opcode: 1, Payload: Octets("a"), Mask: MaskNever}, wire.RoleClient, "810161"},
		{"a server that must mask", Frame{Fin: true, Opcode: 1, Payload: Octets("a"), Mask: MaskAlways}, wire.RoleServer, masked("8181", "a")},
		{"all reserved bits, FIN clear", Ping(Payload{}).More().WithRSV(7), wire.RoleServer, "7900"},
		{"a longer form than needed", Frame{Fin: true, Opcode: 2, Payload: Octets("a"), Form: wire.Length64}, wire.RoleServer, "827f000000000000000161"},
		{"a length that is not the payload's", Text(Octets("a")).Declaring(1 << 40), wire.RoleServer, "817f000001000000000061"},
		{"a key of its own", Text(Octets("abcd")).WithKey([4]byte{0xff, 0, 0xff, 0}), wire.RoleClient, "8184ff00ff009e629c64"},
		{"126 octets", Binary(Repeated("\x00", 126)), wire.RoleServer, "827e007e" + strings.Repeat("00", 126)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, h := tt.frame.Append([]byte("before"), tt.role, drawnKey)
			if want := "before" + string(unhex(t, tt.want)); string(got) != want {
				t.Errorf("octets %x, want %x", got, want)
			}
			if h.Length != max(uint64(tt.frame.Payload.Len()), tt.frame.Declare) || h.Opcode != tt.frame.Opcode || h.Fin != tt.frame.Fin {
				t.Errorf("header %+v does not describe %s", h, tt.frame)
			}
		})
	}
}

// Encoding must not mask a payload in place: cases share them.
func TestFrameLeavesItsPayload(t *testing.T) {
	for _, p := range []Payload{Octets("hello"), Repeated("*", 1000)} {
		before := bytes.Clone(p.Bytes())
		Text(p).Append(nil, wire.RoleClient, drawnKey)
		if !bytes.Equal(before, p.Bytes()) {
			t.Errorf("sending %s changed it", p)
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// drawnKey is the masking key that frames without a key of their own get here.
func drawnKey() [4]byte { return [4]byte{0x37, 0xfa, 0x21, 0x3d} }
