package opening

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// Limit is the most octets that the harness reads of an answer to its opening
// request: 64 KiB.
const Limit = 64 << 10

// mostInterim is how many interim responses may come before the final one. HTTP
// names no limit (RFC 9110 15.2); a peer that sends them without end needs one.
const mostInterim = 16

// usualHead is how many octets of an answer are looked at whenever some more have come. A
// longer one is looked at when its head has ended, and when it is twice as long.
const usualHead = 8 << 10

// ToServer is the opening handshake of one connection to a server under test.
type ToServer struct {
	request wire.Request
	key     string
	// plain says that the request is the one that any client sends: no case
	// changed it, and it offers no extension.
	plain bool
	// Response is the final response; interim ones are in the transcript alone.
	Response wire.Response
	// body holds the first octets of the body of a refusal, at most bodyLimit.
	body []byte
	// offers are the extensions offered, deflate what came of them; nil if
	// permessage-deflate was not agreed.
	offers  []wire.Extension
	Deflate *stream.Deflation
	// Early are octets that came behind the head of the final response: frames
	// (RFC6455-4.2.2-30), or the body of a refusal.
	Early []byte
	// over is [HTTP2] or [HTTP3] if the request was an extended CONNECT. Early is empty then.
	over       string
	Transcript observed.Transcript
}

// Open sends the opening request and reads the answer. The error is a
// *TargetError if no HTTP response came at all.
func Open(ctx context.Context, conn net.Conn, t *Target, s *script.Script, keys *stream.MaskKeys, d stream.Deadlines, began time.Time) (*ToServer, error) {
	o := &ToServer{}
	fields := t.RequestFields()
	if s.Origin != "" {
		fields = withOrigin(fields, t, s.Origin)
	}
	var offers []wire.Extension
	for _, offer := range s.Offers {
		offers = append(offers, offer.Extension())
	}
	if len(offers) > 0 {
		fields = append(fields, wire.Field{Name: "Sec-WebSocket-Extensions", Value: wire.FormatExtensions(offers)})
	}
	o.request = wire.NewRequest(t.RequestTarget(), t.HostField(), wire.NewKey(keys.Nonce()), fields)
	if stream, ok := conn.(Stream); ok {
		return o, o.openStream(ctx, stream, t, s, keys, d, began)
	}
	plain := o.request
	sent := s.Opening.Request(&o.request)
	o.key, _ = o.request.Fields.Get("Sec-WebSocket-Key")
	o.key = strings.TrimSpace(o.key)
	o.offers, _ = extensions(o.request.Fields)
	o.plain = s.Opening == nil && len(offers) == 0
	_ = conn.SetDeadline(time.Now().Add(d.Handshake))
	defer func() { _ = conn.SetDeadline(time.Time{}) }()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if s.Opening != nil {
		if err := o.earlier(conn, plain, s.Opening.Earlier, keys, d, began); err != nil {
			return o, err
		}
	}
	unsent := o.send(conn, s.Opening, sent, keys, d, began)
	before := len(o.Transcript)
	err := o.read(conn, d, began) // a server may answer before it has the whole request
	if s.Opening != nil && len(s.Opening.Earlier) > 0 && err != nil && len(o.Transcript) == before && !isTimeout(err) {
		return o, fmt.Errorf("%w: it closes it", ErrNotKept) // RFC 9112 9.5
	}
	if err != nil && unsent != nil {
		return o, late(NewTargetError(NoAnswer, unsent, "the server took the connection and not the opening request"), d.Handshake)
	}
	if err == nil && o.Refused() {
		o.readBody(conn, d, began)
	}
	return o, err
}

// read reads the answer up to the end of the final response's head.
func (o *ToServer) read(conn net.Conn, d stream.Deadlines, began time.Time) (err error) {
	o.Response, o.Early, err = ReadResponse(conn, d.Handshake, func(octets []byte, text string) { o.recordAnswer(began, octets, text) })
	return err
}

// ReadResponse reads a server's answer up to the end of the final response's head, and returns
// the octets behind it. It passes over interim responses. heard is told of each head, and of
// what is none, with a text for the transcript. The error is a *TargetError; waited is how long
// the answer was waited for at most.
func ReadResponse(conn net.Conn, waited time.Duration, heard func(octets []byte, text string)) (final wire.Response, early []byte, err error) {
	var got []byte
	buf := responseBuffers.Get().(*[4 << 10]byte)
	defer responseBuffers.Put(buf)
	interim, next := 0, 0
	for {
		n, err := conn.Read(buf[:])
		got = append(got, buf[:n]...)
		if err == nil && len(got) < next && !bytes.Contains(got[max(0, len(got)-n-2):], []byte("\n\r\n")) {
			continue // a head without end is not read again for each part of it
		}
		if len(got) > usualHead {
			next = min(2*len(got), Limit+1)
		}
		for {
			resp, size, perr := wire.ParseResponse(got)
			if perr == nil && isInterim(resp) && interim < mostInterim {
				interim++
				heard(got[:size:size], startLine(got)+", an interim response")
				got = got[size:]
				continue
			}
			switch {
			case perr == nil && isInterim(resp):
				heard(got, startLine(got)+", an interim response")
				return final, nil, NewTargetError(NotHTTP, nil, "the server sent more than %d interim responses (1xx) and no final one (RFC 9110 15.2)", mostInterim)
			case perr == nil:
				heard(got[:size:size], startLine(got))
				return resp, got[size:], nil
			case !errors.Is(perr, wire.ErrShort) || len(got) > Limit:
				heard(got, "no HTTP response")
				return final, nil, NewTargetError(NotHTTP, perr, "what came back is no HTTP response: %s", script.Quote(got))
			case err != nil:
				heard(got, "the answer broke off")
				return final, nil, unanswered(got, err, waited)
			}
			break
		}
	}
}

