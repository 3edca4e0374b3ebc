package frames

import (
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// naive reads a complete stream frame by frame, as RFC 6455 5 and 6.2 describe it.
type naive struct {
	trace
	config wire.Config
	state  wire.FrameState
	closed bool // after a Close frame, a failure or the end of TCP

	opcode     wire.Opcode // of the current message
	compressed bool
	frames     int
	size       uint64 // the sum of the declared lengths of the current message
	unfinished []byte // the incomplete code point at the end of its text so far

	end int // the end of the last frame, including one that failed
}

// read fills the trace with the expected events for b and for the end of TCP after it.
func (n *naive) read(c wire.Config, b []byte) {
	n.reset()
	n.config, n.closed, n.opcode, n.unfinished = c, false, 0, n.unfinished[:0]
	n.state = wire.FrameState{Sender: wire.RoleClient, RSV1: c.Deflate}
	if c.Role == wire.RoleClient {
		n.state.Sender = wire.RoleServer
	}
	for n.end = 0; !n.closed; {
		n.end += n.frame(b[n.end:])
	}
}

func (n *naive) fail(may ...*wire.Rule) {
	n.closed = true
	n.add(step{kind: wire.EventFail, may: may}, nil)
}

// lost records the end of TCP before a Close frame.
func (n *naive) lost() {
	n.closed = true
	n.add(step{kind: wire.EventLost, may: []*wire.Rule{wire.RuleConnectionLost}}, nil)
}

// frame reads one frame and returns its length in octets.
func (n *naive) frame(b []byte) int {
	h, length, f := naiveHeader(b)
	switch f {
	case short:
		n.lost()
		return 0
	case impossible:
		n.fail(wire.RuleLengthTopBit)
		return 0
	}
	if may := broken(nil, h, n.state); len(may) > 0 {
		n.fail(may...)
		return 0
	}
	payload := b[length:]
	whole := uint64(len(payload)) >= h.Length
	if whole {
		payload = payload[:h.Length]
	}
	plain := slices.Clone(payload)
	if h.Masked {
		for i := range plain {
			plain[i] ^= h.MaskKey[i%4]
		}
	}
	if h.Opcode >= 8 {
		n.control(h, plain, whole)
	} else {
		n.data(h, plain, whole)
	}
	return length + len(payload)
}

func (n *naive) control(h wire.Header, plain []byte, whole bool) {
	switch {
	case !whole:
		n.lost()
	case h.Opcode == wire.OpPing:
		n.add(step{kind: wire.EventPing, opcode: h.Opcode}, plain)
	case h.Opcode == wire.OpPong:
		n.add(step{kind: wire.EventPong, opcode: h.Opcode}, plain)
	default:
		code, reason, fail := naiveClose(plain)
		if fail != 0 {
			n.fail(closeRules(plain, fail)...)
			return
		}
		n.closed = true
		n.add(step{kind: wire.EventClose, opcode: h.Opcode, code: wire.StatusCode(code), reason: reason}, plain)
	}
}

// closeRules returns the rules that an invalid body of a Close frame may break.
func closeRules(body []byte, fail wire.StatusCode) []*wire.Rule {
	switch {
	case len(body) == 1:
		return []*wire.Rule{wire.RuleCloseBody}
	case fail == wire.StatusInvalidPayloadData:
		return []*wire.Rule{wire.RuleCloseReason}
	}
	return []*wire.Rule{
		wire.RuleCloseCode1004, wire.RuleCloseCode1005, wire.RuleCloseCode1006, wire.RuleCloseCode1015,
		wire.RuleCloseCodeUnused, wire.RuleCloseCodeUnassigned, wire.RuleCloseCodeUndefined,
	}
}

func (n *naive) data(h wire.Header, plain []byte, whole bool) {
	if h.Opcode != wire.OpContinuation {
		n.opcode, n.compressed, n.frames, n.size = h.Opcode, h.RSV >= 4, 0, 0
	}
	n.frames++
	n.state.InMessage = !h.Fin
	if over := n.over(h); len(over) > 0 {
		n.fail(over...)
		return
	}
	n.size += h.Length
	if h.Opcode != wire.OpContinuation {
		n.message(wire.EventMessage, nil)
	}
	if n.opcode == wire.OpText && !n.compressed {
		before := len(n.unfinished)
		text := append(n.unfinished, plain...)
		good, rest := naiveText(text)
		if good < len(text) {
			n.message(wire.EventData, plain[:good-before])
			n.fail(wire.RuleText)
			return
		}
		n.unfinished = append(n.unfinished[:0], text[len(text)-rest:]...)
	}
	n.message(wire.EventData, plain)
	switch {
	case !whole:
		n.lost()
	case h.Fin && len(n.unfinished) > 0:
		n.fail(wire.RuleText)
	case h.Fin:
		n.message(wire.EventEnd, nil)
	}
}

// message adds a step of the current message, but none for empty data.
func (n *naive) message(kind wire.EventKind, data []byte) {
	if kind != wire.EventData || len(data) > 0 {
		n.add(step{kind: kind, opcode: n.opcode, compressed: n.compressed}, data)
	}
}

// over returns the rules for the limits that the frame exceeds.
func (n *naive) over(h wire.Header) (rules []*wire.Rule) {
	limits := n.config.Limits
	if limits.Frame > 0 && h.Length > limits.Frame {
		rules = append(rules, wire.RuleFrameLimit)
	}
	most := limits.Message
	if n.compressed {
		most = 8*limits.Message + 1024
	}
	// A sum that overflows exceeds every limit.
	if limits.Message > 0 && n.size+h.Length > most || n.size+h.Length < n.size {
		rules = append(rules, wire.RuleMessageLimit)
	}
	if limits.Fragments > 0 && n.frames > limits.Fragments {
		rules = append(rules, wire.RuleFragmentLimit)
	}
	return rules
}
