package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Permission says when the harness, as a server of HTTP/2, sends
// SETTINGS_ENABLE_CONNECT_PROTOCOL with 1 (RFC 8441 3).
type Permission uint8

// The permissions.
const (
	// PermitAtOnce sends it in the first SETTINGS frame.
	PermitAtOnce Permission = iota
	// PermitNever never sends it.
	PermitNever
	// PermitLate sends it when the client has acknowledged the first SETTINGS frame.
	PermitLate
)

// String describes what is not as usual, for people.
func (p Permission) String() string {
	return map[Permission]string{
		PermitNever: "never send SETTINGS_ENABLE_CONNECT_PROTOCOL with 1",
		PermitLate:  "send SETTINGS_ENABLE_CONNECT_PROTOCOL when the client has acknowledged the SETTINGS without it",
	}[p]
}

// OwnConnection reports whether the case is about the connection as a whole, so that a client
// has to play it on an HTTP/2 connection of its own.
func (s *Script) OwnConnection() bool {
	h := s.HTTP2
	return h != nil && (len(h.Settings) > 0 || h.Window > 0 || h.Permission != PermitAtOnce || slices.ContainsFunc(s.Steps, func(step Step) bool {
		sends, ok := step.(SendHTTP2)
		return ok && slices.ContainsFunc(sends.Frames, func(f HTTP2Frame) bool { return f.On == OnConnection && f.Type != FramePING })
	}))
}

// ConnectionFields are the fields about a connection of HTTP/1.1 that no message over HTTP/2 or
// HTTP/3 has, in lower case (RFC 9113 8.2.2, RFC 9114 4.2).
var ConnectionFields = []string{"connection", "upgrade", "keep-alive", "proxy-connection", "transfer-encoding"}

// responseFields are the fields of the response of HTTP/1.1 that a response over HTTP/2 to an
// extended CONNECT does not have, in lower case.
var responseFields = slices.Concat(ConnectionFields, []string{"sec-websocket-accept", "content-length"})

// requestForm are the requirements on parts of a client's request that an extended CONNECT does
// not have.
var requestForm = []string{
	"RFC6455-4.1-21", "RFC6455-4.1-22", "RFC6455-4.1-24", "RFC6455-4.1-25", "RFC6455-4.1-26", "RFC6455-4.1-27", "RFC6455-4.1-28", "RFC6455-4.1-29",
	"RFC6455-4.1-E3150", "RFC6455-11.3.1-1",
}

// ClientNotOverHTTP2 says in a sentence why the case cannot be played with a client through a
// stream of HTTP/2; it is empty if it can.
func (s *Script) ClientNotOverHTTP2() string {
	const (
		octets   = "The case is about the octets of an HTTP/1.1 response, and HTTP/2 compresses a list of fields."
		absent   = "The case is about %s, which a response over HTTP/2 does not have (RFC 8441 5)."
		success  = "The case is about a status of 2xx that opens no connection. Over HTTP/2 it opens one (RFC 8441 5)."
		asked    = "The case is about a part of the request that an extended CONNECT does not have (RFC 8441 5). The harness checks the extended CONNECT in every case."
		redirect = "The case answers the first request over HTTP/1.1."
	)
	switch {
	case s.HTTP2 != nil:
		return ""
	case s.Transport != AnyTransport, s.TLS != TLS{}:
		return (&Script{Transport: Untrusted}).NotOverHTTP2()
	case s.Redirected:
		return redirect
	case len(s.Inspect) > 0 && !slices.ContainsFunc(s.Inspect, func(id string) bool { return !slices.Contains(requestForm, id) }):
		return asked
	}
	below := *s
	below.Opening = nil
	if why := below.NotOverHTTP2(); why != "" || s.Opening == nil {
		return why
	}
	if o := s.Opening; o.Raw != "" || o.Preface != "" || o.Body != "" || o.Chop != 0 || len(o.Cuts) > 0 || len(o.LineCuts) > 0 {
		return octets
	}
	for _, e := range s.Opening.Edits {
		switch name := strings.ToLower(e.name); {
		case e.op == editStatus && e.status/100 == 2:
			return success
		case e.op == editVersion:
			return fmt.Sprintf(absent, "the version of HTTP/1.1")
		case name == "content-length" && s.Opening.Refuses():
		case slices.Contains(responseFields, name):
			return fmt.Sprintf(absent, "the field "+e.name)
		case strings.ContainsAny(e.name+e.value, "\r\n\x00") || strings.ContainsAny(e.name, " \t") || strings.Trim(e.value, " \t") != e.value:
			return octets
		}
	}
	return ""
}

// HTTP2Response is the response to an extended CONNECT that takes the place of r (RFC 8441 5),
// with the edits of the opening: 200 where r has 101, and no field of HTTP/1.1 alone. Names are
// in lower case, except those of [Verbatim] edits. A nil opening changes nothing.
func (o *Opening) HTTP2Response(r *wire.Response, request *wire.Request) wire.Fields {
	status := r.Status
	if status == 101 {
		status = 200
	}
	fields := wire.Fields{{Name: ":status", Value: strconv.Itoa(status)}}
	for _, f := range r.Fields {
		name := strings.ToLower(f.Name)
		if !slices.Contains(responseFields, name) || name == "content-length" && status/100 != 2 {
			fields = append(fields, wire.Field{Name: name, Value: f.Value})
		}
	}
	if o == nil {
		return fields
	}
	names := ResponseNames(request)
	for _, e := range o.Edits {
		e.value = names.Replace(e.value)
		switch {
		case e.op == editStatus:
			fields[0].Value = strconv.Itoa(e.status)
			continue
		case !e.verbatim:
			e.name = strings.ToLower(e.name)
		}
		if e.op == editFirst && !strings.HasPrefix(e.name, ":") { // behind the pseudo-header field
			fields = append(fields[:1:1], edit(fields[1:], e)...)
			continue
		}
		fields = edit(fields, e)
	}
	return fields
}
