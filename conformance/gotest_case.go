package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/standalone"
	"github.com/wsspec/wsspec/ref/wire"
)

// Standalone returns the case in the form that package standalone plays, for a
// peer of that role. It is only of use where [Case.NoGoTest] has nothing to say.
func (c *Case) Standalone(role wire.Role) standalone.Case {
	s := &c.Script
	out := standalone.Case{ID: c.ID, Clauses: strings.Join(c.clauses(), ", "), Inspect: s.Inspect, Applies: plainConditions(s.Applies)}
	if len(s.Offers) > 0 {
		out.Needs = &standalone.Agreement{Takeover: s.Needs.Takeover, WindowBits: s.Needs.WindowBits}
		out.Demand = role == wire.RoleClient
	}
	if role == wire.RoleServer {
		var offers []wire.Extension
		for _, o := range s.Offers {
			offers = append(offers, o.Extension())
		}
		out.Offers = wire.FormatExtensions(offers)
	}
	if s.Opening != nil {
		c.plainOpening(&out, role)
	}
	keys := newMaskKeys(c.ID, 1)
	var partial []byte
	for _, step := range s.Steps {
		out.Steps = append(out.Steps, plainStep(step, role.Peer(), keys, &partial))
	}
	for _, o := range s.Outcomes {
		e := o.Ending
		ending := standalone.Ending{By: standalone.EndedBy(e.by), Clean: e.clean, Any: e.open, FIN: e.fin, Exact: e.exact, DropTCPHere: e.abandon}
		for _, code := range slices.Compact(slices.Clone(e.codes)) {
			ending.Codes = append(ending.Codes, int(code))
		}
		out.Outcomes = append(out.Outcomes, standalone.Outcome{Verdict: string(o.Behavior), Says: o.String(), Events: plainExpects(o.Events), Ending: ending})
	}
	return out
}

// clauses names the places that the case's requirements stand in, each once.
func (c *Case) clauses() []string {
	var out []string
	for _, id := range c.Requires {
		if r := rfc.ByID(id); r != nil && !slices.Contains(out, r.Clause()) {
			out = append(out, r.Clause())
		}
	}
	return out
}

// plainOpening writes out the opening handshake, all but the names in braces.
func (c *Case) plainOpening(out *standalone.Case, role wire.Role) {
	how := c.Script.Opening
	o := &standalone.Opening{Chop: int(how.Chop), Hold: how.Hold}
	for _, f := range how.With {
		o.With = append(o.With, plainFrame(f))
	}
	if role == wire.RoleServer {
		r := wire.NewRequest("{target}", "{host}", "{key}", nil)
		o.Head = string(how.request(&r))
		o.Key, _ = r.Fields.Get("Sec-WebSocket-Key")
		out.Subprotocols = r.Subprotocols()
		if list, ok := r.Fields.List("Sec-WebSocket-Extensions"); ok && len(r.Extensions()) > 0 {
			out.Offers = list
		}
	} else {
		r := wire.Response{Version: "HTTP/1.1", Status: 101, Reason: "Switching Protocols", Fields: wire.Fields{
			{Name: "Upgrade", Value: "websocket"}, {Name: "Connection", Value: "Upgrade"}, {Name: "Sec-WebSocket-Accept", Value: "{accept}"},
		}}
		o.Head = string(how.responseWith(&r, strings.NewReplacer()))
	}
	out.Opening = o
}

func plainConditions(conditions []Condition) []standalone.Condition {
	has := map[conditionOp]string{conditionHas: "field", conditionLacks: "no field", conditionLists: "element", conditionSays: "text", conditionNotSays: "no text"}
	var out []standalone.Condition
	for _, c := range conditions {
		out = append(out, standalone.Condition{Statuses: c.statuses, Has: has[c.op], Name: c.name, Value: c.value})
	}
	return out
}

// plainStep turns a step into its plain form. The pieces of one frame become
// octets; partial keeps the frame between them.
func plainStep(step Step, harness wire.Role, keys *maskKeys, partial *[]byte) standalone.Step {
	switch s := step.(type) {
	case Send:
		out := standalone.Step{Chop: int(s.Chop)}
		for _, f := range s.Frames {
			out.Send = append(out.Send, plainFrame(f))
		}
		return out
	case SendOctets:
		return standalone.Step{Octets: string(s.Octets), Chop: int(s.Chop)}
	case SendPart:
		from := 0
		if s.From == 0 {
			*partial, _ = s.Frame.append(nil, harness, keys)
		} else {
			from = len(*partial) - s.Frame.Payload.Len() + s.From
		}
		return standalone.Step{Octets: string((*partial)[from : len(*partial)-s.Frame.Payload.Len()+s.To])}
	case Await:
		return standalone.Step{Await: plainExpects(s.Events)}
	case Settle:
		return standalone.Step{Wait: standalone.Settle, Quiet: s.Name}
	case Watch:
		return standalone.Step{Wait: standalone.Watch, Quiet: s.Name}
	case Hold:
		return standalone.Step{Wait: standalone.Hold, Quiet: s.Name}
	}
	panic(fmt.Sprintf("conformance: step %T has no plain form", step)) // NoGoTest says so
}

func plainFrame(f Frame) standalone.Frame {
	out := standalone.Frame{
		More: !f.Fin, RSV: byte(f.RSV), Opcode: standalone.Opcode(f.Opcode), Payload: string(f.Payload.Bytes()),
		Form: map[wire.LengthForm]int{wire.Length16: 2, wire.Length64: 8}[f.Form], Mask: map[MaskMode]int{MaskAlways: 1, MaskNever: -1}[f.Mask],
		Announce: f.Declare,
	}
	if f.Key != nil {
		out.Key = string(f.Key[:])
	}
	return out
}

func plainExpects(events []Expect) []standalone.Expect {
	var out []standalone.Expect
	for _, e := range events {
		plain := standalone.Expect{
			Says: e.String(), Opcode: standalone.Opcode(e.opcode), Maybe: e.kind == expectMaybe, Quiet: e.name,
			Answer: map[expectKind]string{expectAccepted: "accepted", expectRefused: "refused"}[e.kind], Conditions: plainConditions(e.conditions),
		}
		for _, p := range e.payloads {
			plain.Payloads = append(plain.Payloads, string(p.Bytes()))
		}
		out = append(out, plain)
	}
	return out
}
