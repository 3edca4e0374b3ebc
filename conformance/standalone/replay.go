package standalone

import (
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"time"
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
	keys   *rand.Rand
	pings  map[string]bool
	until  time.Time // when the case's time is up
	// How many events there were when a step, and the test by itself, sent
	// Close; -1 if never. dropped: the peer left it to the test to close TCP.
	stepClosedAt, testClosedAt int
	gaveUp, dropped            bool
	//+deflate
	// agreed is what the test may compress with; nil without permessage-deflate.
	agreed *Agreement
	//-deflate

	mu          sync.Mutex
	events      []event
	ended, gone bool // the peer sent Close or broke the rules; TCP is gone
	heard       time.Time
	changed     chan struct{} // has a token when something came
	done        chan struct{} // closed when nothing more is read
}

func newPeer(c *Case, conn net.Conn, server bool) *peer {
	p := &peer{
		c: c, conn: conn, server: server, pings: map[string]bool{}, until: time.Now().Add(15 * Timeout), stepClosedAt: -1, testClosedAt: -1,
		keys: rand.New(rand.NewPCG(6455, 7692)), changed: make(chan struct{}, 1), done: make(chan struct{}),
	}
	p.in = incoming{fromClient: !server, limit: 64 << 10}
	for _, s := range c.Steps {
		p.in.limit += uint64(len(s.Octets))
		for _, f := range s.Send {
			p.in.limit += uint64(len(f.Payload))
		}
	}
	return p
}

// play plays the steps, closes the connection and judges. early are octets that
// came behind the opening handshake.
func (p *peer) play(early []byte) Verdict {
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
	if p.in.keys >= 16 && !p.in.fresh {
		p.file(event{kind: violation, words: "all frames with the same masking key (RFC 6455 5.3)"})
	}
	//-client
	return p.judge()
}

// read goes on all the while, so that an echo which fills the network blocks no
// step.
func (p *peer) read() {
	defer close(p.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := p.conn.Read(buf)
		p.mu.Lock()
		p.heard = time.Now()
		p.gone = err != nil
		p.mu.Unlock()
		p.file(p.in.feed(buf[:n])...)
		switch {
		case err == nil:
			continue
		case errors.Is(err, io.EOF):
			p.file(event{kind: tcpClosed, words: "TCP closed"})
		case !errors.Is(err, net.ErrClosed):
			p.file(event{kind: tcpReset, words: "TCP reset"})
		}
		return
	}
}

func (p *peer) file(events ...event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range events {
		p.events = append(p.events, e)
		p.ended = p.ended || e.ends() || e.kind == violation
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// wait waits until enough is true, and gives up when the peer was silent for so
// long.
func (p *peer) wait(silence time.Duration, enough func(events []event, ended bool) bool) bool {
	began := time.Now()
	for {
		p.mu.Lock()
		yes, gone, since := enough(p.events, p.ended), p.gone, p.heard
		p.mu.Unlock()
		if since.Before(began) {
			since = began
		}
		left := min(time.Until(since.Add(silence)), time.Until(p.until))
		if yes || gone || left <= 0 {
			return yes
		}
		select {
		case <-p.changed:
		case <-time.After(left):
		}
	}
}

func isEnd(_ []event, ended bool) bool { return ended }
func never([]event, bool) bool         { return false }

func (p *peer) isOver() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.ended }
func (p *peer) isGone() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.gone }

func (p *peer) step(s Step) {
	switch {
	//+await
	case s.Await != nil:
		p.wait(Timeout, func(events []event, ended bool) bool { return ended || compare(s.Await, p.answers(events)) != part })
		return
	//-await
	//+hold
	case s.Wait == Hold:
		p.wait(Timeout, isEnd)
		p.wait(Timeout/50, never)
		if !p.isGone() {
			p.file(stillOpen(s.Quiet))
		}
		return
	//-hold
	//+wait
	case s.Wait != 0:
		if !p.wait(map[Wait]time.Duration{Settle: Timeout / 50, Watch: Timeout / 2}[s.Wait], isEnd) {
			p.file(stillOpen(s.Quiet))
		}
		return
		//-wait
	}
	octets := []byte(s.Octets)
	for _, f := range s.Send {
		if f.Opcode == Ping {
			p.pings[f.Payload] = true
		}
		if f.Opcode == Close && p.stepClosedAt < 0 {
			p.mu.Lock()
			p.stepClosedAt = len(p.events)
			p.mu.Unlock()
		}
		octets = f.append(octets, p.server, p.keys)
		if s.Chop < 0 {
			p.write(octets, 0)
			octets = nil
		}
	}
	p.write(octets, s.Chop)
}

