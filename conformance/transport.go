package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Transport is what a case is about below WebSocket.
type Transport uint8

// The transports; all but the first are about TLS, and UNIMPLEMENTED where the
// target has none.
const (
	// AnyTransport: the one that the target has.
	AnyTransport Transport = iota
	// Secure: TLS with a certificate that is trusted.
	Secure
	// PlainOnSecure: plain HTTP to a server's TLS port.
	PlainOnSecure
	// GarbageOnSecure: a TLS record that holds no ClientHello.
	GarbageOnSecure
	// Untrusted: to a client, a certificate that it cannot trust.
	Untrusted
)

// String describes the transport for people.
func (t Transport) String() string {
	return [...]string{"", "connect by TLS", "speak plain HTTP to the TLS port", "send a TLS record that holds no ClientHello",
		"show the client a certificate that it cannot trust"}[t]
}

// garbledHello is a handshake record whose content is no handshake message.
var garbledHello = append([]byte{0x16, 0x03, 0x01, 0x00, 0x20}, "there is no ClientHello in here.."[:32]...)

// notSecure is the result of a case about TLS where there is none.
func notSecure(c *Case, role wire.Role, started time.Time, why string) Result {
	return Result{
		Case: c, Role: role, Verdict: Skip, Behavior: Unimplemented, Close: CloseOK,
		Started: started, Duration: time.Since(started), Attempts: 1, Explanation: why,
	}
}

// abusedTLS plays a case that speaks to a server's TLS port what is no TLS.
func (r *serverRun) abusedTLS(ctx context.Context, c *Case, started time.Time) Result {
	conn, err := r.target.connectTCP(ctx, r.deadlines)
	if err != nil {
		return couldNot(c, wire.RoleServer, started, nil, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	octets := garbledHello
	if c.Script.Transport == PlainOnSecure {
		request := wire.NewRequest(r.target.resource(), r.target.host(), wire.NewKey(newMaskKeys(c.ID, 1).nonce()), r.target.fields())
		octets = request.Append(nil)
	}
	seen := observed{scriptClosedAt: -1, harnessClosedAt: -1}
	enter := func(d Direction, k EntryKind, octets []byte, text string) {
		seen.transcript = append(seen.transcript, Entry{At: time.Since(started), Dir: d, Kind: k, Octets: octets, Text: text})
	}
	enter(Sent, EntryOctets, octets, c.Script.Transport.String())
	_ = conn.SetDeadline(time.Now().Add(r.deadlines.Answer))
	_, err = conn.Write(octets)
	var got []byte
	if err == nil {
		got, err = io.ReadAll(io.LimitReader(conn, openingLimit))
	}
	if len(got) > 0 {
		enter(Received, EntryOctets, got, "the answer")
	}
	response, _, notHTTP := wire.ParseResponse(got)
	event := Event{At: time.Since(started), Response: &response}
	var timeout net.Error
	switch {
	case notHTTP == nil && response.Status == 101:
		event.Kind = EventAccepted
	case notHTTP == nil:
		event.Kind = EventRefused
	case errors.As(err, &timeout) && timeout.Timeout():
		seen.gaveUp = true
	default: // an alert, perhaps, and the end
		enter(Received, EntryEOF, nil, "TCP closed by the peer")
		event.Kind = EventEOF
	}
	if event.Kind != 0 {
		seen.events = []Event{event}
	}
	return newResult(c, wire.RoleServer, seen, started)
}

// notSecureServer says why a case about TLS does not apply.
func notSecureServer(t *Target) string {
	return fmt.Sprintf("The case is about TLS, and %s has none.", t.URL.Redacted())
}
