// Package catalog holds the cases, as data: one file a section, and beside each
// case the requirements that it checks.
//
// The cases that Autobahn|Testsuite has keep its numbers and the meaning of its
// verdicts; docs/differences.md lists where ours depart on purpose.
package catalog

import (
	"slices"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// Cases returns every case in the order of its section. The cases are shared:
// callers must not change them.
func Cases() []*c.Case { return all }

// ByID returns the case with that id, or nil.
func ByID(id string) *c.Case {
	i := slices.IndexFunc(all, func(x *c.Case) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return all[i]
}

var all = slices.Concat(
	section1(), section2(), section3(), section4(), section5(),
	section6(), section7(), section9(), section10(), section12(), section13(),
	rfc6455Section3(), rfc6455Section4_1(), rfc6455Section4_2_1(), rfc6455Section4_2_2(), rfc6455Section4_3(), rfc6455Section4_4(), rfc6455Section7_2_1(), rfc6455Section7_2_2(),
	rfc6455Section9_1(), rfc6455Section10_7(), rfc6455Section11_3_1(), rfc6455Section11_3_2(), rfc6455Section11_3_3(), rfc6455Section11_3_4(), rfc6455Section11_3_5(),
	rfc6455Section5_1(), rfc6455Section5_2(), rfc6455Section5_3(), rfc6455Section5_4(), rfc6455Section5_5(), rfc6455Section7_4(), rfc6455Section8_1(), rfc6455Section10_4(), rfc6455Section10_6(),
	rfc7692Section7Server(), rfc7692Section7Client(), rfc7692Section7_1(), rfc7692Section7_2(),
)

// The endings that most cases have.
var (
	harnessCloses = c.ClosedByHarness()
	protocolError = c.FailedByPeer(wire.StatusProtocolError)
	invalidData   = c.FailedByPeer(wire.StatusInvalidPayloadData)
)

// echoes permits exactly these events and then a clean close.
func echoes(events ...c.Expect) []c.Outcome {
	return []c.Outcome{{Behavior: c.OK, Events: events, Ending: harnessCloses}}
}

// refuses permits only that the peer fails the connection with 1002, having
// said nothing.
func refuses() []c.Outcome {
	return []c.Outcome{{Behavior: c.OK, Ending: protocolError}}
}

// refusesAfter permits that the peer answers the events and then fails the
// connection with 1002. A peer that sees the violation before it has answered
// may fail the connection at once; that is NON-STRICT.
func refusesAfter(events ...c.Expect) []c.Outcome {
	return []c.Outcome{
		{Behavior: c.OK, Events: events, Ending: protocolError},
		{Behavior: c.NonStrict, Ending: protocolError},
	}
}

// send is a step that sends frames in one write.
func send(frames ...c.Frame) c.Step { return c.Send{Frames: frames} }

// sendChopped is a step that cuts its frames into writes.
func sendChopped(chop c.Chop, frames ...c.Frame) c.Step {
	return c.Send{Frames: frames, Chop: chop}
}
