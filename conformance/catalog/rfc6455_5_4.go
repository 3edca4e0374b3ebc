package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section5_4: fragmentation, beyond Autobahn's section 5.
func rfc6455Section5_4() []*c.Case {
	text := func(s string) c.Frame { return c.Text(c.Octets(s)) }
	next := func(s string) c.Frame { return c.Continuation(c.Octets(s)) }
	open := text("fragment1").More()
	interleaved := []string{"RFC6455-5.4-9", "RFC6455-7.1.7-5"}
	order := []string{"RFC6455-5.4-8", "RFC6455-6.2-4", "RFC6455-5.4-1"}
	whole := text("one two three four")
	var cases []*c.Case
	for _, cut := range [][]string{{"one two three four"}, {"one ", "two three four"}, {"one two three fou", "r"}, {"o", "n", "e two three", " four"}, {"", "one two three four"}, {"one two three four", ""}} {
		var frames []c.Frame
		for i, s := range cut {
			f := next(s)
			if i == 0 {
				f = text(s)
			}
			f.Fin = i == len(cut)-1
			frames = append(frames, f)
		}
		cases = append(cases, mustEcho(fmt.Sprintf("the same text in %d fragments, cut as %q", len(cut), cut), append(order, "RFC6455-5.4-3"), whole, frames...))
	}
	binary := c.Binary(c.Octets("\x00\x01\x02\x03"))
	cases = append(cases,
		&c.Case{
			Title: "a text and a binary message in one write, each in two fragments", Requires: []string{"RFC6455-6.2-5", "RFC6455-6.2-3", "RFC6455-6.1-6"},
			Script: c.Script{
				Steps: []c.Step{send(open, next("fragment2"),
					c.Binary(c.Octets("\x00\x01")).More(), next("\x02\x03"))},
				Outcomes: echoes(c.Echo(text("fragment1fragment2")), c.Echo(binary)),
			},
		},
		mustFail("a binary frame where a continuation is due", interleaved, open, binary),
		mustFail("an empty text frame where a continuation is due", interleaved, open, text("")),
		mustFail("another first fragment where a continuation is due", interleaved, open, text("again").More(), next("fragment2")),
		mustFail("a continuation frame as the very first one, empty", []string{"RFC6455-5.4-5", "RFC6455-7.1.7-5"}, next("")),
		mustFail("a Close frame in two fragments", []string{"RFC6455-5.5-4", "RFC6455-5.4-17"}, c.Close(wire.StatusNormalClosure, "").More(), next("")),
		mustFail("a ping with FIN clear inside a fragmented message", []string{"RFC6455-5.5-4", "RFC6455-5.4-17"}, open, c.Ping(c.Octets("p")).More(), next("fragment2")),
		&c.Case{
			Title: "an unasked pong between two fragments", Requires: []string{"RFC6455-5.4-10", "RFC6455-5.5.3-3", "RFC6455-6.2-2"},
			Script: c.Script{Steps: []c.Step{send(open, c.Pong(c.Octets("nobody asked")), next("fragment2"))}, Outcomes: echoes(c.Echo(text("fragment1fragment2")))},
		},
		noted(latePong, &c.Case{
			Title: "pings between all of five fragments, some of them empty", Requires: []string{"RFC6455-5.4-10", "RFC6455-5.5.2-2", "RFC6455-6.2-2"},
			Script: c.Script{
				Steps: []c.Step{send(open, c.Ping(c.Octets("1")), next("").More(), c.Ping(c.Octets("2")), next("middle").More(),
					c.Ping(c.Octets("3")), next("").More(), c.Ping(c.Octets("4")), next("end"))},
				Outcomes: pongFirst(c.Echo(text("fragment1middleend")), c.PongFor(c.Ping(c.Octets("1")), c.Ping(c.Octets("2")), c.Ping(c.Octets("3")), c.Ping(c.Octets("4")))),
			},
		}),
	)
	cases = append(cases, mustFail("a pong with FIN clear and nothing behind it", []string{"RFC6455-5.5-4", "RFC6455-5.4-17"}, c.Pong(c.Octets("p")).More()))
	return numbered("rfc6455/5.4", cases...)
}
