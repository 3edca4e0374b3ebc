package opening

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// AnswerUnopened answers the opening request with the response of a case in which
// the client must not open the connection, and watches what the client makes of it.
// A status other than 101 is plain HTTP (RFC6455-4.1-43): the client may close TCP,
// keep the connection, or send its next request on it (RFC 9112 9.3), which then is
// there for [FromClient.Next]. Some clients do the same with a 101 that they reject.
//
// A client that goes on with anything else has taken the response for a good one:
// rest is then to be played on the stream returned. Otherwise the stream is nil, and
// seen is all that was observed.
func (in *FromClient) AnswerUnopened(profile script.Profile, c *script.Case, attempt int) (seen observed.Conversation, l *stream.Conn, rest *script.Script) {
	keys := stream.NewMaskKeys(c.ID, attempt)
	how := c.Script.Opening
	r := switchingProtocols(in.key())
	alive := in.respondAs(how, &r, keys)
	in.Refused = true
	var err error
	if (alive || in.OverHTTP2()) && len(in.early) == 0 {
		err = in.listen(in.deadlines.FailFast)
	}
	var timeout net.Error
	silent := errors.As(err, &timeout) && timeout.Timeout() && len(in.early) == 0
	switch {
	case in.OverHTTP2() && err != nil && !silent && len(in.early) == 0:
		return in.unopenedStream(err), nil, nil
	case alive && len(in.early) > 0 && !in.OverHTTP2() && beginsRequest(in.early):
		in.enter(observed.Noted, observed.EntryNote, nil, "the client sent its next HTTP request on the connection")
		in.persists = true
		return in.unopened(c, observed.EventQuiet, 0), nil, nil
	case alive && len(in.early) > 0:
		return seen, in.stream(profile, c, keys, r), &c.Script
	case alive && silent && how.Refuses():
		in.enter(observed.Noted, observed.EntryNote, nil, "the client kept the connection and sent nothing")
		in.persists = persists(in.Request, r)
		return in.unopened(c, observed.EventQuiet, in.deadlines.FailFast), nil, nil
	case alive && silent: // whether it took the 101 shows when it gets a Close frame
		l, rest := in.stream(profile, c, keys, r), c.Script
		rest.Steps = nil
		for _, name := range watches(c) {
			l.Mark(name, in.deadlines.FailFast)
		}
		return seen, l, &rest
	case errors.Is(err, io.EOF):
		return in.unopened(c, observed.EventEOF, 0), nil, nil
	}
	return in.unopened(c, observed.EventReset, 0), nil, nil
}

// unopened is what was observed of a client that opened no connection. The harness
// waited for an end, if none came.
func (in *FromClient) unopened(c *script.Case, end observed.EventKind, waited time.Duration) observed.Conversation {
	seen := observed.Conversation{ScriptClosedAt: -1, HarnessClosedAt: -1, OverHTTP2: in.OverHTTP2(), Transcript: in.Transcript}
	at := time.Since(in.Began)
	switch end {
	case observed.EventEOF:
		seen.EndTCP(at, observed.EntryEOF, "TCP closed by the peer", end)
	case observed.EventReset:
		seen.EndTCP(at, observed.EntryReset, "TCP reset by the peer", end)
	default:
		for _, name := range watches(c) {
			seen.Events = append(seen.Events, observed.Event{Kind: end, At: at, Name: name, Waited: waited})
		}
	}
	return seen
}

// watches are the marks of a case that the peer keeps the connection.
func watches(c *script.Case) []string {
	var names []string
	for _, step := range c.Script.Steps {
		if watch, ok := step.(script.Watch); ok {
			names = append(names, watch.Name)
		}
	}
	return names
}

// stream is the connection behind a response that the client should reject.
func (in *FromClient) stream(profile script.Profile, c *script.Case, keys *stream.MaskKeys, r wire.Response) *stream.Conn {
	l := stream.New(in.Conn, wire.RoleServer, in.deadlines, keys, in.Began, stream.BoundsOf(c, profile), in.agreed(r), in.Transcript)
	l.Watch = in.Watch
	l.Start(in.early)
	return l
}

// listen waits for octets until the beginning of a request can be told from
// anything else.
func (in *FromClient) listen(d time.Duration) error {
	_ = in.Conn.SetReadDeadline(time.Now().Add(d))
	defer func() { _ = in.Conn.SetReadDeadline(time.Time{}) }()
	buf := make([]byte, 4<<10)
	for len(in.early) < 2 {
		n, err := in.Conn.Read(buf)
		in.early = append(in.early, buf[:n]...)
		if err != nil {
			return err
		}
	}
	return nil
}

// beginsRequest tells a request from frames by its first octets: a method is a
// token (RFC 9110 9.1), while the second octet of a client's frame has the mask
// bit set, which no token has (RFC 6455 5.2).
func beginsRequest(octets []byte) bool {
	method, _, _ := bytes.Cut(octets, []byte(" "))
	return isToken(string(method))
}

// persists reports whether HTTP keeps the connection open behind a response: both
// sides speak HTTP/1.1, neither asks to close, and the end of the response is
// known (RFC 9112 6.3, 9.3).
func persists(request wire.Request, r wire.Response) bool {
	_, sized := r.Fields.Get("Content-Length")
	_, body := request.Fields.Get("Content-Length")
	_, coded := request.Fields.Get("Transfer-Encoding")
	return request.Version == "HTTP/1.1" && r.Version == "HTTP/1.1" && !body && !coded &&
		!HasToken(request.Fields.Values("Connection"), "close") && !HasToken(r.Fields.Values("Connection"), "close") &&
		(sized || r.Status == 204 || r.Status == 304)
}

// Next waits for the client's next request on the connection, and returns nil if
// none comes in time, before the context ends, or at all, because HTTP does not
// keep the connection.
func (in *FromClient) Next(ctx context.Context, patience time.Duration) *FromClient {
	if !in.persists {
		return nil
	}
	if len(in.early) == 0 {
		_ = in.Conn.SetReadDeadline(time.Now().Add(patience))
		stop := context.AfterFunc(ctx, func() { _ = in.Conn.SetReadDeadline(time.Unix(1, 0)) })
		buf := make([]byte, 4<<10)
		n, err := in.Conn.Read(buf)
		stop()
		if in.early = buf[:n]; n == 0 || err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
			return nil
		}
	}
	return &FromClient{Conn: in.Conn, deadlines: in.deadlines, Began: time.Now(), early: in.early}
}

// key is the request's Sec-WebSocket-Key; empty if it has none.
func (in *FromClient) key() string {
	key, _ := in.Request.Fields.Get("Sec-WebSocket-Key")
	return strings.TrimSpace(key)
}

// switchingProtocols is the plain response that opens a connection (RFC 6455
// 4.2.2).
func switchingProtocols(key string) wire.Response {
	return wire.Response{Version: "HTTP/1.1", Status: 101, Reason: "Switching Protocols", Fields: wire.Fields{
		{Name: "Upgrade", Value: "websocket"}, {Name: "Connection", Value: "Upgrade"},
		{Name: "Sec-WebSocket-Accept", Value: script.AcceptOf(key)},
	}}
}
