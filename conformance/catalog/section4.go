package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// section4: reserved opcodes, non-control (4.1) and control (4.2) (RFC 6455
// 5.2). The cases of 4.1 and 4.2 differ only by the opcode.
func section4() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	title := func(kind string, opcode wire.Opcode, payload c.Payload) string {
		s := fmt.Sprintf("a frame with the reserved %s opcode %d", kind, opcode)
		if payload.Len() > 0 {
			s += " and a payload"
		}
		return s
	}
	alone := func(id, kind string, opcode wire.Opcode, payload c.Payload) *c.Case {
		return &c.Case{
			ID: id, Title: title(kind, opcode, payload), Level: verdict.Must, Requires: []string{"RFC6455-5.2-5", "RFC6455-7.1.7-5"},
			Script: c.Script{Steps: []c.Step{send(c.Text(payload).WithOpcode(opcode))}, Outcomes: refuses()},
		}
	}
	between := func(id, kind string, opcode wire.Opcode, payload c.Payload) *c.Case {
		return &c.Case{
			ID: id, Title: "a text frame, " + title(kind, opcode, payload) + ", a ping", Level: verdict.Must, Requires: []string{"RFC6455-5.2-5", "RFC6455-7.1.7-7"},
			Script: c.Script{
				Steps:    []c.Step{send(hello, c.Text(payload).WithOpcode(opcode), c.Ping(c.Payload{}))},
				Outcomes: refusesAfter(c.Echo(hello)),
			},
		}
	}
	choppedBetween := func(id, kind string, opcode wire.Opcode, payload c.Payload) *c.Case {
		k := between(id, kind, opcode, payload)
		k.Title += ", octet by octet"
		k.Script.Steps = []c.Step{sendChopped(c.ChopOctets, hello, c.Text(payload).WithOpcode(opcode), c.Ping(c.Payload{}))}
		return k
	}
	return []*c.Case{
		alone("4.1.1", "non-control", 3, c.Payload{}),
		alone("4.1.2", "non-control", 4, c.Octets("reserved opcode payload")),
		between("4.1.3", "non-control", 5, c.Payload{}),
		between("4.1.4", "non-control", 6, hello.Payload),
		choppedBetween("4.1.5", "non-control", 7, hello.Payload),
		alone("4.2.1", "control", 11, c.Payload{}),
		alone("4.2.2", "control", 12, c.Octets("reserved opcode payload")),
		between("4.2.3", "control", 13, c.Payload{}),
		between("4.2.4", "control", 14, hello.Payload),
		choppedBetween("4.2.5", "control", 15, hello.Payload),
	}
}
