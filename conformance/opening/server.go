package opening

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// FromClient is one HTTP request of a client under test, up to the end of the
// opening handshake. A connection has more than one of them where the client uses
// it again behind a refusal (RFC 9112 9.3).
type FromClient struct {
	Conn      net.Conn
	deadlines stream.Deadlines
	// Began is when the connection was accepted, or when the first octet of a
	// further request on it came.
	Began   time.Time
	Request wire.Request
	// Authority is that of the URL that the client was started with; empty means the address
	// of the connection.
	Authority  string
	early      []byte
	Transcript observed.Transcript
	// Watch, if it is set, is told of each entry of the transcript behind the opening
	// handshake as it comes, and of those of the handshake together.
	Watch func(observed.Entry)
	// Refused: the answer was not the one that opens a connection.
	Refused bool
	// Unserved says why a request was not served: the sentence that the client got, or
	// that there was no request. It is a *wire.Violation if the request is not of HTTP's
	// form.
	Unserved error
	// persists: the connection can carry another request behind the answer.
	persists bool
	// spokeEarly: octets came behind the request before the response went out.
	spokeEarly bool
	// scheme is that of a stream of HTTP/2, and interim the status of an interim response on
	// it; 0 for none.
	scheme  string
	interim int
}

// Accept begins with a connection that has just been accepted.
func Accept(conn net.Conn, d stream.Deadlines, began time.Time) *FromClient {
	return &FromClient{Conn: conn, deadlines: d, Began: began}
}

// Read reads the opening request. What is none is answered, where an answer
// can be understood, and false is returned.
func (in *FromClient) Read() bool {
	if in.OverHTTP2() {
		return in.readStream()
	}
	_ = in.Conn.SetReadDeadline(time.Now().Add(in.deadlines.Handshake))
	defer func() { _ = in.Conn.SetReadDeadline(time.Time{}) }()
	got := in.early // of a further request on the connection
	in.early = nil
	buf := make([]byte, 4<<10)
	var err error
	for {
		r, size, perr := wire.ParseRequest(got)
		switch {
		case perr == nil:
			in.Request, in.early = r, got[size:]
			in.enter(observed.Received, observed.EntryRequest, got[:size:size], startLine(got))
			return true
		case !errors.Is(perr, wire.ErrShort):
			hint := ""
			if len(got) > 2 && got[0] == 0x16 && got[1] == 0x03 {
				hint = "; this looks like TLS, and the port speaks plain ws://"
			}
			in.enter(observed.Received, observed.EntryRequest, got, "no HTTP request")
			in.Refuse(400, perr.Error()+hint)
			in.Unserved = perr
			return false
		case err != nil:
			in.unread(got, err)
			return false
		}
		var n int
		n, err = in.Conn.Read(buf)
		got = append(got, buf[:n]...)
	}
}

// unread notes that no whole request came.
func (in *FromClient) unread(got []byte, err error) {
	waited := ""
	if isTimeout(err) {
		waited = fmt.Sprintf(" within %s (%s gives more time)", judge.Seconds(in.deadlines.Handshake), MoreTime)
	}
	if len(got) == 0 {
		in.Unserved = fmt.Errorf("it connected, and sent no opening request%s", waited)
		return
	}
	in.enter(observed.Received, observed.EntryOctets, got, "the beginning of a request")
	in.Unserved = fmt.Errorf("it sent only the first %d octets of an opening request%s", len(got), waited)
}

// IsUpgrade tells a WebSocket handshake, well-formed or not, from any other
// request.
func (in *FromClient) IsUpgrade() bool {
	if in.OverHTTP2() {
		return in.isConnect()
	}
	return IsUpgrade(in.Request)
}

func (in *FromClient) enter(d observed.Direction, k observed.EntryKind, octets []byte, text string) {
	in.Transcript = append(in.Transcript, observed.Entry{At: time.Since(in.Began), Dir: d, Kind: k, Octets: octets, Text: text})
}

// Refuse answers with an HTTP error and a sentence.
func (in *FromClient) Refuse(status int, sentence string) {
	in.Respond(PlainResponse(status, "text/plain; charset=utf-8", sentence+"\n"))
	in.Refused = true
	in.Unserved = fmt.Errorf("wsspec answered its request %s with %d: %s", startLine([]byte(in.Request.Method+" "+in.Request.Target)), status, sentence)
}

// RejectInvalid answers an opening request that breaks the RFC, with the status that a
// server gives it (RFC6455-4.2.2-8) and what is wrong in words.
func (in *FromClient) RejectInvalid(broken []*wire.Violation) {
	var b strings.Builder
	for _, v := range broken {
		b.WriteString(judge.ViolationSentence(v) + "\n")
	}
	r := refusalOf(broken, b.String())
	in.Respond(r, b.String())
	in.Refused = true
}

// mostIgnored is how many octets of a client's a refusal waits out.
const mostIgnored = 1 << 20

// Linger closes the harness's half of the connection after a refusal and waits until the
// client closes its own. If the harness closed TCP with octets that it has not read, TCP
// could drop the response (RFC 9293 3.10.4). It does nothing if the connection was kept for
// another request.
func (in *FromClient) Linger() {
	half, ok := in.Conn.(interface{ CloseWrite() error })
	if !in.Refused || in.persists || !ok || in.OverHTTP2() || half.CloseWrite() != nil {
		return
	}
	_ = in.Conn.SetReadDeadline(time.Now().Add(in.deadlines.Drop))
	_, _ = io.CopyN(io.Discard, in.Conn, mostIgnored)
}

