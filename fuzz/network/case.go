package network

import (
	"strings"

	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// Case is the finding as a case, ready for the catalogue: its outcomes are what the oracle
// permits. A peer that does not have the fault passes it.
func (f *Finding) Case() *script.Case {
	c := &script.Case{
		ID: f.ID(), Title: title(f.Script), Roles: []wire.Role{f.peer()}, Level: verdict.Must,
		Note: "Found by wsspec fuzz.",
	}
	if f.Requirement != "" {
		c.Requires = []string{f.Requirement}
	}
	c.Script = scriptOf(f.Script, f.peer())
	if f.Script.Head != "" && f.peer() == wire.RoleServer {
		refused := script.Outcome{Behavior: verdict.OK, Events: []script.Expect{script.Refused()}, Ending: script.NotOpened()}
		switch {
		case strings.HasPrefix(f.Requirement, "RFC6455-4.2.1-"): // the request has to be refused
			c.Script.Outcomes = []script.Outcome{refused}
		case f.Requirement != acceptsValid:
			c.Script.Outcomes = append([]script.Outcome{refused}, c.Script.Outcomes...)
		}
	}
	return c
}

// mostTitle bounds the title of a case, in octets.
const mostTitle = 160

func title(s *Script) string {
	text := s.String()
	if len(text) > mostTitle {
		text = strings.ToValidUTF8(text[:mostTitle-len("…")], "") + "…"
	}
	return text
}

// scriptOf is a script in the language of cases.
func scriptOf(s *Script, peer wire.Role) script.Script {
	out := script.Script{}
	if s.Head != "" {
		out.Opening = &script.Opening{Raw: s.Head}
	} else if extensions, err := wire.ParseExtensions(s.Offer); err == nil && s.Offer != "" {
		for _, e := range extensions {
			out.Offers = append(out.Offers, offerOf(e))
		}
	}
	if len(s.HeadCuts) > 0 {
		if out.Opening == nil {
			out.Opening = &script.Opening{}
		}
		out.Opening.Cuts = s.HeadCuts
	}
	octets := steps(&out, s, peer.Peer())
	if peer == wire.RoleClient && (s.Head != "" || s.Joined) {
		if respond(&out, s); out.Outcomes != nil {
			return out
		}
	}
	subject := oracle.Subject{Role: peer, Limit: messageLimit}
	if s.Offer != "" {
		subject.Deflate = agreedOn(out.Offers)
	}
	permitted := oracle.Of(subject, octets)
	if atBoundary(octets) && permitted.Stays() { // as a player does
		ping := script.Ping(script.Octets(alive))
		if last := len(out.Steps) - 1; last >= 0 && s.Parts[len(s.Parts)-1].Frame != nil { // one write
			send := out.Steps[last].(script.Send)
			send.Frames = append(send.Frames, ping)
			out.Steps[last] = send
		} else {
			out.Steps = append(out.Steps, script.Send{Frames: []script.Frame{ping}})
		}
		octets, _ = ping.Append(octets, peer.Peer(), anyKey)
		permitted = oracle.Of(subject, octets)
	}
	out.Outcomes = outcomesOf(permitted)
	if out.Opening != nil && peer == wire.RoleServer {
		for i := range out.Outcomes {
			out.Outcomes[i].Events = append([]script.Expect{script.Accepted()}, out.Outcomes[i].Events...)
		}
	}
	return out
}

// anyKey is a masking key. Which one it is changes nothing that the oracle says.
func anyKey() [4]byte { return [4]byte{1, 2, 3, 4} }

// steps adds the steps of a script, and returns the octets of its last connection.
func steps(out *script.Script, s *Script, sender wire.Role) (octets []byte) {
	var frames []script.Frame
	var cuts script.Cuts
	start := 0
	flush := func() {
		if len(frames) > 0 {
			out.Steps = append(out.Steps, script.Send{Frames: frames, Cuts: cuts})
		}
		frames, cuts, start = nil, nil, 0
	}
	for i := range s.Parts {
		p := &s.Parts[i]
		switch {
		case p.Frame != nil:
			f := p.Frame.scripted()
			for _, c := range p.Cuts {
				cuts = append(cuts, start+c)
			}
			frames = append(frames, f)
			start += p.Frame.length(sender)
			octets, _ = f.Append(octets, sender, anyKey)
			continue
		case p.Do == "":
			flush()
			out.Steps = append(out.Steps, script.SendOctets{Octets: p.Octets, Note: "octets", Cuts: p.Cuts})
			octets = append(octets, p.Octets...)
			continue
		}
		flush()
		switch p.Do {
		case HalfClose:
			out.Steps = append(out.Steps, script.HalfClose{})
		case Reset:
			out.Steps = append(out.Steps, script.Reset{})
		case Connect:
			out.Steps, octets = append(out.Steps, script.Connect{Keep: true}), nil
		default:
			out.Steps = append(out.Steps, script.Pause{})
		}
	}
	flush()
	return octets
}

// outcomesOf puts what the oracle permits into outcomes, the one without a failure first.
func outcomesOf(p *oracle.Permitted) (out []script.Outcome) {
	var due, perhaps []script.Expect
	for _, a := range p.Answers {
		if a.Kind == oracle.Pong {
			due = append(due, script.PongFor(script.Ping(script.Payload{Octets: a.Payload})))
			perhaps = append(perhaps, script.MaybePong(script.Ping(script.Payload{Octets: a.Payload})))
			continue
		}
		f := script.Frame{Opcode: a.Opcode, Payload: script.Payload{Octets: a.Payload}}
		due, perhaps = append(due, script.Echo(f)), append(perhaps, script.MaybeEcho(f))
	}
	for _, e := range p.Endings {
		switch e.Fate {
		case oracle.Stays:
			out = append(out, script.Outcome{Behavior: verdict.OK, Events: due, Ending: script.ClosedByHarness()})
		case oracle.Closes:
			out = append(out, script.Outcome{Behavior: verdict.OK, Events: perhaps, Ending: script.AnsweredByPeer(codesOf(e)...)})
		case oracle.Fails:
			out = append(out, script.Outcome{Behavior: verdict.OK, Events: perhaps, Ending: script.FailedByPeer(codesOf(e)...)})
		}
	}
	return out
}

func codesOf(e oracle.Ending) []wire.StatusCode {
	if e.AnyCode {
		return nil
	}
	return append([]wire.StatusCode(nil), e.Codes...)
}

// offerOf reads an offer that a script makes.
func offerOf(e wire.Extension) (o wire.DeflateOffer) {
	for _, p := range e.Params {
		switch p.Name {
		case "server_no_context_takeover":
			o.ServerNoContextTakeover = true
		case "client_no_context_takeover":
			o.ClientNoContextTakeover = true
		case "client_max_window_bits":
			o.ClientMaxWindowBits = wire.AnyWindowBits
		}
	}
	return o
}

// agreedOn are the parameters that follow from the first offer, if the peer changes nothing.
func agreedOn(offers []wire.DeflateOffer) *wire.DeflateParams {
	if len(offers) == 0 {
		return nil
	}
	return &wire.DeflateParams{ServerNoContextTakeover: offers[0].ServerNoContextTakeover, ClientNoContextTakeover: offers[0].ClientNoContextTakeover}
}
