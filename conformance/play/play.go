package play

import (
	"context"
	"slices"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// Options are what a script needs besides its connection. The zero value plays the
// quick profile and cannot connect again.
type Options struct {
	// Profile is how much an Exchange sends; empty means [script.Quick].
	Profile script.Profile
	// Connect opens one more connection to the server under test, as a
	// continuation of the one before, and begins to read it. It is nil where the
	// peer under test is a client.
	Connect func(ctx context.Context, before *stream.Conn) (*stream.Conn, error)
	// Beside is Connect for another stream of the same HTTP/2 connection.
	Beside func(ctx context.Context, before *stream.Conn) (*stream.Conn, error)
	// Deadlines, if set, are those of the moment, for what the peer owes: they change
	// with what the run learns about the peer. Otherwise those of the connection hold.
	Deadlines func() stream.Deadlines
	// BriefEnd: how long the peer keeps TCP open behind the closing handshake is not
	// judged, and it is not waited for.
	BriefEnd bool
	// AfterSteps, if set, is called when the steps are played, before the connection is
	// closed. If a flood is held up, it is called then as well, from another goroutine.
	AfterSteps func(ctx context.Context)
}

// Play plays a script on a connection and returns what was observed. It ends as
// soon as the outcome is decided, and closes the connection.
func Play(ctx context.Context, conn *stream.Conn, s *script.Script, opts Options) observed.Conversation {
	p := &player{Conn: conn, script: s, opts: opts, scriptClosedAt: -1, harnessClosedAt: -1, pings: pingsWith(s.Opening)}
	defer p.dropOthers()
	p.greet(ctx)
	for _, step := range s.Steps {
		if ctx.Err() != nil || p.unconnected || p.ungreeted || p.TimeUp() {
			break
		}
		// Another connection goes on where the peer has ended this one.
		if _, next := step.(script.Connect); next || !p.PeerEnded() {
			p.answerHeartbeats()
			step.Visit(&stepPlayer{p, ctx})
			p.within(step)
		}
	}
	if opts.AfterSteps != nil {
		opts.AfterSteps(ctx)
	}
	p.ReadOn()
	p.conclude(ctx)
	p.Drop()
	p.JudgeMasks()
	return p.observed()
}

type player struct {
	*stream.Conn
	script *script.Script
	opts   Options
	// others are the connections before this one that a Connect step kept.
	others []*stream.Conn
	// unconnected: a Connect step got no connection.
	unconnected bool
	// ungreeted: the application did not take part in the greeting.
	ungreeted bool
	// midMessage: the harness may be inside a message, or has ended or broken its half.
	midMessage bool
	// stats are those of the last Exchange.
	stats *observed.Stats
	// pings are the payloads of the pings sent so far; other pongs answer
	// nothing.
	pings map[string]int
	// scriptClosedAt is how many events there were when the script first sent
	// a Close frame, harnessClosedAt when the harness did so by itself; -1 if
	// it did not.
	scriptClosedAt, harnessClosedAt int
	// partial is the frame that SendPart steps send piece by piece.
	partial []byte
	// exchangeAt is how many events there were before the latest Exchange.
	exchangeAt int
	// missing is the message of an Exchange that was not back in time.
	missing []byte
	// timedOut: something that the peer owed, of the kind owed, did not come in
	// the time waited. closeTimedOut: the peer did not answer the harness's Close in
	// the time closeWaited. leftTCPOpen: it left it to the harness to close TCP.
	timedOut, closeTimedOut, leftTCPOpen bool
	owed                                 observed.EventKind
	waited, closeWaited, dropWaited      time.Duration
	// volume and frames are how much was sent since something was last awaited. Of a
	// compressed message, volume has the octets that it inflates to, up to mostInflated.
	volume, frames int
}

// mostInflated is how many octets the peer gets time for, at most, beside those of a
// compressed message itself. With this bound a peer that stops at a message of 64 MiB is
// not waited for without end.
const mostInflated = 8 << 20

// pingsWith are the pings that went with the opening handshake.
func pingsWith(o *script.Opening) map[string]int {
	pings := map[string]int{}
	if o == nil {
		return pings
	}
	for _, f := range o.With {
		if f.Opcode == wire.OpPing {
			pings[string(f.Payload.Bytes())] = 0
		}
	}
	return pings
}

// quiet waits for the peer to end, and notes if it did not.
func (p *player) quiet(ctx context.Context, name string, d time.Duration) {
	if !p.Until(ctx, d, peerEnded) {
		p.Mark(name, d)
	}
}

// send encodes frames, files them, and writes them. It returns how many octets
// that were.
func (p *player) send(frames []script.Frame, chop script.Chop, cuts script.Cuts) int {
	octets := make([]byte, 0, sizeOf(frames))
	var ends []int
	inflated := 0
	for _, f := range frames {
		start := len(octets)
		var h wire.Header
		octets, h = f.Append(octets, p.Role, p.Keys.Next)
		ends = append(ends, len(octets))
		inflated += max(0, f.Inflated-f.Payload.Len())
		if f.Opcode == wire.OpPing && !f.AnyPong {
			if _, sent := p.pings[string(f.Payload.Bytes())]; !sent {
				p.pings[string(f.Payload.Bytes())] = p.EventCount()
			}
		}
		if f.Opcode == wire.OpClose && p.scriptClosedAt < 0 {
			p.scriptClosedAt = p.EventCount()
		}
		p.RecordSent(&h, octets[start:len(octets):len(octets)], "")
	}
	if p.write(octets, ends, chop, cuts) {
		p.volume += min(inflated, mostInflated)
	}
	return len(octets)
}

// write sends octets, of which each frame ends at one of the ends. It reports whether the
// network took the last frame.
func (p *player) write(octets []byte, ends []int, chop script.Chop, cuts script.Cuts) (taken bool) {
	switch {
	case len(cuts) > 0:
		return p.took(p.WriteCut(octets, cuts), len(octets), len(ends))
	case chop != script.ChopFrames:
		return p.took(p.Write(octets, int(chop)), len(octets), len(ends))
	}
	start := 0
	for _, end := range ends {
		taken = p.took(p.Write(octets[start:end], 0), end-start, 1)
		start = end
	}
	return taken
}

// took notes how much of what was sent the network took, and reports whether that is all.
// What it did not take, the peer does not have to work on.
func (p *player) took(taken, of, frames int) bool {
	if taken < of {
		p.volume, p.frames = 0, 0
		return false
	}
	p.volume, p.frames = p.volume+taken, p.frames+frames
	return true
}

// sizeOf is room enough for frames on the wire.
func sizeOf(frames []script.Frame) int {
	n := 0
	for _, f := range frames {
		n += wire.MaxHeaderLen + f.Payload.Len()
	}
	return n
}

func (p *player) sendOctets(octets []byte, text string, chop script.Chop, cuts script.Cuts) {
	p.RecordSent(nil, octets, text)
	if len(cuts) > 0 {
		p.WriteCut(octets, cuts)
		return
	}
	p.Write(octets, int(chop))
}

// sendPart encodes the frame at its first piece and keeps it for the others.
func (p *player) sendPart(s script.SendPart) {
	from := 0
	if s.From == 0 {
		p.partial, _ = s.Frame.Append(nil, p.Role, p.Keys.Next)
	} else {
		from = len(p.partial) - s.Frame.Payload.Len() + s.From
	}
	to := len(p.partial) - s.Frame.Payload.Len() + s.To
	p.sendOctets(p.partial[from:to:to], s.String(), script.ChopNone, nil)
}

// conclude waits for the outcome and ends the connection in order.
func (p *player) conclude(ctx context.Context) {
	closing := func(events []observed.Event, ended bool) bool {
		_, decided := judge.Progress(p.script.Outcomes, p.answers(events), ended)
		return decided
	}
	due, began := p.due(), time.Now()
	idle := func() time.Duration { return p.idle(due) }
	if p.missing == nil && !p.ungreeted && !p.UntilIdle(ctx, idle, closing) && !p.PeerEnded() {
		var harnessCloses bool
		p.Look(func(events []observed.Event, _, _ bool) {
			harnessCloses = judge.HarnessMayClose(p.script.Outcomes, p.answers(events))
		})
		if !harnessCloses {
			p.timedOut, p.waited, p.owed = true, p.waitedSince(began, idle()), p.due()
		}
	}
	if p.script.Abandons() && !p.PeerEnded() {
		return
	}
	p.endHandshake(ctx)
	p.awaitTCPClose(ctx)
}

// endHandshake sends the Close frame that is still owed on our side: the first
// one, or the answer to the peer's (RFC6455-5.5.1-7).
func (p *player) endHandshake(ctx context.Context) {
	var theirs, wrong *observed.Event
	var gone bool
	p.Look(func(events []observed.Event, _, g bool) {
		gone = g
		for i := range events {
			switch events[i].Kind {
			case observed.EventClose:
				theirs = &events[i]
			case observed.EventViolation, observed.EventFlood:
				if wrong == nil {
					wrong = &events[i]
				}
			}
		}
	})
	switch {
	case gone:
		return
	case p.scriptClosedAt >= 0 && p.script.Outcomes[0].Ending.By == script.ByScript:
	case theirs != nil:
		p.close(answerTo(theirs.Code))
	case wrong != nil:
		p.close(script.Close(judge.FailureCode(*wrong), ""))
	default:
		p.close(script.Close(wire.StatusNormalClosure, ""))
	}
	if theirs == nil {
		idle, began := func() time.Duration { return p.idleAfter(p.now().Close) }, time.Now()
		p.closeTimedOut = !p.UntilIdle(ctx, idle, peerEnded)
		p.closeWaited = p.waitedSince(began, idle())
	}
}

// waitedSince is how long the harness waited for the peer: the time for which the peer may
// be idle, or more if the peer was not idle all the time, or if that time became shorter.
func (p *player) waitedSince(began time.Time, idle time.Duration) time.Duration {
	if waited := time.Since(began); p.TimeUp() || waited > idle*5/4 {
		return waited
	}
	return idle
}

// due is the kind of event that the script waits for: that of the first outcome that
// what came so far agrees with.
func (p *player) due() (kind observed.EventKind) {
	p.Look(func(events []observed.Event, _, _ bool) { kind = judge.Due(p.script.Outcomes, p.answers(events)) })
	return kind
}

// now are the deadlines of the moment.
func (p *player) now() stream.Deadlines {
	if p.opts.Deadlines == nil {
		return p.Deadlines
	}
	return p.opts.Deadlines()
}

// idle is how long the peer may make no progress while an event of that kind is due.
func (p *player) idle(due observed.EventKind) time.Duration {
	if due == observed.EventMessage {
		return p.idleAfter(p.now().Message)
	}
	return p.idleAfter(p.now().Answer)
}

// idleAfter adds the time that the peer may need for what it was sent.
func (p *player) idleAfter(d time.Duration) time.Duration {
	return d + p.now().Transfer(p.volume, p.frames)
}

// close sends a Close frame of the harness's own.
func (p *player) close(f script.Frame) {
	p.harnessClosedAt = p.EventCount()
	before := p.scriptClosedAt
	p.send([]script.Frame{f}, script.ChopNone, nil)
	p.scriptClosedAt = before // this Close is not the script's
}

// answerTo returns the Close frame that answers one with that code.
func answerTo(code wire.StatusCode) script.Frame {
	if code == wire.StatusNoStatusRcvd || !stream.MayBeSent(code) {
		return script.CloseBody(script.Payload{})
	}
	return script.Close(code, "")
}

// awaitTCPClose ends TCP as the roles have it (RFC6455-7.1.1-3): a server under
// test is given the time to close it first; as a server the harness closes its
// own half and waits for the client's, so that nothing on its way is lost.
func (p *player) awaitTCPClose(ctx context.Context) {
	if p.closeTimedOut || p.cutOff() {
		return
	}
	if p.Role == wire.RoleServer {
		p.CloseWrite()
	}
	if p.opts.BriefEnd {
		p.UntilIdle(ctx, func() time.Duration { return p.now().Settle }, never)
		return
	}
	began := time.Now()
	p.UntilIdle(ctx, func() time.Duration { return p.now().Drop }, never)
	p.dropWaited = p.waitedSince(began, p.now().Drop)
	p.Look(func(_ []observed.Event, _, gone bool) { p.leftTCPOpen = !gone && p.Role == wire.RoleClient })
}

// cutOff reports whether the peer sent so much that nobody reads on: the end of its TCP
// would not be seen.
func (p *player) cutOff() (yes bool) {
	p.Look(func(events []observed.Event, _, _ bool) {
		yes = slices.ContainsFunc(events, func(e observed.Event) bool { return e.Kind == observed.EventFlood })
	})
	return yes
}

// answers is [judge.Answers] for the pings sent so far.
func (p *player) answers(events []observed.Event) []observed.Event {
	return judge.Answers(events, p.pings)
}

func (p *player) observed() observed.Conversation {
	p.remarkLate()
	events, transcript := p.Seen()
	return observed.Conversation{
		OverHTTP2: p.Streams() && !p.OverHTTP3(), OverHTTP3: p.OverHTTP3(),
		Events: events, Pings: p.pings,
		ScriptClosedAt: p.scriptClosedAt, HarnessClosedAt: p.harnessClosedAt,
		TimedOut: p.timedOut, Waited: p.waited, Owed: p.owed, CloseTimedOut: p.closeTimedOut, CloseWaited: p.closeWaited,
		LeftTCPOpen: p.leftTCPOpen, DropWaited: p.dropWaited, Transcript: transcript,
		Stats: p.stats,
	}
}
