// Package catalog holds the test cases as data. Each section of an RFC has a file.
// Each case names its id and the requirements that it checks. The file ids.txt pins
// the ids; docs/writing-cases.md says how to add a case.
//
// The cases of Autobahn|Testsuite keep its numbers and the meaning of its verdicts.
// docs/differences.md lists the intended differences.
package catalog

import (
	"slices"
	"sync"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// Cases returns every case but those of suites: see [Suite]. The sections have a fixed order. Inside a section the
// cases are sorted by the numbers of their ids (5.9 before 5.10), whatever their
// order in the file. The cases are shared: callers must not change them.
func Cases() []*c.Case { return all() }

// ByID returns the case with that id, also one of a suite, or nil.
func ByID(id string) *c.Case {
	if i := slices.IndexFunc(all(), func(x *c.Case) bool { return x.ID == id }); i >= 0 {
		return all()[i]
	}
	if IsOverHTTP2(id) {
		over := slices.Concat(OverHTTP2(), SuiteOverHTTP2(SuiteOf(id)))
		if i := slices.IndexFunc(over, func(x *c.Case) bool { return x.ID == id }); i >= 0 {
			return over[i]
		}
		return nil
	}
	if IsOverHTTP3(id) {
		if i := slices.IndexFunc(OverHTTP3(), func(x *c.Case) bool { return x.ID == id }); i >= 0 {
			return OverHTTP3()[i]
		}
		return nil
	}
	suite := Suite(SuiteOf(id))
	if i := slices.IndexFunc(suite, func(x *c.Case) bool { return x.ID == id }); i >= 0 {
		return suite[i]
	}
	return nil
}

// all makes the cases when they are first asked for: a client that plays one case, or a
// server, starts sooner without them.
var all = sync.OnceValue(func() []*c.Case {
	return ordered(
		section1(), section2(), section3(), section4(), section5(),
		section6(), section7(), section9(), section10(), section12(), section13(),
		rfc6455Section3(), rfc6455Section4_1(), rfc6455Section4_2_1(), rfc6455Section4_2_2(), rfc6455Section4_3(), rfc6455Section4_4(), rfc6455Section7_2_1(), rfc6455Section7_2_2(),
		rfc6455Section9_1(), rfc6455Section10_7(), rfc6455Section11_3_1(), rfc6455Section11_3_2(), rfc6455Section11_3_3(), rfc6455Section11_3_4(), rfc6455Section11_3_5(),
		rfc6455Section5_1(), rfc6455Section5_2(), rfc6455Section5_3(), rfc6455Section5_4(), rfc6455Section5_5(), rfc6455Section7_4(), rfc6455Section8_1(), rfc6455Section10_4(), rfc6455Section10_6(),
		rfc7692Section7Server(), rfc7692Section7Client(), rfc7692Section7_1(), rfc7692Section7_2(),
		rfc6455Section7_1_7(),
	)
})

// The endings that most cases have.
var (
	harnessCloses = c.ClosedByHarness()
	protocolError = c.FailedByPeer(wire.StatusProtocolError)
	invalidData   = c.FailedByPeer(wire.StatusInvalidPayloadData)
)

// echoes permits exactly these events and then a clean close.
func echoes(events ...c.Expect) []c.Outcome {
	return []c.Outcome{{Behavior: verdict.OK, Events: events, Ending: harnessCloses}}
}

// refuses permits only that the peer fails the connection with 1002 and sends no
// message or pong before that.
func refuses() []c.Outcome {
	return []c.Outcome{{Behavior: verdict.OK, Ending: protocolError}}
}

// refusesAfter permits that the peer answers the events and then fails the
// connection with 1002. A peer that sees the violation before it has answered
// may fail the connection immediately, which is NON-STRICT.
func refusesAfter(events ...c.Expect) []c.Outcome {
	return []c.Outcome{
		{Behavior: verdict.OK, Events: events, Ending: protocolError},
		{Behavior: verdict.NonStrict, Ending: protocolError},
	}
}

// send is a step that sends frames in one write.
func send(frames ...c.Frame) c.Step { return c.Send{Frames: frames} }

// sendChopped is a step that sends frames in several writes, cut as chop says.
func sendChopped(chop c.Chop, frames ...c.Frame) c.Step {
	return c.Send{Frames: frames, Chop: chop}
}
