package network

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/internal/conntrack"
	"github.com/wsspec/wsspec/ref/wire"
)

// alive is the payload of the ping that the harness sends behind a script, where the
// connection has to live: its pong shows that the peer has read all.
const alive = "wsspec fuzz: alive"

// messageLimit is the length in octets up to which a peer has to accept a message. Beyond it,
// it may fail the connection (RFC6455-10.4-1).
const messageLimit = 16 << 10

// patience says how long the harness waits.
type patience struct {
	// answer is how long the peer may be silent when something is owed.
	answer time.Duration
	// pause is the time between two writes that the peer is to read one by one. A client is to
	// read the response before what follows it, too, unless the script joins the two.
	pause time.Duration
}

// mostPatience is how many times the answer time a peer gets that goes on sending.
const mostPatience = 8

// mostReceived is the most octets of a message that a peer may send: no script is so long.
const mostReceived = 64 << 20

// surplus is how many octets a message may have beyond the longest echo until it counts as a
// flood. inflation is how many octets DEFLATE makes of one at most.
const (
	surplus   = 64 << 10
	inflation = 1032
)

// mostEchoed is how many octets a peer may send as messages before that is a flood. It has to send
// back no more than the script has.
func (s *Script) mostEchoed() uint64 {
	n := uint64(0)
	for i := range s.Parts {
		n += uint64(len(s.Parts[i].Octets))
		if f := s.Parts[i].Frame; f != nil {
			n += uint64(len(f.Payload))
		}
	}
	if s.Offer != "" || s.Head != "" {
		n *= inflation
	}
	return min(surplus+n, mostReceived)
}

// A player plays scripts, one at a time.
type player struct {
	peer     Peer
	patience patience
	encoder  encoder
	oracle   oracle.Oracle
	buf      []byte
	// record: outcomes get transcripts.
	record bool
	// others play the same on other servers.
	others []*player
	// table is the kernel's table of connections.
	table *conntrack.Table
}

func newPlayer(p Peer) *player {
	return &player{peer: p, buf: make([]byte, 16<<10), table: conntrack.System, encoder: encoder{role: p.Role().Peer()}}
}

// An outcome says what the peer did when a script was played.
type outcome struct {
	// wrong is nil if the peer did nothing that is not permitted.
	wrong *wrong
	// course is what the peer did, in a form that two plays can be compared by.
	course string
	// lost: the peer took no connection.
	lost       error
	transcript observed.Transcript
	began      time.Time
	elapsed    time.Duration
	opened     bool
	// stopped says why an application was not greeted; empty if it was.
	stopped string
	// fate is that of the last connection. shown says that the peer sent something wrong; it is
	// false if the peer was wrong because it sent nothing.
	fate  fate
	shown bool
	// did is what servers are compared by; empty if the script does not compare them.
	did string
	// wavered: the script was played twice, and the plays differ. disagreed: another server did
	// something else.
	wavered, disagreed bool
}

// suspect reports whether the script is to be examined.
func (out *outcome) suspect() bool { return out.wrong != nil || out.wavered || out.disagreed }

// A session is one connection of a script.
type session struct {
	*player
	*opened
	began   time.Time
	reader  *stream.Reader
	subject oracle.Subject
	sent    []byte
	events  []oracle.Event
	course  []string
	// permitted is what the oracle says of so many octets of sent. It is valid until the next
	// connection of the player.
	permitted *oracle.Permitted
	judged    int
	// closed: the peer sent a Close frame, with that code. ended: TCP has ended.
	closed, ended bool
	code          wire.StatusCode
	closeSent     bool
	// asked: the ping behind the script is sent. lived: its pong came, and all else that was due.
	asked, lived bool
	// judgedBefore: what is wrong is of an earlier connection. It was shown as outcome has it.
	judgedBefore, shown bool
	// What follows is for an application. The first so many octets of sent greet it. stopped says
	// why the greeting stopped.
	conversing     conversing
	greeted, marks int
	stopped        string
}

