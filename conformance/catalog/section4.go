package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// section4: reserved opcodes, non-control (4.1) and control (4.2) (RFC 6455
// 5.2). The five cases of each half differ only by the opcode.
func section4() []*c.Case {
	var cases []*c.Case
	hello := c.Text(c.Octets("Hello, world!"))
	ping := c.Ping(c.Payload{})
	for half, name := range []string{"non-control", "control"} {
		for i := range 5 {
			opcode := []wire.Opcode{3, 11}[half] + wire.Opcode(i)
			x := &c.Case{
				ID:       fmt.Sprintf("4.%d.%d", half+1, i+1),
				Title:    fmt.Sprintf("a frame with the reserved %s opcode %d", name, opcode),
				Level:    c.Must,
				Requires: []string{"RFC6455-5.2-5", "RFC6455-7.1.7-5"},
			}
			payload := []c.Payload{{}, c.Octets("reserved opcode payload"), {}, c.Octets("Hello, world!"), c.Octets("Hello, world!")}[i]
			reserved := c.Text(payload).WithOpcode(opcode)
			if payload.Len() > 0 {
				x.Title += " and a payload"
			}
			if i < 2 {
				x.Script = c.Script{Steps: []c.Step{send(reserved)}, Outcomes: refuses()}
				cases = append(cases, x)
				continue
			}
			x.Title = "a text frame, " + x.Title + ", a ping"
			x.Requires[1] = "RFC6455-7.1.7-7"
			chop := c.ChopNone
			if i == 4 {
				x.Title += ", octet by octet"
				chop = c.ChopOctets
			}
			x.Script = c.Script{Steps: []c.Step{sendChopped(chop, hello, reserved, ping)}, Outcomes: refusesAfter(c.Echo(hello))}
			cases = append(cases, x)
		}
	}
	return cases
}
