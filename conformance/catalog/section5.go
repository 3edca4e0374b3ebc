package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
)

// section5: fragmentation (RFC 6455 5.4).
func section5() []*c.Case {
	part := func(n int) c.Payload { return c.Octets(fmt.Sprintf("fragment%d", n)) }
	first, last := c.Text(part(1)).More(), c.Continuation(part(2))
	whole := c.Echo(c.Text(c.Octets("fragment1fragment2")))
	between := c.Ping(c.Octets("ping payload"))
	hello := c.Text(c.Octets("Hello, world!"))
	stray := c.Continuation(c.Octets("non-continuation payload"))

	x := func(id, title string, requires []string, steps []c.Step, outcomes []c.Outcome) *c.Case {
		return &c.Case{ID: id, Title: title, Level: c.Must, Requires: requires, Script: c.Script{Steps: steps, Outcomes: outcomes}}
	}
	controlFragmented := []string{"RFC6455-5.5-4", "RFC6455-5.4-17"}
	fragments := []string{"RFC6455-5.4-4", "RFC6455-5.4-12"}
	pingBetween := []string{"RFC6455-5.4-10", "RFC6455-5.4-6", "RFC6455-5.5.3-1", "RFC6455-5.5.2-4"}
	nothingOpen := []string{"RFC6455-5.4-5", "RFC6455-7.1.7-7"}

	cases := []*c.Case{
		x("5.1", "a ping in two fragments", controlFragmented,
			[]c.Step{send(c.Ping(part(1)).More(), last)}, refuses()),
		x("5.2", "a pong in two fragments", controlFragmented,
			[]c.Step{send(c.Pong(part(1)).More(), last)}, refuses()),
	}
	for i, chop := range chops {
		cases = append(cases, x(fmt.Sprintf("5.%d", 3+i), "a text message in two fragments"+chop.words, fragments,
			[]c.Step{sendChopped(chop.chop, first, last)}, echoes(whole)))
	}
	for i, chop := range chops {
		k := x(fmt.Sprintf("5.%d", 6+i), "a ping between the two fragments of a text message"+chop.words, pingBetween,
			[]c.Step{sendChopped(chop.chop, first, between, last)}, pongFirst(whole, c.PongFor(between)))
		k.Note = latePong
		cases = append(cases, k)
	}
	for i, fin := range []bool{true, false} {
		frame, words := stray, "FIN set"
		if !fin {
			frame, words = stray.More(), "FIN clear"
		}
		for j, chop := range chops {
			cases = append(cases, x(fmt.Sprintf("5.%d", 9+3*i+j),
				fmt.Sprintf("a continuation frame (%s) with nothing to continue, then a text message%s", words, chop.words),
				nothingOpen, []c.Step{sendChopped(chop.chop, frame, hello)}, refuses()))
		}
	}
	cases = append(cases,
		x("5.15", "a text message in two fragments, a continuation frame (FIN clear) with nothing to continue, a text message", nothingOpen,
			[]c.Step{send(first, last, c.Continuation(part(3)).More(), c.Text(part(4)))}, refusesAfter(whole)))
	for i, frame := range []c.Frame{c.Continuation(part(1)).More(), c.Continuation(part(1))} {
		again := []c.Frame{frame, c.Text(part(2)).More(), c.Continuation(part(3))}
		cases = append(cases, x(fmt.Sprintf("5.%d", 16+i),
			fmt.Sprintf("twice: a continuation frame (%s) with nothing to continue, then a text message in two fragments", []string{"FIN clear", "FIN set"}[i]),
			nothingOpen, []c.Step{send(append(again, again...)...)}, refuses()))
	}
	cases = append(cases,
		x("5.18", "a second text frame where a continuation is due", []string{"RFC6455-5.4-9", "RFC6455-7.1.7-5"},
			[]c.Step{send(first, c.Text(part(2)))}, refuses()),
		fivePings("5.19", "", c.ChopNone), fivePings("5.20", ", frame by frame", c.ChopFrames))
	return cases
}

// chops are the three ways in which the octets of a case are cut.
var chops = []struct {
	chop  c.Chop
	words string
}{{c.ChopNone, ""}, {c.ChopFrames, ", frame by frame"}, {c.ChopOctets, ", octet by octet"}}

// latePong is the note of the cases in which a pong may come late.
const latePong = "A pong SHOULD come as soon as practical (RFC 6455 5.5.2): one that comes behind the message is NON-STRICT here and FAILED in Autobahn."

// pongFirst permits the pongs before the message, and, as NON-STRICT, behind.
func pongFirst(message c.Expect, pongs ...c.Expect) []c.Outcome {
	return []c.Outcome{
		{Behavior: c.OK, Events: append(pongs[:len(pongs):len(pongs)], message), Ending: harnessCloses},
		{Behavior: c.NonStrict, Events: append([]c.Expect{message}, pongs...), Ending: harnessCloses},
	}
}

// fivePings: two pings inside a text message of five fragments; the harness
// goes on when the first pong is there. A peer that keeps it back until the
// message is whole is NON-STRICT.
func fivePings(id, words string, chop c.Chop) *c.Case {
	frame := func(n int) c.Frame { return c.Continuation(c.Octets(fmt.Sprintf("fragment%d", n))).More() }
	ping1, ping2 := c.Ping(c.Octets("pongme 1!")), c.Ping(c.Octets("pongme 2!"))
	message := c.Echo(c.Text(c.Octets("fragment1fragment2fragment3fragment4fragment5")))
	last := frame(5)
	last.Fin = true
	return &c.Case{
		ID: id, Title: "two pings inside a text message of five fragments" + words, Level: c.Must,
		Requires: []string{"RFC6455-5.4-10", "RFC6455-5.5.2-2", "RFC6455-5.5.2-4"},
		Script: c.Script{
			Steps: []c.Step{
				sendChopped(chop, c.Text(c.Octets("fragment1")).More(), frame(2), ping1),
				c.Await{Events: []c.Expect{c.PongFor(ping1)}},
				sendChopped(chop, frame(3), frame(4), ping2, last),
			},
			Outcomes: pongFirst(message, c.PongFor(ping1), c.PongFor(ping2)),
		},
		Note: latePong,
	}
}
