package wire

import "errors"

// A Receiver turns the octets of a peer into events, strictly and without
// input or output of its own: it is told octets and says what they mean. It
// allocates nothing but the text of a Close frame and of a failure, keeps at
// most one header or control frame, and gives the same events however the
// octets are cut (adjacent EventData joined). Not for concurrent use.
type Receiver struct {
	// parse is what the next octets are for. After the peer's Close, and after
	// a failure, it is discard: that nothing more is processed
	// (RFC6455-7.1.7-7) is the shape of the machine and not a flag to look at.
	parse parser
	// end is what the end of TCP means at this point.
	end    func(r *Receiver) Event
	limits Limits
	state  FrameState
	// onHeader hears of every header; nil for nobody.
	onHeader func(Header)

	head    [MaxHeaderLen]byte // a header that came in pieces
	headLen int

	frame Header // the frame being read
	left  uint64 // how many octets of its payload are still to come
	pos   int    // where in the masking key they begin

	control    [MaxControlPayload]byte
	controlLen int

	message   Event         // Opcode and Compressed of the open message
	size      uint64        // its octets so far, on the wire
	fragments int           // its frames so far
	text      UTF8Validator // its text so far; a whole text leaves it ready for the next
	violation *Violation    // why it has to fail with the next step
}

// A parser takes octets from the front of p. wait says that p is used up and
// that without more octets there is nothing to do.
type parser func(r *Receiver, p []byte) (n int, ev Event, wait bool)

// NewReceiver returns a Receiver for the endpoint that c describes, at the first
// octet behind the opening handshake.
func NewReceiver(c Config) *Receiver {
	return &Receiver{
		parse:    (*Receiver).header,
		end:      (*Receiver).lost,
		limits:   c.Limits,
		state:    FrameState{Sender: c.Role.Peer(), RSV1: c.Deflate},
		onHeader: c.OnHeader,
	}
}

// Receive reads from the front of p up to the next event and returns how many
// octets that took. With EventNone it took all of p and needs more; after any
// other event call it again with the rest, also when the rest is empty. It
// unmasks in place: the octets of p are changed, and EventData points into
// them.
func (r *Receiver) Receive(p []byte) (n int, ev Event) {
	for {
		m, ev, wait := r.parse(r, p[n:])
		n += m
		if wait || ev.Kind != EventNone {
			return n, ev
		}
	}
}

// EOF says that TCP ended; call it when Receive has used up all octets. Before
// the peer's Close that is [EventLost], an abnormal closure (RFC6455-7.1.5-3);
// afterwards, and after a failure, it is nothing new and EventNone.
func (r *Receiver) EOF() Event { return r.end(r) }

// Fail fails the connection for a rule that only the caller can judge, such as
// what a compressed message inflates to, and returns the event to act on: from
// now on the Receiver discards.
func (r *Receiver) Fail(v *Violation) Event { return r.fail(v) }

// InMessage reports whether a data message has begun and not ended.
func (r *Receiver) InMessage() bool { return r.message.Opcode != 0 }

// Pending returns how many octets of the current data frame's payload are still
// to come. So many octets and no more may be read straight to where the message
// is wanted: given to Receive, they come back as EventData that points to them.
// It is zero wherever a header or a control frame is due.
func (r *Receiver) Pending() uint64 {
	if r.frame.Opcode.IsControl() {
		return 0
	}
	return r.left
}

// header collects a frame header and judges it.
func (r *Receiver) header(p []byte) (n int, ev Event, wait bool) {
	before := r.headLen
	head := p
	if before > 0 {
		n = copy(r.head[before:], p)
		head = r.head[:before+n]
	}
	h, headLen, err := ParseHeader(head)
	if errors.Is(err, ErrShort) {
		if before == 0 {
			n = copy(r.head[:], p)
		}
		r.headLen = before + n
		return n, Event{}, true
	}
	n = headLen - before
	r.headLen = 0
	if r.onHeader != nil {
		r.onHeader(h)
	}
	if err != nil {
		return n, r.fail(violation(err)), false
	}
	v := Check(h, r.state)
	if v != nil {
		return n, r.fail(v), false
	}
	r.frame, r.left, r.pos = h, h.Length, 0
	if h.Opcode.IsControl() {
		r.controlLen = 0
		r.parse = (*Receiver).controlFrame
		return n, Event{}, false
	}
	r.state = r.state.Next(h)
	r.parse = (*Receiver).payload
	if h.Opcode != OpContinuation {
		// RFC6455-6.2-3: the first frame's opcode is the message's type.
		r.message = Event{Opcode: h.Opcode, Compressed: h.RSV&RSV1 != 0}
		r.size, r.fragments = 0, 0
	}
	if v = r.overLimit(h); v != nil {
		return n, r.fail(v), false
	}
	r.size += h.Length
	if h.Opcode != OpContinuation {
		return n, r.event(EventMessage, nil), false
	}
	return n, Event{}, false
}

// violation returns the rule that ParseHeader found broken.
func violation(err error) (v *Violation) {
	if !errors.As(err, &v) {
		panic("wire: ParseHeader failed without a rule: " + err.Error())
	}
	return v
}

