package network

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/ref/wire"
)

// mostSeed bounds a seed in octets: a frame with a length of 64 bits fits.
const mostSeed = 70 << 10

// Seeds are [SeedsFor] servers.
func Seeds() []*Script { return SeedsFor(wire.RoleServer) }

// SeedsFor are the cases of the catalogue for that role and their covering variants as scripts.
// What is about TLS, about the client's URL or about very much data is left out.
func SeedsFor(role wire.Role) []*Script {
	var out []*Script
	add := func(c *script.Case) {
		if s := fromCase(c, role); s != nil && !s.behindFinal() {
			out = append(out, s)
		}
	}
	cases := script.ForRole(catalog.Cases(), role)
	for _, c := range cases {
		add(c)
	}
	for _, choice := range vary.Select(cases, role, vary.Covering) {
		if v, err := vary.Make(choice.Of, role, choice.Shape); err == nil {
			add(v.Case)
		}
	}
	return out
}

// fromCase is what a case sends to a peer of that role; nil if a script cannot say it.
func fromCase(c *script.Case, role wire.Role) *Script {
	sc := &c.Script
	if sc.OwnURL() || sc.Transport != script.AnyTransport || sc.Application != nil || sc.Origin != "" || sc.PlaysBefore > 0 {
		return nil
	}
	p := &caseParts{script: &Script{}, sender: role.Peer()}
	if len(sc.Offers) > 0 {
		var offers []wire.Extension
		for _, o := range sc.Offers {
			offers = append(offers, o.Extension())
		}
		p.script.Offer = wire.FormatExtensions(offers)
	}
	if o := sc.Opening; o != nil && role == wire.RoleClient {
		if !p.responds(o) {
			return nil
		}
	} else if o != nil {
		if o.Silent || len(o.Earlier) > 0 || len(o.LineCuts) > 0 || o.Hold || len(o.With) > 0 {
			return nil
		}
		head := headOf(o, p.script.Offer)
		if head == "" {
			return nil
		}
		p.script.Head = o.Preface + head + o.Body
	}
	for _, step := range sc.Steps {
		step.Visit(p)
	}
	if p.unsaid || p.script.size() > mostSeed || len(p.script.Parts) > mostParts {
		return nil
	}
	return p.script
}

// headOf is a request of a case's own, with names in braces.
func headOf(o *script.Opening, offer string) string {
	if o.Raw != "" {
		return o.Raw
	}
	var fields wire.Fields
	if offer != "" {
		fields = append(fields, wire.Field{Name: "Sec-WebSocket-Extensions", Value: offer})
	}
	r := wire.NewRequest("{target}", "{host}", "{key}", fields)
	octets := string(o.Request(&r))
	return strings.TrimSuffix(octets, "\r\n") + "{fields}\r\n"
}

// caseParts turns the steps of a case into parts.
type caseParts struct {
	script *Script
	// sender is the role of the harness.
	sender wire.Role
	// unsaid: a step does something that a script cannot say.
	unsaid bool
}

func (p *caseParts) do(a Action) {
	if n := len(p.script.Parts); n > 0 && p.script.Parts[n-1].Do == a {
		return
	}
	p.script.Parts = append(p.script.Parts, Part{Do: a})
}

// add adds frames, cut as the step has it.
func (p *caseParts) add(frames []script.Frame, cuts script.Cuts) {
	lengths, total := make([]int, len(frames)), 0
	for i, f := range frames {
		h := f.Header(p.sender)
		lengths[i] = h.Len() + f.Payload.Len()
		total += lengths[i]
	}
	start := 0
	for i, f := range frames {
		p.unsaid = p.unsaid || f.Inflated > mostInflated
		part := Part{Frame: frameOf(f)}
		for _, c := range absolute(cuts, total) {
			if c > start && c < start+lengths[i] {
				part.Cuts = append(part.Cuts, c-start)
			}
			if c == start && i > 0 {
				p.do(Pause)
			}
		}
		p.script.Parts = append(p.script.Parts, part)
		start += lengths[i]
	}
}

// mostInflated bounds what a seed inflates to, in octets: to inflate much takes long.
const mostInflated = 1 << 20

// mostCuts bounds the writes of one step: each costs a pause.
const mostCuts = 16

// absolute are the cuts of so many octets, in ascending order.
func absolute(cuts script.Cuts, total int) []int {
	var out []int
	for _, c := range cuts {
		if c < 0 {
			c += total
		}
		if c > 0 && c < total {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), mostCuts)]
}