// write sends octets in pieces. That the peer has left is no error here: what it
// did is in the events.
func (p *peer) write(octets []byte, chop int) {
	if chop <= 0 {
		chop = 256 << 10
	}
	for len(octets) > 0 {
		n := min(chop, len(octets))
		_ = p.conn.SetWriteDeadline(time.Now().Add(Timeout))
		if _, err := p.conn.Write(octets[:n]); err != nil {
			return
		}
		octets = octets[n:]
	}
}

// meets reports whether what was agreed will do for the case.
func (a *Agreement) meets(needs Agreement) bool {
	return a != nil && (a.Takeover || !needs.Takeover) && a.WindowBits >= needs.WindowBits
}

// declined makes the case one that only closes the connection: the peer does not
// take part in what it is about, as it may.
func (c *Case) declined() {
	c.Steps, c.Outcomes = nil, []Outcome{{Verdict: "UNIMPLEMENTED", Says: "a clean close", Ending: Ending{Codes: []int{1000}, Clean: true}}}
}

// append writes a frame as the test's role would (RFC 6455 5.2).
func (f Frame) append(b []byte, mask bool, keys *rand.Rand) []byte {
	first := byte(0x80)
	if f.More {
		first = 0
	}
	b = append(b, first|f.RSV<<4|byte(f.Opcode))
	length, masked := uint64(len(f.Payload)), byte(0)
	if f.Announce > 0 {
		length = f.Announce
	}
	if mask = f.Mask > 0 || f.Mask == 0 && mask; mask {
		masked = 0x80
	}
	switch {
	case f.Form == 8, length > 0xffff:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), length)
	case f.Form == 2, length > 125:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(length))
	default:
		b = append(b, masked|byte(length))
	}
	if !mask {
		return append(b, f.Payload...)
	}
	key := f.Key
	if key == "" {
		key = string(binary.BigEndian.AppendUint32(nil, keys.Uint32()))
	}
	b = append(b, key...)
	for i := range len(f.Payload) {
		b = append(b, f.Payload[i]^key[i%4])
	}
	return b
}

// conclude waits for the outcome and ends the connection in order.
func (p *peer) conclude() {
	testCloses := false
	over := p.wait(Timeout, func(events []event, ended bool) (over bool) {
		over, testCloses = p.decided(events, ended)
		return over
	})
	p.gaveUp = !over && !p.isOver() && !testCloses
	//+drop
	for _, o := range p.c.Outcomes {
		if o.Ending.DropTCPHere && !p.isOver() {
			return
		}
	}
	//-drop
	if !p.isGone() {
		p.endHandshake()
	}
	if p.gaveUp {
		return
	}
	// The server closes TCP first (RFC 6455 7.1.1).
	if half, ok := p.conn.(interface{ CloseWrite() error }); ok && !p.server {
		_ = half.CloseWrite()
	}
	p.wait(Timeout/2, never)
	p.dropped = p.server && !p.isGone()
}

// endHandshake sends the Close that is still owed: the first one, or the answer
// to the peer's (RFC 6455 5.5.1).
func (p *peer) endHandshake() {
	code, theirs := 1000, false
	p.mu.Lock()
	for _, e := range p.events {
		if e.kind == violation && !theirs {
			code = 1002
		}
		if e.kind == closed {
			code, theirs = e.code, true
		}
	}
	now := len(p.events)
	p.mu.Unlock()
	if p.stepClosedAt < 0 || p.c.Outcomes[0].Ending.By != ByStep {
		p.testClosedAt = now
		f := Frame{Opcode: Close}
		if mayBeSent(code) {
			f.Payload = string(binary.BigEndian.AppendUint16(nil, uint16(code)))
		}
		p.write(f.append(nil, p.server, p.keys), 0)
	}
	if !theirs && !p.gaveUp {
		p.gaveUp = !p.wait(Timeout, isEnd)
	}
}