// overLimit judges a data frame by the endpoint's limits (RFC6455-10.4-1).
func (r *Receiver) overLimit(h Header) *Violation {
	r.fragments++
	most := r.limits.wireMessage(r.message.Compressed)
	switch {
	case r.limits.Frame != 0 && h.Length > r.limits.Frame:
		return RuleFrameLimit.Violation("%v frame of %d octets, the limit is %d", h.Opcode, h.Length, r.limits.Frame)
	case h.Length > most || r.size > most-h.Length:
		return RuleMessageLimit.Violation("%v message of at least %d octets, the limit is %d", r.message.Opcode, r.size+h.Length, most)
	case r.limits.Fragments != 0 && r.fragments > r.limits.Fragments:
		return RuleFragmentLimit.Violation("%v message of more than %d frames, the limit", r.message.Opcode, r.limits.Fragments)
	}
	return nil
}

// payload hands on what a data frame carries, as much as there is.
func (r *Receiver) payload(p []byte) (n int, ev Event, wait bool) {
	if r.left == 0 {
		r.parse = (*Receiver).header
		if r.frame.Fin {
			return 0, r.endMessage(), false
		}
		return 0, Event{}, false
	}
	if len(p) == 0 {
		return 0, Event{}, true
	}
	b := p
	if uint64(len(b)) > r.left {
		b = b[:r.left]
	}
	r.unmask(b)
	if r.message.Opcode == OpText && !r.message.Compressed {
		// "MUST _Fail the WebSocket Connection_" (RFC6455-8.1-1): at the first
		// octet that no text can have here. What came before it is handed on, so
		// that the events are the same however the octets were cut.
		if n, ok := r.text.Validate(b); !ok {
			v := RuleText.Violation("octet %#02x is not UTF-8, %d octets into the text message", b[n], r.size-r.left-uint64(len(b)-n))
			if n == 0 {
				return 0, r.fail(v), false
			}
			r.violation = v
			r.parse = (*Receiver).failNow
			return n, r.event(EventData, b[:n]), false
		}
	}
	return len(b), r.event(EventData, b), false
}

// endMessage ends the open message, whose last frame is complete.
func (r *Receiver) endMessage() Event {
	if !r.text.Complete() { // only plain text is ever given to it
		return r.fail(RuleText.Violation("text message of %d octets that ends inside a code point", r.size))
	}
	ev := r.event(EventEnd, nil)
	r.message = Event{}
	return ev
}

// controlFrame collects a control frame's payload, at most 125 octets.
func (r *Receiver) controlFrame(p []byte) (n int, ev Event, wait bool) {
	n = copy(r.control[r.controlLen:r.frame.Length], p)
	r.controlLen += n
	if r.left -= uint64(n); r.left > 0 {
		return n, Event{}, true
	}
	data := r.control[:r.controlLen]
	r.unmask(data)
	r.parse = (*Receiver).header
	switch r.frame.Opcode {
	case OpPing:
		return n, Event{Kind: EventPing, Opcode: OpPing, Data: data}, false
	case OpPong:
		return n, Event{Kind: EventPong, Opcode: OpPong, Data: data}, false
	}
	code, reason, v := ParseClose(data)
	if v != nil {
		return n, r.fail(v), false
	}
	r.stop()
	return n, Event{Kind: EventClose, Opcode: OpClose, Data: data, Code: code, Reason: reason}, false
}

// discard takes and drops what comes behind the end of processing.
func (r *Receiver) discard(p []byte) (n int, ev Event, wait bool) {
	return len(p), Event{}, true
}

// failNow tells the failure that was found behind the last event.
func (r *Receiver) failNow([]byte) (n int, ev Event, wait bool) {
	return 0, r.fail(r.violation), false
}

// fail is the one way to fail the connection from this side: "MUST NOT continue
// to attempt to process data (including a responding Close frame) from the
// remote endpoint" (RFC6455-7.1.7-7).
func (r *Receiver) fail(v *Violation) Event {
	r.stop()
	return Event{Kind: EventFail, Code: v.Rule.Code, Violation: v}
}

// lost says that TCP ended too early, and where.
func (r *Receiver) lost() Event {
	where := "between frames"
	switch {
	case r.headLen > 0:
		where = "inside a frame header"
	case r.left > 0:
		where = "inside a " + r.frame.Opcode.String() + " frame"
	case r.InMessage():
		where = "inside a fragmented message"
	}
	r.stop()
	v := RuleConnectionLost.Violation("connection ended %s, without a Close frame", where)
	return Event{Kind: EventLost, Code: v.Rule.Code, Violation: v}
}

// stop replaces the machine by one that discards.
func (r *Receiver) stop() {
	r.parse = (*Receiver).discard
	r.end = func(*Receiver) Event { return Event{} }
	r.left, r.headLen = 0, 0
}

// unmask takes the mask off the next octets of the current frame.
func (r *Receiver) unmask(b []byte) {
	if r.frame.Masked {
		r.pos = Mask(r.frame.MaskKey, r.pos, b)
	}
	if !r.frame.Opcode.IsControl() {
		r.left -= uint64(len(b))
	}
}

// event fills in what the events of a data message share.
func (r *Receiver) event(kind EventKind, data []byte) Event {
	ev := r.message
	ev.Kind, ev.Data = kind, data
	return ev
}
