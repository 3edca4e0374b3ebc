package between

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A player plays a case on a link, and judges what comes out at the other end.
type player struct {
	gateway *Gateway
	c       *Case
	from    wire.Role
	link    *link
	verdict verdict.Verdict
	// sent is how many octets of frames the near end has sent.
	sent uint64
	// said are the sentences of the explanation.
	said []string
}

func (p *player) sentence() string {
	if len(p.said) == 0 {
		return "It comes out as it was sent."
	}
	return strings.Join(p.said, " ")
}

// say adds a sentence, and a verdict if it is worse than the one so far.
func (p *player) say(v verdict.Verdict, format string, args ...any) {
	p.said = append(p.said, fmt.Sprintf(format, args...))
	rank := func(v verdict.Verdict) int {
		return slices.Index([]verdict.Verdict{verdict.Pass, verdict.Skip, verdict.Warn, verdict.Fail}, v)
	}
	if rank(v) > rank(p.verdict) {
		p.verdict = v
	}
}

// judge judges the opening handshake, and then the frames.
func (p *player) judge(ctx context.Context) {
	l, c := p.link, p.c
	if l.asked == nil {
		if l.err != nil {
			p.say(verdict.Fail, "Nothing came to the server, and %s.", noAnswer(l.err))
			return
		}
		p.say(verdict.Fail, "Nothing came to the server. The gateway answered with %d by itself.", l.answer.Response.Status)
		return
	}
	if c.ID == "handshake/request" {
		p.request()
	}
	switch {
	case c.Status != 0:
		p.refusal(ctx)
		return
	case c.ID == "handshake/wrong-accept":
		p.wrongAccept(ctx)
		return
	case l.err != nil:
		p.say(verdict.Fail, "The server accepted with 101, and %s%s.", noAnswer(l.err), c.clause())
		return
	case l.client == nil:
		p.say(verdict.Fail, "The server accepted with 101, and the client got %d%s.", l.answer.Response.Status, c.clause())
		return
	case l.server == nil:
		p.say(verdict.Fail, "The gateway closed its connection to the server before it had the response.")
		return
	}
	if c.Chosen != "" {
		if got, _ := l.answer.Response.Fields.Get("Sec-WebSocket-Protocol"); got != c.Chosen {
			p.say(verdict.Fail, "The server chose the subprotocol %q, and the client got %q (RFC 6455 4.2.2).", c.Chosen, got)
		}
	}
	if c.Deflate && !p.extension("permessage-deflate", l.client.Agreed() != nil, l.server.Agreed() != nil) {
		return
	}
	if c.Unknown && !p.extension(unknownExtension, p.has(l.answer.Response.Fields), p.has(l.asked.Request.Fields)) {
		return
	}
	if len(c.Frames) > 0 || c.End != NoEnd {
		p.frames(ctx)
	}
}

// noAnswer says how the client got no response.
func noAnswer(err error) string {
	var target *opening.TargetError
	switch {
	case !errors.As(err, &target):
		return "to the client came: " + err.Error()
	case target.Problem == opening.NotHTTP:
		return "what came to the client is no response of HTTP"
	}
	return "no response came to the client"
}

// has reports whether fields name the unknown extension.
func (p *player) has(fields wire.Fields) bool {
	return strings.Contains(strings.Join(fields.Values("Sec-WebSocket-Extensions"), ","), unknownExtension)
}

// extension judges whether an extension was agreed on at both ends or at none, and reports
// whether it was at both (RFC 6455 9.1). A gateway that reads the frames may agree by itself.
func (p *player) extension(name string, client, server bool) bool {
	switch {
	case client && server:
		return true
	case !client && !server:
		p.say(verdict.Skip, "The gateway takes %s out of the opening handshake, as it may.", name)
		return false
	case name == unknownExtension && server && !client:
		p.say(verdict.Fail, "The offer of %s came to the server, which accepted it; the client does not know that (RFC 6455 9.1).", name)
		return false
	case name == unknownExtension:
		p.say(verdict.Fail, "The client was told that %s is accepted; the server was not asked (RFC 6455 9.1).", name)
		return false
	}
	p.say(verdict.Pass, "The gateway agrees on %s with one side alone.", name)
	return true
}

