package vary

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// pings sends a ping before one frame of the case, or before each: control frames may be
// anywhere, also between the fragments of a message (RFC6455-5.4-6), and change nothing
// there. A peer may answer only the latest ping (RFC6455-5.5.3-2), so that none is sent
// behind a ping of the case.
var pings = company("ping", "a ping", func() script.Frame {
	f := script.Ping(script.Octets("beside"))
	f.AnyPong = true
	return f
}, wire.OpPing, wire.OpClose)

// pongs sends an unsolicited pong there (RFC6455-5.5.3-3).
var pongs = company("pong", "a pong", func() script.Frame { return script.Pong(script.Octets("beside")) }, wire.OpClose)

// company makes the transform that sends a frame before one frame of the case, or before
// each, as far as there is none with one of these opcodes before.
func company(name, words string, frame func() script.Frame, never ...wire.Opcode) transform {
	const all = "all"
	return transform{
		name: name,
		shapes: func(s *subject) []shaped {
			var out []shaped
			free := s.freePlaces(never)
			for _, i := range free {
				place := "before a message"
				if s.frames[i].Opcode == wire.OpContinuation {
					place = "between fragments"
				}
				out = append(out, shaped{arg: strconv.Itoa(i + 1), place: name + " " + place})
			}
			if len(free) > 1 {
				out = append(out, shaped{arg: all, place: name + " before each frame"})
			}
			const most = 12
			return out[max(0, len(out)-most):]
		},
		apply: func(s *subject, arg string) (script.Script, string, bool) {
			free := s.freePlaces(never)
			if arg == all {
				return s.insert(free, frame), fmt.Sprintf("with %s before each frame", words), len(free) > 0
			}
			n, err := strconv.Atoi(arg)
			if err != nil || !slices.Contains(free, n-1) {
				return script.Script{}, "", false
			}
			return s.insert([]int{n - 1}, frame), fmt.Sprintf("with %s before frame %d (%s)", words, n, s.frames[n-1].Opcode), true
		},
	}
}

// freePlaces are the frames before which a control frame may stand.
func (s *subject) freePlaces(never []wire.Opcode) (free []int) {
	if s.raw {
		return nil
	}
	for i, p := range s.frames {
		if len(s.Script.Steps[p.step].(script.Send).Cuts) > 0 {
			return nil // the cuts are at octets of other frames
		}
		free = append(free, i)
		if slices.Contains(never, p.Opcode) || p.Declare > 0 {
			break
		}
	}
	return free
}

// insert puts a frame before each of these frames.
func (s *subject) insert(before []int, frame func() script.Frame) script.Script {
	sc := s.copied()
	for _, i := range slices.Backward(before) {
		p := s.frames[i]
		send := sc.Steps[p.step].(script.Send)
		send.Frames = slices.Insert(slices.Clone(send.Frames), p.index, frame())
		sc.Steps[p.step] = send
	}
	return sc
}

// second plays the case while another connection to the server is in the middle of
// something. Connections share nothing (RFC6455-1.2).
var second = transform{
	name: "second",
	shapes: func(s *subject) []shaped {
		var out []shaped
		for _, n := range neighbours {
			if s.hasNeighbour(n) {
				out = append(out, shaped{arg: n.name, place: "beside " + n.name, fine: true})
			}
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		i := slices.IndexFunc(neighbours, func(n neighbour) bool { return n.name == arg })
		if i < 0 || !s.hasNeighbour(neighbours[i]) {
			return script.Script{}, "", false
		}
		sc := s.copied()
		if neighbours[i].compressed && !s.negotiates() {
			sc.Offers, sc.Needs = negotiated(false)
		}
		steps := append(slices.Clone(neighbours[i].steps), script.Connect{Keep: true})
		sc.Steps = append(steps, sc.Steps...)
		return sc, "beside a connection that " + neighbours[i].words, true
	},
}

// A neighbour is what another connection does before the case begins.
type neighbour struct {
	name, words string
	compressed  bool
	steps       []script.Step
}

var neighbours = []neighbour{
	{name: "idle", words: "does nothing"},
	{name: "message", words: "has sent a message", steps: []script.Step{
		script.Send{Frames: []script.Frame{script.Text(script.Octets("beside"))}}, script.Await{Events: []script.Expect{script.Echo(script.Text(script.Octets("beside")))}},
	}},
	{name: "fragment", words: "is inside a fragmented text message", steps: []script.Step{
		script.Send{Frames: []script.Frame{script.Text(script.Octets("beside \xe2\x82")).More()}}, script.Pause{},
	}},
	{name: "header", words: "is inside a header", steps: []script.Step{
		script.SendOctets{Octets: []byte{0x82, 0xfe, 0x01}, Note: "the beginning of a header"}, script.Pause{},
	}},
	{name: "payload", words: "is inside a payload", steps: []script.Step{
		script.SendPart{Frame: script.Text(script.Repeated("beside", 50)), To: 150}, script.Pause{},
	}},
	{name: "deflate", words: "is inside a compressed message", compressed: true, steps: []script.Step{
		script.Send{Frames: []script.Frame{script.Text(script.Octets(helloFixed[:3])).WithRSV(wire.RSV1).More()}}, script.Pause{},
	}},
}

func (s *subject) hasNeighbour(n neighbour) bool {
	return s.role == wire.RoleServer && s.Script.Opening == nil && s.volume <= mostVaried && (!n.compressed || s.mayNegotiate() || s.negotiates())
}