// play plays a script. If the context ends, it sends nothing more of it.
func (p *player) play(ctx context.Context, s *Script) (out outcome) {
	p.table.Wait(ctx) // where it is full, a peer looks dead
	began := time.Now()
	out.began = began
	p.encoder.record = p.record
	defer func() { out.elapsed = time.Since(began) }()
	var others []*session
	defer func() {
		for _, o := range others {
			o.leave()
		}
	}()
	current, err := p.begin(ctx, s, began)
	if err != nil {
		out.lost = err
		return out
	}
	var course []string
	for _, leg := range p.encoder.encode(s) {
		if current.over() || ctx.Err() != nil {
			break
		}
		if leg.then == "" { // the last one
			current.sendLast(leg)
			break
		}
		current.send(leg)
		switch leg.then {
		case Pause:
			time.Sleep(p.patience.pause)
		case Await:
			current.mark()
			current.await()
		case HalfClose:
			current.halfClose()
		case Reset:
			current.reset()
		case Connect:
			if !current.over() {
				current.judge(false)
			}
			others, course = append(others, current), append(course, current.course...)
			next, err := p.begin(ctx, s, began)
			if err != nil {
				out.lost = err
				return out
			}
			next.transcript = append(current.transcript, next.transcript...)
			next.judgedBefore, next.shown = current.wrong != nil, current.shows()
			next.wrong = firstOf(current.wrong, next.wrong)
			current = next
		}
	}
	current.conclude()
	current.leave()
	out.fate, out.shown, out.did = current.fate(), current.shows(), current.did()
	current.end()
	out.wrong, out.opened = current.wrong, current.response.Status == 101
	out.course = strings.Join(append(course, current.course...), " ")
	out.transcript, out.stopped = current.transcript, current.stopped
	return out
}

func firstOf(a, b *wrong) *wrong {
	if a != nil {
		return a
	}
	return b
}

// begin opens a connection.
func (p *player) begin(ctx context.Context, s *Script, began time.Time) (*session, error) {
	o, err := p.peer.open(ctx, s, p.patience)
	if err != nil {
		return nil, err
	}
	c := &session{player: p, opened: o, began: began, subject: oracle.Subject{Role: p.peer.Role(), Limit: messageLimit}}
	if o.wrong != nil || o.response.Status != 101 || o.unclear {
		c.note(o.course + fmt.Sprint(o.response.Status))
		return c, nil
	}
	var deflation *stream.Deflation
	if o.deflate != nil {
		c.subject.Deflate = o.deflate
		if deflation, err = stream.NewDeflation(*o.deflate, p.peer.Role()); err != nil {
			c.wrong = &wrong{WrongVerdict, "", err.Error()}
			return c, nil
		}
	}
	most := uint64(mostReceived)
	if p.peer.application() == nil {
		most = s.mostEchoed()
	}
	c.reader = stream.NewReader(p.peer.Role(), most, deflation)
	c.note("101")
	c.conversing = newConversing(p.peer.application())
	if len(o.early) > 0 && p.peer.Role() == wire.RoleServer {
		c.heard(o.early)
	}
	if a := p.peer.application(); a != nil && a.Dialogue != nil {
		if c.stopped = c.greet(a.Dialogue); c.stopped != "" {
			c.reader = nil
			c.note("no greeting")
		}
	}
	return c, nil
}

// over reports whether nothing more is to be sent.
func (c *session) over() bool { return c.reader == nil || c.wrong != nil || c.ended }

func (c *session) note(text string) { c.course = append(c.course, text) }

// send writes a leg that the oracle is asked about.
func (c *session) send(l leg) {
	c.sent = append(c.sent, l.octets...)
	c.write(l)
}

// ask is the ping behind a script.
var ask = &Frame{Opcode: wire.OpPing, Payload: []byte(alive)}

// sendLast writes the last leg, and the ping behind the script with it if one is to follow.
func (c *session) sendLast(l leg) {
	c.sent = append(c.sent, l.octets...)
	if c.allowed().Stays() && atBoundary(c.sent) {
		c.asked = true
		own := c.own(ask)
		c.sent = append(c.sent, own.octets...)
		l.octets, l.entries = append(l.octets, own.octets...), append(l.entries, own.entries...)
	}
	c.write(l)
}