// request judges what came to the server of the request of the client.
func (p *player) request() {
	got := p.link.asked.Request
	for _, v := range opening.CheckRequest(got) {
		p.say(verdict.Fail, "The request that came to the server breaks %s (%s): %s.", v.Rule.Clause(), v.Rule.ID, v.Detail)
	}
	if want := p.gateway.Target.RequestTarget(); got.Target != want {
		p.say(verdict.Pass, "The gateway asks the server for another target: %s in place of %s.", excerpt(got.Target), excerpt(want))
	}
	have := strings.Join(got.Fields.Values("Sec-WebSocket-Protocol"), ", ")
	for name := range strings.SplitSeq(have, ", ") {
		if !slices.Contains(p.c.Subprotocols, name) {
			p.say(verdict.Fail, "The server was asked for the subprotocols %q, and the client had asked for %q (RFC 6455 4.1).", have, strings.Join(p.c.Subprotocols, ", "))
			break
		}
	}
	for _, field := range []wire.Field{{Name: "X-Wsspec", Value: "passed on"}, {Name: "Origin", Value: "http://" + p.gateway.Target.HostField()}} {
		if have, _ := got.Fields.Get(field.Name); have != field.Value {
			p.say(verdict.Warn, "The field %s is %q in the client's request, and %q in the one to the server.", field.Name, field.Value, have)
		}
	}
	if have, _ := got.Fields.Get("Host"); have != p.gateway.Target.HostField() {
		p.say(verdict.Pass, "The gateway writes a Host of its own, %s.", excerpt(have))
	}
}

// refusal judges what came to the client of a refusal.
func (p *player) refusal(ctx context.Context) {
	switch l := p.link; {
	case l.err != nil:
		p.say(verdict.Fail, "The server refused with %d, and %s.", p.c.Status, noAnswer(l.err))
	case l.answer.Opened() && p.untilEnd(ctx, l.client):
		p.say(verdict.Warn, "The server refused with %d. The gateway had answered the client with 101 already, and ended that connection%s.", p.c.Status, codeOf(l.client))
	case l.answer.Opened():
		p.say(verdict.Fail, "The server refused with %d, and the client got 101.", p.c.Status)
	case l.answer.Response.Status != p.c.Status:
		p.say(verdict.Warn, "The server refused with %d, and the client got %d.", p.c.Status, l.answer.Response.Status)
	case !strings.Contains(l.answer.Remark(), strings.TrimSpace(refusalBody)):
		p.say(verdict.Warn, "The body of the refusal did not come to the client.")
	}
}

// wrongAccept judges what becomes of a 101 on which a client has to fail the connection.
func (p *player) wrongAccept(ctx context.Context) {
	switch l := p.link; {
	case l.err != nil || !l.answer.Opened():
		p.say(verdict.Pass, "The gateway refuses it.")
	case l.answer.Check(p.gateway.Target, []string{wire.RuleResponseAccept.ID}) != nil:
		p.say(verdict.Pass, "The gateway passes it on, and leaves it to the client to refuse it.")
	case p.untilEnd(ctx, l.client):
		p.say(verdict.Pass, "The gateway refuses it. It had answered the client already, and ended that connection%s.", codeOf(l.client))
	default:
		p.say(verdict.Fail, "The gateway makes a good one of it (RFC 6455 4.1, RFC6455-4.1-53).")
	}
}

// ends are the end that sends and the far one.
func (p *player) ends() (near, far *stream.Conn) {
	if p.from == wire.RoleClient {
		return p.link.client, p.link.server
	}
	return p.link.server, p.link.client
}

const (
	markBefore = "wsspec: before"
	markBehind = "wsspec: behind"
)

// frames sends the frames, and judges what comes out.
func (p *player) frames(ctx context.Context) {
	near, far := p.ends()
	c, d := p.c, p.gateway.Deadlines
	if c.Illegal || c.End != NoEnd {
		p.send(near, script.Text(script.Octets(markBefore)))
		if !p.awaits(ctx, far, markBefore, d.Message) {
			p.say(verdict.Fail, "A text message before the case did not come out.")
			return
		}
	}
	p.send(near, c.Frames...)
	closes := len(c.Frames) > 0 && c.Frames[len(c.Frames)-1].Opcode == wire.OpClose
	switch {
	case c.Illegal:
		p.send(near, script.Text(script.Octets(markBehind)))
		p.illegal(ctx, near, far)
	case c.End != NoEnd:
		p.tcpEnds(ctx, near, far)
	case closes:
		p.closes(ctx, near, far)
	default:
		p.send(near, script.Text(script.Octets(markBehind)))
		idle := d.Message + d.Transfer(total(c.Frames), len(c.Frames))
		if c.Unknown { // the first frame is a violation, behind which no message is one
			p.asMuch(ctx, far, idle)
		} else {
			p.awaits(ctx, far, markBehind, idle)
		}
		p.compare(ctx, near, far)
	}
}

