package gotest

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/gotest/standalone"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// Standalone returns the case in the form that package standalone plays, for a
// peer of that role. It is only of use where [Unavailable] has nothing to say.
func Standalone(c *script.Case, role wire.Role) standalone.Case {
	s := &c.Script
	out := standalone.Case{
		ID: c.ID, Requires: c.Requires, Clauses: strings.Join(clausesOf(c), ", "), Inspect: s.Inspect, Applies: s.Applies, Outcomes: compacted(s.Outcomes),
	}
	if len(s.Offers) > 0 {
		out.Needs = &s.Needs
		out.Accept = role == wire.RoleClient
	}
	if role == wire.RoleServer {
		var offers []wire.Extension
		for _, o := range s.Offers {
			offers = append(offers, o.Extension())
		}
		out.Offers = wire.FormatExtensions(offers)
	}
	if s.Opening != nil {
		setOpening(c, &out, role)
	}
	out.Steps, _ = plainSteps(c, role)
	return out
}

// compacted returns the outcomes with each code of their endings once.
func compacted(outcomes []script.Outcome) []script.Outcome {
	outcomes = slices.Clone(outcomes)
	for i, o := range outcomes {
		outcomes[i].Ending.Codes = slices.Compact(slices.Clone(o.Ending.Codes))
	}
	return outcomes
}

// clauses names the places that the case's requirements stand in, each once.
func clausesOf(c *script.Case) []string {
	var out []string
	for _, id := range c.Requires {
		if r := rfc.ByID(id); r != nil && !slices.Contains(out, r.Clause()) {
			out = append(out, r.Clause())
		}
	}
	return out
}

// setOpening writes out the opening handshake, all but the names in braces.
func setOpening(c *script.Case, out *standalone.Case, role wire.Role) {
	how := c.Script.Opening
	o := &standalone.Opening{Preface: how.Preface, Body: how.Body, Chop: int(how.Chop), LineCuts: how.LineCuts, With: how.With, Hold: how.Hold}
	if role == wire.RoleServer {
		r := wire.NewRequest("{target}", "{host}", "{key}", nil)
		o.Head = string(how.Request(&r))
		o.Key, _ = r.Fields.Get("Sec-WebSocket-Key")
		out.Subprotocols = r.Subprotocols()
		if list, ok := r.Fields.List("Sec-WebSocket-Extensions"); ok && len(r.Extensions()) > 0 {
			out.Offers = list
		}
	} else {
		r := wire.Response{Version: "HTTP/1.1", Status: 101, Reason: "Switching Protocols", Fields: wire.Fields{
			{Name: "Upgrade", Value: "websocket"}, {Name: "Connection", Value: "Upgrade"}, {Name: "Sec-WebSocket-Accept", Value: "{accept}"},
		}}
		o.Head = string(how.ResponseWith(&r, strings.NewReplacer()))
	}
	out.Opening = o
}
