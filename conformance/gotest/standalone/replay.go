package standalone

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// Timeout is how long the peer may stay silent when something is owed; raise it
// for a slow machine. All other waits come from it.
var Timeout = 2 * time.Second

// A peer is the other end of the connection, and what it was seen to do.
type peer struct {
	c      *Case
	conn   net.Conn
	server bool // the peer is a server, so that the test masks what it sends
	in     incoming
	keys   *stream.MaskKeys
	within stream.Deadlines
	began  time.Time
	until  time.Time // when the case's time is up
	// octets and frames are how much was sent since something was last awaited.
	octets, frames int
	//+deflate
	// agreed is what the test may compress with; nil without permessage-deflate.
	agreed *script.Agreement
	//-deflate

	mu          sync.Mutex
	seen        observed.Conversation
	ended, gone bool          // the peer sent Close or broke the rules; TCP is gone
	progress    time.Time     // when the peer brought the case on last; pings and pongs do not
	changed     chan struct{} // has a token when something came
	done        chan struct{} // closed when nothing more is read
}

func newPeer(c *Case, conn net.Conn, server bool) *peer {
	p := &peer{
		c: c, conn: conn, server: server, within: stream.NewDeadlines(Timeout, 0, 1), began: time.Now(), keys: stream.NewMaskKeys(c.ID, 1),
		changed: make(chan struct{}, 1), done: make(chan struct{}),
		seen: observed.Conversation{Pings: map[string]int{}, ScriptClosedAt: -1, HarnessClosedAt: -1},
	}
	sent, frames, inflated := 0, 0, 0
	for _, s := range c.Steps {
		sent += len(s.Octets)
		for _, f := range s.Send {
			sent, frames = sent+f.Payload.Len(), frames+1
			inflated += max(0, f.Inflated-f.Payload.Len())
		}
	}
	p.seen.Role, p.seen.MoreTime = wire.RoleClient, "a larger Timeout"
	if server {
		p.seen.Role = wire.RoleServer
	}
	p.in = incoming{fromClient: !server, limit: 64<<10 + uint64(sent+inflated), most: stream.MostEvents(frames)}
	p.until = p.began.Add(p.within.Case + p.within.Transfer(sent, frames))
	return p
}

// open sends the test's part of the opening handshake, with this head.
func (p *peer) open(o Opening, head string) {
	octets := []byte(o.Preface + head + o.Body)
	//+opening
	for _, f := range o.With {
		octets = p.appendFrame(octets, f)
		if f.Opcode == wire.OpPing {
			p.seen.Pings[string(f.Payload.Bytes())] = 0
		}
	}
	for i, segment := range script.Segments(octets, len(o.Preface)+len(head), o.LineCuts) {
		if i > 0 {
			time.Sleep(max(p.within.Settle, 40*time.Millisecond))
		}
		p.write(segment, o.Chop)
	}
	octets = nil
	//-opening
	p.write(octets, 0)
}

// play plays the steps, closes the connection and judges. early are octets that
// came behind the opening handshake.
func (p *peer) play(early []byte) Result {
	p.file(p.in.feed(early)...)
	go p.read()
	for _, s := range p.c.Steps {
		if p.isOver() || time.Now().After(p.until) {
			break
		}
		p.step(s)
	}
	p.conclude()
	p.conn.Close()
	<-p.done
	//+client
	p.file(p.in.checkMasks()...)
	//-client
	return p.c.judge(p.seen)
}

// read goes on all the while, so that an echo which fills the network blocks no
// step.
func (p *peer) read() {
	defer close(p.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := p.conn.Read(buf)
		before := p.in.underWay()
		events := p.in.feed(buf[:n])
		p.mu.Lock()
		if p.in.underWay() > before || slices.ContainsFunc(events, isProgress) {
			p.progress = time.Now()
		}
		p.gone = err != nil
		p.mu.Unlock()
		p.file(events...)
		switch {
		case err == nil:
			continue
		case errors.Is(err, io.EOF):
			p.file(observed.Event{Kind: observed.EventEOF, Name: p.in.cut()})
		case !errors.Is(err, net.ErrClosed):
			p.file(observed.Event{Kind: observed.EventReset, Name: p.in.cut()})
		}
		return
	}
}

