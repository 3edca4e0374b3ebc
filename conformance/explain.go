package conformance

import (
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// explain says in one sentence why a case is not a plain pass: what should
// have come, and what came instead.
func explain(c *Case, o observed, j judgement) string {
	if j.behavior == Failed {
		return capital(explainBehavior(c, o)) + "."
	}
	ending := c.Script.Outcomes[max(j.outcome, 0)].Ending
	if s := explainClose(ending, o, j); s != "" {
		return capital(s) + "."
	}
	if j.behavior == NonStrict {
		best := c.Script.Outcomes[0]
		return capital(fmt.Sprintf("permitted, but the best outcome is: %s", best)) + "."
	}
	return ""
}

func explainBehavior(c *Case, o observed) string {
	best := c.Script.Outcomes[0]
	got := answers(o.events, o.pings)
	end := endOf(o.events)
	// A breach of the protocol explains everything behind it.
	for _, e := range o.events {
		if e.Kind != EventViolation && e.Kind != EventFlood {
			continue
		}
		if best.Ending.by == byPeer {
			return fmt.Sprintf("the peer had to %s and went on: it sent %s", duty(best.Ending), e)
		}
		return "the peer sent " + e.String()
	}
	i := agree(c.Script.Outcomes, got)
	due := dueAfter(best.Events, got[:i])
	stray := insteadOfPong(expectedAfter(c.Script.Outcomes, got), o)
	switch {
	case i < len(got) && due != "":
		return fmt.Sprintf("expected %s, and %s came%s", due, got[i], agreeing(got[i], expectedAfter(c.Script.Outcomes, got[:i])))
	case i < len(got):
		return fmt.Sprintf("%s came where the peer had to %s", got[i], duty(best.Ending))
	case due != "" && stray != nil:
		return fmt.Sprintf("expected %s, and nothing but %s came, which answers no ping%s", due, stray, agreeing(*stray, expectedAfter(c.Script.Outcomes, got)))
	case due != "" && o.gaveUp: // what came then, came on the harness's own Close
		return fmt.Sprintf("expected %s, and nothing came in time", due)
	case due != "" && end.came:
		return fmt.Sprintf("expected %s, and the peer ended the connection (%s)", due, o.events[end.at])
	case due != "":
		return fmt.Sprintf("expected %s, which did not come", due)
	case !end.came:
		return fmt.Sprintf("the peer stayed silent where it had to %s", duty(best.Ending))
	}
	return fmt.Sprintf("what came fits no permitted outcome; the best is: %s", best)
}

// insteadOfPong returns what a peer sent where a pong was due: a pong that
// answers no ping, or a ping of its own. Both are permitted at any time
// (RFC6455-5.5.3-3, RFC6455-5.5.2-5), and so are no answer, but most likely
// meant as one. It is nil if a pong was not due or neither came.
func insteadOfPong(expected []Expect, o observed) *Event {
	if !slices.ContainsFunc(expected, func(e Expect) bool { return e.kind == expectPongs }) {
		return nil
	}
	for i := range o.events {
		if e := &o.events[i]; e.Kind == EventPing || e.Kind == EventPong && !o.pings[string(e.Payload)] {
			return e
		}
	}
	return nil
}

// agreeing says how much of a payload too long to be shown whole is as it should
// be.
func agreeing(e Event, expected []Expect) string {
	longest := longestAgreement(e, expected)
	if longest < 0 || len(e.Payload) <= mostQuoted {
		return ""
	}
	return fmt.Sprintf(" (the first %d octets agree)", longest)
}

// agree returns how many events agree with the outcome that agrees longest.
func agree(outcomes []Outcome, got []Event) int {
	most := 0
	for _, o := range outcomes {
		for n := len(got); n > most; n-- {
			if matchEvents(o.Events, got[:n]) != matchNo {
				most = n
			}
		}
	}
	return most
}

// dueAfter names the expectation that comes next after those events, if the
// outcome expects one.
func dueAfter(want []Expect, got []Event) string {
	next := len(got) // where they are not what this outcome expects
	for k := range want {
		begun := want[k].kind == expectPongs && matchEvents(want[:k+1], got) == matchPart
		if begun || matchEvents(want[:k], got) == matchFull {
			next = k
			break
		}
	}
	for next < len(want) && want[next].kind == expectMaybe {
		next++
	}
	if next < len(want) && matchEvents(want, got) != matchFull {
		return want[next].String()
	}
	return ""
}

func duty(e Ending) string {
	switch e.by {
	case byRefusal:
		return "refuse the opening handshake"
	case byPeer:
		return "fail the connection with " + e.codeList()
	case byScript:
		return "answer the Close"
	}
	return "send nothing more"
}

func explainClose(ending Ending, o observed, j judgement) string {
	end := endOf(o.events)
	switch j.close {
	case CloseWrongCode:
		return fmt.Sprintf("the peer closed with %d where %s fits", j.code, ending.codeList())
	case CloseFailedByClient:
		return "the server left it to the client to close TCP (" + clause7_1_1 + ")"
	case CloseUnclean:
		if !end.came {
			return "the peer did not answer the Close (" + clause5_5_1 + ")"
		}
		return "the peer closed TCP without answering the Close (" + clause5_5_1 + ")"
	case CloseFailed:
		if ending.by == byPeer {
			return "the peer did not fail the connection; the harness had to end it"
		}
		if end.came {
			return fmt.Sprintf("the peer ended the connection before the harness did (%s)", o.events[end.at])
		}
		return "the peer neither answered the Close nor closed TCP (" + clause5_5_1 + ")"
	}
	return ""
}

const (
	clause5_5_1 = "RFC 6455 5.5.1"
	clause7_1_1 = "RFC 6455 7.1.1"
)

// capital makes the first letter a capital one.
func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// violationSentence explains a case whose opening handshake broke a rule.
func violationSentence(v *wire.Violation) string {
	return capital("the opening handshake failed: "+v.Error()) + "."
}
