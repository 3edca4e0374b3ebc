package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// section2: pings and pongs (RFC 6455 5.5.2, 5.5.3).
func section2() []*c.Case {
	hello := c.Ping(c.Octets("Hello, world!"))
	binary := c.Ping(c.Octets("\x00\xff\xfe\xfd\xfc\xfb\x00\xff"))
	longest := c.Ping(c.Repeated("\xfe", 125))
	tooLong := c.Ping(c.Repeated("\xfe", 126))
	unasked := c.Pong(c.Octets("unsolicited pong payload"))
	asked := c.Ping(c.Octets("ping payload"))
	var ten []c.Frame
	for i := range 10 {
		ten = append(ten, c.Ping(c.Octets(fmt.Sprintf("payload-%d", i))))
	}
	normal := c.Close(wire.StatusNormalClosure, "")
	answersClose := []c.Outcome{{Behavior: c.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure)}}
	return []*c.Case{
		ping("2.1", "a ping without payload", c.Ping(c.Payload{})),
		ping("2.2", "a ping with text", hello),
		ping("2.3", "a ping with octets that are not UTF-8", binary),
		ping("2.4", "a ping of 125 octets, the most allowed", longest),
		{
			ID: "2.5", Title: "a ping of 126 octets, one too many", Level: c.Must,
			Requires: []string{"RFC6455-5.5-2", "RFC6455-7.1.7-5"},
			Script:   c.Script{Steps: []c.Step{send(tooLong)}, Outcomes: refuses()},
		},
		{
			ID: "2.6", Title: "a ping of 125 octets, octet by octet", Level: c.Must,
			Requires: []string{"RFC6455-6.2-1", "RFC6455-5.5.3-1"},
			Script:   c.Script{Steps: []c.Step{sendChopped(c.ChopOctets, longest)}, Outcomes: echoes(c.PongFor(longest))},
		},
		{
			ID: "2.7", Title: "a pong that nobody asked for, empty, then Close", Level: c.May,
			Requires: []string{"RFC6455-5.5.3-3"},
			Script:   c.Script{Steps: []c.Step{send(c.Pong(c.Payload{}), normal)}, Outcomes: answersClose},
		},
		{
			ID: "2.8", Title: "a pong that nobody asked for, with payload, then Close", Level: c.May,
			Requires: []string{"RFC6455-5.5.3-3"},
			Script:   c.Script{Steps: []c.Step{send(unasked, normal)}, Outcomes: answersClose},
		},
		{
			ID: "2.9", Title: "a pong that nobody asked for, then a ping", Level: c.Must,
			Requires: []string{"RFC6455-5.5.2-2", "RFC6455-5.5.3-3"},
			Script:   c.Script{Steps: []c.Step{send(unasked, asked)}, Outcomes: echoes(c.PongFor(asked))},
		},
		{
			ID: "2.10", Title: "ten pings in one write", Level: c.Must,
			Requires: []string{"RFC6455-5.5.2-2", "RFC6455-5.5.3-1", "RFC6455-5.5.3-2"},
			Script:   c.Script{Steps: []c.Step{send(ten...)}, Outcomes: echoes(c.PongFor(ten...))},
			Note:     "Only the latest of several pending pings has to be answered (RFC 6455 5.5.3), so that a peer which leaves some out passes; Autobahn wants ten pongs.",
		},
		{
			ID: "2.11", Title: "ten pings, octet by octet", Level: c.Must,
			Requires: []string{"RFC6455-6.2-1", "RFC6455-5.5.2-2", "RFC6455-5.5.3-2"},
			Script:   c.Script{Steps: []c.Step{sendChopped(c.ChopOctets, ten...)}, Outcomes: echoes(c.PongFor(ten...))},
			Note:     "As 2.10.",
		},
	}
}

func ping(id, title string, f c.Frame) *c.Case {
	return &c.Case{
		ID: id, Title: title, Level: c.Must, Requires: []string{"RFC6455-5.5.2-2", "RFC6455-5.5.3-1"},
		Script: c.Script{Steps: []c.Step{send(f)}, Outcomes: echoes(c.PongFor(f))},
	}
}