// chopped are the cuts of so many octets into pieces of a length.
func chopped(total int, c script.Chop) script.Cuts {
	if c <= 0 {
		return nil
	}
	var out script.Cuts
	for at := int(c); at < total && len(out) < mostCuts; at += int(c) {
		out = append(out, at)
	}
	return out
}

func (p *caseParts) VisitSend(s script.Send) {
	cuts := s.Cuts
	if len(cuts) == 0 {
		total := 0
		for i, f := range s.Frames {
			if i > 0 && s.Chop == script.ChopFrames {
				cuts = append(cuts, total)
			}
			h := f.Header(p.sender)
			total += h.Len() + f.Payload.Len()
		}
		cuts = append(cuts, chopped(total, s.Chop)...)
	}
	p.add(s.Frames, cuts)
}

func (p *caseParts) VisitSendOctets(s script.SendOctets) {
	if len(s.Octets) == 0 {
		return
	}
	cuts := s.Cuts
	if len(cuts) == 0 {
		cuts = chopped(len(s.Octets), s.Chop)
	}
	p.script.Parts = append(p.script.Parts, Part{Octets: s.Octets, Cuts: absolute(cuts, len(s.Octets))})
}

// VisitSendPart sends the frame whole where its last part is sent.
func (p *caseParts) VisitSendPart(s script.SendPart) {
	f := frameOf(s.Frame)
	n := len(p.script.Parts)
	switch {
	case s.From == 0:
		f.Declare, f.Payload = uint64(s.Frame.Payload.Len()), f.Payload[:s.To]
		p.script.Parts = append(p.script.Parts, Part{Frame: f})
		if s.To == s.Frame.Payload.Len() {
			f.Declare = 0
		}
	case n > 0 && p.script.Parts[n-1].Frame != nil: // no step between: the same frame grows
		p.script.Parts[n-1] = p.grown(p.script.Parts[n-1], s)
	case n > 1 && p.script.Parts[n-1].Do != "" && p.script.Parts[n-2].Frame != nil:
		p.script.Parts = append(p.script.Parts[:n-2], p.grown(p.script.Parts[n-2], s))
	default:
		p.unsaid = true
	}
}

// grown is a frame with more of its payload, cut where the part begins.
func (p *caseParts) grown(part Part, s script.SendPart) Part {
	f := frameOf(s.Frame)
	f.Payload = f.Payload[:s.To]
	if s.To < s.Frame.Payload.Len() {
		f.Declare = uint64(s.Frame.Payload.Len())
	}
	h := s.Frame.Header(p.sender)
	if len(part.Cuts) < mostCuts && s.From > 0 {
		part.Cuts = append(part.Cuts, h.Len()+s.From)
	}
	part.Frame = f
	return part
}

func (p *caseParts) VisitExchange(s script.Exchange) {
	if s.Asked != nil || s.Size > mostSeed {
		p.unsaid = true
		return
	}
	size := s.Fragment
	if size == 0 {
		size = max(s.Size, 1)
	}
	p.add(script.Fragmented(s.Opcode(), script.Payload{Octets: s.Stream.Message(s.Size, 0)}, size), nil)
}

func (p *caseParts) VisitAwait(script.Await)             { p.do(Await) }
func (p *caseParts) VisitSettle(script.Settle)           { p.do(Pause) }
func (p *caseParts) VisitWatch(script.Watch)             {}
func (p *caseParts) VisitHold(script.Hold)               {}
func (p *caseParts) VisitPause(script.Pause)             { p.do(Pause) }
func (p *caseParts) VisitStopReading(script.StopReading) {}
func (p *caseParts) VisitReadSlowly(script.ReadSlowly)   {}
func (p *caseParts) VisitHalfClose(script.HalfClose)     { p.do(HalfClose) }
func (p *caseParts) VisitReset(script.Reset)             { p.do(Reset) }
func (p *caseParts) VisitConnect(script.Connect) {
	p.do(Connect)
	p.unsaid = p.unsaid || p.sender == wire.RoleServer
}
func (p *caseParts) VisitFlood(script.Flood)               { p.unsaid = true }
func (p *caseParts) VisitSendHTTP2(script.SendHTTP2)       { p.unsaid = true }
func (p *caseParts) VisitSendHTTP3(script.SendHTTP3)       { p.unsaid = true }
func (p *caseParts) VisitPlainRequest(script.PlainRequest) { p.unsaid = true }
