package capture

import (
	"bytes"
	"slices"
	"time"
)

// How many octets wait for those before them: of one end of a connection, and in all.
// Above that, those before them count as lost.
const (
	mostHeld    = 4 << 20
	mostHeldAll = 64 << 20
)

// patience is how many more segments of a connection are read after an end acknowledged
// octets that the file does not have yet. A capture on several queues can be out of order.
const patience = 16

// Why octets are missing.
const (
	whyCut  = "the capture cut off the end of a packet"
	whyLost = "the capture has lost a packet"
	whyEnd  = "the other end acknowledged more than the capture has"
	// WhyLeftOut: what is missing are whole frames, which a run of wsspec did not keep.
	WhyLeftOut = "the transcript leaves entries out"
	whyNone    = "the capture has no packet of this end"
)

// A conn is a connection while the file is read.
type conn struct {
	t      *table
	info   Connection
	reader Reader // nil before the first octets
	halves [2]half
	ended  bool
	// last is the time of the latest segment, told the latest that was passed on.
	last, told time.Time
}

// A half is what one end sends.
type half struct {
	// known: next is the sequence number of the next octet.
	known bool
	next  uint32
	// first is the number of its first octet.
	first uint32
	// queue has the segments that are not due, by their sequence numbers; held is how many
	// octets they take.
	queue []waiting
	held  int
	// acked is the highest number that the other end acknowledged, firstAck the first one.
	hasAck          bool
	firstAck, acked uint32
	// waited counts the segments since the first one of the queue could have been passed on,
	// if the file were in order.
	waited int
	// fin is the number of its FIN.
	hasFin bool
	fin    uint32
	// finished: FIN was passed on.
	finished bool
	// passed: octets or a gap were passed on.
	passed bool
}

// waiting is a segment that waits for the octets before it.
type waiting struct {
	at     time.Time
	seq    uint32
	octets []byte
	cut    int64
	// frame is that of the segment.
	frame bool
	// acks is the number up to which its sender had the octets of the other end, if
	// hasAcks: the segment is passed on behind those.
	hasAcks bool
	acks    uint32
}

func (w *waiting) end() uint32 { return w.seq + uint32(len(w.octets)) + uint32(w.cut) }

// before reports whether one sequence number comes before another one (RFC 9293 3.4).
func before(a, b uint32) bool { return int32(a-b) < 0 }

func newConn(t *table, at time.Time, s *segment) *conn {
	c := &conn{t: t, info: Connection{Began: at}}
	c.info.Ends[Opener], c.info.Ends[Acceptor] = s.from, s.to
	if s.flags&(flagSyn|flagAck) == flagSyn|flagAck {
		c.info.Ends[Opener], c.info.Ends[Acceptor] = s.to, s.from
	}
	return c
}

func (c *conn) from(s *segment) End {
	if s.from == c.info.Ends[Opener] {
		return Opener
	}
	return Acceptor
}

// apart is how far from the latest segment of a connection a SYN with the number of its first
// one is another connection's: a stack may begin with the same number each time.
const apart = time.Second

// replacedBy reports whether a segment begins another connection between the same ports. A
// SYN may also be sent again, and may come late in the file.
func (c *conn) replacedBy(at time.Time, s *segment) bool {
	if s.flags&(flagSyn|flagAck|flagRst) != flagSyn {
		return false
	}
	h := &c.halves[c.from(s)]
	switch {
	case c.ended:
		return true
	case !h.known:
		return c.halves[c.from(s).Other()].passed
	case h.first != s.seq+1:
		return true
	}
	return h.passed && at.Sub(c.last).Abs() > apart
}

