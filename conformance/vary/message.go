package vary

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// size sends another length of the same message or ping: each length has to be taken and
// sent back (RFC6455-5.2-7), up to 125 octets in a ping (RFC6455-5.5-2). It fits cases
// with a short payload that repeats itself: they are about nothing but the length.
var size = transform{
	name: "size",
	shapes: func(s *subject) []shaped {
		if !s.isAboutLength() {
			return nil
		}
		var out []shaped
		for _, n := range s.lengths() {
			out = append(out, shaped{arg: strconv.Itoa(n), place: fmt.Sprintf("%d octets", n), dense: !s.fillsBuffer(n)})
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 0 || n > s.longest() || !s.isAboutLength() {
			return script.Script{}, "", false
		}
		sc := s.copied()
		f := s.frames[0].Frame
		f.Payload = script.Payload{Octets: pattern(n)}
		send := sc.Steps[0].(script.Send)
		send.Frames = []script.Frame{f}
		sc.Steps[0] = send
		for i, o := range sc.Outcomes {
			events := slices.Clone(o.Events)
			for j := range events {
				events[j].Payloads = []script.Payload{f.Payload}
			}
			sc.Outcomes[i].Events = events
		}
		h := f.Header(s.role.Peer())
		return permitLimit(sc, n), fmt.Sprintf("with a payload of %d octets, a frame of %d", n, h.Len()+n), true
	},
}

// isAboutLength reports whether the case sends one short frame whose payload repeats an
// octet, and expects only the answer to it.
func (s *subject) isAboutLength() bool {
	if len(s.Script.Steps) != 1 || len(s.frames) != 1 || s.answer != answers || s.Script.Opening != nil || s.negotiates() || s.usesRSV() {
		return false
	}
	f := s.frames[0].Frame
	same := len(s.Script.Outcomes) == 1 && len(s.Script.Outcomes[0].Events) == 1 && len(s.Script.Outcomes[0].Events[0].Payloads) == 1
	send := s.Script.Steps[0].(script.Send)
	return same && f.Fin && f.Payload.Repeat > 1 && f.Payload.Len() <= 125 && send.Chop == script.ChopNone && len(send.Cuts) == 0
}

func (s *subject) longest() int {
	if s.has(wire.OpPing) {
		return 125
	}
	return 1<<20 + 1<<4
}

// lengths are all lengths of payloads for which a payload or a whole frame, as it is on
// the wire, is as long as a buffer may be, or one more or less; and those around the forms
// of the length.
func (s *subject) lengths() []int {
	var out []int
	add := func(n int) {
		if n >= 0 && n <= s.longest() {
			out = append(out, n)
		}
	}
	for k := range 21 {
		for _, n := range []int{1<<k - 1, 1 << k, 1<<k + 1} {
			add(n)
			if payload, ok := payloadFor(n, s.role.Peer()); ok {
				add(payload)
			}
		}
	}
	for _, n := range []int{124, 125, 126, 127, 65534, 65535, 65536, 65537} {
		add(n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fillsBuffer reports whether a payload of that length, or the frame with it, is exactly as
// long as a buffer may be, or one octet longer.
func (s *subject) fillsBuffer(n int) bool {
	f := script.Frame{Payload: script.Payload{Octets: []byte{0}, Repeat: max(n, 1)}}
	h := f.Header(s.role.Peer())
	frame := h.Len() + n
	power := func(n int) bool { return n&(n-1) == 0 }
	return power(n) || power(n-1) || power(frame) || power(frame-1)
}

// fragments cuts the message into fragments of a length, or into an empty one, the whole
// payload and an empty one: fragments change no message (RFC6455-5.4-4, RFC6455-5.4-8).
var fragments = transform{
	name: "fragments",
	shapes: func(s *subject) []shaped {
		m, ok := s.message()
		if !ok || s.Script.Opening != nil {
			return nil
		}
		length := m.Payload.Len()
		out := []shaped{{arg: "0", place: "empty fragments around"}}
		for _, n := range slices.Compact([]int{1, 2, 3, length / 2, length - 1}) {
			if n > 0 && n < length && length/n <= mostFragments {
				out = append(out, shaped{arg: strconv.Itoa(n), place: "in fragments"})
			}
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		m, ok := s.message()
		n, err := strconv.Atoi(arg)
		if !ok || err != nil || n < 0 || n > 0 && m.Payload.Len()/n > mostFragments || s.Script.Opening != nil {
			return script.Script{}, "", false
		}
		empty := script.Continuation(script.Payload{})
		words := fmt.Sprintf("in fragments of %d octets", n)
		parts := []script.Frame{m.WithOpcode(m.Opcode).More(), script.Continuation(m.Payload).More(), empty}
		parts[0].Payload = script.Payload{}
		if n == 0 {
			words = "between an empty first and an empty last fragment"
		} else {
			parts = script.Fragmented(m.Opcode, m.Payload, n)
		}
		sc := s.copied()
		sc.Steps = []script.Step{script.Send{Frames: parts}}
		return sc, words, true
	},
}

// mostFragments is into how many fragments a message is cut at most.
const mostFragments = 300

// deflate sends the message compressed, in one of many ways to compress it: the peer has
// to take each (RFC7692-7.2.2-1), and what the message is remains the same.
var deflate = transform{
	name: "deflate",
	shapes: func(s *subject) []shaped {
		m, ok := s.message()
		if !ok || !s.mayNegotiate() || m.Payload.Len() > 1<<10 || s.Script.Opening != nil {
			return nil
		}
		var out []shaped
		for _, f := range deflations {
			out = append(out, shaped{arg: f.name, place: f.words})
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		m, ok := s.message()
		i := slices.IndexFunc(deflations, func(f deflation) bool { return f.name == arg })
		if !ok || i < 0 || !s.mayNegotiate() || s.Script.Opening != nil {
			return script.Script{}, "", false
		}
		f := deflations[i]
		payload := script.Payload{Octets: f.compress(m.Payload.Bytes())}
		message := []script.Frame{m}
		message[0].Payload = payload
		if f.fragment > 0 {
			message = script.Fragmented(m.Opcode, payload, f.fragment)
		}
		message[0].RSV = wire.RSV1
		sc := s.copied()
		sc.Offers, sc.Needs = negotiated(false)
		sc.Steps = []script.Step{script.Send{Frames: message}}
		return sc, "compressed " + f.words, true
	},
}
