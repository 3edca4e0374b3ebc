package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section5_4: fragmentation, in addition to Autobahn's section 5.
func rfc6455Section5_4() []*c.Case {
	text := func(s string) c.Frame { return c.Text(c.Octets(s)) }
	next := func(s string) c.Frame { return c.Continuation(c.Octets(s)) }
	open := text("fragment1").More()
	interleaved := []string{"RFC6455-5.4-9", "RFC6455-7.1.7-5"}
	order := []string{"RFC6455-5.4-8", "RFC6455-6.2-4", "RFC6455-5.4-1"}
	whole := text("one two three four")
	var cases []*c.Case
	for _, t := range []struct {
		id  string
		cut []string
	}{
		{"rfc6455/5.4/1", []string{"one two three four"}},
		{"rfc6455/5.4/2", []string{"one ", "two three four"}},
		{"rfc6455/5.4/3", []string{"one two three fou", "r"}},
		{"rfc6455/5.4/4", []string{"o", "n", "e two three", " four"}},
		{"rfc6455/5.4/5", []string{"", "one two three four"}},
		{"rfc6455/5.4/6", []string{"one two three four", ""}},
	} {
		var frames []c.Frame
		for i, s := range t.cut {
			f := next(s)
			if i == 0 {
				f = text(s)
			}
			f.Fin = i == len(t.cut)-1
			frames = append(frames, f)
		}
		cases = append(cases, mustEcho(t.id, fmt.Sprintf("a text message in the fragments %q", t.cut), append(order, "RFC6455-5.4-3"), whole, frames...))
	}
	binary := c.Binary(c.Octets("\x00\x01\x02\x03"))
	cases = append(cases,
		&c.Case{
			ID: "rfc6455/5.4/7", Title: "a text and a binary message in one write, each in two fragments", Requires: []string{"RFC6455-6.2-5", "RFC6455-6.2-3", "RFC6455-6.1-6"},
			Script: c.Script{
				Steps: []c.Step{send(open, next("fragment2"),
					c.Binary(c.Octets("\x00\x01")).More(), next("\x02\x03"))},
				Outcomes: echoes(c.Echo(text("fragment1fragment2")), c.Echo(binary)),
			},
		},
		mustFail("rfc6455/5.4/8", "a binary frame before the fragmented message has ended", interleaved, open, binary),
		mustFail("rfc6455/5.4/9", "an empty text frame before the fragmented message has ended", interleaved, open, text("")),
		mustFail("rfc6455/5.4/10", "a new first fragment before the fragmented message has ended", interleaved, open, text("again").More(), next("fragment2")),
		mustFail("rfc6455/5.4/11", "an empty continuation frame as the first frame", []string{"RFC6455-5.4-5", "RFC6455-7.1.7-5"}, next("")),
		mustFail("rfc6455/5.4/12", "a Close frame in two fragments", []string{"RFC6455-5.5-4", "RFC6455-5.4-17"}, c.Close(wire.StatusNormalClosure, "").More(), next("")),
		mustFail("rfc6455/5.4/13", "a ping with FIN clear inside a fragmented message", []string{"RFC6455-5.5-4", "RFC6455-5.4-17"}, open, c.Ping(c.Octets("p")).More(), next("fragment2")),
		&c.Case{
			ID: "rfc6455/5.4/14", Title: "an unsolicited pong between two fragments", Requires: []string{"RFC6455-5.4-10", "RFC6455-5.5.3-3", "RFC6455-6.2-2"},
			Script: c.Script{Steps: []c.Step{send(open, c.Pong(c.Octets("nobody asked")), next("fragment2"))}, Outcomes: echoes(c.Echo(text("fragment1fragment2")))},
		},
		noted(latePong, &c.Case{
			ID: "rfc6455/5.4/15", Title: "four pings between five fragments, some of them empty", Requires: []string{"RFC6455-5.4-10", "RFC6455-5.5.2-2", "RFC6455-6.2-2"},
			Script: c.Script{
				Steps: []c.Step{send(open, c.Ping(c.Octets("1")), next("").More(), c.Ping(c.Octets("2")), next("middle").More(),
					c.Ping(c.Octets("3")), next("").More(), c.Ping(c.Octets("4")), next("end"))},
				Outcomes: pongFirst(c.Echo(text("fragment1middleend")), c.PongFor(c.Ping(c.Octets("1")), c.Ping(c.Octets("2")), c.Ping(c.Octets("3")), c.Ping(c.Octets("4")))),
			},
		}),
	)
	big := func(octet string) c.Frame { return c.Binary(c.Repeated(octet, 2<<20)) }
	cases = append(cases, noted("The harness reads the first echo slowly, so that a peer can write only a part of it at once.", &c.Case{
		ID: "rfc6455/5.4/17", Title: "two messages of 2 MiB in one write, while the harness reads slowly: the echoes do not mix", Requires: []string{"RFC6455-5.4-9", "RFC6455-6.1-9"},
		Script: c.Script{Steps: []c.Step{c.ReadSlowly{Octets: 256 << 10}, send(big("1"), big("2"))}, Outcomes: echoes(c.Echo(big("1")), c.Echo(big("2")))},
	}))
	cases = append(cases, mustFail("rfc6455/5.4/16", "a pong with FIN clear and no frame after it", []string{"RFC6455-5.5-4", "RFC6455-5.4-17"}, c.Pong(c.Octets("p")).More()))
	return cases
}
