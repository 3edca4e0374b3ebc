package network

import (
	"testing"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A captured connection is a script with what the client sent, mistakes included, and with
// nothing else of its request than the offer.
func TestCaptured(t *testing.T) {
	c := &Captured{}
	frame := func(sender wire.Role, f script.Frame) {
		octets, h := f.Append(nil, sender, anyKey)
		c.Entry(passive.Entry{Sender: sender, Entry: observed.Entry{Kind: observed.EntryFrame, Header: &h, Octets: octets}})
	}
	head := func(kind observed.EntryKind, octets string) {
		c.Entry(passive.Entry{Sender: wire.RoleClient, Entry: observed.Entry{Kind: kind, Octets: []byte(octets)}})
	}
	head(observed.EntryRequest, "GET / HTTP/1.1\r\nHost: a\r\nCookie: secret\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
	head(observed.EntryResponse, "HTTP/1.1 101 Switching Protocols\r\n\r\n")
	frame(wire.RoleClient, script.Text(script.Octets("Hello")))
	frame(wire.RoleServer, script.Text(script.Octets("Hello")))
	long := script.Ping(script.Octets("a"))
	long.Form, long.Mask = wire.Length64, script.MaskNever
	frame(wire.RoleClient, long)
	head(observed.EntryOctets, "\x81")
	s := c.Script()
	if s == nil {
		t.Fatal("there is no script")
	}
	if want := `a handshake with permessage-deflate; text "Hello"; ping "a", length in the 64-bit form, not masked; 1 octets 0x81`; s.String() != want {
		t.Errorf("the script is %s, want %s", s, want)
	}
	if (&Captured{}).Script() != nil {
		t.Error("a connection on which nothing was sent is a script")
	}
}
