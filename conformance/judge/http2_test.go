package judge

import (
	"testing"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A sentence about a stream names what ends a stream, and what the server did instead.
func TestTheEndOfAStreamInWords(t *testing.T) {
	ends := func(kind observed.EventKind, stream string) observed.Event {
		return observed.Event{Kind: kind, Stream: stream}
	}
	for _, tt := range []struct {
		name string
		seen observed.Conversation
		want string
	}{
		{"no END_STREAM behind the closing handshake", story(textMessage("hello"), harnessCloses, closed(1000), harnessDrops),
			"The server left it to the client to end the stream (END_STREAM, RFC 8441 5), which was still open after 10 s (RFC 6455 7.1.1). --slow gives more time."},
		{"END_STREAM and no Close", story(textMessage("hello"), harnessCloses, ends(observed.EventEOF, observed.EndStream)),
			"The server ended the stream without answering the Close (RFC 6455 5.5.1)."},
		{"the end of TCP and no Close", story(textMessage("hello"), harnessCloses, ends(observed.EventReset, "closed TCP, with the stream open")),
			"The server closed TCP, with the stream open, and did not answer the Close (RFC 6455 5.5.1)."},
		{"RST_STREAM and no Close", story(textMessage("hello"), harnessCloses, ends(observed.EventReset, "reset the stream with CANCEL")),
			"The server reset the stream with CANCEL, and did not answer the Close (RFC 6455 5.5.1)."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.seen.OverHTTP2, tt.seen.Role = true, wire.RoleServer
			if got := Verdicts(&script.Case{Script: script.Script{Outcomes: mustEcho}}, tt.seen).Explanation; got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}
