package between

import (
	"context"
	"slices"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// closeOf is the first Close frame that came to an end, nil if none did.
func closeOf(at *stream.Conn) (found *observed.Event) {
	at.Look(func(events []observed.Event, _, _ bool) {
		if i := slices.IndexFunc(events, func(e observed.Event) bool { return e.Kind == observed.EventClose }); i >= 0 {
			e := events[i]
			found = &e
		}
	})
	return found
}

// isGone reports whether TCP has ended at an end.
func isGone(at *stream.Conn) (gone bool) {
	at.Look(func(_ []observed.Event, _, g bool) { gone = g })
	return gone
}

// untilEnd waits until an end has a Close frame, a violation, or the end of TCP.
func (p *player) untilEnd(ctx context.Context, at *stream.Conn) bool {
	return at.Until(ctx, p.gateway.Deadlines.Close, func(_ []observed.Event, ended bool) bool { return ended }) || isGone(at)
}

// untilGone waits until TCP has ended at an end.
func (p *player) untilGone(ctx context.Context, at *stream.Conn) bool {
	at.Until(ctx, p.gateway.Deadlines.Close, func([]observed.Event, bool) bool { return false })
	return isGone(at)
}

// closes judges a closing handshake: the Close frame of the near end, the answer of the far
// one, and the end of TCP, which the server begins (RFC6455-7.1.1-6).
func (p *player) closes(ctx context.Context, near, far *stream.Conn) {
	p.answered(ctx, near, far)
	if _, broken := arrived(far); broken != nil {
		p.say(verdict.Fail, "What came out breaks %s (%s): %s.", broken.Rule.Clause(), broken.Rule.ID, broken.Detail)
		return
	}
	frames := p.c.Frames
	for _, w := range sent(frames[:len(frames)-1]) {
		if got, _ := arrived(far); !slices.Contains(got, w) {
			p.say(verdict.Fail, "A %s did not come out before the Close frame.", w)
		}
	}
	body := string(frames[len(frames)-1].Payload.Bytes())
	got := closeOf(far)
	switch {
	case got == nil && isGone(far):
		p.say(verdict.Fail, "The Close frame did not come out: TCP ended without one (RFC 6455 7.1.5).")
		return
	case got == nil:
		p.say(verdict.Fail, "The Close frame did not come out.")
		return
	case string(got.Body) != body:
		p.say(verdict.Fail, "%s came out as %s (RFC 6455 7.1.5).", frames[len(frames)-1], *got)
	}
	p.send(far, script.CloseBody(script.Payload{Octets: got.Body}))
	p.untilEnd(ctx, near)
	switch back := closeOf(near); {
	case back == nil && isGone(near):
		p.say(verdict.Warn, "The far end answered with Close, and the gateway ended TCP before that came back (RFC 6455 7.1.1).")
	case back == nil:
		p.say(verdict.Fail, "The far end answered with Close, and that did not come back (RFC 6455 5.5.1).")
	case back.Code != got.Code:
		p.say(verdict.Warn, "The far end answered with %s, and %s came back.", *got, *back)
	}
	p.link.server.CloseWrite()
	if !p.untilGone(ctx, p.link.client) {
		p.say(verdict.Warn, "The server closed TCP, and the gateway left the client's connection open.")
	}
}

// answered waits until a Close frame has come out. A gateway that answers it by itself may
// first want the end of TCP, as an endpoint does.
func (p *player) answered(ctx context.Context, near, far *stream.Conn) {
	if !p.untilEnd(ctx, far) && closeOf(near) != nil {
		p.say(verdict.Pass, "The gateway answers the Close frame itself.")
		near.CloseWrite()
		p.untilEnd(ctx, far)
	}
}

// leave answers a Close frame of the gateway, and closes the half of TCP.
func (p *player) leave(at *stream.Conn) {
	if got := closeOf(at); got != nil {
		p.send(at, script.CloseBody(script.Payload{Octets: got.Body}))
	}
	at.CloseWrite()
}

// tcpEnds judges what becomes of the end of TCP without a closing handshake: the far end has
// to learn of it.
func (p *player) tcpEnds(ctx context.Context, near, far *stream.Conn) {
	if p.c.End == Reset {
		near.Reset()
	} else {
		near.CloseWrite()
	}
	if !p.untilEnd(ctx, far) {
		p.say(verdict.Warn, "One end is gone, and the gateway left the other connection open for %s.", p.gateway.Deadlines.Close)
		return
	}
	for _, w := range sent(p.c.Frames) {
		if got, _ := arrived(far); !slices.Contains(got, w) {
			p.say(verdict.Fail, "A %s that was sent before the end of TCP did not come out.", w)
		}
	}
	if got := closeOf(far); got != nil {
		v := verdict.Pass
		if got.Code == wire.StatusNormalClosure {
			v = verdict.Warn // nobody has closed the connection in order
		}
		p.say(v, "The gateway tells the other end by %s.", *got)
		return
	}
	if p.c.End == FIN {
		p.halfOpen(ctx, near, far)
	}
}

// halfOpen tells whether the other half of TCP stays open behind a FIN.
func (p *player) halfOpen(ctx context.Context, near, far *stream.Conn) {
	p.send(far, script.Text(script.Octets(markBehind)))
	if p.awaits(ctx, near, markBehind, p.gateway.Deadlines.FailFast) {
		p.say(verdict.Pass, "The end of one half of TCP comes out as that, and the other half stays open.")
		return
	}
	p.say(verdict.Pass, "The gateway ends both halves of TCP when one has ended.")
}

// illegal judges what becomes of a frame that breaks a rule: it comes out as it is, or the
// gateway fails the connection. Nothing of it may become legal on the way.
func (p *player) illegal(ctx context.Context, near, far *stream.Conn) {
	far.Until(ctx, p.gateway.Deadlines.FailFast, func(events []observed.Event, ended bool) bool { return ended })
	got, gone := closeOf(far), isGone(far)
	nearEnded := false
	if _, broken := arrived(far); broken != nil { // it comes out as it is, and the rest of it may still come
		p.asMuch(ctx, far, p.gateway.Deadlines.FailFast)
	} else if nearEnded = p.untilEnd(ctx, near); nearEnded && closeOf(far) == nil && !isGone(far) {
		p.leave(near)
		p.untilEnd(ctx, far)
		got, gone = closeOf(far), isGone(far)
	}
	nearSaid := codeOf(near)
	octets := received(far)
	_, _, octets, _ = nextFrame(octets) // the mark before it
	if p.asItIs(octets) {
		p.say(verdict.Pass, "The gateway passes it on as it is: it reads no frames.")
		return
	}
	h, payload, _, some := nextFrame(octets)
	switch {
	case some && h.Opcode == wire.OpClose && got != nil || !some && (got != nil || gone):
		if !nearEnded {
			p.say(verdict.Warn, "The gateway fails the far connection, and leaves that of the sender open (RFC 6455 7.1.7).")
			return
		}
		p.say(verdict.Pass, "The gateway fails the connection%s.", nearSaid)
	case !some && nearEnded:
		p.say(verdict.Warn, "The gateway fails the connection of the sender%s, and leaves the far one open.", nearSaid)
	case some:
		p.say(verdict.Fail, "The gateway makes something else of it: %s came out (RFC 6455 7.1.7, %s).",
			script.Frame{Fin: h.Fin, RSV: h.RSV, Opcode: h.Opcode, Payload: script.Payload{Octets: payload}}, failsConnection)
	default:
		p.say(verdict.Fail, "It did not come out, and the gateway did not fail the connection (RFC 6455 7.1.7, %s).", failsConnection)
	}
}

// codeOf is the status code of the Close frame that came to an end, in words.
func codeOf(at *stream.Conn) string {
	if got := closeOf(at); got != nil {
		return " with " + got.String()
	}
	return ""
}

// asItIs reports whether octets begin with the frames of the case, unchanged but for the
// masking key.
func (p *player) asItIs(octets []byte) bool {
	for _, f := range p.c.Frames {
		want := f.Header(p.from)
		h, payload, rest, ok := nextFrame(octets)
		if !ok || h.Fin != want.Fin || h.RSV != want.RSV || h.Opcode != want.Opcode || h.Masked != want.Masked || h.Length != want.Length ||
			want.Form != wire.LengthShortest && h.Form != want.Form || string(payload) != string(f.Payload.Bytes()) {
			return false
		}
		octets = rest
	}
	return true
}