// send sends frames in one write; messages are compressed if the near end has agreed on it.
func (p *player) send(near *stream.Conn, frames ...script.Frame) {
	var octets []byte
	for _, f := range frames {
		if p.c.Deflate && near.Agreed() != nil && !f.Opcode.IsControl() {
			f.RSV, f.Payload = wire.RSV1, script.Payload{Octets: near.Agreed().Compress(f.Payload.Bytes())}
		}
		at := len(octets)
		var h wire.Header
		octets, h = f.Append(octets, near.Role, near.Keys.Next)
		near.RecordSent(&h, octets[at:len(octets):len(octets)], "")
	}
	chop := 0
	if p.c.Chop {
		chop = 1
	}
	if near.Role == p.from {
		p.sent += uint64(len(octets))
	}
	near.Write(octets, chop)
}

// asMuch waits until as many octets have come out as the near end has sent: that is all of it
// behind a gateway that passes frames on as they are.
func (p *player) asMuch(ctx context.Context, far *stream.Conn, idle time.Duration) {
	far.UntilReceived(ctx, idle, p.sent)
}

func total(frames []script.Frame) (n int) {
	for _, f := range frames {
		n += f.Payload.Len()
	}
	return n
}

// awaits waits until a text came out at an end, and reports whether it did.
func (p *player) awaits(ctx context.Context, at *stream.Conn, text string, idle time.Duration) bool {
	came := func(events []observed.Event) bool {
		return slices.ContainsFunc(events, func(e observed.Event) bool {
			return e.Kind == observed.EventMessage && string(e.Payload) == text
		})
	}
	at.Until(ctx, idle, func(events []observed.Event, ended bool) bool { return ended || came(events) })
	var yes bool
	at.Look(func(events []observed.Event, _, _ bool) { yes = came(events) })
	return yes
}

// A message is one as both ends know it.
type message struct {
	kind    wire.Opcode
	payload string
	frames  int
}

func (m message) String() string {
	return fmt.Sprintf("%s message of %d octets %s", m.kind, len(m.payload), excerpt(m.payload))
}

// sent are the messages, pings and pongs that frames make.
func sent(frames []script.Frame) (out []message) {
	var under message
	for _, f := range frames {
		switch {
		case f.Declare > 0: // it has no end
			continue
		case f.Opcode.IsControl():
			out = append(out, message{f.Opcode, string(f.Payload.Bytes()), 1})
			continue
		case f.Opcode != wire.OpContinuation:
			under = message{kind: f.Opcode}
		}
		under.payload += string(f.Payload.Bytes())
		if under.frames++; f.Fin {
			out = append(out, under)
		}
	}
	return out
}

// arrived are the messages, pings and pongs at an end, and the first violation.
func arrived(at *stream.Conn) (out []message, broken *wire.Violation) {
	at.Look(func(events []observed.Event, _, _ bool) {
		for _, e := range events {
			switch e.Kind {
			case observed.EventMessage:
				out = append(out, message{e.Type, string(e.Payload), e.Frames})
			case observed.EventPing:
				out = append(out, message{wire.OpPing, string(e.Payload), 1})
			case observed.EventPong:
				out = append(out, message{wire.OpPong, string(e.Payload), 1})
			case observed.EventViolation:
				if broken == nil {
					broken = e.Violation
				}
			}
		}
	})
	return out, broken
}

