package conformance

import (
	"context"
	"fmt"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// play runs a script on a connection and returns what was observed. It ends
// as soon as the outcome is decided.
func play(ctx context.Context, l *link, s *Script, profile Profile) observed {
	p := &player{link: l, script: s, profile: profile, scriptClosedAt: -1, harnessClosedAt: -1, pings: map[string]bool{}}
	for _, step := range s.Steps {
		if ctx.Err() != nil || l.peerEnded() || time.Until(l.end) <= 0 {
			break
		}
		p.step(ctx, step)
	}
	p.conclude(ctx)
	l.drop()
	if v := l.in.masks.judge(); v != nil {
		l.file(nil, []Event{{Kind: EventViolation, At: time.Since(l.began), Violation: v, place: l.in.masks.last}})
	}
	return p.observed()
}

type player struct {
	*link
	script  *Script
	profile Profile
	// stats are those of the last Exchange.
	stats *Stats
	// pings are the payloads of the pings sent so far; other pongs answer
	// nothing.
	pings map[string]bool
	// scriptClosedAt is how many events there were when the script first sent
	// a Close frame, harnessClosedAt when the harness did so by itself; -1 if
	// it did not.
	scriptClosedAt, harnessClosedAt int
	// partial is the frame that SendPart steps send piece by piece.
	partial []byte
	// owed is the message of an Exchange that was not back within patience.
	owed     []byte
	patience time.Duration
	// gaveUp: something owed did not come in time. dropped: the peer left it
	// to the harness to close TCP.
	gaveUp, dropped bool
}

func (p *player) step(ctx context.Context, s Step) {
	switch s := s.(type) {
	case Send:
		p.send(s.Frames, s.Chop)
	case SendOctets:
		p.sendOctets(s.Octets, s.Note, s.Chop)
	case SendPart:
		p.sendPart(s)
	case Await:
		p.until(ctx, p.deadlines.Answer, func(events []Event, ended bool) bool {
			return ended || matchEvents(s.Events, p.answers(events)) != matchPart
		})
	case Exchange:
		p.exchange(ctx, s)
	case Hold:
		p.until(ctx, p.deadlines.Answer, func(_ []Event, ended bool) bool { return ended })
		p.until(ctx, p.deadlines.Settle, func([]Event, bool) bool { return false })
		var gone bool
		p.look(func(_ []Event, _, g bool) { gone = g })
		if !gone {
			p.mark(s.Name)
		}
	case Settle:
		p.quiet(ctx, s.Name, p.deadlines.Settle)
	case Watch:
		p.quiet(ctx, s.Name, p.deadlines.FailFast)
	default:
		panic(fmt.Sprintf("conformance: no player for step %T", s))
	}
}

// quiet waits for the peer to end, and notes if it did not.
func (p *player) quiet(ctx context.Context, name string, d time.Duration) {
	if !p.until(ctx, d, func(_ []Event, ended bool) bool { return ended }) {
		p.mark(name)
	}
}

// send encodes frames, files them, and writes them. It returns how many octets
// that were.
func (p *player) send(frames []Frame, chop Chop) int {
	octets := make([]byte, 0, sizeOf(frames))
	var ends []int
	for _, f := range frames {
		start := len(octets)
		var h wire.Header
		octets, h = f.append(octets, p.role, p.keys)
		ends = append(ends, len(octets))
		p.mu.Lock()
		if f.Opcode == wire.OpPing {
			p.pings[string(f.Payload.Bytes())] = true
		}
		if f.Opcode == wire.OpClose && p.scriptClosedAt < 0 {
			p.scriptClosedAt = len(p.events)
		}
		p.enter(Entry{At: time.Since(p.began), Dir: Sent, Kind: EntryFrame, Header: &h, Octets: octets[start:len(octets):len(octets)]})
		p.mu.Unlock()
	}
	if chop != ChopFrames {
		p.write(octets, int(chop))
		return len(octets)
	}
	start := 0
	for _, end := range ends {
		p.write(octets[start:end], 0)
		start = end
	}
	return len(octets)
}

// sizeOf is room enough for frames on the wire.
func sizeOf(frames []Frame) int {
	n := 0
	for _, f := range frames {
		n += wire.MaxHeaderLen + f.Payload.Len()
	}
	return n
}

func (p *player) sendOctets(octets []byte, text string, chop Chop) {
	p.mu.Lock()
	p.transcript = append(p.transcript, Entry{At: time.Since(p.began), Dir: Sent, Kind: EntryOctets, Octets: octets, Text: text})
	p.mu.Unlock()
	p.write(octets, int(chop))
}

// sendPart encodes the frame at its first piece and keeps it for the others.
func (p *player) sendPart(s SendPart) {
	from := 0
	if s.From == 0 {
		p.partial, _ = s.Frame.append(nil, p.role, p.keys)
	} else {
		from = len(p.partial) - s.Frame.Payload.Len() + s.From
	}
	to := len(p.partial) - s.Frame.Payload.Len() + s.To
	p.sendOctets(p.partial[from:to:to], s.String(), ChopNone)
}

// conclude waits for the outcome and ends the connection in order.
func (p *player) conclude(ctx context.Context) {
	closing := func(events []Event, ended bool) bool {
		_, decided := progress(p.script.Outcomes, p.answers(events), ended)
		return decided
	}
	if !p.until(ctx, p.deadlines.Answer, closing) && !p.peerEnded() {
		var harnessCloses bool
		p.look(func(events []Event, _, _ bool) { harnessCloses = settled(p.script.Outcomes, p.answers(events)) })
		p.gaveUp = !harnessCloses
	}
	if p.script.abandons() && !p.peerEnded() {
		return
	}
	p.endHandshake(ctx)
	p.awaitTCPClose(ctx)
}

// endHandshake sends the Close frame that is still owed on our side: the first
// one, or the answer to the peer's (RFC6455-5.5.1-7).
func (p *player) endHandshake(ctx context.Context) {
	var theirs *Event
	var violated, gone bool
	p.look(func(events []Event, _, g bool) {
		gone = g
		for i := range events {
			switch events[i].Kind {
			case EventClose:
				theirs = &events[i]
			case EventViolation, EventFlood:
				violated = true
			}
		}
	})
	switch {
	case gone:
		return
	case p.scriptClosedAt >= 0 && p.script.Outcomes[0].Ending.by == byScript:
	case theirs != nil:
		p.close(answerTo(theirs.Code))
	case violated:
		p.close(Close(wire.StatusProtocolError, ""))
	default:
		p.close(Close(wire.StatusNormalClosure, ""))
	}
	if theirs == nil && !p.gaveUp {
		p.gaveUp = !p.until(ctx, p.deadlines.Answer, func(_ []Event, ended bool) bool { return ended })
	}
}

// close sends a Close frame of the harness's own.
func (p *player) close(f Frame) {
	p.mu.Lock()
	p.harnessClosedAt = len(p.events)
	p.mu.Unlock()
	script := p.scriptClosedAt
	p.send([]Frame{f}, ChopNone)
	p.scriptClosedAt = script
}

// answerTo returns the Close frame that answers one with that code.
func answerTo(code wire.StatusCode) Frame {
	if code == wire.StatusNoStatusRcvd || !mayBeSent(code) {
		return CloseBody(Payload{})
	}
	return Close(code, "")
}

// awaitTCPClose ends TCP as the roles have it (RFC6455-7.1.1-3): a server under
// test is given the time to close it first; as a server the harness closes its
// own half and waits for the client's, so that nothing on its way is lost.
func (p *player) awaitTCPClose(ctx context.Context) {
	if p.gaveUp {
		return
	}
	if half, ok := p.conn.(interface{ CloseWrite() error }); ok && p.role == wire.RoleServer {
		_ = half.CloseWrite()
	}
	p.until(ctx, p.deadlines.Drop, func([]Event, bool) bool { return false })
	p.look(func(_ []Event, _, gone bool) { p.dropped = !gone && p.role == wire.RoleClient })
}

// answers leaves out what any endpoint may send unasked: pings
// (RFC6455-5.5.2-5), and pongs for no ping of ours (RFC6455-5.5.3-3).
func (p *player) answers(events []Event) []Event { return answers(events, p.pings) }

func answers(events []Event, pings map[string]bool) []Event {
	var kept []Event
	for _, e := range events {
		switch {
		case e.Kind == EventPing, e.ends():
		case e.Kind == EventPong && !pings[string(e.Payload)]:
		default:
			kept = append(kept, e)
		}
	}
	return kept
}

func (p *player) observed() observed {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remarkLate()
	return observed{
		events: p.events, pings: p.pings,
		scriptClosedAt: p.scriptClosedAt, harnessClosedAt: p.harnessClosedAt,
		gaveUp: p.gaveUp || p.owed != nil, dropped: p.dropped, transcript: p.transcript,
		stats: p.stats,
	}
}
