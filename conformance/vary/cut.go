package vary

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// cut writes the octets in two pieces. TCP is a stream, so that a read of the peer's may
// end after any octet (RFC6455-6.2-1). The argument is the number of octets before the
// cut, of all that the steps send.
var cut = transform{
	name: "cut",
	shapes: func(s *subject) []shaped {
		var out []shaped
		for _, p := range s.cutPlaces() {
			out = append(out, shaped{arg: strconv.Itoa(p.at), place: p.place, fine: true})
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		n, err := strconv.Atoi(arg)
		sc, ok := s.cutAt(n)
		return sc, "when cut after " + s.nameOf(n), ok && err == nil
	},
}

// octets writes each octet by itself, those of long payloads only at the ends.
var octets = transform{
	name: "octets",
	shapes: func(s *subject) []shaped {
		if s.octets < 2 {
			return nil
		}
		return []shaped{{place: "octet by octet"}}
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		sc, ok := s.cutAt(s.singly()...)
		return sc, "octet by octet", ok && arg == ""
	},
}

// frames writes each frame by itself.
var frames = transform{
	name: "frames",
	shapes: func(s *subject) []shaped {
		if len(s.boundaries()) == 0 {
			return nil
		}
		return []shaped{{place: "frame by frame"}}
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		sc, ok := s.cutAt(s.boundaries()...)
		return sc, "frame by frame", ok && arg == ""
	},
}

// coalesced writes all frames of a step at once, so that one read may have several.
var coalesced = transform{
	name: "coalesced",
	shapes: func(s *subject) []shaped {
		if slices.ContainsFunc(s.Script.Steps, isChopped) {
			return []shaped{{place: "in one write"}}
		}
		return nil
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		sc := s.copied()
		ok := false
		for i, step := range sc.Steps {
			if isChopped(step) {
				ok = true
				sc.Steps[i] = script.Send{Frames: step.(script.Send).Frames}
			}
		}
		return sc, "with all frames in one write", ok && arg == ""
	},
}

func isChopped(step script.Step) bool {
	send, ok := step.(script.Send)
	return ok && len(send.Frames) > 1 && (send.Chop != script.ChopNone || len(send.Cuts) > 0)
}

// A cutPlace is a place to cut at.
type cutPlace struct {
	at    int
	place string
}

// cutPlaces are the places where a read that ends there is worth a try: each one in a
// header, behind it, behind the first octet of a payload, before its last one, inside
// code points, inside compressed data, and between two frames.
func (s *subject) cutPlaces() []cutPlace {
	var out []cutPlace
	for i, p := range s.frames {
		if i > 0 && s.frames[i-1].step == p.step {
			out = append(out, cutPlace{p.at, "between frames"})
		}
		for n := 1; n < p.header; n++ {
			out = append(out, cutPlace{p.at + n, fmt.Sprintf("octet %d of a header of %d in a %s frame", n, p.header, family(p.Opcode))})
		}
		if p.Payload.Len() > 0 {
			out = append(out, cutPlace{p.at + p.header, fmt.Sprintf("behind a header of %d of a %s frame", p.header, family(p.Opcode))})
		}
		for _, n := range insides(p.Frame) {
			out = append(out, cutPlace{p.at + p.header + n.at, n.place + fmt.Sprintf(" of a %s frame", family(p.Opcode))})
		}
	}
	for _, at := range s.rawPlaces() {
		out = append(out, cutPlace{at, "inside octets"})
	}
	const most = 400
	return out[:min(most, len(out))]
}

// family is the sort of an opcode whose frames a peer is likely to read alike.
func family(o wire.Opcode) string {
	if o.IsControl() {
		return "control"
	}
	return "data"
}

// insides are the places inside a payload.
func insides(f script.Frame) []cutPlace {
	b := f.Payload.Octets
	length := f.Payload.Len()
	var out []cutPlace
	add := func(at int, place string) {
		if at > 0 && at < length && !slices.ContainsFunc(out, func(c cutPlace) bool { return c.at == at }) {
			out = append(out, cutPlace{at, place})
		}
	}
	const most = 24
	if f.RSV&wire.RSV1 != 0 {
		for n := 1; n < min(length, most); n++ {
			add(n, "inside compressed data")
		}
	}
	if f.Opcode == wire.OpText || f.Opcode == wire.OpContinuation {
		for n := 1; n < min(len(b), 4*most) && len(out) < most; n++ {
			if !utf8.RuneStart(b[n]) {
				add(n, "inside a code point")
			}
		}
	}
	if f.Opcode == wire.OpClose {
		add(1, "inside a status code")
		add(2, "behind a status code")
	}
	add(1, "behind the first octet of the payload")
	add(length/2, "in the middle of the payload")
	add(length-1, "before the last octet of the payload")
	return out
}

// rawPlaces are the places in octets that are no frames.
func (s *subject) rawPlaces() []int {
	const most = 32
	var out []int
	at := 0
	s.eachWrite(func(_ int, length int, raw bool) {
		for n := 1; raw && n < min(length, most); n++ {
			out = append(out, at+n)
		}
		at += length
	})
	return out
}

// singly are the places between all octets, those of long payloads only near the ends.
func (s *subject) singly() []int {
	const ends = 48
	var out []int
	for _, p := range s.frames {
		for n := p.at + 1; n <= p.end(); n++ {
			if n < p.at+p.header+ends || n > p.end()-ends {
				out = append(out, n)
			}
		}
	}
	return append(out, s.rawPlaces()...)
}

// boundaries are the places between two frames of one step.
func (s *subject) boundaries() []int {
	var out []int
	for i, p := range s.frames {
		if i > 0 && s.frames[i-1].step == p.step {
			out = append(out, p.at)
		}
	}
	return out
}

// eachWrite calls f with each step that writes octets which can be cut, and their number.
func (s *subject) eachWrite(f func(step, length int, raw bool)) {
	i := 0
	for n, step := range s.Script.Steps {
		switch step := step.(type) {
		case script.Send:
			length := 0
			for ; i < len(s.frames) && s.frames[i].step == n; i++ {
				length += s.frames[i].end() - s.frames[i].at
			}
			f(n, length, false)
		case script.SendOctets:
			f(n, len(step.Octets), true)
		}
	}
}

// cutAt cuts the steps at these places. It returns false if none is inside of a step.
func (s *subject) cutAt(places ...int) (script.Script, bool) {
	sc := s.copied()
	start, done := 0, false
	s.eachWrite(func(n, length int, _ bool) {
		var cuts script.Cuts
		for _, at := range places {
			if at > start && at < start+length {
				cuts = append(cuts, at-start)
			}
		}
		start += length
		if len(cuts) == 0 {
			return
		}
		done = true
		switch step := sc.Steps[n].(type) {
		case script.Send:
			step.Cuts, step.Chop = cuts, script.ChopNone
			sc.Steps[n] = step
		case script.SendOctets:
			step.Cuts, step.Chop = cuts, script.ChopNone
			sc.Steps[n] = step
		}
	})
	return sc, done
}

// nameOf says where a place is: "octet 3 of the header of the text frame".
func (s *subject) nameOf(at int) string {
	for i, p := range s.frames {
		frame := fmt.Sprintf("the %s frame", p.Opcode)
		if len(s.frames) > 1 {
			frame = fmt.Sprintf("frame %d (%s)", i+1, p.Opcode)
		}
		switch {
		case at <= p.at || at > p.end():
		case at == p.end():
			return frame
		case at < p.at+p.header:
			return fmt.Sprintf("octet %d of the header of %s", at-p.at, frame)
		case at == p.at+p.header:
			return fmt.Sprintf("the header of %s", frame)
		default:
			return fmt.Sprintf("octet %d of the payload of %s", at-p.at-p.header, frame)
		}
	}
	return fmt.Sprintf("octet %d", at)
}
