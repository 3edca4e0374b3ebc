package script

import (
	"fmt"
	"strings"
)

// An HTTP3 says what a case does below WebSocket on a connection of HTTP/3 (RFC 9220). The
// zero value is the usual: one stream, each write in one DATA frame.
type HTTP3 struct {
	// Settings follow those that the harness sends in any case, in the same frame.
	Settings []HTTP3Setting
	// Window is how many octets the peer may send on each stream before the harness has read
	// them; 0 is the usual number.
	Window int
	// Unawaited: the request does not wait for the server's permission (RFC8441-3-3).
	Unawaited bool
	// EndStream: the stream ends behind the fields of the request.
	EndStream bool
	// Elsewhere is [HTTP2.Elsewhere].
	Elsewhere bool
	// Data says how octets go into DATA frames.
	Data DataShape
}

// An HTTP3Setting is one parameter of a SETTINGS frame (RFC 9114 7.2.4).
type HTTP3Setting struct{ ID, Value uint64 }

// An HTTP3Frame is a frame of HTTP/3 as it is on the wire (RFC 9114 7.1).
type HTTP3Frame struct {
	Type    uint64
	On      HTTP3On
	Payload []byte
	// Lacks is how many octets the frame says to have besides Payload.
	Lacks int
}

// Types of frames (RFC 9114 7.2).
const (
	HTTP3Data    = 0x0
	HTTP3Headers = 0x1
	HTTP3GoAway  = 0x7
	// HTTP3Unknown is a type that nobody may define, so that peers see unknown ones
	// (RFC 9114 7.2.8). A setting or a stream may have it too.
	HTTP3Unknown = 0x1f*7 + 0x21
)

// An HTTP3On says on which stream a frame is.
type HTTP3On uint8

// The streams.
const (
	// OnRequest is the stream of the WebSocket connection.
	OnRequest HTTP3On = iota
	// OnControl is the control stream of the harness.
	OnControl
	// OnNewUnidirectional is a new unidirectional stream. The type is that of the stream
	// (RFC 9114 6.2), the payload is all that is sent on it, and there is no frame.
	OnNewUnidirectional
)

// SendHTTP3 sends frames of HTTP/3 beside those that carry the octets of the WebSocket
// connection, legal or not. It is for cases over HTTP/3.
type SendHTTP3 struct{ Frames []HTTP3Frame }

// String describes what is not as usual, for people.
func (h *HTTP3) String() string {
	var parts []string
	for _, s := range h.Settings {
		parts = append(parts, fmt.Sprintf("send the setting %#x with the value %d", s.ID, s.Value))
	}
	if h.Window > 0 {
		parts = append(parts, fmt.Sprintf("give each stream of the peer a window of %d octets", h.Window))
	}
	if h.Unawaited {
		parts = append(parts, "do not wait for SETTINGS_ENABLE_CONNECT_PROTOCOL")
	}
	if h.EndStream {
		parts = append(parts, "end the stream with the request (FIN)")
	}
	if h.Elsewhere {
		parts = append(parts, "listen at an address {elsewhere}, where nobody may connect")
	}
	if h.Data != DataUsual {
		parts = append(parts, h.Data.String())
	}
	return connectOver("HTTP/3", parts)
}

// String describes the frame for people.
func (f HTTP3Frame) String() string {
	if f.On == OnNewUnidirectional {
		return fmt.Sprintf("%d octets on a new unidirectional stream of the type %#x", len(f.Payload), f.Type)
	}
	name := fmt.Sprintf("unknown (%#x)", f.Type)
	switch f.Type {
	case HTTP3Data:
		name = "DATA"
	case HTTP3Headers:
		name = "HEADERS"
	case HTTP3GoAway:
		name = "GOAWAY"
	}
	text := fmt.Sprintf("a frame %s of %d octets", name, len(f.Payload)+f.Lacks)
	if f.Lacks > 0 {
		text = fmt.Sprintf("the first %d octets of %s", len(f.Payload), text)
	}
	if f.On == OnControl {
		return text + " on the control stream"
	}
	return text + " on the stream"
}

// String describes the step for people.
func (s SendHTTP3) String() string {
	parts := make([]string, len(s.Frames))
	for i, f := range s.Frames {
		parts[i] = f.String()
	}
	return "send " + strings.Join(parts, ", then ")
}

// Volume is none, as the frames go beside those of WebSocket.
func (s SendHTTP3) Volume(Profile) Volume { return Volume{} }

// Visit calls the visitor's method for the kind of step.
func (s SendHTTP3) Visit(v StepVisitor) { v.VisitSendHTTP3(s) }

// NotOverHTTP1 is [Script.NotOverHTTP2] for HTTP/1.1.
func (s *Script) NotOverHTTP1() string {
	switch {
	case s.HTTP2 != nil:
		return aboutHTTP2
	case s.HTTP3 != nil:
		return aboutHTTP3
	}
	return ""
}

// The reasons of the cases that are about one version of HTTP.
const (
	aboutHTTP2 = "The case is about HTTP/2, which --http2 speaks."
	aboutHTTP3 = "The case is about HTTP/3, which --http3 speaks."
)

// NotOverHTTP3 is [Script.NotOverHTTP2] for HTTP/3.
func (s *Script) NotOverHTTP3() string {
	switch {
	case s.HTTP3 != nil:
		return ""
	case s.HTTP2 != nil:
		return aboutHTTP2
	}
	return overHTTP3.Replace(s.notInStream())
}

// overHTTP3 turns a sentence about HTTP/2 into one about HTTP/3.
var overHTTP3 = strings.NewReplacer(
	"an HTTP/2 connection needs ALPN and a whole TLS handshake of its own", "HTTP/3 has TLS inside QUIC",
	"END_STREAM or RST_STREAM", "a FIN or a reset of QUIC",
	"HTTP/2", "HTTP/3", "RFC 9113 10.5.1", "RFC 9114 10.5.1", "rfc8441/5/", "rfc9220/3/", "rfc8441/4/", "rfc9220/3/",
)

// Elsewhere reports whether the harness listens at the address {elsewhere}.
func (s *Script) Elsewhere() bool {
	return s.HTTP2 != nil && s.HTTP2.Elsewhere || s.HTTP3 != nil && s.HTTP3.Elsewhere
}