// file notes what came.
func (p *peer) file(events ...observed.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range events {
		p.seen.Events = append(p.seen.Events, e)
		p.ended = p.ended || e.Ends() || e.Kind == observed.EventViolation || e.Kind == observed.EventFlood
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

func isProgress(e observed.Event) bool {
	return e.Kind != observed.EventPing && e.Kind != observed.EventPong
}

// wait waits until enough is true, and gives up when the peer made no progress for so
// long.
func (p *peer) wait(idle time.Duration, enough func(events []observed.Event, ended bool) bool) bool {
	began := time.Now()
	for {
		p.mu.Lock()
		yes, gone, since := enough(p.seen.Events, p.ended), p.gone, p.progress
		p.mu.Unlock()
		if since.Before(began) {
			since = began
		}
		left := min(time.Until(since.Add(idle)), time.Until(p.until))
		if yes || gone || left <= 0 {
			return yes
		}
		select {
		case <-p.changed:
		case <-time.After(left):
		}
	}
}

func isEnd(_ []observed.Event, ended bool) bool { return ended }
func never([]observed.Event, bool) bool         { return false }

func (p *peer) isOver() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.ended }
func (p *peer) isGone() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.gone }

// answers leaves out of the events what a peer may send unasked.
func (p *peer) answers(events []observed.Event) []observed.Event {
	return judge.Answers(events, p.seen.Pings)
}

// idle is how long the peer may make no progress while what is due in the outcomes is
// due. It has more time for much that it was sent.
func (p *peer) idle(outcomes []script.Outcome, got []observed.Event) time.Duration {
	answer := p.within.Answer
	if judge.Due(outcomes, got) == observed.EventMessage {
		answer = p.within.Message
	}
	return answer + p.within.Transfer(p.octets, p.frames)
}

func (p *peer) step(s Step) {
	switch {
	//+await
	case s.Await != nil:
		p.wait(p.idle([]script.Outcome{{Events: s.Await}}, nil), func(events []observed.Event, ended bool) bool {
			return ended || judge.MatchEvents(s.Await, p.answers(events)) != judge.MatchPart
		})
		p.octets, p.frames = 0, 0
		return
	//-await
	//+hold
	case s.Wait == Hold:
		p.wait(p.within.Answer, isEnd)
		p.wait(p.within.Settle, never)
		if !p.isGone() {
			p.mark(s, p.within.Settle)
		}
		return
	//-hold
	//+wait
	case s.Wait != 0:
		atMost := map[Wait]time.Duration{Settle: p.within.Settle, Watch: p.within.FailFast}[s.Wait]
		if !p.wait(atMost, isEnd) {
			p.mark(s, atMost)
		}
		return
	//-wait
	//+tcp
	case s.FIN:
		p.closeWrite()
		return
	case s.Reset:
		if tcp, ok := p.conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = p.conn.Close()
		<-p.done
		return
		//-tcp
	}
	octets := []byte(s.Octets)
	for _, f := range s.Send {
		p.mu.Lock()
		if f.Opcode == wire.OpPing && !f.AnyPong {
			if _, sent := p.seen.Pings[string(f.Payload.Bytes())]; !sent {
				p.seen.Pings[string(f.Payload.Bytes())] = len(p.seen.Events)
			}
		}
		if f.Opcode == wire.OpClose && p.seen.ScriptClosedAt < 0 {
			p.seen.ScriptClosedAt = len(p.seen.Events)
		}
		p.mu.Unlock()
		before := len(octets)
		octets = p.appendFrame(octets, f)
		p.octets, p.frames = p.octets+len(octets)-before, p.frames+1
		if s.Chop < 0 {
			p.write(octets, 0)
			octets = nil
		}
	}
	//+cuts
	if len(s.Cuts) > 0 {
		pieces := s.Cuts.Pieces(octets)
		for i, piece := range pieces {
			if i > 0 {
				time.Sleep(p.within.CutSpacing(len(pieces)))
			}
			p.write(piece, 0)
		}
		return
	}
	//-cuts
	p.write(octets, s.Chop)
}

//+wait

// mark notes that the peer did not end the connection during a wait.
func (p *peer) mark(s Step, waited time.Duration) {
	if s.Mark != "" {
		p.file(observed.Event{Kind: observed.EventQuiet, Name: s.Mark, Waited: waited})
	}
}

//-wait