// write writes a leg. A peer that does not take it shows what it did by what it sent.
func (c *session) write(l leg) {
	if len(l.octets) == 0 {
		return
	}
	for _, e := range l.entries {
		e.At = time.Since(c.began)
		c.transcript = append(c.transcript, e)
	}
	_ = c.conn.SetWriteDeadline(time.Now().Add(c.patience.answer))
	octets := l.octets
	if len(c.unsent) > 0 {
		octets, c.unsent = append(c.unsent, octets...), nil
	}
	_, _ = c.conn.Write(octets)
}

// own is a frame of the harness's own as a leg.
func (c *session) own(f *Frame) leg {
	octets, h := c.encoder.frame(f)
	l := leg{octets: octets}
	if c.record {
		l.entries = []observed.Entry{{Dir: observed.Sent, Kind: observed.EntryFrame, Header: &h, Octets: octets}}
	}
	return l
}

// read waits for octets until the deadline, and reports whether it may be called again.
func (c *session) read(deadline time.Time) bool {
	_ = c.conn.SetReadDeadline(deadline)
	n, err := c.conn.Read(c.buf)
	if n > 0 {
		c.heard(c.buf[:n])
	}
	switch {
	case err == nil:
		c.beat()
		return c.wrong == nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return false
	}
	c.ended = true
	kind, text, at := observed.EntryEOF, "TCP closed by the peer", time.Since(c.began)
	if !errors.Is(err, io.EOF) {
		kind, text = observed.EntryReset, "TCP reset by the peer"
	}
	if c.record {
		c.transcript = append(c.transcript, observed.Entry{At: at, Dir: observed.Received, Kind: kind, Text: text})
	}
	c.events = append(c.events, oracle.Event{Kind: oracle.EOF})
	c.note("end")
	return false
}

// heard takes what the peer sent.
func (c *session) heard(octets []byte) {
	entries, events := c.reader.Feed(octets, time.Since(c.began))
	if c.record {
		c.transcript = append(c.transcript, entries...)
	}
	for i := range events {
		e := &events[i]
		switch e.Kind {
		case observed.EventMessage:
			c.events = append(c.events, oracle.Event{Kind: oracle.Message, Opcode: e.Type, Payload: e.Payload})
			c.note(e.Type.String())
			c.conversing.hears(e)
		case observed.EventPing:
			c.events = append(c.events, oracle.Event{Kind: oracle.Ping, Payload: e.Payload})
		case observed.EventPong:
			c.events = append(c.events, oracle.Event{Kind: oracle.Pong, Payload: e.Payload})
			c.note("pong")
		case observed.EventClose:
			c.closed, c.code = true, e.Code
			c.events = append(c.events, oracle.Event{Kind: oracle.Close, Payload: e.Body})
			c.note(fmt.Sprint(uint16(e.Code)))
		case observed.EventViolation:
			c.wrong = firstOf(c.wrong, &wrong{WrongVerdict, e.Violation.Rule.ID, "the peer sent " + e.Violation.Detail})
			c.note("violation")
		case observed.EventFlood:
			c.wrong = firstOf(c.wrong, &wrong{WrongVerdict, "", "the peer sent " + e.String()})
			c.note("flood")
		}
	}
}

// permits asks the oracle whether what came is permitted, and what is not.
func (c *session) permits(final bool) (bool, string) {
	if c.peer.application() != nil {
		return c.permitsApplication(final)
	}
	return c.allowed().Permits(oracle.Observation{Events: c.events, Final: final})
}

// allowed is what the oracle permits behind what was sent.
func (c *session) allowed() *oracle.Permitted {
	if c.permitted == nil || c.judged != len(c.sent) {
		c.permitted, c.judged = c.oracle.Of(c.subject, c.sent), len(c.sent)
	}
	return c.permitted
}

// judge notes what is wrong by now.
func (c *session) judge(final bool) {
	if ok, why := c.permits(final); !ok && c.wrong == nil {
		c.wrong = c.wrongBy(why)
	}
}

