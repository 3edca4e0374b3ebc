package opening

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/h2"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/tunnel"
	"github.com/wsspec/wsspec/ref/wire"
)

// ConnectFor opens what a case needs of a connection: TCP, TLS as the case wants it for a wss
// URL, and over HTTP/2 a stream that [Open] opens. The error is as for [Target.Connect], or
// a [*wire.Violation] of HTTP/2.
func (t *Target) ConnectFor(ctx context.Context, s *script.Script, d stream.Deadlines) (net.Conn, error) {
	if !t.HTTP2 {
		return t.ConnectBy(ctx, s.TLS, d)
	}
	how := script.HTTP2{}
	if s.HTTP2 != nil {
		how = *s.HTTP2
	}
	const notSelected = "the server does not select h2 in the TLS handshake (ALPN, RFC 9113 3.2)"
	conn, err := t.connectBelow(ctx, script.TLS{ALPN: script.ALPNHTTP2Alone}, d)
	switch {
	case err != nil && strings.Contains(err.Error(), noApplicationProtocol):
		return nil, noHTTP2(nil, notSelected)
	case err != nil:
		return nil, err
	}
	if secure, ok := conn.(*tunnel.Conn); ok && secure.ConnectionState().NegotiatedProtocol != "h2" {
		conn.Close()
		return nil, noHTTP2(nil, notSelected)
	}
	c, err := h2.Client(ctx, conn, how, d.Handshake)
	if err == nil {
		return c.NewStream(), nil
	}
	conn.Close()
	return nil, asTargetError(err, d)
}

// noApplicationProtocol is how crypto/tls names the alert of a server that speaks none of the
// protocols which ALPN offers (RFC 7301 3.2). It has no type for alerts of the peer.
const noApplicationProtocol = "tls: no application protocol"

// asTargetError is the error of a connection of HTTP/2 that did not begin.
func asTargetError(err error, d stream.Deadlines) error {
	var refused *h2.RefusedError
	var violation *wire.Violation
	var end *h2.EndError
	switch {
	case errors.As(err, &violation):
		return violation
	case errors.As(err, &end) && end.Began:
		return noHTTP2(fmt.Errorf("it %w", err), "the server speaks HTTP/2, and takes no request")
	case errors.As(err, &refused):
		return noHTTP2(nil, "the server speaks HTTP/2, and %s", refused.Why)
	case isTimeout(err):
		return late(NewTargetError(NoAnswer, err, "the server took the connection, and sent no SETTINGS frame of HTTP/2"), d.Handshake)
	}
	if EndOfStream(err) != "" {
		err = fmt.Errorf("it %w", err)
	}
	return noHTTP2(err, "the server does not speak HTTP/2")
}

// noHTTP2 is the error for a server that HTTP/2 does not reach.
func noHTTP2(err error, format string, args ...any) *TargetError {
	e := NewTargetError(NotUpgraded, err, format, args...)
	e.next = "Without --http2, wsspec tests it over HTTP/1.1."
	return e
}

