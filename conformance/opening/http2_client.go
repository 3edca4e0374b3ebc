package opening

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/wsspec/wsspec/conformance/h2"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// AcceptStream begins with a stream of HTTP/2 that a client has just opened. The scheme is that
// of its connection: "https" or "http".
func AcceptStream(s *h2.Stream, scheme string, d stream.Deadlines, began time.Time) *FromClient {
	value := func(name string) string {
		v, _ := s.Fields().Get(name)
		return v
	}
	return &FromClient{Conn: s, deadlines: d, Began: began, scheme: scheme, Request: wire.Request{
		Method: value(":method"), Target: value(":path"), Version: "HTTP/2", Fields: s.Fields(),
	}}
}

// http2 is the stream of HTTP/2 that the request came on, nil over HTTP/1.1.
func (in *FromClient) http2() *h2.Stream {
	s, _ := in.Conn.(*h2.Stream)
	return s
}

// OverHTTP2 reports whether the request came on a stream of HTTP/2.
func (in *FromClient) OverHTTP2() bool { return in.http2() != nil }

// Secure reports whether the request came over TLS.
func (in *FromClient) Secure() bool {
	if in.OverHTTP2() {
		return in.scheme == "https"
	}
	_, secure := in.Conn.(interface{ ConnectionState() tls.ConnectionState })
	return secure
}

// Host is what the request says of the server: its Host or :authority.
func (in *FromClient) Host() string {
	name := "Host"
	if in.OverHTTP2() {
		name = ":authority"
	}
	host, _ := in.Request.Fields.Get(name)
	return host
}

// Shape gives the stream what a case says of it. Over HTTP/1.1 it does nothing.
func (in *FromClient) Shape(how *script.HTTP2) {
	if s := in.http2(); s != nil && how != nil {
		s.Shape(*how)
		in.interim = how.Interim
	}
}

// readStream notes the request of a stream, which is there as a whole.
func (in *FromClient) readStream() bool {
	in.enter(observed.Received, observed.EntryRequest, listOf(in.Request.Fields), in.Request.Method+" over HTTP/2; the fields, without their compression")
	return true
}

// isConnect reports whether the request is an extended CONNECT.
func (in *FromClient) isConnect() bool {
	_, extended := in.Request.Fields.Get(":protocol")
	return extended || in.Request.Method == http.MethodConnect
}

// CheckRequest judges the opening request by the duties of a client: see the function
// [CheckRequest]. Over HTTP/2 it is an extended CONNECT (RFC 8441 4, 5), which is judged by its
// form there, and by the fields that it has of HTTP/1.1 (RFC8441-5-5).
func (in *FromClient) CheckRequest() []*wire.Violation {
	s := in.http2()
	if s == nil {
		return CheckRequest(in.Request)
	}
	found := s.CheckRequest(in.scheme)
	if in.Request.Method != http.MethodConnect {
		found = append(found, ruleConnect.Violation("a request with :protocol and the method %s", excerpt(in.Request.Method)))
	}
	for _, v := range CheckRequest(in.Request) {
		if slices.Contains(sameOverHTTP2, v.Rule) {
			found = append(found, v)
		}
	}
	return found
}

var ruleConnect = &wire.Rule{ID: "RFC8441-4-1", RFC: 8441, Section: "4", Text: "A request with :protocol is a CONNECT."}

// sameOverHTTP2 are the rules of [CheckRequest] for the fields that an extended CONNECT has as
// well (RFC8441-5-5).
var sameOverHTTP2 = []*wire.Rule{
	wire.RuleClientVersionMissing, wire.RuleClientVersionDoubled, wire.RuleClientProtocolVersion,
	wire.RuleClientSubprotocols, wire.RuleClientSubprotocolDoubled, wire.RuleClientExtensions,
}

// CheckAuthority is [FromClient.CheckHost], also for the :authority of a request over HTTP/2.
func (in *FromClient) CheckAuthority() []*wire.Violation {
	if s := in.http2(); s != nil {
		return s.CheckAuthority(cmp.Or(in.Authority, s.LocalAddr().String()))
	}
	return in.CheckHost()
}