// mayWait reports whether the peer may wait for more octets although it has to fail the
// connection: it has a part of a frame, and may judge frames as a whole.
func (c *session) mayWait() bool { return !c.allowed().Stays() && !atBoundary(c.sent) }

// await waits until the peer has done all that it has to, or has ended the connection. What
// did not come is wrong.
func (c *session) await() {
	if c.flush(); c.reader == nil || c.mayWait() {
		return
	}
	began := time.Now()
	deadline := began.Add(c.patience.answer)
	for !c.ended && c.wrong == nil {
		if ok, why := c.permits(true); ok && (!c.closed || c.endsTCP()) {
			return
		} else if !ok && c.sure() {
			c.wrong = c.wrongBy(why)
			return
		}
		if !c.read(deadline) {
			break
		}
		if time.Since(began) < mostPatience*c.patience.answer { // it goes on
			deadline = time.Now().Add(c.patience.answer)
		}
		if c.closed && !c.closeSent {
			c.answerClose()
		}
	}
	if c.wrong == nil {
		c.judge(true)
	}
}

// wrongBy is what the oracle said was wrong. If it names no requirement, that of the ending
// that it permits is broken.
func (c *session) wrongBy(why string) *wrong {
	w := wrongBy(why)
	if w.requirement == "" {
		w.requirement = c.allowed().Endings[0].Requires
	}
	return w
}

// sure reports whether something came that is not permitted, whatever else may come.
func (c *session) sure() bool {
	ok, _ := c.permits(false)
	return !ok
}

// answerClose answers the peer's Close, if the harness has not sent one (RFC6455-5.5.1-7).
func (c *session) answerClose() {
	c.closeSent = true
	if c.scriptCloses() {
		return
	}
	f := &Frame{Opcode: wire.OpClose}
	if stream.MayBeSent(c.code) {
		f.Payload = []byte{byte(c.code >> 8), byte(c.code)}
	}
	c.write(c.own(f)) // the oracle judges what the peer did before
}

// scriptCloses reports whether the octets of the script end the connection by a Close frame.
func (c *session) scriptCloses() bool {
	return slices.ContainsFunc(c.allowed().Endings, func(e oracle.Ending) bool { return e.Fate == oracle.Closes })
}

// conclude ends the connection in order, and judges all that came.
func (c *session) conclude() {
	switch {
	case c.reader == nil, c.wrong != nil:
		return
	case c.ended:
		c.judge(true)
		return
	case !c.allowed().Stays() && !c.mayWait():
		c.await()
		return
	case !atBoundary(c.sent): // nothing can follow: the peer has to take the end of TCP
		c.await()
		if !c.over() {
			c.halfClose()
		}
		return
	}
	if !c.asked {
		c.send(c.own(ask))
	}
	c.await()
	if c.over() || c.closed {
		return
	}
	c.lived, c.closeSent = true, true
	c.send(c.own(&Frame{Opcode: wire.OpClose, Payload: []byte{0x03, 0xe8}}))
	c.await()
}

// halfClose ends the harness's half, and gives the peer a moment to end its own. A peer that
// does not is not judged: the RFC says nothing of it.
func (c *session) halfClose() {
	c.flush()
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	deadline := time.Now().Add(min(c.patience.answer, 100*time.Millisecond))
	for !c.ended && c.read(deadline) {
	}
	c.events = slices.DeleteFunc(c.events, func(e oracle.Event) bool { return e.Kind == oracle.Close || e.Kind == oracle.EOF })
	c.judge(false) // it may end the connection in any way, and not say anything
	c.ended, c.reader = true, nil
}

// leave closes the connection. Where the peer has ended its half, a reset harms nobody, and the
// kernel forgets the connection two minutes earlier.
func (c *session) leave() {
	if c.ended && c.table.Crowded() {
		c.resetTCP()
	}
	c.conn.Close()
}

// resetTCP makes the next close a reset.
func (c *session) resetTCP() {
	if tcp, ok := c.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// reset resets TCP.
func (c *session) reset() {
	c.resetTCP()
	c.conn.Close()
	c.ended, c.reader = true, nil
}
