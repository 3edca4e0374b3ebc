package wire

import (
	"encoding/binary"
	"errors"
)

// A Receiver turns the octets of a peer into events and checks all rules. It has
// no input or output of its own. It allocates nothing except the text of a Close
// frame and of a failure, and room for a control frame that comes in pieces. It
// stores at most one header or control frame. The events do not depend on how the
// octets are cut, except that EventData may be divided. It is not safe for
// concurrent use.
type Receiver struct {
	next   receiverStep
	limits Limits
	state  FrameState
	// onHeader is called with every header; it may be nil.
	onHeader func(Header)

	head    [MaxHeaderLen]byte // a header that came in pieces
	headLen int

	frame Header // the frame being read
	left  uint64 // how many octets of its payload are still to come
	pos   int    // where in the masking key they begin

	control []byte // of a control frame whose payload came in pieces, so far

	message struct { // the open message; its opcode is zero if there is none
		opcode     Opcode
		compressed bool
	}
	size      uint64        // its octets so far, on the wire
	most      uint64        // and how many these may be
	fragments int           // its frames so far
	text      UTF8Validator // its text so far; a whole text leaves it ready for the next
	violation *Violation    // why it has to fail with the next step
}

// A receiverStep says what the next octets are.
type receiverStep uint8

const (
	stepFrameHeader receiverStep = iota
	stepPayload                  // of a data frame
	stepControl                  // the payload of a control frame
	stepFail                     // the failure that was found after the last event is due
	// stepDiscard comes after the peer's Close frame and after a failure, so that nothing
	// more can be processed (RFC6455-7.1.7-7).
	stepDiscard
)

// NewReceiver returns a Receiver for the endpoint that c describes. It expects
// the first octet after the opening handshake.
func NewReceiver(c Config) *Receiver {
	return &Receiver{
		limits:   c.Limits.explicit(),
		state:    FrameState{Sender: c.Role.Peer(), RSV1: c.Deflate},
		onHeader: c.OnHeader,
	}
}

// SetLimits changes the limits from the next frame header on.
func (r *Receiver) SetLimits(l Limits) {
	r.limits = l.explicit()
	r.most = r.limits.wireMessage(r.message.compressed)
}

// Receive reads from the front of p up to the next event and returns how many
// octets that took. EventNone means that it took all of p and needs more. After
// another event call it with the rest, also if the rest is empty. It unmasks in
// place: the octets of p change, and EventData points to them.
func (r *Receiver) Receive(p []byte) (n int, ev Event) {
	// A step takes octets from the front of what is left. wait says that it took all and
	// needs more. An Event is large, so that steps fill in the one that is returned.
	for {
		m, wait := 0, false
		switch r.next {
		case stepFrameHeader:
			m, wait = r.header(p[n:], &ev)
		case stepPayload:
			m, wait = r.payload(p[n:], &ev)
		case stepControl:
			m, wait = r.controlFrame(p[n:], &ev)
		case stepFail:
			r.fail(&ev, r.violation)
		case stepDiscard:
			return len(p), ev
		}
		n += m
		if wait || ev.Kind != EventNone {
			return n, ev
		}
	}
}

// EOF tells the Receiver that TCP ended; call it when Receive has got all octets.
// Before the peer's Close frame that is [EventLost], an abnormal closure
// (RFC6455-7.1.5-3). After it, and after a failure, it is EventNone.
func (r *Receiver) EOF() Event {
	if r.next == stepDiscard {
		return Event{}
	}
	return r.lost()
}

// Fail fails the connection for a rule that the caller checks, such as one about
// inflated messages. It returns the event to act on. From now on the Receiver
// discards all octets.
func (r *Receiver) Fail(v *Violation) Event {
	var ev Event
	r.fail(&ev, v)
	return ev
}

// InMessage reports whether a data message has begun and not ended.
func (r *Receiver) InMessage() bool { return r.message.opcode != 0 }

// Pending returns how many payload octets of the current data frame are still to
// come. Up to so many octets may be read straight to where the message is wanted:
// Receive then returns them as EventData that points there. It is zero if a
// header or a control frame is expected.
func (r *Receiver) Pending() uint64 {
	if r.frame.Opcode.IsControl() {
		return 0
	}
	return r.left
}

