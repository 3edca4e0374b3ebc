package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// garbledHello is a handshake record whose content is no handshake message.
var garbledHello = append([]byte{0x16, 0x03, 0x01, 0x00, 0x20}, "there is no ClientHello in here.."[:32]...)

// abusedTLS plays a case that speaks to a server's TLS port what is no TLS.
func (r *serverRun) abusedTLS(ctx context.Context, c *script.Case, started time.Time) Result {
	conn, err := r.connect(ctx, r.target.ConnectTCP, r.opts.Deadlines)
	if err != nil {
		return notPlayed(c, wire.RoleServer, started, nil, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	octets := garbledHello
	if c.Script.Transport == script.PlainOnSecure {
		request := wire.NewRequest(r.target.RequestTarget(), r.target.HostField(), wire.NewKey(stream.NewMaskKeys(c.ID, 1).Nonce()), r.target.RequestFields())
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

// notSecureServer says why a case about TLS does not apply.
func notSecureServer(t *opening.Target) string {
	return fmt.Sprintf("The case is about TLS, and %s has none.", t.URL.Redacted())
}
