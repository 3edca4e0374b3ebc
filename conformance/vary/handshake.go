package vary

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// opening cuts the harness's part of the opening handshake into two writes. The handshake
// has nothing to do with the frames behind it, so that it fits the simplest cases only:
// those of one empty message.
var opening = transform{
	name: "opening",
	shapes: func(s *subject) []shaped {
		if !s.isEmptyMessage() {
			return nil
		}
		var out []shaped
		const head, tail = 160, 48
		for n := 1; n <= head; n++ {
			out = append(out, shaped{arg: strconv.Itoa(n), place: fmt.Sprintf("octet %d of the handshake", n), fine: true, dense: n%8 != 0})
		}
		for n := 1; n <= tail; n++ {
			out = append(out, shaped{arg: strconv.Itoa(-n), place: fmt.Sprintf("octet %d before the end of the handshake", n), fine: true, dense: n > 6})
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		n, err := strconv.Atoi(arg)
		if err != nil || n == 0 || s.Script.Opening != nil {
			return script.Script{}, "", false
		}
		sc := s.copied()
		sc.Opening = &script.Opening{Cuts: script.Cuts{n}}
		what := "response"
		if s.role == wire.RoleServer {
			// Of a case about the opening, the server's response is an event.
			sc = behind(sc, nil, []script.Expect{script.Accepted()})
			what = "request"
		}
		where := fmt.Sprintf("octet %d", n)
		if n < 0 {
			where = fmt.Sprintf("the octet that has %d behind it", -n)
		}
		return sc, fmt.Sprintf("when the opening %s is cut after %s", what, where), true
	},
}

func (s *subject) isEmptyMessage() bool {
	m, ok := s.echoed()
	return ok && len(s.frames) == 1 && m.Payload.Len() == 0 && s.Script.Opening == nil
}

// early sends the first frames in the same write as the response that opens a client's
// connection: a server may send data as soon as it has sent that (RFC6455-4.2.2-30). The
// argument is how many octets are kept back for a second write.
var early = transform{
	name: "early",
	shapes: func(s *subject) []shaped {
		if !s.beginsWithData() {
			return nil
		}
		out := []shaped{{place: "frames behind the response"}}
		whole := s.frames[0].end()
		for n := 1; n < min(whole, 12); n++ {
			out = append(out, shaped{arg: strconv.Itoa(n), place: fmt.Sprintf("all but %d octets behind the response", n), fine: true})
		}
		return out
	},
	apply: func(s *subject, arg string) (script.Script, string, bool) {
		if !s.beginsWithData() {
			return script.Script{}, "", false
		}
		sc := s.copied()
		sc.Opening = &script.Opening{With: sc.Steps[0].(script.Send).Frames}
		sc.Steps = sc.Steps[1:]
		if arg == "" {
			return sc, "in one write with the opening response", true
		}
		n, err := strconv.Atoi(arg)
		sc.Opening.Cuts = script.Cuts{-n}
		return sc, fmt.Sprintf("in one write with the opening response, all but the last %d octets", n), err == nil && n > 0
	},
}

// beginsWithData reports whether a client has to answer everything, and the first step
// sends only data frames, and not many octets.
func (s *subject) beginsWithData() bool {
	if s.role != wire.RoleClient || s.answer != answers || s.Script.Opening != nil || s.waits || len(s.Script.Steps) == 0 {
		return false
	}
	send, ok := s.Script.Steps[0].(script.Send)
	return ok && s.volume < 32<<10 && !slices.ContainsFunc(send.Frames, func(f script.Frame) bool { return f.Opcode.IsControl() })
}
