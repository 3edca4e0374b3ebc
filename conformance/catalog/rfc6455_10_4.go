package catalog

import (
	"fmt"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section10_4: extremely large declared lengths (RFC 6455 10.4). An
// endpoint with a limit fails the connection when it reads the header. An endpoint
// that waits for the payload is NON-STRICT, because a limit is a SHOULD.
func rfc6455Section10_4() []*c.Case {
	var cases []*c.Case
	for _, t := range []struct {
		id    string
		bits  int
		kind  string
		frame func(c.Payload) c.Frame
	}{
		{"rfc6455/10.4/1", 31, "text", c.Text},
		{"rfc6455/10.4/2", 31, "binary", c.Binary},
		{"rfc6455/10.4/3", 32, "text", c.Text},
		{"rfc6455/10.4/4", 32, "binary", c.Binary},
		{"rfc6455/10.4/5", 40, "text", c.Text},
		{"rfc6455/10.4/6", 40, "binary", c.Binary},
		{"rfc6455/10.4/7", 62, "text", c.Text},
		{"rfc6455/10.4/8", 62, "binary", c.Binary},
	} {
		f := t.frame(c.Octets("beginning")).WithForm(wire.Length64).Declaring(1 << t.bits)
		cases = append(cases, should(&c.Case{
			ID:       t.id,
			Title:    fmt.Sprintf("a %s frame with a declared length of 2^%d octets and 9 octets of payload", t.kind, t.bits),
			Requires: []string{"RFC6455-10.4-2", "RFC6455-10.4-1"},
			Script: c.Script{
				Steps: []c.Step{send(f), c.Watch{Name: "waiting"}},
				Outcomes: []c.Outcome{
					{Behavior: verdict.OK, Ending: c.FailedByPeer(wire.StatusMessageTooBig, wire.StatusProtocolError, wire.StatusPolicyViolation)},
					{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("waiting")}, Ending: c.Abandoned()},
				},
			},
		}))
	}
	cases = append(cases, bombCases()...)
	for _, t := range []struct {
		id, what string
		length   uint64
	}{
		{"rfc6455/10.4/10", "2^31-10", 1<<31 - 10}, {"rfc6455/10.4/11", "2^32-10", 1<<32 - 10},
		{"rfc6455/10.4/12", "2^63-10", 1<<63 - 10}, {"rfc6455/10.4/13", "2^63-1", 1<<63 - 1},
	} {
		first, last := c.Binary(c.Octets("10 octets.")).More(), c.Continuation(c.Octets("beginning")).WithForm(wire.Length64).Declaring(t.length)
		cases = append(cases, noted("Together with the first fragment, the length does not fit the types that programs often use. A limit is a SHOULD (RFC 6455 10.4), so a peer that waits for the payload is NON-STRICT.", should(&c.Case{
			ID: t.id, Title: fmt.Sprintf("a fragment of 10 octets, then a fragment with a declared length of %s octets", t.what), Requires: []string{"RFC6455-10.4-2", "RFC6455-10.4-1"},
			Script: c.Script{
				Steps: []c.Step{send(first, last), c.Watch{Name: "waiting"}},
				Outcomes: []c.Outcome{
					{Behavior: verdict.OK, Ending: c.FailedByPeer(wire.StatusMessageTooBig, wire.StatusProtocolError, wire.StatusPolicyViolation)},
					{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("waiting")}, Ending: c.Abandoned()},
				},
			},
		})))
	}
	return cases
}

// bombCases: a limit for messages is one for the message, and not only for its compressed
// form or for one fragment.
func bombCases() []*c.Case {
	const octets = 64<<20 + 1<<10
	message := c.Text(c.Repeated("a", octets))
	whole := compressedText(inflatingTo(octets))
	whole.Inflated = octets
	halves := cutAt(whole, whole.Payload.Len()/2)
	inflates := func(id, title string, frames ...c.Frame) *c.Case {
		return noted("A limit is a SHOULD (RFC 6455 10.4). A peer that takes a message of more than 64 MiB, of which only 64 KiB are sent, is NON-STRICT.", should(&c.Case{
			ID: id, Title: title, Requires: []string{"RFC6455-10.4-2", "RFC6455-10.4-1"},
			Script: c.Script{
				Offers: []wire.DeflateOffer{{ClientMaxWindowBits: wire.AnyWindowBits}},
				Steps:  []c.Step{send(frames...)},
				Outcomes: []c.Outcome{
					{Behavior: verdict.OK, Ending: c.FailedByPeer(wire.StatusMessageTooBig, wire.StatusProtocolError, wire.StatusPolicyViolation)},
					{Behavior: verdict.NonStrict, Events: []c.Expect{c.Echo(message)}, Ending: harnessCloses},
				},
			},
		}))
	}
	return []*c.Case{
		inflates("rfc6455/10.4/9", "a compressed message of 64 KiB that inflates to more than 64 MiB", whole),
		inflates("rfc6455/10.4/14", "a compressed message of two fragments of 32 KiB that inflates to more than 64 MiB", halves...),
	}
}
