package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// section10: a message in many fragments.
func section10() []*c.Case {
	payload := c.Repeated("*", 65536)
	return []*c.Case{{
		ID: "10.1.1", Title: "a text message of 65536 octets in fragments of 1300", Level: verdict.Must,
		Requires: []string{"RFC6455-5.4-4", "RFC6455-5.4-8", "RFC6455-5.4-12"},
		Script: c.Script{
			Steps:    []c.Step{send(c.Fragmented(wire.OpText, payload, 1300)...)},
			Outcomes: echoes(c.Echo(c.Text(payload))),
		},
	}}
}