// closeWrite sends a FIN, where the transport can close one half.
func (p *peer) closeWrite() {
	if half, ok := p.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// write sends octets in pieces. That the peer has left is no error here: what it
// did is in the events.
func (p *peer) write(octets []byte, chop int) {
	if chop <= 0 || chop > 64<<10 {
		chop = 64 << 10
	}
	spaced := chop == 1 && len(octets) <= 1<<10 // so that the peer is likely to read them one by one
	between := p.within.CutSpacing(len(octets))
	allowed := p.within.Answer + p.within.Transfer(chop, chop/8)
	for len(octets) > 0 {
		n := min(chop, len(octets))
		_ = p.conn.SetWriteDeadline(time.Now().Add(allowed))
		if _, err := p.conn.Write(octets[:n]); err != nil {
			return
		}
		if octets = octets[n:]; spaced && len(octets) > 0 {
			time.Sleep(between)
		}
	}
}

// appendFrame writes a frame as the test's role would, if the frame does not say
// otherwise (RFC 6455 5.2).
func (p *peer) appendFrame(b []byte, f script.Frame) []byte {
	first, masked := byte(f.RSV)<<4|byte(f.Opcode), byte(0)
	if f.Fin {
		first |= 0x80
	}
	payload := f.Payload.Bytes()
	length := uint64(len(payload))
	if f.Declare > 0 {
		length = f.Declare
	}
	if f.Mask == script.MaskAlways || f.Mask == script.MaskByRole && p.server {
		masked = 0x80
	}
	b = append(b, first)
	switch {
	case f.Form == wire.Length64, length > 0xffff:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), length)
	case f.Form == wire.Length16, length > 125:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(length))
	default:
		b = append(b, masked|byte(length))
	}
	if masked == 0 {
		return append(b, payload...)
	}
	key := p.keys.Next()
	if f.Key != nil {
		key = *f.Key
	}
	b = append(b, key[:]...)
	for i, octet := range payload {
		b = append(b, octet^key[i%4])
	}
	return b
}

// conclude waits for the outcome and ends the connection in order.
func (p *peer) conclude() {
	p.mu.Lock()
	got := p.answers(p.seen.Events)
	p.mu.Unlock()
	idle, began := p.idle(p.c.Outcomes, got), time.Now()
	over := p.wait(idle, func(events []observed.Event, ended bool) bool {
		got = p.answers(events)
		_, decided := judge.Progress(p.c.Outcomes, got, ended)
		return decided
	})
	if !over && !p.isOver() && !judge.HarnessMayClose(p.c.Outcomes, got) {
		p.seen.TimedOut, p.seen.Waited, p.seen.Owed = true, p.waitedSince(began, idle), judge.Due(p.c.Outcomes, got)
	}
	//+drop
	if p.c.script().Script.Abandons() && !p.isOver() {
		return
	}
	//-drop
	if !p.isGone() {
		p.endHandshake()
	}
	p.seen.DropWaited = p.within.Drop
	if p.seen.CloseTimedOut {
		return
	}
	// The server closes TCP first (RFC 6455 7.1.1).
	if !p.server {
		p.closeWrite()
	}
	p.wait(p.within.Drop, never)
	p.seen.LeftTCPOpen = p.server && !p.isGone()
}

// endHandshake sends the Close that is still owed: the first one, or the answer
// to the peer's (RFC 6455 5.5.1).
func (p *peer) endHandshake() {
	code, theirs := wire.StatusNormalClosure, false
	p.mu.Lock()
	for _, e := range p.seen.Events {
		if e.Kind == observed.EventClose {
			code, theirs = e.Code, true
		} else if !theirs && code == wire.StatusNormalClosure && (e.Kind == observed.EventViolation || e.Kind == observed.EventFlood) {
			code = judge.FailureCode(e)
		}
	}
	owed := p.seen.ScriptClosedAt < 0 || p.c.Outcomes[0].Ending.By != script.ByScript
	if owed {
		p.seen.HarnessClosedAt = len(p.seen.Events)
	}
	p.mu.Unlock()
	if owed {
		f := script.Frame{Fin: true, Opcode: wire.OpClose}
		if mayBeSent(code) {
			f.Payload.Octets = binary.BigEndian.AppendUint16(nil, uint16(code))
		}
		p.write(p.appendFrame(nil, f), 0)
	}
	if !theirs {
		idle, began := p.within.Close+p.within.Transfer(p.octets, p.frames), time.Now()
		p.seen.CloseTimedOut = !p.wait(idle, isEnd)
		p.seen.CloseWaited = p.waitedSince(began, idle)
	}
}

// waitedSince is how long the test waited for the peer, which it does for as long as the
// peer is never idle for longer, and until the case's time is up.
func (p *peer) waitedSince(began time.Time, idle time.Duration) time.Duration {
	if time.Now().After(p.until) {
		return time.Since(began)
	}
	return idle
}