// LastFrame reports whether the data frame that Pending is about has FIN set, so
// that its message ends with it.
func (r *Receiver) LastFrame() bool { return r.frame.Fin }

// ordinaryHeader reads the header at the front of p straight into r.frame, if it
// is there whole and is that of an ordinary frame, as [permitted] says. It returns
// its length, or 0 if the header is for ParseHeader and Check. Both ways give the
// same result; this one is several times faster, because it copies nothing.
func (r *Receiver) ordinaryHeader(p []byte) (n int) {
	if len(p) < 2 {
		return 0
	}
	first, second := p[0], p[1]
	op, fin, masked := Opcode(first&0xF), first&0x80 != 0, second&0x80 != 0
	if first&0x70 != 0 || masked != (r.state.Sender == RoleClient) {
		return 0
	}
	length, form := uint64(second&0x7F), Length7
	n = 2
	switch {
	case length < 126:
	case length == 126 && len(p) >= 4:
		length, form, n = uint64(binary.BigEndian.Uint16(p[2:])), Length16, 4
		if length < 126 {
			return 0
		}
	case length == 127 && len(p) >= 10:
		length, form, n = binary.BigEndian.Uint64(p[2:]), Length64, 10
		if length <= 0xFFFF || length>>63 != 0 {
			return 0
		}
	default:
		return 0
	}
	switch op {
	case OpText, OpBinary:
		if r.state.InMessage {
			return 0
		}
	case OpContinuation:
		if !r.state.InMessage {
			return 0
		}
	case OpPing, OpPong, OpClose:
		if !fin || form != Length7 {
			return 0
		}
	default:
		return 0
	}
	f := &r.frame
	if masked {
		if len(p) < n+4 {
			return 0
		}
		f.MaskKey = [4]byte(p[n : n+4])
		n += 4
	}
	f.Fin, f.RSV, f.Opcode, f.Masked, f.Form, f.Length = fin, 0, op, masked, form, length
	return n
}

// header collects a frame header and checks it.
func (r *Receiver) header(p []byte, ev *Event) (n int, wait bool) {
	if r.headLen == 0 && r.onHeader == nil {
		if n = r.ordinaryHeader(p); n > 0 {
			r.beginFrame(ev)
			return n, false
		}
	}
	return r.anyHeader(p, ev)
}

// anyHeader is header for all others.
func (r *Receiver) anyHeader(p []byte, ev *Event) (n int, wait bool) {
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
		return n, true
	}
	n = headLen - before
	r.headLen = 0
	if r.onHeader != nil {
		r.onHeader(h)
	}
	v := Check(h, r.state)
	if err != nil {
		v = violation(err)
	}
	if v != nil {
		r.fail(ev, v)
		return n, false
	}
	r.frame = h
	r.beginFrame(ev)
	return n, false
}

// beginFrame begins the frame whose header is in r.frame and breaks no rule.
func (r *Receiver) beginFrame(ev *Event) {
	h := &r.frame
	r.left, r.pos = h.Length, 0
	if h.Opcode.IsControl() {
		r.control = r.control[:0]
		r.next = stepControl
		return
	}
	r.state.InMessage = !h.Fin
	if h.Opcode != OpContinuation {
		// RFC6455-6.2-3: the first frame's opcode is the message's type.
		r.message.opcode, r.message.compressed = h.Opcode, h.RSV&RSV1 != 0
		r.size, r.fragments = 0, 0
		r.most = r.limits.wireMessage(r.message.compressed)
	}
	r.fragments++
	if h.Length > r.limits.Frame || r.size > r.most || h.Length > r.most-r.size || r.fragments > r.limits.Fragments {
		r.fail(ev, r.overLimit(h))
		return
	}
	r.size += h.Length
	if h.Opcode != OpContinuation {
		r.fill(ev, EventMessage, nil)
	}
	if r.left > 0 || h.Fin { // else the next header follows
		r.next = stepPayload
	}
}

