package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section10_4: lengths that nobody can mean (RFC 6455 10.4). An endpoint
// with a limit fails the connection when it reads the header. One that waits
// for the octets is NON-STRICT: a limit is a SHOULD.
func rfc6455Section10_4() []*c.Case {
	var cases []*c.Case
	for _, bits := range []int{31, 32, 40, 62} {
		for _, kind := range []struct {
			name  string
			frame func(c.Payload) c.Frame
		}{{"text", c.Text}, {"binary", c.Binary}} {
			f := kind.frame(c.Octets("beginning")).WithForm(wire.Length64).Declaring(1 << bits)
			cases = append(cases, soft(&c.Case{
				Title:    fmt.Sprintf("a %s frame that announces 2^%d octets and sends 9", kind.name, bits),
				Requires: []string{"RFC6455-10.4-2", "RFC6455-10.4-1"},
				Script: c.Script{
					Steps: []c.Step{send(f), c.Watch{Name: "waiting"}},
					Outcomes: []c.Outcome{
						{Behavior: c.OK, Ending: c.FailedByPeer(wire.StatusMessageTooBig, wire.StatusProtocolError, wire.StatusPolicyViolation)},
						{Behavior: c.NonStrict, Events: []c.Expect{c.Quiet("waiting")}, Ending: c.Abandoned()},
					},
				},
			}))
		}
	}
	return numbered("rfc6455/10.4", cases...)
}
