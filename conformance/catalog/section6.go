package catalog

import (
	"slices"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// section6: UTF-8 in text messages (RFC 6455 5.6, 8.1).
func section6() []*c.Case {
	const (
		greek  = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5" // κόσμε
		latin  = "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!"
		broken = greek + "\xed\xa0\x80" + "edited" // U+D800, a surrogate
		beyond = "\xf4\x90\x80\x80"                // U+110000, above the last code point
	)
	valid := func(id, title, message string, frames []c.Frame) *c.Case {
		return &c.Case{
			ID: id, Title: title, Level: verdict.Must, Requires: []string{"RFC6455-5.6-1", "RFC6455-5.4-11"},
			Script: c.Script{Steps: []c.Step{send(frames...)}, Outcomes: echoes(c.Echo(c.Text(c.Octets(message))))},
		}
	}
	empty := c.Continuation(c.Payload{})
	cases := []*c.Case{
		valid("6.1.1", "an empty text message", "", []c.Frame{c.Text(c.Payload{})}),
		valid("6.1.2", "a text message of three empty fragments", "", []c.Frame{c.Text(c.Payload{}).More(), empty.More(), empty}),
		valid("6.1.3", "a text message of three fragments, the first and the last empty", "middle frame payload",
			[]c.Frame{c.Text(c.Payload{}).More(), c.Continuation(c.Octets("middle frame payload")).More(), empty}),
		valid("6.2.1", "valid UTF-8 in one frame", latin, []c.Frame{c.Text(c.Octets(latin))}),
		valid("6.2.2", "valid UTF-8 in two frames, cut between code points", latin,
			[]c.Frame{c.Text(c.Octets(latin[:15])).More(), c.Continuation(c.Octets(latin[15:]))}),
		valid("6.2.3", "valid UTF-8 in frames of one octet", latin, singly(latin)),
		valid("6.2.4", "valid UTF-8 with code points of two and three octets, in frames of one octet", greek, singly(greek)),
		invalid("6.3.1", "invalid UTF-8 in one frame", send(c.Text(c.Octets(broken)))),
		invalid("6.3.2", "invalid UTF-8 in frames of one octet", send(singly(broken)...)),
		failFast("6.4.1", "invalid UTF-8 in the second of three fragments", greek, beyond, "edited", false),
		failFast("6.4.2", "invalid UTF-8, first wrong octet at the start of the second fragment", greek+"\xf4", "\x90", "\x80\x80edited", false),
		failFast("6.4.3", "invalid UTF-8 in the second of three writes of one frame", greek, beyond, "edited", true),
		failFast("6.4.4", "invalid UTF-8, first wrong octet at the start of the second write of one frame", greek+"\xf4", "\x90", "\x80\x80edited", true),
	}
	for _, q := range sequences {
		if q.valid {
			k := valid(q.id, q.title, q.octets, []c.Frame{c.Text(c.Octets(q.octets))})
			k.Requires = k.Requires[:1]
			cases = append(cases, k)
		} else {
			cases = append(cases, invalid(q.id, q.title, send(c.Text(c.Octets(q.octets)))))
		}
	}
	return cases
}

// singly cuts a text into frames of one octet and an empty last frame.
func singly(s string) []c.Frame {
	frames := c.Fragmented(wire.OpText, c.Octets(s), 1)
	frames[len(frames)-1].Fin = false
	return append(frames, c.Continuation(c.Payload{}))
}

// invalid permits only that the peer fails the connection with 1007.
func invalid(id, title string, steps ...c.Step) *c.Case {
	return &c.Case{
		ID: id, Title: title, Level: verdict.Must, Requires: []string{"RFC6455-8.1-1", "RFC6455-7.1.7-5"},
		Script: c.Script{Steps: steps, Outcomes: []c.Outcome{{Behavior: verdict.OK, Ending: invalidData}}},
	}
}

// failFast sends a text message in three parts. The first part is a valid beginning
// and must not fail the connection. The second part can never become valid. A peer
// that fails the connection before the third part is OK. A peer that waits until the
// message is complete is NON-STRICT.
func failFast(id, title, first, second, third string, oneFrame bool) *c.Case {
	frame := func(s string) c.Frame { return c.Continuation(c.Octets(s)).More() }
	parts := [3][]c.Step{
		{send(c.Text(c.Octets(first)).More())}, {send(frame(second))}, {send(c.Continuation(c.Octets(third)))},
	}
	if oneFrame {
		whole := c.Text(c.Octets(first + second + third)).More()
		cut1, cut2 := len(first), len(first)+len(second)
		parts = [3][]c.Step{
			{c.SendPart{Frame: whole, To: cut1}},
			{c.SendPart{Frame: whole, From: cut1, To: cut2}},
			{c.SendPart{Frame: whole, From: cut2, To: whole.Payload.Len()}, send(c.Continuation(c.Payload{}))},
		}
	}
	k := invalid(id, title, slices.Concat(parts[0], []c.Step{c.Settle{Name: "A"}}, parts[1], []c.Step{c.Watch{Name: "B"}}, parts[2])...)
	k.Script.Outcomes = []c.Outcome{
		{Behavior: verdict.OK, Events: []c.Expect{c.Quiet("A")}, Ending: invalidData},
		{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("A"), c.Quiet("B")}, Ending: invalidData},
	}
	k.Note = "RFC 6455 8.1 does not say when the peer must fail the connection. A peer that fails it as soon as the octets cannot become valid is OK. A peer that waits for the end of the message is NON-STRICT."
	return k
}
