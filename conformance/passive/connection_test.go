package passive_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/ref/wire"
)

const (
	key     = "dGhlIHNhbXBsZSBub25jZQ=="
	plain   = "GET /chat HTTP/1.1\r\nHost: localhost:9001\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n"
	request = plain + "\r\n"
	accepts = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	accept  = accepts + "\r\n"
	deflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)

// octets are hexadecimal octets with spaces between them.
func octets(t *testing.T, s string) string {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A spoken is what one side sends.
type spoken struct {
	sender wire.Role
	octets string
}

const client, server = wire.RoleClient, wire.RoleServer

// watcher notes what a Connection tells.
type watcher struct {
	violations, entries, unjudged []string
}

func (w *watcher) options() passive.Options {
	return passive.Options{
		Violation: func(v passive.Violation) {
			w.violations = append(w.violations, fmt.Sprintf("%s %d %s", v.Sender, v.Offset, v.Rule.ID))
		},
		Entry: func(e passive.Entry) {
			w.entries = append(w.entries, fmt.Sprintf("%s %d %s", e.Sender, e.Offset, e.String()))
		},
		Unjudged: func(u passive.Unjudged) {
			w.unjudged = append(w.unjudged, fmt.Sprintf("%s %d %t %s", u.Sender, u.Offset, u.Rest, u.Why))
		},
	}
}

// judged feeds what was said, in pieces of that size.
func judged(said []spoken, size int, o passive.Options) *passive.Connection {
	c := passive.New(o)
	at := time.Duration(0)
	for _, s := range said {
		for rest := []byte(s.octets); len(rest) > 0; {
			n := min(size, len(rest))
			if at++; s.sender == client {
				c.FromClient(rest[:n], at)
			} else {
				c.FromServer(rest[:n], at)
			}
			rest = rest[n:]
		}
	}
	c.End(at)
	return c
}

// opened is a connection after the opening handshake.
func opened(said ...spoken) []spoken {
	return append([]spoken{{client, request}, {server, accept}}, said...)
}

// compressing is a connection that has agreed on permessage-deflate.
func compressing(said ...spoken) []spoken {
	return append([]spoken{{client, plain + deflate}, {server, accepts + deflate}}, said...)
}

// Violations of every kind, in both directions: each is told once, with the offset of the
// first wrong octet behind the head.
func TestViolations(t *testing.T) {
	mask := "00000000"
	for _, tt := range []struct {
		name   string
		sender wire.Role
		octets string
		want   []string
	}{
		{"nothing wrong", client, "81 85" + mask + "48656c6c6f 89 80" + mask + "88 82" + mask + "03e8", nil},
		{"nothing wrong in fragments", server, "01 01 c3 89 00 80 01 a9 8a 00 88 00", nil},
		{"masked by a server", server, "82 01 61 81 85 37fa213d 7f9f4d5158", []string{"4 RFC6455-5.1-6"}},
		{"not masked by a client", client, "81 05 48656c6c6f 81 80" + mask, []string{"1 RFC6455-5.1-3"}},
		{"RSV1", server, "c1 02 ffff 81 00", []string{"0 RFC6455-5.2-3"}},
		{"RSV3 of a client", client, "91 80" + mask, []string{"0 RFC6455-5.2-3"}},
		{"opcode 3", server, "83 00 81 00", []string{"0 RFC6455-5.2-5"}},
		{"opcode 15 of a client", client, "8f 80" + mask, []string{"0 RFC6455-5.2-5"}},
		{"125 in 16 bits", server, "82 7e 007d" + strings.Repeat("00", 125) + "81 01 ff", []string{"3 RFC6455-5.2-10", "131 RFC6455-8.1-1"}},
		{"0 in 64 bits by a client", client, "82 ff 0000000000000000" + mask, []string{"7 RFC6455-5.2-10"}},
		{"the top bit of the length", server, "82 7f 8000000000000000 00", []string{"2 RFC6455-5.2-8"}},
		{"ping of 126 octets", server, "89 7e 007e" + strings.Repeat("00", 126) + "8100", []string{"1 RFC6455-5.5-2"}},
		{"ping with FIN clear", server, "09 00 8100", []string{"0 RFC6455-5.5-4"}},
		{"continuation of nothing", server, "00 01 61 80 01 62 81 00", []string{"0 RFC6455-5.4-5"}},
		{"text inside a text message", client, "01 81" + mask + "61 81 81" + mask + "62 80 80" + mask + "81 80" + mask, []string{"7 RFC6455-5.4-9"}},
		{"text that is not UTF-8", server, "81 03 6161ff 81 01 61", []string{"4 RFC6455-8.1-1"}},
		{"text with a surrogate over two fragments", client, "01 81" + mask + "ed 80 82" + mask + "a080", []string{"13 RFC6455-8.1-1"}},
		{"text that ends inside a code point", server, "81 02 61c3", []string{"3 RFC6455-8.1-1"}},
		{"Close with a body of one octet", server, "88 01 03", []string{"1 RFC6455-5.5.1-2"}},
		{"Close 999", server, "88 02 03e7", []string{"3 RFC6455-7.4.2-1"}},
		{"Close 1005 by a client", client, "88 82" + mask + "03ed", []string{"7 RFC6455-7.4.1-6"}},
		{"Close with a reason that is not UTF-8", server, "88 03 03e8 ff", []string{"4 RFC6455-8.1-2"}},
		{"data behind Close", server, "88 00 89 00 82 00", []string{"4 RFC6455-5.5.1-6"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := map[wire.Role]int{client: len(request), server: len(accept)}[tt.sender]
			var want []string
			for _, v := range tt.want {
				var offset int
				var id string
				if _, err := fmt.Sscan(v, &offset, &id); err != nil {
					t.Fatal(err)
				}
				want = append(want, fmt.Sprintf("%s %d %s", tt.sender, before+offset, id))
			}
			for _, size := range []int{1, 3, 1 << 20} {
				var w watcher
				judged(opened(spoken{tt.sender, octets(t, tt.octets)}), size, w.options())
				if diff := cmp.Diff(want, w.violations); diff != "" {
					t.Errorf("in pieces of %d octets (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}
