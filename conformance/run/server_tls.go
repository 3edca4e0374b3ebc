package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/tunnel"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// garbledHello is a handshake record whose content is no handshake message.
var garbledHello = append([]byte{0x16, 0x03, 0x01, 0x00, 0x20}, "there is no ClientHello in here.."[:32]...)

// abusedTLS plays a case that speaks to a server's TLS port what is no TLS.
func (r *serverRun) abusedTLS(ctx context.Context, c *script.Case, target *opening.Target, started time.Time) Result {
	conn, err := r.connect(ctx, target.ConnectTCP, r.opts.Deadlines)
	if err != nil {
		return notPlayed(c, wire.RoleServer, started, nil, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	octets := garbledHello
	if c.Script.Transport == script.PlainOnSecure {
		request := wire.NewRequest(target.RequestTarget(), target.HostField(), wire.NewKey(stream.NewMaskKeys(c.ID, 1).Nonce()), target.RequestFields())
		octets = request.Append(nil)
	}
	seen := observed.Conversation{ScriptClosedAt: -1, HarnessClosedAt: -1}
	enter := func(d observed.Direction, k observed.EntryKind, octets []byte, text string) {
		seen.Transcript = append(seen.Transcript, observed.Entry{At: time.Since(started), Dir: d, Kind: k, Octets: octets, Text: text})
	}
	enter(observed.Sent, observed.EntryOctets, octets, c.Script.Transport.String())
	_ = conn.SetDeadline(time.Now().Add(r.opts.Deadlines.Answer))
	_, err = conn.Write(octets)
	var got []byte
	if err == nil {
		got, err = io.ReadAll(io.LimitReader(conn, opening.Limit))
	}
	if len(got) > 0 {
		enter(observed.Received, observed.EntryOctets, got, "the answer")
	}
	response, _, notHTTP := wire.ParseResponse(got)
	event := observed.Event{At: time.Since(started), Response: &response}
	var timeout net.Error
	switch {
	case notHTTP == nil && response.Status == 101:
		event.Kind = observed.EventAccepted
	case notHTTP == nil:
		event.Kind = observed.EventRefused
	case errors.As(err, &timeout) && timeout.Timeout():
		seen.TimedOut, seen.Waited = true, r.opts.Deadlines.Answer
	default: // an alert, perhaps, and the end
		enter(observed.Received, observed.EntryEOF, nil, "TCP closed by the peer")
		event.Kind = observed.EventEOF
	}
	if event.Kind != 0 {
		seen.Events = []observed.Event{event}
	}
	return newResult(c, wire.RoleServer, seen, started)
}

// targetOf is where a case is played: a case about TLS at the target's other URL, if it has
// one.
func (r *serverRun) targetOf(c *script.Case) *opening.Target {
	if c.Script.Transport != script.AnyTransport && r.target.Secure != nil {
		return r.target.Secure
	}
	return r.target
}

// notSecureServer says why a case about TLS does not apply, and what to do.
func notSecureServer(t *opening.Target) string {
	return fmt.Sprintf("The case is about TLS, and %s has none. A wss: URL plays it, or --tls-url beside this one. In the command of --start, {cert} and {key} are files with a certificate that wsspec makes.", t.URL.Redacted())
}

// refusesTLS says that the server refuses a TLS handshake which is not the usual one; empty
// if it does not. No requirement says which versions a server supports, or that it serves
// clients that do not name it.
func refusesTLS(c *script.Case, err error) string {
	var target *opening.TargetError
	how := c.Script.TLS
	if !how.ShapesHandshake() || !errors.As(err, &target) || target.Problem != opening.TLSRefused || isTimeout(err) {
		return ""
	}
	return fmt.Sprintf("The server refuses the TLS handshake of a client that is to %s: %v.", how, target.Err)
}

// withoutTLS is why a case about TCP does not apply.
const withoutTLS = "The case is about TCP, and the connection has TLS, which ends by an alert of its own. A ws: URL plays it."

// noServerName is why a case does not apply to a server that needs its name.
const noServerName = "The server does not serve a client that does not name it in the TLS handshake, as it may."

// selectsHTTP2 reports whether the server has selected h2 in the TLS handshake.
func selectsHTTP2(conn net.Conn) bool {
	secure, ok := conn.(*tunnel.Conn)
	return ok && secure.ConnectionState().NegotiatedProtocol == "h2"
}

var ruleSelectedHTTP = &wire.Rule{
	ID: "RFC6455-4.2.2-22", RFC: 6455, Section: "4.2.2", Text: "The response is HTTP of the version that the server has selected in the TLS handshake (RFC 7301 3.2).",
}

// speaksHTTP2 judges a server that has selected h2 in the TLS handshake. If it speaks HTTP/2,
// the case does not apply.
func (r *serverRun) speaksHTTP2(ctx context.Context, c *script.Case, target *opening.Target, conn net.Conn, started time.Time) Result {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	d := r.deadlinesNow()
	answer, octets := tunnel.AsksHTTP2(conn, d.Answer)
	transcript := observed.Transcript{
		{At: time.Since(started), Kind: observed.EntryNote, Text: "the server selected h2 in the TLS handshake; the harness sends the preface of HTTP/2"},
		{At: time.Since(started), Dir: observed.Received, Kind: observed.EntryOctets, Octets: octets, Text: "the beginning of the answer", Number: 1},
	}
	if len(octets) == 0 {
		transcript = transcript[:1]
	}
	if answer == tunnel.HTTP2 {
		return notTested(c, wire.RoleServer, started, transcript, "The server selects h2 and speaks it. The case is about HTTP/1.1.")
	}
	if answer == tunnel.HTTP1 {
		res := notPlayed(c, wire.RoleServer, started, transcript, ruleSelectedHTTP.Violation("the server selects h2 in the TLS handshake, and answers the preface of HTTP/2 with HTTP/1.1"))
		res.FirstWrong = &judge.WrongOctet{Entry: 1}
		return res
	}
	conn, err := r.connect(ctx, func(ctx context.Context, d stream.Deadlines) (net.Conn, error) {
		return target.ConnectBy(ctx, c.Script.TLS, d)
	}, d)
	if err != nil {
		return notPlayed(c, wire.RoleServer, started, transcript, err)
	}
	defer conn.Close()
	o, err := opening.Open(ctx, conn, target, &script.Script{}, stream.NewMaskKeys(c.ID, 1), d, started)
	if err == nil {
		return notPlayed(c, wire.RoleServer, started, o.Transcript, ruleSelectedHTTP.Violation("the server selects h2 in the TLS handshake, and speaks HTTP/1.1"))
	}
	return Result{
		Case: c, Role: wire.RoleServer, Verdict: verdict.Overall(verdict.NonStrict, verdict.CloseOK), Behavior: verdict.NonStrict, Close: verdict.CloseOK,
		Started: started, Duration: time.Since(started), Attempts: 1, Transcript: transcript,
		Explanation: "Allowed, but not preferred. The server selects h2 in the TLS handshake, and answers neither HTTP/2 nor HTTP/1.1. A client that offers both cannot use it.",
	}
}