// compare compares what came out at the far end with what was sent.
func (p *player) compare(ctx context.Context, near, far *stream.Conn) {
	got, broken := arrived(far)
	if p.c.Unknown {
		p.sameFrames(far)
		return
	}
	if broken != nil {
		p.say(verdict.Fail, "What came out breaks %s (%s): %s.", broken.Rule.Clause(), broken.Rule.ID, broken.Detail)
	}
	want := append(sent(slices.Concat(p.c.Early, p.c.Frames)), message{wire.OpText, markBehind, 1})
	refragmented := 0
	for _, w := range want {
		if w.kind.IsControl() {
			p.control(ctx, w, &got, near)
			continue
		}
		i := slices.IndexFunc(got, func(m message) bool { return !m.kind.IsControl() })
		switch {
		case i < 0:
			p.say(verdict.Fail, "A %s did not come out.", w)
			return
		case got[i].kind != w.kind || got[i].payload != w.payload:
			p.say(verdict.Fail, "Instead of a %s came a %s.", w, got[i])
			return
		case got[i].frames != w.frames:
			refragmented++
		}
		got = slices.Delete(got, i, i+1)
	}
	if refragmented > 0 {
		p.say(verdict.Pass, "The messages come out as they were sent, %d of them in other fragments, as RFC 6455 5.4 allows.", refragmented)
	}
	if i := slices.IndexFunc(got, func(m message) bool { return !m.kind.IsControl() }); i >= 0 {
		p.say(verdict.Fail, "A %s came out that was not sent.", got[i])
	}
}

// control judges what became of a ping or pong, and takes it out of what came.
func (p *player) control(ctx context.Context, w message, got *[]message, near *stream.Conn) {
	i := slices.IndexFunc(*got, func(m message) bool { return m.kind == w.kind && m.payload == w.payload })
	if i >= 0 {
		*got = slices.Delete(*got, i, i+1)
		return
	}
	isPong := func(e observed.Event) bool { return e.Kind == observed.EventPong && string(e.Payload) == w.payload }
	answered := w.kind == wire.OpPing && near.Until(ctx, p.gateway.Deadlines.FailFast, func(events []observed.Event, _ bool) bool {
		return slices.ContainsFunc(events, isPong)
	})
	switch {
	case w.kind == wire.OpPong:
		p.say(verdict.Pass, "The gateway keeps the pong for itself.")
	case answered:
		p.say(verdict.Pass, "The gateway answers the ping itself.")
	default:
		p.say(verdict.Warn, "A ping did not come out, and the gateway did not answer it (RFC 6455 5.5.2).")
	}
}

// sameFrames judges whether frames of an extension that the gateway does not know came out in
// the same fragments, with the same reserved bits (RFC6455-5.4-14, RFC6455-5.4-15).
func (p *player) sameFrames(far *stream.Conn) {
	octets := received(far)
	for i, f := range append(slices.Clone(p.c.Frames), script.Text(script.Octets(markBehind))) {
		h, payload, rest, ok := nextFrame(octets)
		switch {
		case !ok:
			p.say(verdict.Fail, "Frame %d, %s, did not come out.", i+1, f)
			return
		case h.Fin != f.Fin || h.RSV != f.RSV || h.Opcode != f.Opcode || !bytes.Equal(payload, f.Payload.Bytes()):
			p.say(verdict.Fail, "Frame %d was %s, and came out as %s: a gateway that does not know the extension must not change it (RFC 6455 5.4, RFC6455-5.4-15).",
				i+1, f, script.Frame{Fin: h.Fin, RSV: h.RSV, Opcode: h.Opcode, Payload: script.Payload{Octets: payload}})
			return
		}
		octets = rest
	}
}

// received are all octets of frames that came to an end.
func received(at *stream.Conn) (octets []byte) {
	at.Drop()
	_, t := at.Seen()
	for _, e := range t {
		if e.Dir == observed.Received && (e.Kind == observed.EntryFrame || e.Kind == observed.EntryOctets) {
			octets = append(octets, e.Octets...)
		}
	}
	return octets
}

// nextFrame takes the first frame out of octets.
func nextFrame(octets []byte) (h wire.Header, payload, rest []byte, ok bool) {
	h, n, err := wire.ParseHeader(octets)
	if err != nil || uint64(len(octets)-n) < h.Length {
		return h, nil, nil, false
	}
	end := n + int(h.Length)
	payload = bytes.Clone(octets[n:end])
	if h.Masked {
		wire.Mask(h.MaskKey, 0, payload)
	}
	return h, payload, octets[end:], true
}

// excerpt quotes the beginning of a text.
func excerpt(s string) string {
	const most = 40
	if len(s) > most {
		return script.Quote([]byte(s[:most])) + "…"
	}
	return script.Quote([]byte(s))
}