// violation returns the rule that ParseHeader found broken.
func violation(err error) (v *Violation) {
	if !errors.As(err, &v) {
		panic("wire: ParseHeader failed without a rule: " + err.Error())
	}
	return v
}

// overLimit returns the limit that a data frame exceeds (RFC6455-10.4-1).
func (r *Receiver) overLimit(h *Header) *Violation {
	switch {
	case h.Length > r.limits.Frame:
		return RuleFrameLimit.Violation("%v frame of %d octets, the limit is %d", h.Opcode, h.Length, r.limits.Frame)
	case r.size > r.most || h.Length > r.most-r.size:
		return RuleMessageLimit.Violation("%v message of at least %d octets, the limit is %d", r.message.opcode, r.size+h.Length, r.most)
	}
	return RuleFragmentLimit.Violation("%v message of more than %d frames, the limit", r.message.opcode, r.limits.Fragments)
}

// payload returns the payload of a data frame, as much as there is.
func (r *Receiver) payload(p []byte, ev *Event) (n int, wait bool) {
	if r.left == 0 {
		r.next = stepFrameHeader
		if r.frame.Fin {
			r.endMessage(ev)
		}
		return 0, false
	}
	if len(p) == 0 {
		return 0, true
	}
	b := p
	if uint64(len(b)) > r.left {
		b = b[:r.left]
	}
	r.unmask(b)
	if r.message.opcode == OpText && !r.message.compressed {
		// "MUST _Fail the WebSocket Connection_" (RFC6455-8.1-1): at the first
		// octet that no text can have here. What came before it is handed on, so
		// that the events are the same however the octets were cut.
		if n, ok := r.text.Validate(b); !ok {
			v := RuleText.Violation("octet %#02x is not UTF-8, %d octets into the text message", b[n], r.size-r.left-uint64(len(b)-n))
			if n == 0 {
				r.fail(ev, v)
				return 0, false
			}
			r.violation = v
			r.next = stepFail
			r.fill(ev, EventData, b[:n])
			return n, false
		}
	}
	r.fill(ev, EventData, b)
	return len(b), false
}

// endMessage ends the open message, whose last frame is complete.
func (r *Receiver) endMessage(ev *Event) {
	if !r.text.Complete() { // only plain text is ever given to it
		r.fail(ev, RuleText.Violation("text message of %d octets that ends inside a code point", r.size))
		return
	}
	r.fill(ev, EventEnd, nil)
	r.message.opcode = 0
}

// controlFrame collects a control frame's payload, at most 125 octets.
func (r *Receiver) controlFrame(p []byte, ev *Event) (n int, wait bool) {
	n = int(min(uint64(len(p)), r.left))
	data := p[:n:n]
	if r.left -= uint64(n); r.left > 0 || len(r.control) > 0 {
		if r.control == nil {
			r.control = make([]byte, 0, MaxControlPayload)
		}
		r.control = append(r.control, data...)
		if r.left > 0 {
			return n, true
		}
		data = r.control
	}
	r.unmask(data)
	r.next = stepFrameHeader
	ev.Kind, ev.Opcode, ev.Data = EventPing, r.frame.Opcode, data
	switch r.frame.Opcode {
	case OpPong:
		ev.Kind = EventPong
	case OpClose:
		code, reason, v := ParseClose(data)
		if v != nil {
			r.fail(ev, v)
			break
		}
		ev.Kind, ev.Code, ev.Reason = EventClose, code, reason
		r.stop()
	}
	return n, false
}

// fail fails the connection: "MUST NOT continue to attempt to process data
// (including a responding Close frame) from the remote endpoint"
// (RFC6455-7.1.7-7).
func (r *Receiver) fail(ev *Event, v *Violation) {
	r.stop()
	*ev = Event{Kind: EventFail, Code: v.Rule.Code, Violation: v}
}

// lost reports that TCP ended too early, and where.
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

// stop makes the Receiver discard all further octets.
func (r *Receiver) stop() {
	r.next = stepDiscard
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

// fill makes ev an event of the open message.
func (r *Receiver) fill(ev *Event, kind EventKind, data []byte) {
	ev.Kind, ev.Opcode, ev.Compressed, ev.Data = kind, r.message.opcode, r.message.compressed, data
}