// PlainResponse is an HTTP response with a body, after which the connection is
// closed.
func PlainResponse(status int, contentType, body string) (wire.Response, string) {
	return wire.Response{
		Version: "HTTP/1.1", Status: status, Reason: http.StatusText(status),
		Fields: wire.Fields{
			{Name: "Content-Type", Value: contentType}, {Name: "Connection", Value: "close"},
			{Name: "Content-Length", Value: strconv.Itoa(len(body))},
		},
	}, body
}

// Respond sends a response.
func (in *FromClient) Respond(r wire.Response, body string) bool {
	if s := in.http2(); s != nil {
		return in.respondStream(s, (*script.Opening)(nil).HTTP2Response(&r, &in.Request), []byte(body))
	}
	octets := append(r.Append(nil), body...)
	in.enter(observed.Sent, observed.EntryResponse, octets, startLine(octets))
	_ = in.Conn.SetWriteDeadline(time.Now().Add(in.deadlines.Answer))
	_, err := in.Conn.Write(octets)
	return err == nil
}

// Open completes the opening handshake (RFC 6455 4.2.2) and returns the
// harness's end of the connection, nil if the client is gone.
func (in *FromClient) Open(subprotocols []string, profile script.Profile, sc *script.Script, caseID string, attempt int) *stream.Conn {
	r, deflate := Switching(in.Request, subprotocols, sc.Offers)
	keys := stream.NewMaskKeys(caseID, attempt)
	if !in.respondAs(sc.Opening, &r, keys) {
		return nil
	}
	if sc.Opening != nil {
		deflate = in.agreed(r)
	}
	b := stream.BoundsOf(&script.Case{Script: *sc}, profile)
	l := stream.New(in.Conn, wire.RoleServer, in.deadlines, keys, in.Began, b, deflate, in.Transcript)
	if in.spokeEarly {
		// The octets themselves are the first that the link will hear.
		l.AddViolation(judge.RuleSilentUntilAnswer.Violation("octets before it had the response"), 1)
	}
	l.Watch = in.Watch
	l.Start(in.early)
	return l
}

// respondAs sends the response of an opening that the case made its own.
func (in *FromClient) respondAs(how *script.Opening, r *wire.Response, keys *stream.MaskKeys) bool {
	if s := in.http2(); s != nil {
		return in.respondStreamAs(s, how, r, keys)
	}
	if how == nil {
		return in.Respond(*r, "")
	}
	in.spokeEarly = len(in.early) > 0
	if how.Hold && !in.spokeEarly {
		in.spokeEarly = in.hears()
	}
	response := how.Response(r, &in.Request)
	octets := []byte(how.Preface)
	if how.Preface != "" {
		in.enter(observed.Sent, observed.EntryOctets, octets[:len(octets):len(octets)], "before the response")
	}
	in.enter(observed.Sent, observed.EntryResponse, response, startLine(response))
	octets = append(octets, response...)
	head := len(octets)
	if octets = append(octets, how.Body...); how.Body != "" {
		in.enter(observed.Sent, observed.EntryOctets, octets[head:len(octets):len(octets)], "behind the response")
	}
	for _, f := range how.With {
		start := len(octets)
		octets, _ = f.Append(octets, wire.RoleServer, keys.Next)
		in.enter(observed.Sent, observed.EntryOctets, octets[start:len(octets):len(octets)], "in the same write: "+f.String())
	}
	_ = in.Conn.SetWriteDeadline(time.Now().Add(in.deadlines.Answer))
	return writeAs(in.Conn, how, octets, head, in.deadlines) == nil
}

// agreed is the harness's side of what a response of the case's own says of
// permessage-deflate; nil where that is no valid answer to the client's offers.
func (in *FromClient) agreed(r wire.Response) *stream.Deflation {
	offers, _ := extensions(in.Request.Fields)
	answers, _ := extensions(r.Fields)
	params, agreed, broken := agree(offers, answers)
	if broken != nil || !agreed {
		return nil
	}
	deflate, err := stream.NewDeflation(params, wire.RoleClient)
	if err != nil {
		return nil
	}
	return deflate
}

// hears listens for a moment, and keeps what comes.
func (in *FromClient) hears() bool {
	_ = in.Conn.SetReadDeadline(time.Now().Add(in.deadlines.Settle))
	defer func() { _ = in.Conn.SetReadDeadline(time.Time{}) }()
	buf := make([]byte, 4<<10)
	n, _ := in.Conn.Read(buf)
	in.early = append(in.early, buf[:n]...)
	return n > 0
}

// acceptDeflate answers a client's offers by the first of the case's demands
// that they allow. The demands are written for a server under test; of a client
// the same is asked the other way round.
func acceptDeflate(demands []wire.DeflateOffer, offers []wire.Extension) (*stream.Deflation, wire.Extension) {
	for _, d := range demands {
		params, answer, ok := answerTo(offers, d.ServerNoContextTakeover, d.ServerMaxWindowBits)
		if !ok || d.ServerMaxWindowBits > 0 && params.ClientMaxWindowBits > d.ServerMaxWindowBits {
			continue // the client offers no limit to its window (RFC7692-7.1.2.2-6)
		}
		deflate, err := stream.NewDeflation(params, wire.RoleClient)
		if err != nil {
			continue
		}
		return deflate, answer
	}
	return nil, wire.Extension{}
}
