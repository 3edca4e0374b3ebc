package run

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/wsspec/wsspec/conformance/h2"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// onSameConnection opens the further connections of a case that are streams of the same HTTP/2
// connection.
func (r *serverRun) onSameConnection(c *script.Case, keys *stream.MaskKeys, started time.Time, w *watcher) func(context.Context, *stream.Conn) (*stream.Conn, error) {
	return func(ctx context.Context, before *stream.Conn) (*stream.Conn, error) {
		s, ok := before.Transport().(*h2.Stream)
		if !ok {
			return nil, errors.New("the connection is no stream of HTTP/2")
		}
		return r.goOn(ctx, c, keys, started, w, before, s.Beside())
	}
}

// endedBefore judges a case about HTTP/2 whose connection the server ended before the request
// could be sent; nil if it did not.
func (r *serverRun) endedBefore(c *script.Case, target *opening.Target, err error, started time.Time) *Result {
	if !target.HTTP2 || c.Script.HTTP2 == nil || opening.EndOfStream(err) == "" {
		return nil
	}
	seen := observed.Conversation{ScriptClosedAt: -1, HarnessClosedAt: -1, OverHTTP2: true}
	streamEnd(&seen, err, time.Since(started))
	res := newResult(c, wire.RoleServer, seen, started)
	return &res
}

// streamEnd records how a stream of HTTP/2 ended without a response, if the error says that.
func streamEnd(seen *observed.Conversation, err error, at time.Duration) bool {
	var violation *wire.Violation
	did := opening.EndOfStream(err)
	switch {
	case errors.As(err, &violation):
		seen.Events = []observed.Event{{Kind: observed.EventViolation, At: at, Violation: violation}}
		return true
	case did == "" && errors.Is(err, io.EOF):
		seen.EndTCP(at, observed.EntryEOF, "the peer "+observed.EndStream, observed.EventEOF)
		did = observed.EndStream
	case did == "":
		return false
	default:
		seen.EndTCP(at, observed.EntryReset, "the peer "+did, observed.EventReset)
	}
	seen.Events[0].Stream = did
	return true
}

// breaksHTTP2 is the violation of HTTP/2 by which a server kept the probe from opening a
// stream, nil if the error is none. Every case then fails by it.
func breaksHTTP2(t *opening.Target, err error) *wire.Violation {
	var violation *wire.Violation
	if t.HTTP2 && errors.As(err, &violation) {
		return violation
	}
	return nil
}

var _ stream.Multiplexed = (*h2.Stream)(nil)