func (c *conn) take(at time.Time, s *segment) {
	if c.ended {
		return
	}
	c.last = at
	e := c.from(s)
	h, other := &c.halves[e], &c.halves[e.Other()]
	if s.flags&flagSyn != 0 {
		c.syn(e, s)
		s.seq++
	}
	if s.flags&flagAck != 0 {
		other.acknowledge(s.ack)
	}
	if s.flags&flagRst != 0 {
		if !h.known || !before(s.seq, h.next) {
			c.reset(e, at)
		}
		return
	}
	if s.length() > 0 {
		if !h.known {
			h.known, h.next, h.first = true, s.seq, s.seq
		}
		c.data(e, waiting{at: at, seq: s.seq, octets: s.octets, cut: s.cut, frame: s.frame, hasAcks: s.flags&flagAck != 0, acks: s.ack})
	}
	if s.flags&flagFin != 0 && !h.hasFin {
		h.hasFin, h.fin = true, s.seq+uint32(s.length())
		if !h.known {
			h.known, h.next = true, h.fin
		}
	}
	c.drain()
	for _, e := range []End{e, e.Other()} {
		c.impatient(e)
		c.fin(e, at)
	}
	if c.halves[0].finished && c.halves[1].finished {
		c.done(false)
	}
}

func (c *conn) syn(e End, s *segment) {
	h := &c.halves[e]
	if h.known {
		return // it was sent again, or came late
	}
	h.known, h.next, h.first = true, s.seq+1, s.seq+1
	c.info.FromBeginning[e] = true
}

func (h *half) acknowledge(ack uint32) {
	if !h.hasAck {
		h.hasAck, h.firstAck, h.acked = true, ack, ack
	} else if before(h.acked, ack) {
		h.acked = ack
	}
}

// data passes a segment on, or keeps it until what comes before it came.
func (c *conn) data(e End, w waiting) {
	h := &c.halves[e]
	if c.due(e, &w) && len(h.queue) == 0 {
		c.pass(e, w)
		return
	}
	c.hold(h, w)
	if h.held > mostHeld || c.t.held > mostHeldAll {
		c.drain()
		c.giveUp(e)
	}
}

// due reports whether the octets before a segment were passed on: those of its sender, and
// those of the other end that its sender had.
func (c *conn) due(e End, w *waiting) bool {
	other := &c.halves[e.Other()]
	return !before(c.halves[e].next, w.seq) &&
		(!w.hasAcks || !other.known || !before(other.next, w.acks) || other.hasFin && other.next == other.fin)
}

// pass passes on what is new in a segment that does not begin behind what came before.
func (c *conn) pass(e End, w waiting) {
	h := &c.halves[e]
	known := h.next - w.seq // octets that came already
	if !before(h.next, w.end()) {
		return
	}
	cut := w.cut
	octets := w.octets[min(uint32(len(w.octets)), known):]
	if known > uint32(len(w.octets)) {
		cut -= int64(known) - int64(len(w.octets))
	}
	h.next, h.passed = w.end(), true
	at := c.time(w.at)
	if len(octets) > 0 {
		c.to().Octets(e, at, octets)
	}
	if cut > 0 {
		c.to().Missing(e, at, cut, whyCut)
	}
}

// time is the time to pass on: it never goes back.
func (c *conn) time(at time.Time) time.Time {
	if at.After(c.told) {
		c.told = at
	}
	return c.told
}

// hold keeps a copy of a segment in the queue, unless it is there already.
func (c *conn) hold(h *half, w waiting) {
	i, found := slices.BinarySearchFunc(h.queue, w.seq, func(q waiting, seq uint32) int { return int(int32(q.seq - seq)) })
	if found && len(h.queue[i].octets) >= len(w.octets) && !before(h.queue[i].end(), w.end()) {
		return
	}
	w.octets = bytes.Clone(w.octets)
	c.forget(h, -len(w.octets)-overhead)
	h.queue = slices.Insert(h.queue, i, w)
}

// overhead is what a waiting segment takes of memory beside its octets.
const overhead = 64

// forget takes octets off what is held.
func (c *conn) forget(h *half, octets int) {
	h.held -= octets
	c.t.held -= octets
}

