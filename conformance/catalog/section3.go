package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// section3: reserved bits without a negotiated extension (RFC 6455 5.2).
func section3() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	octets := c.Binary(c.Octets("\x00\xff\xfe\xfd\xfc\xfb\x00\xff"))
	ping := c.Ping(c.Payload{})
	alone := func(id, title string, f c.Frame) *c.Case {
		return &c.Case{
			ID: id, Title: title, Level: verdict.Must, Requires: []string{"RFC6455-5.2-3", "RFC6455-7.1.7-5"},
			Script: c.Script{Steps: []c.Step{send(f)}, Outcomes: refuses()},
		}
	}
	between := func(id, title string, chop c.Chop, bits wire.RSV) *c.Case {
		return &c.Case{
			ID: id, Title: title, Level: verdict.Must, Requires: []string{"RFC6455-5.2-3", "RFC6455-7.1.7-7"},
			Script: c.Script{
				Steps:    []c.Step{sendChopped(chop, hello, hello.WithRSV(bits), ping)},
				Outcomes: refusesAfter(c.Echo(hello)),
			},
		}
	}
	return []*c.Case{
		alone("3.1", "a text frame with RSV3 set", hello.WithRSV(wire.RSV3)),
		between("3.2", "a text frame, one with RSV2 set, a ping", c.ChopNone, wire.RSV2),
		between("3.3", "a text frame, one with RSV2 and RSV3 set, a ping, frame by frame", c.ChopFrames, wire.RSV2|wire.RSV3),
		between("3.4", "a text frame, one with RSV1 set, a ping, octet by octet", c.ChopOctets, wire.RSV1),
		alone("3.5", "a binary frame with RSV1 and RSV3 set", octets.WithRSV(wire.RSV1|wire.RSV3)),
		alone("3.6", "a binary frame with RSV1 and RSV2 set", c.Binary(c.Octets("Hello, world!")).WithRSV(wire.RSV1|wire.RSV2)),
		alone("3.7", "a Close frame with all reserved bits set", c.CloseBody(c.Payload{}).WithRSV(wire.RSV1|wire.RSV2|wire.RSV3)),
	}
}
