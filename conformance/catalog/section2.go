package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
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
	answersClose := []c.Outcome{{Behavior: verdict.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure)}}
	return []*c.Case{
		ping("2.1", "a ping without payload", c.Ping(c.Payload{})),
		ping("2.2", "a ping with a text payload", hello),
		ping("2.3", "a ping with a payload that is not UTF-8", binary),
		ping("2.4", "a ping of 125 octets, the maximum", longest),
		{
			ID: "2.5", Title: "a ping of 126 octets, one too many", Level: verdict.Must,
			Requires: []string{"RFC6455-5.5-2", "RFC6455-7.1.7-5"},
			Script:   c.Script{Steps: []c.Step{send(tooLong)}, Outcomes: refuses()},
		},
		{
			ID: "2.6", Title: "a ping of 125 octets, octet by octet", Level: verdict.Must,
			Requires: []string{"RFC6455-6.2-1", "RFC6455-5.5.3-1"},
			Script:   c.Script{Steps: []c.Step{sendChopped(c.ChopOctets, longest)}, Outcomes: echoes(c.PongFor(longest))},
		},
		{
			ID: "2.7", Title: "an unsolicited empty pong, then Close", Level: verdict.May,
			Requires: []string{"RFC6455-5.5.3-3"},
			Script:   c.Script{Steps: []c.Step{send(c.Pong(c.Payload{}), normal)}, Outcomes: answersClose},
		},
		{
			ID: "2.8", Title: "an unsolicited pong with a payload, then Close", Level: verdict.May,
			Requires: []string{"RFC6455-5.5.3-3"},
			Script:   c.Script{Steps: []c.Step{send(unasked, normal)}, Outcomes: answersClose},
		},
		{
			ID: "2.9", Title: "an unsolicited pong, then a ping", Level: verdict.Must,
			Requires: []string{"RFC6455-5.5.2-2", "RFC6455-5.5.3-3"},
			Script:   c.Script{Steps: []c.Step{send(unasked, asked)}, Outcomes: echoes(c.PongFor(asked))},
		},
		{
			ID: "2.10", Title: "ten pings in one write", Level: verdict.Must,
			Requires: []string{"RFC6455-5.5.2-2", "RFC6455-5.5.3-1", "RFC6455-5.5.3-2"},
			Script:   c.Script{Steps: []c.Step{send(ten...)}, Outcomes: echoes(c.PongFor(ten...))},
			Note:     "A peer may answer only the latest of several pending pings (RFC 6455 5.5.3), so fewer than ten pongs pass. Autobahn requires ten pongs.",
		},
		{
			ID: "2.11", Title: "ten pings, octet by octet", Level: verdict.Must,
			Requires: []string{"RFC6455-6.2-1", "RFC6455-5.5.2-2", "RFC6455-5.5.3-2"},
			Script:   c.Script{Steps: []c.Step{sendChopped(c.ChopOctets, ten...)}, Outcomes: echoes(c.PongFor(ten...))},
			Note:     "As in 2.10: a peer may answer only the latest of several pending pings (RFC 6455 5.5.3). Autobahn requires ten pongs.",
		},
	}
}

func ping(id, title string, f c.Frame) *c.Case {
	return &c.Case{
		ID: id, Title: title, Level: verdict.Must, Requires: []string{"RFC6455-5.5.2-2", "RFC6455-5.5.3-1"},
		Script: c.Script{Steps: []c.Step{send(f)}, Outcomes: echoes(c.PongFor(f))},
	}
}
