package standalone

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/stream"
)

// What a peer sends, octet for octet, and what the reader makes of it.
func TestIncoming(t *testing.T) {
	for _, tt := range []struct {
		name, octets, want string
		fromClient         bool
	}{
		{name: "a message", octets: "\x81\x02hi", want: `text message "hi"`},
		{name: "a message in fragments, a ping between", octets: "\x01\x01h\x89\x00\x80\x01i", want: `empty ping; text message "hi"`},
		{name: "a masked message", octets: "\x82\x82\x01\x02\x03\x04\x01\x02", want: `binary message 0x0000`, fromClient: true},
		{name: "Close, then a pong", octets: "\x88\x02\x03\xe8\x8a\x00", want: `Close 1000; empty pong`},
		{name: "half a frame", octets: "\x81\x05he", want: ""},
		{name: "RSV", octets: "\x91\x00", want: "RSV bits 001"},
		{name: "a reserved opcode", octets: "\x83\x00", want: "reserved opcode 0x3"},
		{name: "a masked frame from a server", octets: "\x81\x80\x00\x00\x00\x00", want: "a masked text frame"},
		{name: "an unmasked frame from a client", octets: "\x81\x00", want: "an unmasked text frame", fromClient: true},
		{name: "a length in 16 bits that needs 7", octets: "\x81\x7e\x00\x05hello", want: "longer form"},
		{name: "a length in 64 bits that needs 16", octets: "\x82\x7f\x00\x00\x00\x00\x00\x00\x01\x00", want: "longer form"},
		{name: "the top bit of a length", octets: "\x82\x7f\x80", want: "top bit"},
		{name: "a long control frame", octets: "\x89\x7e\x00\x7e", want: "at most 125"},
		{name: "a fragmented control frame", octets: "\x09\x00", want: "FIN clear"},
		{name: "nothing to continue", octets: "\x80\x00", want: "no message to continue"},
		{name: "a message inside a message", octets: "\x01\x00\x81\x00", want: "inside a fragmented message"},
		{name: "text that is none", octets: "\x81\x01\xff", want: `text message 0xff; a text message that is not valid UTF-8`},
		{name: "Close with one octet", octets: "\x88\x01\x03", want: "single octet"},
		{name: "Close with 1005", octets: "\x88\x02\x03\xed", want: "code 1005, which must not be sent"},
		{name: "a reason that is not UTF-8", octets: "\x88\x03\x03\xe8\xff", want: "reason is not valid UTF-8"},
		{name: "data behind Close", octets: "\x88\x00\x81\x00", want: "after the peer's own Close"},
		{name: "more than was sent", octets: "\x82\x7f\x00\x00\x00\x00\x01\x00\x00\x00", want: "more than the case can account for"},
		{name: "RSV1 on a message without compression", octets: "\xc1\x00", want: "RSV bits 100"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, chop := range []int{1, len(tt.octets)} {
				in := incoming{fromClient: tt.fromClient, limit: 1 << 16, most: stream.MostEvents(0)}
				var words []string
				for rest := tt.octets; rest != ""; {
					n := min(chop, len(rest))
					for _, e := range in.feed([]byte(rest[:n])) {
						words = append(words, e.String())
					}
					rest = rest[n:]
				}
				got := strings.Join(words, "; ")
				if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
					t.Errorf("in pieces of %d: %q, want %q", chop, got, tt.want)
				}
			}
		})
	}
}
