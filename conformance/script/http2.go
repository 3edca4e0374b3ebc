package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// An HTTP2 says what a case does below WebSocket on a connection of HTTP/2 (RFC 8441). The
// zero value is the usual: one stream, octets in as few DATA frames as they need.
type HTTP2 struct {
	// Settings follow those that the harness sends in any case, in the same frame.
	Settings []HTTP2Setting
	// Window is the window of each stream of the peer in octets; 0 is the usual one.
	Window int
	// Unawaited: the request does not wait for the server's permission (RFC8441-3-3).
	Unawaited bool
	// HeaderPieces is into how many HEADERS and CONTINUATION frames the request's fields are
	// cut; 0 is as few as possible.
	HeaderPieces int
	// EndStream: the HEADERS frame of the request has END_STREAM.
	EndStream bool
	// Elsewhere: the harness listens at an address, for which {elsewhere} stands in the edits
	// of the opening. A server that connects to it has made a tunnel (RFC8441-4-3).
	Elsewhere bool
	// Data says how octets go into DATA frames.
	Data DataShape
	// Permission says when the harness, as a server, permits extended CONNECT.
	Permission Permission
	// Interim is the status of an interim response before that of the case, such as 103; 0
	// means none.
	Interim int
}

// An HTTP2Setting is one parameter of a SETTINGS frame.
type HTTP2Setting struct {
	ID    uint16
	Value uint32
}

// Parameters of a SETTINGS frame.
const (
	SettingInitialWindow  = 0x4
	SettingConnectEnabled = 0x8 // SETTINGS_ENABLE_CONNECT_PROTOCOL
)

// A DataShape says how octets go into DATA frames.
type DataShape uint8

// The shapes.
const (
	// DataUsual makes as few frames as possible of each write.
	DataUsual DataShape = iota
	// DataOctets makes a frame of each octet.
	DataOctets
	// DataPadded pads each frame.
	DataPadded
	// DataWithEmpty puts an empty frame before each.
	DataWithEmpty
	// DataWithUnknown puts a frame before each that nobody has defined; over HTTP/3 alone.
	DataWithUnknown
)

// String describes what is not as usual, for people.
func (h *HTTP2) String() string {
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
	if h.HeaderPieces > 0 {
		parts = append(parts, fmt.Sprintf("cut the fields into %d HEADERS and CONTINUATION frames", h.HeaderPieces))
	}
	if h.EndStream {
		parts = append(parts, "end the stream with the request (END_STREAM)")
	}
	if h.Elsewhere {
		parts = append(parts, "listen at an address {elsewhere}, where nobody may connect")
	}
	if text := h.Permission.String(); text != "" {
		parts = append(parts, text)
	}
	if h.Interim > 0 {
		parts = append(parts, fmt.Sprintf("send an interim response with the status %d first", h.Interim))
	}
	if h.Data != DataUsual {
		parts = append(parts, h.Data.String())
	}
	return connectOver("HTTP/2", parts)
}

// String says what the harness does.
func (d DataShape) String() string {
	return map[DataShape]string{
		DataUsual: "send octets in as few DATA frames as they need", DataOctets: "send each octet in a DATA frame of its own", DataPadded: "pad each DATA frame",
		DataWithEmpty: "send an empty DATA frame before each DATA frame", DataWithUnknown: "send a frame that nobody has defined before each DATA frame",
	}[d]
}

// connectOver describes how a case differs from the usual over a version of HTTP.
func connectOver(version string, parts []string) string {
	if len(parts) == 0 {
		return "connect over " + version
	}
	return "connect over " + version + "; " + strings.Join(parts, ", and ")
}

// NotOverHTTP2 says in a sentence why the case cannot be played through a stream of HTTP/2;
// it is empty if it can. A case that is made for HTTP/2 can.
func (s *Script) NotOverHTTP2() string {
	switch {
	case s.HTTP2 != nil:
		return ""
	case s.HTTP3 != nil:
		return aboutHTTP3
	}
	return s.notInStream()
}