// respondStream sends a response on a stream of HTTP/2, with its body. A response that opens no
// connection ends the stream.
func (in *FromClient) respondStream(s *h2.Stream, fields wire.Fields, body []byte) bool {
	_ = s.SetWriteDeadline(time.Now().Add(in.deadlines.Answer))
	if in.interim != 0 {
		interim := wire.Fields{{Name: ":status", Value: strconv.Itoa(in.interim)}}
		in.enter(observed.Sent, observed.EntryResponse, listOf(interim), "an interim response over HTTP/2")
		_ = s.Respond(interim, false)
	}
	status, _ := fields.Get(":status")
	in.enter(observed.Sent, observed.EntryResponse, listOf(fields), "status "+status+" over HTTP/2; the fields, without their compression")
	ends := in.Request.Method != http.MethodConnect || len(status) == 3 && status[0] != '2' && status[0] != '1'
	if s.Respond(fields, ends && len(body) == 0) != nil {
		return false
	}
	if len(body) == 0 {
		return true
	}
	_, err := s.Write(body)
	if ends && err == nil {
		err = s.CloseWrite()
	}
	return err == nil
}

// respondStreamAs is [FromClient.respondAs] on a stream of HTTP/2.
func (in *FromClient) respondStreamAs(s *h2.Stream, how *script.Opening, r *wire.Response, keys *stream.MaskKeys) bool {
	var frames []byte
	var entries observed.Transcript
	if how != nil {
		in.spokeEarly = s.Waiting() > 0
		if how.Hold && !in.spokeEarly {
			in.spokeEarly = in.hears()
		}
		for _, f := range how.With {
			start := len(frames)
			frames, _ = f.Append(frames, wire.RoleServer, keys.Next)
			entries = append(entries, observed.Entry{Octets: frames[start:len(frames):len(frames)], Text: "behind the response: " + f.String()})
		}
	}
	fields := how.HTTP2Response(r, &in.Request)
	// What the harness makes of permessage-deflate follows from what it has sent.
	r.Fields = slices.Clone(fields)
	ok := in.respondStream(s, fields, frames)
	for _, e := range entries {
		in.enter(observed.Sent, observed.EntryOctets, e.Octets, e.Text)
	}
	return ok
}

// unopenedStream is what was observed of a client that ended the stream of a response that
// opens no connection, by the error of the read.
func (in *FromClient) unopenedStream(err error) observed.Conversation {
	seen := observed.Conversation{ScriptClosedAt: -1, HarnessClosedAt: -1, OverHTTP2: true, Transcript: in.Transcript}
	EndStream(&seen, err, time.Since(in.Began))
	return seen
}

// SpeaksHTTP2 reads the first octets of a client, and reports whether they are those of HTTP/2.
// The connection that it returns has them still.
func SpeaksHTTP2(conn net.Conn, d stream.Deadlines) (net.Conn, bool) {
	_ = conn.SetReadDeadline(time.Now().Add(d.Handshake))
	defer func() { _ = conn.SetReadDeadline(time.Time{}) }()
	got := make([]byte, 0, len(h2.Preface))
	for len(got) < len(h2.Preface) {
		n, err := conn.Read(got[len(got):cap(got)])
		got = got[:len(got)+n]
		if err != nil || string(got) != h2.Preface[:len(got)] {
			return &readAhead{Conn: conn, octets: got, err: err}, false
		}
	}
	return &readAhead{Conn: conn, octets: got}, true
}

// A readAhead is a connection of which the first octets were read, and perhaps its end.
type readAhead struct {
	net.Conn
	octets []byte
	err    error
}

// Read reads the octets that were read already first.
func (r *readAhead) Read(p []byte) (int, error) {
	if len(r.octets) > 0 {
		n := copy(p, r.octets)
		r.octets = r.octets[n:]
		return n, nil
	}
	if err := r.err; err != nil {
		r.err = nil
		return 0, err
	}
	return r.Conn.Read(p)
}

// CloseWrite closes the harness's half, where the connection below can.
func (r *readAhead) CloseWrite() error {
	half, ok := r.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}

// NetConn is the connection below.
func (r *readAhead) NetConn() net.Conn { return r.Conn }