// openStream is [Open] through a stream of HTTP/2 (RFC 8441 5). The request r is the one
// that HTTP/1.1 has.
func (o *ToServer) openStream(ctx context.Context, s *h2.Stream, t *Target, sc *script.Script, keys *stream.MaskKeys, d stream.Deadlines, began time.Time) error {
	o.overHTTP2 = true
	fields := sc.Opening.HTTP2Request(&o.request, t.scheme())
	o.request = wire.Request{Method: "CONNECT", Target: o.request.Target, Version: "HTTP/2", Fields: fields}
	o.offers, _ = extensions(fields)
	o.plain = sc.Opening == nil && sc.HTTP2 == nil && len(o.offers) == 0
	_ = s.SetDeadline(time.Now().Add(d.Handshake))
	defer func() { _ = s.SetDeadline(time.Time{}) }()
	stop := context.AfterFunc(ctx, func() { _ = s.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	enter := func(dir observed.Direction, k observed.EntryKind, h *wire.Header, octets []byte, text string) {
		o.Transcript = append(o.Transcript, observed.Entry{At: time.Since(began), Dir: dir, Kind: k, Header: h, Octets: octets, Text: text})
	}
	enter(observed.Sent, observed.EntryRequest, nil, listOf(fields), "extended CONNECT over HTTP/2; the fields, without their compression")
	unsent := s.Request(fields)
	if sc.Opening != nil && unsent == nil {
		var octets []byte
		for _, f := range sc.Opening.With {
			start := len(octets)
			var h wire.Header
			octets, h = f.Append(octets, wire.RoleClient, keys.Next)
			enter(observed.Sent, observed.EntryFrame, &h, octets[start:len(octets):len(octets)], "")
		}
		_, unsent = s.Write(octets)
	}
	r, err := s.Response()
	if err == nil {
		o.Response = r
		enter(observed.Received, observed.EntryResponse, nil, listOf(append(wire.Fields{{Name: ":status", Value: strconv.Itoa(r.Status)}}, r.Fields...)),
			fmt.Sprintf("status %d over HTTP/2; the fields, without their compression", r.Status))
		if o.Refused() && r.Status != 101 {
			o.readStreamBody(s, d)
		}
		return nil
	}
	var violation *wire.Violation
	switch {
	case errors.As(err, &violation):
		return violation
	case isTimeout(err):
		return late(NewTargetError(NoAnswer, err, "the server took the connection of HTTP/2, and sent no response to the opening request"), d.Handshake)
	case unsent != nil && EndOfStream(err) == "":
		err = unsent
	}
	if EndOfStream(err) != "" {
		err = fmt.Errorf("it %w", err)
	}
	return NewTargetError(NoAnswer, err, "the server did not answer the opening request")
}

// listOf is a list of fields as text, a line each.
func listOf(fields wire.Fields) []byte {
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	return []byte(b.String())
}

// scheme is that of the request: "https" for wss, and "http" for ws (RFC8441-5-2).
func (t *Target) scheme() string {
	if t.URL.Scheme == "wss" {
		return "https"
	}
	return "http"
}

// readStreamBody reads the first octets of the body of a refusal.
func (o *ToServer) readStreamBody(s *h2.Stream, d stream.Deadlines) {
	_ = s.SetReadDeadline(time.Now().Add(d.Settle))
	o.body, _ = io.ReadAll(io.LimitReader(s, bodyLimit))
}

// EndOfStream is what the peer did that ended a stream of HTTP/2 otherwise than by
// END_STREAM, in words; empty if the error says no such thing.
func EndOfStream(err error) string {
	var end *h2.EndError
	var reset *h2.ResetError
	switch {
	case errors.As(err, &reset):
		return reset.Text
	case errors.As(err, &end):
		return end.Text
	}
	return ""
}

// afterStreamRefusal is [ToServer.AfterRefusal] for a stream: it waits for the end of the
// stream where a case asks for that.
func (o *ToServer) afterStreamRefusal(s *h2.Stream, wantsEnd bool, d stream.Deadlines, began time.Time) []observed.Event {
	if !wantsEnd {
		return nil
	}
	_ = s.SetReadDeadline(time.Now().Add(d.Drop))
	_, err := io.Copy(io.Discard, s)
	at := time.Since(began)
	switch {
	case err == nil:
		o.Transcript = append(o.Transcript, observed.Entry{At: at, Dir: observed.Received, Kind: observed.EntryEOF, Text: "the peer " + observed.EndStream})
		return []observed.Event{{Kind: observed.EventEOF, At: at, Stream: observed.EndStream}}
	case EndOfStream(err) != "":
		o.Transcript = append(o.Transcript, observed.Entry{At: at, Dir: observed.Received, Kind: observed.EntryReset, Text: "the peer " + EndOfStream(err)})
		return []observed.Event{{Kind: observed.EventReset, At: at, Stream: EndOfStream(err)}}
	}
	return nil
}

var (
	ruleNoSwitch = &wire.Rule{ID: "RFC8441-5-6", RFC: 9113, Section: "8.6", Text: "A server opens the connection by a status of 2xx; HTTP/2 has no 101."}
	ruleNoFields = &wire.Rule{ID: "RFC8441-5-3", RFC: 9113, Section: "8.2.2", Text: "Fields about the connection are no part of HTTP/2."}
)

// checkStream is [answer.check] for a response over HTTP/2, which has none of the fields that
// switch an HTTP/1.1 connection. The Sec-WebSocket-Accept has no effect (RFC8441-5-4).
func (a answer) checkStream() (found []*wire.Violation, agreed *wire.DeflateParams) {
	for _, name := range []string{"connection", "upgrade", "keep-alive", "proxy-connection", "transfer-encoding"} {
		if values := a.response.Fields.Values(name); len(values) > 0 {
			found = append(found, ruleNoFields.Violation("a response with the field %s: %s", name, shorten(printable(strings.Join(values, ", ")))))
		}
	}
	chosen, agreed := a.checkChoices()
	return append(found, chosen...), agreed
}

// asksForTunnel reports whether a request over HTTP/2 is one that a status of 2xx opens a
// WebSocket connection for. To any other request it is an answer like others.
func (o *ToServer) asksForTunnel() bool {
	method, _ := o.request.Fields.Get(":method")
	protocol, _ := o.request.Fields.Get(":protocol")
	return method == "CONNECT" && protocol == "websocket"
}

// OverHTTP2 reports whether the request was an extended CONNECT.
func (o *ToServer) OverHTTP2() bool { return o.overHTTP2 }
