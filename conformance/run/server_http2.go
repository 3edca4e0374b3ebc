package run

import (
	"context"
	"errors"
	"net"
	"slices"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// onSameConnection opens the further connections of a case that are streams of the same
// connection of HTTP/2 or HTTP/3.
func (r *serverRun) onSameConnection(c *script.Case, keys *stream.MaskKeys, started time.Time, w *watcher) func(context.Context, *stream.Conn) (*stream.Conn, error) {
	return func(ctx context.Context, before *stream.Conn) (*stream.Conn, error) {
		s, ok := before.Transport().(opening.Stream)
		if !ok {
			return nil, errors.New("the connection is no stream of HTTP/2 or HTTP/3")
		}
		return r.goOn(ctx, c, keys, started, w, before, s.Another())
	}
}

// endedBefore judges a case about HTTP/2 or HTTP/3 whose connection the server ended before the request
// could be sent; nil if it did not.
func (r *serverRun) endedBefore(c *script.Case, target *opening.Target, err error, started time.Time) *Result {
	if c.Script.HTTP2 == nil && c.Script.HTTP3 == nil || opening.EndOfStream(err) == "" {
		return nil
	}
	seen := observed.Conversation{ScriptClosedAt: -1, HarnessClosedAt: -1, OverHTTP2: target.Transport() == opening.HTTP2, OverHTTP3: target.Transport() == opening.HTTP3}
	opening.EndStream(&seen, err, time.Since(started))
	res := newResult(c, wire.RoleServer, seen, started)
	return &res
}

// breaksHTTP2 is the violation of HTTP/2 or HTTP/3 by which a server kept the probe from opening a
// stream, nil if the error is none. Every case then fails by it.
func breaksHTTP2(t *opening.Target, err error) *wire.Violation {
	var violation *wire.Violation
	if t.Streams() && errors.As(err, &violation) {
		return violation
	}
	return nil
}

var ruleNoTunnel = &wire.Rule{ID: "RFC8441-4-3", RFC: 8441, Section: "4", Text: "A server makes no tunnel to the host in :authority."}

// neverTunnelled is for the cases in which nobody listens.
func neverTunnelled(time.Duration) *wire.Violation { return nil }

// listenElsewhere listens at the address from which the harness is connected, and returns the
// case with that address in place of {elsewhere}. Tunnelled waits for a moment, and returns
// the violation of a server that has connected there.
func listenElsewhere(c *script.Case, conn net.Conn) (played *script.Case, tunnelled func(time.Duration) *wire.Violation, stop func(), err error) {
	host, _, err := net.SplitHostPort(conn.LocalAddr().String())
	if err != nil {
		return nil, nil, nil, err
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, nil, nil, err
	}
	came := make(chan net.Addr, 1)
	go func() {
		if other, err := l.Accept(); err == nil {
			came <- other.RemoteAddr()
			_ = other.Close()
		}
	}()
	copied := *c
	copied.Script.Opening = c.Script.Opening.Naming("{elsewhere}", l.Addr().String())
	return &copied, func(wait time.Duration) *wire.Violation {
		select {
		case from := <-came:
			return ruleNoTunnel.Violation("a connection from %s came to the address in :authority", from)
		case <-time.After(wait):
			return nil
		}
	}, func() { _ = l.Close() }, nil
}

// withStreamErrors is the case for a server that has answered its request by RST_STREAM with
// PROTOCOL_ERROR. That is how HTTP/2 refuses a malformed request (RFC 9113 8.1.1), so that it
// counts as an HTTP error does, where the end of TCP alone says less. HTTP/3 has
// H3_MESSAGE_ERROR for that (RFC 9114 4.1.2).
func withStreamErrors(c *script.Case, err error) *script.Case {
	refuses := slices.IndexFunc(c.Script.Outcomes, func(o script.Outcome) bool {
		return len(o.Events) == 1 && o.Events[0].Kind == script.ExpectRefused && len(o.Events[0].Conditions) == 0
	})
	if !opening.RefusesRequest(err) || refuses < 0 {
		return c
	}
	told := *c
	told.Script.Outcomes = slices.Insert(slices.Clone(c.Script.Outcomes), refuses+1, script.Outcome{Behavior: c.Script.Outcomes[refuses].Behavior, Ending: script.NotOpened()})
	return &told
}