// notInStream says why a case that is made for HTTP/1.1 cannot be played through a stream of
// HTTP/2.
func (s *Script) notInStream() string {
	const (
		tls      = "The case is about TLS for HTTP/1.1, and an HTTP/2 connection needs ALPN and a whole TLS handshake of its own."
		tcp      = "The case is about how TCP or TLS ends, and a stream of HTTP/2 ends by END_STREAM or RST_STREAM. The cases rfc8441/5/* are about that."
		octets   = "The case is about the octets of an HTTP/1.1 request, and HTTP/2 compresses a list of fields."
		earlier  = "The case sends several requests on one connection of HTTP/1.1. On HTTP/2 each has a stream of its own."
		absent   = "The case is about %s, which an extended CONNECT request does not have (RFC 8441 5). The cases rfc8441/5/* are about that."
		large    = "The case sends over 12 KiB of fields. Over HTTP/2 a server chooses how much it takes, and how it refuses more (RFC 9113 10.5.1)."
		noHTTP11 = "The case is about %s of HTTP/1.1. The cases rfc8441/4/* are about the request over HTTP/2."
	)
	switch {
	case s.Transport != AnyTransport && s.Transport != Secure, s.TLS != TLS{}:
		return tls
	case slices.ContainsFunc(s.Steps, func(step Step) bool {
		half, ok := step.(HalfClose)
		return ok && (half.Truncate || s.Transport == Secure)
	}),
		slices.ContainsFunc(s.Outcomes, func(o Outcome) bool { return o.Ending.Notify }):
		return tcp
	case s.Opening == nil:
		return ""
	case s.Opening.Raw != "", s.Opening.Preface != "", s.Opening.Body != "", s.Opening.Silent, s.Opening.Chop != 0, len(s.Opening.Cuts) > 0, len(s.Opening.LineCuts) > 0:
		return octets
	case len(s.Opening.Earlier) > 0:
		return earlier
	}
	const most = 12 << 10
	size := 0
	for _, e := range s.Opening.Edits {
		if size += len(e.name) + len(e.value); size > most {
			return large
		}
		switch name := strings.ToLower(e.name); {
		case e.op == editMethod:
			return fmt.Sprintf(noHTTP11, "the method")
		case e.op == editTarget:
			return fmt.Sprintf(noHTTP11, "the request target")
		case e.op == editVersion:
			return fmt.Sprintf(noHTTP11, "the version")
		case slices.Contains(http1Fields, name):
			return fmt.Sprintf(absent, "the field "+e.name)
		case strings.ContainsAny(e.name+e.value, "\r\n\x00") || strings.ContainsAny(e.name, " \t") || strings.Trim(e.value, " \t") != e.value:
			return octets
		}
	}
	return ""
}

// http1Fields are the fields of the opening handshake that no request over HTTP/2 has, in
// lower case.
var http1Fields = []string{"host", "connection", "upgrade", "sec-websocket-key", "content-length", "transfer-encoding", "expect", "te"}

// HTTP2Request is the request of an extended CONNECT that takes the place of r (RFC 8441 4,
// 5), with the edits of the opening. It has the pseudo-header fields first, and no field of
// HTTP/1.1 alone. Names are in lower case, except those of [Verbatim] edits. A nil opening
// changes nothing.
func (o *Opening) HTTP2Request(r *wire.Request, scheme string) wire.Fields {
	host, _ := r.Fields.Get("Host")
	fields := wire.Fields{
		{Name: ":method", Value: "CONNECT"}, {Name: ":protocol", Value: "websocket"},
		{Name: ":scheme", Value: scheme}, {Name: ":path", Value: r.Target}, {Name: ":authority", Value: host},
	}
	for _, f := range r.Fields {
		if !slices.Contains(http1Fields, strings.ToLower(f.Name)) {
			fields = append(fields, wire.Field{Name: strings.ToLower(f.Name), Value: f.Value})
		}
	}
	if o == nil {
		return fields
	}
	names := requestNames(r)
	for _, e := range o.Edits {
		e.value = names.Replace(e.value)
		if !e.verbatim {
			e.name = strings.ToLower(e.name)
		}
		if strings.HasPrefix(e.name, ":") {
			fields = edit(fields, e)
			continue
		}
		// What comes first does so behind the pseudo-header fields (RFC 9113 8.3).
		n := slices.IndexFunc(fields, func(f wire.Field) bool { return !strings.HasPrefix(f.Name, ":") })
		if n < 0 {
			n = len(fields)
		}
		fields = append(fields[:n:n], edit(fields[n:], e)...)
	}
	return fields
}

// Verbatim keeps the name of a field as it is spelled, also over HTTP/2, whose names are in
// lower case.
func Verbatim(e Edit) Edit {
	e.verbatim = true
	return e
}

// Naming returns the opening with a value in place of one more name in braces.
func (o *Opening) Naming(name, value string) *Opening {
	named := *o
	named.Edits = slices.Clone(o.Edits)
	for i := range named.Edits {
		named.Edits[i].value = strings.ReplaceAll(named.Edits[i].value, name, value)
	}
	return &named
}