// drain passes on what is due of what waits.
func (c *conn) drain() {
	for e := Opener; ; e = e.Other() {
		h := &c.halves[e]
		passed := false
		for len(h.queue) > 0 && c.due(e, &h.queue[0]) {
			w := h.queue[0]
			h.queue = h.queue[1:]
			c.forget(h, len(w.octets)+overhead)
			c.pass(e, w)
			passed, h.waited = true, 0
		}
		if len(h.queue) == 0 {
			h.queue, h.waited = nil, 0
		}
		if !passed && e == Acceptor {
			return
		}
	}
}

// giveUp no longer waits for what comes before the first waiting segment.
func (c *conn) giveUp(e End) {
	h := &c.halves[e]
	if len(h.queue) == 0 {
		return
	}
	first := &h.queue[0]
	first.hasAcks = false
	if before(h.next, first.seq) {
		why := whyLost
		if first.frame {
			why = WhyLeftOut
		}
		c.missing(e, first.at, first.seq, why)
	}
	h.waited = 0
	c.drain()
}

// missing says that the octets up to a sequence number are not in the file.
func (c *conn) missing(e End, at time.Time, upTo uint32, why string) {
	h := &c.halves[e]
	n := int64(upTo - h.next)
	h.next, h.passed = upTo, true
	c.to().Missing(e, c.time(at), n, why)
}

// impatient gives up waiting, if somebody acknowledged what is not in the file.
func (c *conn) impatient(e End) {
	h := &c.halves[e]
	if len(h.queue) == 0 {
		return
	}
	gap := before(h.next, h.queue[0].seq)
	if gap && (!h.hasAck || before(h.acked, h.queue[0].seq)) {
		return
	}
	if h.waited++; h.waited > patience {
		c.giveUp(e)
	}
}

func (c *conn) fin(e End, at time.Time) {
	h := &c.halves[e]
	if h.hasFin && !h.finished && h.next == h.fin {
		h.finished = true
		if c.reader != nil {
			c.reader.Finished(e, c.time(at))
		}
	}
}

func (c *conn) reset(e End, at time.Time) {
	c.flush(at)
	if c.reader != nil {
		c.reader.Reset(e, c.time(at))
	}
	c.done(false)
}

// flush passes on all that waits, and says what is missing.
func (c *conn) flush(at time.Time) {
	a, b := &c.halves[Opener], &c.halves[Acceptor]
	for len(a.queue)+len(b.queue) > 0 {
		if len(a.queue) > 0 && (len(b.queue) == 0 || !b.queue[0].at.Before(a.queue[0].at)) {
			c.giveUp(Opener)
		} else {
			c.giveUp(Acceptor)
		}
	}
	for _, e := range []End{Opener, Acceptor} {
		h := &c.halves[e]
		switch {
		case !h.known && h.hasAck && before(h.firstAck, h.acked):
			h.known, h.next = true, h.firstAck
			c.missing(e, at, h.acked, whyNone)
		case h.known && h.hasFin && before(h.next, h.fin):
			c.missing(e, at, h.fin, whyLost)
		case h.known && !h.hasFin && h.hasAck && before(h.next+1, h.acked): // one more may be a FIN
			c.missing(e, at, h.acked, whyEnd)
		}
		c.fin(e, at)
	}
}

// finish ends a connection that the file does not follow any longer.
func (c *conn) finish() {
	if c.ended {
		return
	}
	c.flush(c.last)
	c.done(!c.halves[0].finished || !c.halves[1].finished)
}

func (c *conn) done(open bool) {
	c.ended = true
	if c.reader != nil {
		c.reader.Done(open)
	}
	c.reader = nil
	for i := range c.halves {
		c.forget(&c.halves[i], c.halves[i].held)
		c.halves[i].queue = nil
	}
}

// to returns the reader, and opens it the first time.
func (c *conn) to() Reader {
	if c.reader == nil {
		c.reader = c.t.open(&c.info)
	}
	return c.reader
}
