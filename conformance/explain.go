package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// explain says in one sentence why a case is not a plain pass: what should
// have come, and what came instead.
func explain(c *Case, o observed, j judgement) string {
	if j.behavior == Failed {
		s := explainBehavior(c, o)
		if !wasFlooded(o.events) {
			s += c.clause(s)
		}
		return capital(s) + "."
	}
	if s := explainClose(c.Script.Outcomes[max(j.outcome, 0)].Ending, o, j); s != "" {
		return capital(s) + "."
	}
	if j.behavior == NonStrict {
		s := fmt.Sprintf("permitted, but the best outcome is: %s; here: %s", c.Script.Outcomes[0], inShort(o.events))
		return capital(s) + c.clause(s) + "."
	}
	return ""
}

// wasFlooded: no clause says how much a peer may send.
func wasFlooded(events []Event) bool {
	return slices.ContainsFunc(events, func(e Event) bool { return e.Kind == EventFlood })
}

// clause names the section of the case's principal requirement, for a sentence
// that does not name one.
func (c *Case) clause(sentence string) string {
	if len(c.Requires) == 0 || strings.Contains(sentence, "(RFC ") {
		return ""
	}
	rfc, rest, _ := strings.Cut(strings.TrimPrefix(c.Requires[0], "RFC"), "-")
	section, _, _ := strings.Cut(rest, "-")
	return fmt.Sprintf(" (RFC %s %s)", rfc, section)
}

// inShort are the first events in words.
func inShort(events []Event) string {
	const most = 4
	words := inWords(events)
	if len(words) == 0 {
		return "nothing came"
	}
	if len(words) > most {
		words = append(words[:most:most], "…")
	}
	return strings.Join(words, ", ")
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
	n, left := agree(c.Script.Outcomes, got)
	due := ""
	for _, e := range left {
		if e.kind != expectMaybe {
			due = e.String()
			if n < len(got) {
				if lacks := e.lacks(got[n]); lacks != "" {
					return fmt.Sprintf("%s came, and not as expected: %s", got[n], lacks)
				}
			}
			break
		}
	}
	stray := insteadOfPong(left, o)
	switch {
	case n < len(got) && due != "":
		return fmt.Sprintf("expected %s, and %s%s", due, came(got[n]), agreeing(got[n], left))
	case n < len(got):
		return fmt.Sprintf("%s where the peer had to %s", came(got[n]), duty(best.Ending))
	case due != "" && stray != nil:
		return fmt.Sprintf("expected %s, and nothing but %s came, which answers no ping%s", due, stray, agreeing(*stray, left))
	case due != "" && o.gaveUp: // what came then, came on the harness's own Close
		return fmt.Sprintf("expected %s, and nothing came in time", due)
	case due != "" && end.came:
		return fmt.Sprintf("expected %s, and the peer ended the connection (%s)", due, o.events[end.at])
	case due != "":
		return fmt.Sprintf("expected %s, which did not come", due)
	case !end.came, o.endedFirst(end):
		return fmt.Sprintf("the peer stayed silent where it had to %s", duty(best.Ending))
	}
	return fmt.Sprintf("what came fits no permitted outcome; the best is: %s", best)
}

// came is the event as a sentence without its end.
func came(e Event) string {
	if e.Kind == EventQuiet {
		return fmt.Sprintf("the connection was still open (mark %s)", e.Name)
	}
	return e.String() + " came"
}

// insteadOfPong returns what a peer sent where a pong was due: a pong that
// answers no ping, or a ping of its own. Both are permitted at any time
// (RFC6455-5.5.3-3, RFC6455-5.5.2-5), and so are no answer, but most likely
// meant as one. It is nil if a pong was not due or neither came.
func insteadOfPong(left []Expect, o observed) *Event {
	if len(left) == 0 || left[0].kind != expectPongs {
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
	longest := longestAgreement(e, expected[:min(1, len(expected))])
	if longest < 0 || len(e.Payload) <= mostQuoted {
		return ""
	}
	return fmt.Sprintf(" (the first %d octets agree)", longest)
}

// agree returns how many events agree with the outcome that agrees longest, the
// better one of two, and what that expects behind them.
func agree(outcomes []Outcome, got []Event) (most int, left []Expect) {
	most = -1
	for _, o := range outcomes {
		for n := len(got); n > most; n-- {
			if due, ok := advance(o.Events, got[:n]); ok {
				most, left = n, due
			}
		}
	}
	return most, left
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
