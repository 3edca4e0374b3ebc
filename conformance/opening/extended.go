package opening

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// openStream is [Open] through a stream of HTTP/2 or HTTP/3 (RFC 8441 5, RFC 9220 3). The
// request is the one that HTTP/1.1 has.
func (o *ToServer) openStream(ctx context.Context, s Stream, t *Target, sc *script.Script, keys *stream.MaskKeys, d stream.Deadlines, began time.Time) error {
	o.over = t.Transport()
	fields := sc.Opening.HTTP2Request(&o.request, t.scheme())
	o.request = wire.Request{Method: "CONNECT", Target: o.request.Target, Version: o.over, Fields: fields}
	o.offers, _ = extensions(fields)
	o.plain = sc.Opening == nil && sc.HTTP2 == nil && sc.HTTP3 == nil && len(o.offers) == 0
	_ = s.SetDeadline(time.Now().Add(d.Handshake))
	defer func() { _ = s.SetDeadline(time.Time{}) }()
	stop := context.AfterFunc(ctx, func() { _ = s.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	enter := func(dir observed.Direction, k observed.EntryKind, h *wire.Header, octets []byte, text string) {
		o.Transcript = append(o.Transcript, observed.Entry{At: time.Since(began), Dir: dir, Kind: k, Header: h, Octets: octets, Text: text})
	}
	enter(observed.Sent, observed.EntryRequest, nil, listOf(fields), "extended CONNECT over "+o.over+"; the fields, without their compression")
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
			fmt.Sprintf("status %d over %s; the fields, without their compression", r.Status, o.over))
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
		return late(NewTargetError(NoAnswer, err, "the server took the connection of %s, and sent no response to the opening request", o.over), d.Handshake)
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
func (o *ToServer) readStreamBody(s Stream, d stream.Deadlines) {
	_ = s.SetReadDeadline(time.Now().Add(d.Settle))
	o.body, _ = io.ReadAll(io.LimitReader(s, bodyLimit))
}

// EndOfStream is what the peer did that ended a stream of HTTP/2 or HTTP/3 otherwise than in
// order, in words; empty if the error says no such thing.
func EndOfStream(err error) string {
	var end interface {
		error
		StreamEnd() string
	}
	if errors.As(err, &end) {
		return end.StreamEnd()
	}
	return ""
}

// EndStream records how the peer ended a stream of HTTP/2 or HTTP/3, or which of their rules it
// broke, if the error says that.
func EndStream(seen *observed.Conversation, err error, at time.Duration) bool {
	var violation *wire.Violation
	did := EndOfStream(err)
	switch {
	case errors.As(err, &violation):
		seen.Events = []observed.Event{{Kind: observed.EventViolation, At: at, Violation: violation}}
		return true
	case did == "" && errors.Is(err, io.EOF):
		did = observed.EndStream
		if seen.OverHTTP3 {
			did = observed.Fin
		}
		seen.EndTCP(at, observed.EntryEOF, "the peer "+did, observed.EventEOF)
	case did == "":
		return false
	default:
		seen.EndTCP(at, observed.EntryReset, "the peer "+did, observed.EventReset)
	}
	seen.Events[0].Stream = did
	return true
}

// RefusesRequest reports whether an error says that the server reset the stream as HTTP/2 and
// HTTP/3 do for a malformed request (RFC 9113 8.1.1, RFC 9114 4.1.2).
func RefusesRequest(err error) bool {
	var reset interface {
		error
		RefusesRequest() bool
	}
	return errors.As(err, &reset) && reset.RefusesRequest()
}

// endInOrder is what the peer did that ended a stream in order.
func (o *ToServer) endInOrder() string {
	if o.OverHTTP3() {
		return observed.Fin
	}
	return observed.EndStream
}

// afterStreamRefusal is [ToServer.AfterRefusal] for a stream: it waits for the end of the
// stream where a case asks for that.
func (o *ToServer) afterStreamRefusal(s Stream, wantsEnd bool, d stream.Deadlines, began time.Time) []observed.Event {
	if !wantsEnd {
		return nil
	}
	_ = s.SetReadDeadline(time.Now().Add(d.Drop))
	_, err := io.Copy(io.Discard, s)
	at := time.Since(began)
	switch {
	case err == nil:
		o.Transcript = append(o.Transcript, observed.Entry{At: at, Dir: observed.Received, Kind: observed.EntryEOF, Text: "the peer " + o.endInOrder()})
		return []observed.Event{{Kind: observed.EventEOF, At: at, Stream: o.endInOrder()}}
	case EndOfStream(err) != "":
		o.Transcript = append(o.Transcript, observed.Entry{At: at, Dir: observed.Received, Kind: observed.EntryReset, Text: "the peer " + EndOfStream(err)})
		return []observed.Event{{Kind: observed.EventReset, At: at, Stream: EndOfStream(err)}}
	}
	return nil
}

var (
	ruleNoSwitch = &wire.Rule{ID: "RFC8441-5-6", RFC: 9113, Section: "8.6", Text: "A server opens the connection by a status of 2xx; HTTP/2 has no 101."}
	ruleNoFields = &wire.Rule{ID: "RFC8441-5-3", RFC: 9113, Section: "8.2.2", Text: "Fields about the connection are no part of HTTP/2."}
	// The same over HTTP/3.
	ruleNoSwitch3 = &wire.Rule{ID: "RFC9220-3-1", RFC: 9114, Section: "4.5", Text: "A server opens the connection by a status of 2xx; HTTP/3 has no 101."}
	ruleNoFields3 = &wire.Rule{ID: "RFC9220-3-1", RFC: 9114, Section: "4.2", Text: "Fields about the connection are no part of HTTP/3."}
)

// rule is the first one over HTTP/2, and the second over HTTP/3.
func (a answer) rule(http2, http3 *wire.Rule) *wire.Rule {
	if a.request.Version == HTTP3 {
		return http3
	}
	return http2
}

// checkStream is [answer.check] for a response over HTTP/2 or HTTP/3, which has none of the
// fields that switch an HTTP/1.1 connection. The Sec-WebSocket-Accept has no effect (RFC8441-5-4).
func (a answer) checkStream() (found []*wire.Violation, agreed *wire.DeflateParams) {
	for _, name := range script.ConnectionFields {
		if values := a.response.Fields.Values(name); len(values) > 0 {
			found = append(found, a.rule(ruleNoFields, ruleNoFields3).Violation("a response with the field %s: %s", name, shorten(printable(strings.Join(values, ", ")))))
		}
	}
	chosen, agreed := a.checkChoices()
	return append(found, chosen...), agreed
}

// asksForTunnel reports whether a request over HTTP/2 or HTTP/3 is one that a status of 2xx opens a
// WebSocket connection for. To any other request it is an answer like others.
func (o *ToServer) asksForTunnel() bool {
	method, _ := o.request.Fields.Get(":method")
	protocol, _ := o.request.Fields.Get(":protocol")
	return method == "CONNECT" && protocol == "websocket"
}

// OverHTTP2 reports whether the request was an extended CONNECT over HTTP/2, and OverHTTP3
// whether it was one over HTTP/3.
func (o *ToServer) OverHTTP2() bool { return o.over == HTTP2 }

// OverHTTP3 is OverHTTP2 for HTTP/3.
func (o *ToServer) OverHTTP3() bool { return o.over == HTTP3 }