// responseBuffers are what an answer is read into.
var responseBuffers = sync.Pool{New: func() any { return new([4 << 10]byte) }}

// isInterim reports whether a response is one that the final one follows. "A
// client MUST be able to parse one or more 1xx responses received prior to a
// final response, even if the client does not expect one" (RFC 9110 15.2); 101
// is the final one here.
func isInterim(r wire.Response) bool { return r.Status/100 == 1 && r.Status != 101 }

// startLine is the first line of a head, as it stands on the wire; a long one is
// cut.
func startLine(head []byte) string {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return shorten(printable(string(bytes.TrimSuffix(line, []byte("\r")))))
}

// printable escapes what is no printable ASCII character.
func printable(s string) string {
	quoted := strconv.QuoteToASCII(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// send writes the request, and what goes with it.
func (o *ToServer) send(conn net.Conn, how *script.Opening, request []byte, keys *stream.MaskKeys, d stream.Deadlines, began time.Time) error {
	enter := func(k observed.EntryKind, h *wire.Header, octets []byte, text string) {
		o.Transcript = append(o.Transcript, observed.Entry{At: time.Since(began), Dir: observed.Sent, Kind: k, Header: h, Octets: octets, Text: text})
	}
	if how == nil {
		enter(observed.EntryRequest, nil, request, startLine(request))
		_, err := conn.Write(request)
		return err
	}
	octets := []byte(how.Preface)
	if how.Preface != "" {
		enter(observed.EntryOctets, nil, octets[:len(octets):len(octets)], "before the request")
	}
	enter(observed.EntryRequest, nil, request, startLine(request))
	octets = append(octets, request...)
	head := len(octets)
	if octets = append(octets, how.Body...); how.Body != "" {
		enter(observed.EntryOctets, nil, octets[head:len(octets):len(octets)], "behind the request")
	}
	for _, f := range how.With {
		start := len(octets)
		var h wire.Header
		octets, h = f.Append(octets, wire.RoleClient, keys.Next)
		enter(observed.EntryFrame, &h, octets[start:len(octets):len(octets)], "")
	}
	return writeAs(conn, how, octets, head, d)
}

func (o *ToServer) recordAnswer(began time.Time, octets []byte, text string) {
	if len(octets) > 0 {
		o.Transcript = append(o.Transcript, observed.Entry{At: time.Since(began), Dir: observed.Received, Kind: observed.EntryResponse, Octets: octets, Text: text})
	}
}

// unanswered says how the answer did not come, or broke off.
func unanswered(got []byte, err error, waited time.Duration) error {
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout() && len(got) > 0:
		return late(NewTargetError(NoAnswer, err, "the server sent only the first %d octets of an answer to the opening request", len(got)), waited)
	case errors.As(err, &timeout) && timeout.Timeout():
		return late(NewTargetError(NoAnswer, err, "the server took the connection and sent no answer to the opening request"), waited)
	case len(got) > 0:
		return NewTargetError(NotHTTP, err, "the answer to the opening request broke off after %d octets", len(got))
	case errors.Is(err, io.EOF):
		return NewTargetError(NoAnswer, err, "the server closed the connection on the opening request without an answer")
	}
	return NewTargetError(NoAnswer, err, "the connection broke on the opening request")
}

// Check checks the response as a client must (RFC 6455 4.1), with checks of this package.
// It returns the first violation of the requirements in inspect, or of all requirements if
// inspect is empty. A status other than 101 is a refusal and no violation.
func (o *ToServer) Check(_ *Target, inspect []string) *wire.Violation {
	a := o.answer()
	found, params := a.check()
	if o.over != "" {
		found, params = a.checkStream()
	}
	if params != nil {
		var err error
		if o.Deflate, err = stream.NewDeflation(*params, wire.RoleServer); err != nil {
			found = append(found, stream.AsViolation(err))
		}
	}
	for _, v := range found {
		if len(inspect) == 0 || slices.Contains(inspect, v.Rule.ID) {
			return v
		}
	}
	return nil
}

// answer is the final response beside its request.
func (o *ToServer) answer() answer {
	return answer{request: o.request, key: o.key, offers: o.offers, response: o.Response}
}
