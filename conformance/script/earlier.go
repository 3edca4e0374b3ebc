package script

import (
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// An Earlier is a request that the harness sends before its opening request, on the
// same connection (RFC 9112 9.3).
type Earlier struct {
	// Plain: it is a GET request for the same target that asks for no WebSocket
	// connection. Otherwise, it is an opening request with a key of its own.
	Plain bool
	// Edits change it. They have the names in braces of an [Opening].
	Edits []Edit
	// Body follows it.
	Body string
}

// Request is the request that the harness sends for an opening request of its own, with
// the further fields that the target needs.
func (e Earlier) Request(opening *wire.Request) []byte {
	r := *opening
	r.Fields = append(wire.Fields{}, opening.Fields...)
	if e.Plain {
		for _, name := range []string{"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"} {
			r.Fields = edit(r.Fields, Remove(name))
		}
	}
	o := Opening{Edits: e.Edits}
	return append(o.Request(&r), e.Body...)
}

// String describes the request for people.
func (e Earlier) String() string {
	parts := []string{"an opening request"}
	if e.Plain {
		parts[0] = "a plain GET request"
	}
	for _, edit := range e.Edits {
		parts = append(parts, edit.String())
	}
	if e.Body != "" {
		parts = append(parts, quoteShort(e.Body)+" after it")
	}
	return strings.Join(parts, ", ")
}

// earlierText describes the earlier requests for people.
func earlierText(earlier []Earlier) string {
	text := ""
	for _, e := range earlier {
		text += "send " + e.String() + ", and read the response; then, on the same connection, "
	}
	return text
}
