package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
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
		return &c.Case{ID: id, Title: title, Level: verdict.Must, Requires: requires, Script: c.Script{Steps: steps, Outcomes: outcomes}}
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
	for _, t := range []struct {
		id   string
		chop chopping
	}{{"5.3", unchopped}, {"5.4", byFrame}, {"5.5", byOctet}} {
		cases = append(cases, x(t.id, "a text message in two fragments"+t.chop.words, fragments,
			[]c.Step{sendChopped(t.chop.chop, first, last)}, echoes(whole)))
	}
	for _, t := range []struct {
		id   string
		chop chopping
	}{{"5.6", unchopped}, {"5.7", byFrame}, {"5.8", byOctet}} {
		cases = append(cases, noted(latePong, x(t.id, "a ping between the two fragments of a text message"+t.chop.words, pingBetween,
			[]c.Step{sendChopped(t.chop.chop, first, between, last)}, pongFirst(whole, c.PongFor(between)))))
	}
	for _, t := range []struct {
		id    string
		frame c.Frame
		fin   string
		chop  chopping
	}{
		{"5.9", stray, "FIN set", unchopped}, {"5.10", stray, "FIN set", byFrame}, {"5.11", stray, "FIN set", byOctet},
		{"5.12", stray.More(), "FIN clear", unchopped}, {"5.13", stray.More(), "FIN clear", byFrame}, {"5.14", stray.More(), "FIN clear", byOctet},
	} {
		cases = append(cases, x(t.id, fmt.Sprintf("a continuation frame (%s) with nothing to continue, then a text message%s", t.fin, t.chop.words),
			nothingOpen, []c.Step{sendChopped(t.chop.chop, t.frame, hello)}, refuses()))
	}
	cases = append(cases,
		x("5.15", "a text message in two fragments, a continuation frame (FIN clear) with nothing to continue, a text message", nothingOpen,
			[]c.Step{send(first, last, c.Continuation(part(3)).More(), c.Text(part(4)))}, refusesAfter(whole)))
	for _, t := range []struct {
		id    string
		frame c.Frame
		fin   string
	}{{"5.16", c.Continuation(part(1)).More(), "FIN clear"}, {"5.17", c.Continuation(part(1)), "FIN set"}} {
		again := []c.Frame{t.frame, c.Text(part(2)).More(), c.Continuation(part(3))}
		cases = append(cases, x(t.id,
			fmt.Sprintf("twice: a continuation frame (%s) with nothing to continue, then a text message in two fragments", t.fin),
			nothingOpen, []c.Step{send(append(again, again...)...)}, refuses()))
	}
	cases = append(cases,
		x("5.18", "a new text frame before the fragmented message has ended", []string{"RFC6455-5.4-9", "RFC6455-7.1.7-5"},
			[]c.Step{send(first, c.Text(part(2)))}, refuses()),
		twoPings("5.19", "", c.ChopNone), twoPings("5.20", ", frame by frame", c.ChopFrames))
	return cases
}

// A chopping is a way to cut the octets of a case into writes, and the words for it
// in the title.
type chopping struct {
	chop  c.Chop
	words string
}

var (
	unchopped = chopping{c.ChopNone, ""}
	byFrame   = chopping{c.ChopFrames, ", frame by frame"}
	byOctet   = chopping{c.ChopOctets, ", octet by octet"}
)

// latePong is the note of the cases in which a pong may come after the message.
const latePong = "A pong SHOULD be sent as soon as practical (RFC 6455 5.5.2). A pong after the message is NON-STRICT here and FAILED in Autobahn."

// pongFirst permits the pongs before the message, and as NON-STRICT after it.
func pongFirst(message c.Expect, pongs ...c.Expect) []c.Outcome {
	return []c.Outcome{
		{Behavior: verdict.OK, Events: append(pongs[:len(pongs):len(pongs)], message), Ending: harnessCloses},
		{Behavior: verdict.NonStrict, Events: append([]c.Expect{message}, pongs...), Ending: harnessCloses},
	}
}

// twoPings is a case with two pings inside a text message of five fragments. The
// harness continues when it has the first pong. A peer that delays its pongs until
// the message is complete is NON-STRICT.
func twoPings(id, words string, chop c.Chop) *c.Case {
	frame := func(n int) c.Frame { return c.Continuation(c.Octets(fmt.Sprintf("fragment%d", n))).More() }
	ping1, ping2 := c.Ping(c.Octets("pongme 1!")), c.Ping(c.Octets("pongme 2!"))
	message := c.Echo(c.Text(c.Octets("fragment1fragment2fragment3fragment4fragment5")))
	last := frame(5)
	last.Fin = true
	return &c.Case{
		ID: id, Title: "two pings inside a text message of five fragments" + words, Level: verdict.Must,
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
