package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// explain says in one or a few sentences why a case is not a plain pass: what should
// have come, and what came instead. If that rests on a wait, it says how long the wait
// was, and what gives the peer more time.
func explain(c *script.Case, o observed.Conversation, j Judgement) string {
	e := &explainer{c: c, o: o, j: j}
	s := e.sentence()
	if e.waited && o.MoreTime != "" {
		s += " " + SentenceCase(o.MoreTime) + " gives more time."
	}
	return s
}

// An explainer explains one judgement.
type explainer struct {
	c *script.Case
	o observed.Conversation
	j Judgement
	// waited: the words name a time that the harness waited.
	waited bool
}

func (e *explainer) sentence() string {
	c, o := e.c, e.o
	switch e.j.Behavior {
	case verdict.Failed:
		s := e.behavior()
		if !wasFlooded(o.Events) {
			s += clauseFor(c, s)
		}
		return SentenceCase(s) + "."
	case verdict.Unimplemented:
		return fmt.Sprintf("The %s declined the optional extension, or a parameter of it, that the case needs.", subject(o))
	}
	if s := e.close(); s != "" {
		return SentenceCase(s) + "."
	}
	if e.j.Behavior == verdict.NonStrict {
		s := fmt.Sprintf("Allowed, but not preferred. Preferred: %s. This %s %s", preferred(c.Script.Outcomes[0]), subject(o), e.did())
		return s + clauseFor(c, s) + "."
	}
	return ""
}

// wasFlooded: no clause says how much a peer may send.
func wasFlooded(events []observed.Event) bool {
	return slices.ContainsFunc(events, func(e observed.Event) bool { return e.Kind == observed.EventFlood })
}

// clauseFor names the section of the case's principal requirement, for a sentence
// that does not name one.
func clauseFor(c *script.Case, sentence string) string {
	if len(c.Requires) == 0 || strings.Contains(sentence, "(RFC ") {
		return ""
	}
	rfc, rest, _ := strings.Cut(strings.TrimPrefix(c.Requires[0], "RFC"), "-")
	section, _, _ := strings.Cut(rest, "-")
	return fmt.Sprintf(" (RFC %s %s)", rfc, section)
}

// behavior says what was wrong with what the peer did.
func (e *explainer) behavior() string {
	c, o := e.c, e.o
	best := c.Script.Outcomes[0]
	got := inTime(o)
	end := endOf(o.Events)
	peer := "the " + subject(o)
	// A breach of the protocol explains everything behind it.
	if i := slices.IndexFunc(o.Events, breach); i >= 0 {
		switch {
		case takenForOpen(c, o):
			return peer + " had to fail the connection on the response, and opened it: it sent a frame"
		case best.Ending.By == script.ByPeer:
			return fmt.Sprintf("%s had to %s and went on: it sent %s", peer, duty(best.Ending), o.Events[i])
		default:
			return fmt.Sprintf("%s sent %s", peer, o.Events[i])
		}
	}
	n, left := agree(c.Script.Outcomes, got)
	if n == len(got) && acceptsBadClose(best.Ending, end.close) {
		return fmt.Sprintf("%s answered the Close with %d, as if it were valid, where it had to %s", peer, end.close.Code, duty(best.Ending))
	}
	due := ""
	for _, next := range left {
		if next.Kind != script.ExpectMaybe {
			due = expected(next)
			if n < len(got) {
				if wrong := lacks(next, got[n]); wrong != "" {
					return wrong
				}
			}
			break
		}
	}
	stray := insteadOfPong(left, o)
	switch {
	case n < len(got) && due != "":
		return fmt.Sprintf("expected %s, and %s%s", due, e.came(got[n]), commonPart(got[n], left))
	case n < len(got):
		return fmt.Sprintf("%s where %s had to %s%s", e.came(got[n]), peer, duty(best.Ending), misreadLength(c, got[n]))
	case due != "" && stray != nil:
		return fmt.Sprintf("expected %s, and nothing but %s came, which answers no ping%s", due, withArticle(*stray), commonPart(*stray, left))
	case due != "" && o.TimedOut: // what came then, came on the harness's own Close
		return fmt.Sprintf("expected %s, and %s", due, e.nothingCame(n))
	case due != "" && end.came && o.Events[end.at].Name != "":
		return fmt.Sprintf("expected %s, and TCP ended %s", due, o.Events[end.at].Name)
	case due != "" && end.came:
		return fmt.Sprintf("expected %s, and %s ended the connection (%s)", due, peer, o.Events[end.at])
	case due != "":
		return fmt.Sprintf("expected %s, which did not come", due)
	case !end.came, endedFirst(o, end):
		waited := time.Duration(0)
		if o.TimedOut {
			waited = o.Waited
		}
		if c.Script.Application != nil { // messages of its own may have come
			return fmt.Sprintf("%s kept the connection%s where it had to %s", peer, e.after("for", waited), duty(best.Ending))
		}
		if but := e.unasked(); but != "" {
			return fmt.Sprintf("%s sent nothing%s%s where it had to %s", peer, e.after("for", waited), but, duty(best.Ending))
		}
		return fmt.Sprintf("%s stayed silent%s where it had to %s", peer, e.after("for", waited), duty(best.Ending))
	}
	return fmt.Sprintf("what came fits no permitted outcome; the best is: %s", preferred(best))
}

// breach: the event is a broken rule, or more than the case can account for.
func breach(e observed.Event) bool {
	return e.Kind == observed.EventViolation || e.Kind == observed.EventFlood
}

// takenForOpen reports whether a client sent a frame after a response on which it had
// to fail the connection. What the frame looks like is then beside the point: the
// harness has agreed to nothing.
func takenForOpen(c *script.Case, o observed.Conversation) bool {
	first := slices.IndexFunc(o.Events, func(e observed.Event) bool { return e.Kind != observed.EventQuiet })
	return c.Script.Opening != nil && o.Role == wire.RoleClient && c.Script.Outcomes[0].Ending.By == script.ByPeer &&
		first >= 0 && o.Events[first].Kind == observed.EventViolation
}

// misreadLength explains an answer where 1009 would have been right: to a frame with a
// length that nobody accepts, and of which only the beginning was sent. The peer took the
// length for another one. In a case that lets the peer send the message back, the frame was
// complete.
func misreadLength(c *script.Case, got observed.Event) string {
	best := c.Script.Outcomes[0].Ending
	if best.By != script.ByPeer || !slices.Contains(best.Codes, wire.StatusMessageTooBig) || got.Kind == observed.EventQuiet {
		return ""
	}
	for _, o := range c.Script.Outcomes {
		if slices.ContainsFunc(o.Events, func(e script.Expect) bool { return e.Kind == script.ExpectMessage }) {
			return ""
		}
	}
	return ": the frame was not complete, so it did not read the declared length (RFC 6455 5.2)"
}

// nothingCame says that nothing came while the harness waited, after so many events that
// were due, or how much of a frame did.
func (e *explainer) nothingCame(before int) string {
	nothing := "nothing"
	if before > 0 {
		nothing = "nothing more"
	}
	within := e.after("within", e.o.Waited)
	if e.c.Script.Application != nil { // messages of its own may have come
		nothing = "it did not come" + within
		if e.o.Unfinished() == "" {
			return nothing
		}
		return nothing + ": of the last frame only the beginning came, " + e.o.Unfinished()
	}
	if part := e.o.Unfinished(); part != "" {
		return fmt.Sprintf("only the beginning of a frame came%s: %s", within, part)
	}
	if len(Answers(e.o.Events, e.o.Pings)) > len(inTime(e.o)) {
		return fmt.Sprintf("%s came%s: something came only when the harness had sent Close", nothing, within)
	}
	return nothing + " came" + within + e.unasked()
}

// unasked is " but " with the first ping or pong that the peer sent of its own accord while
// the harness waited. It is empty if there was none. Any endpoint may send both at any time
// (RFC6455-5.5.2-5, RFC6455-5.5.3-3).
func (e *explainer) unasked() string {
	events := e.o.Events
	if e.o.HarnessClosedAt >= 0 {
		events = events[:e.o.HarnessClosedAt]
	}
	for i, sent := range events {
		if sent.Kind == observed.EventPing || sent.Kind == observed.EventPong && (!e.o.Asked(i, sent) || isHeartbeat(sent)) {
			return " but " + withArticle(sent)
		}
	}
	return ""
}

// insteadOfPong returns what a peer sent where a pong was due: a pong that
// answers no ping, or a ping of its own. Both are permitted at any time
// (RFC6455-5.5.3-3, RFC6455-5.5.2-5), and so are no answer, but most likely
// meant as one. It is nil if a pong was not due or neither came.
func insteadOfPong(left []script.Expect, o observed.Conversation) *observed.Event {
	if len(left) == 0 || left[0].Kind != script.ExpectPongs {
		return nil
	}
	for i := range o.Events {
		if e := &o.Events[i]; e.Kind == observed.EventPing || e.Kind == observed.EventPong && !o.Asked(i, *e) {
			return e
		}
	}
	return nil
}

// commonPart says how much of a payload too long to be shown whole is as it should
// be, if any is.
func commonPart(e observed.Event, expected []script.Expect) string {
	longest := longestCommonPrefix(e, expected[:min(1, len(expected))])
	if longest <= 0 || len(e.Payload) <= script.MostQuoted {
		return ""
	}
	return fmt.Sprintf(" (the first %d octets agree)", longest)
}

// agree returns how many events agree with the outcome that agrees longest, the
// better one of two, and what that expects behind them.
func agree(outcomes []script.Outcome, got []observed.Event) (most int, left []script.Expect) {
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

// close says what was wrong with the end of the connection.
func (e *explainer) close() string {
	c, o := e.c, e.o
	ending, best := c.Script.Outcomes[max(e.j.Outcome, 0)].Ending, c.Script.Outcomes[0].Ending
	end := endOf(o.Events)
	peer := "the " + subject(o)
	var waited time.Duration // for the end
	switch {
	case o.CloseTimedOut:
		waited = o.CloseWaited
	case o.LeftTCPOpen:
		waited = o.DropWaited
	}
	switch e.j.Close {
	case verdict.CloseWrongCode:
		return fmt.Sprintf("%s closed with %d where %s fits", peer, e.j.Code, ending.CodeList())
	case verdict.CloseFailedByClient:
		return fmt.Sprintf("the server left it to the client to close TCP, which was still open%s (%s)", e.after("after", waited), clause7_1_1)
	case verdict.CloseUnclean:
		switch {
		case best.By == script.ByPeer && !end.came:
			return fmt.Sprintf("%s did not %s, and did not answer the Close that followed either%s (%s)", peer, duty(best), e.after("within", waited), clause5_5_1)
		case !end.came && o.Unfinished() != "":
			return fmt.Sprintf("%s did not answer the Close%s: only the beginning of a frame came, %s (%s)", peer, e.after("within", waited), o.Unfinished(), clause5_5_1)
		case !end.came:
			return fmt.Sprintf("%s did not answer the Close%s (%s)", peer, e.after("within", waited), clause5_5_1)
		case o.Events[end.at].Name != "":
			return fmt.Sprintf("TCP ended %s, and without an answer to the Close (%s)", o.Events[end.at].Name, clause5_5_1)
		case o.Events[end.at].Stream != "" && o.Events[end.at].Stream != observed.EndStream:
			return fmt.Sprintf("%s %s, and did not answer the Close (%s)", peer, o.Events[end.at].Stream, clause5_5_1)
		}
		return fmt.Sprintf("%s closed TCP without answering the Close (%s)", peer, clause5_5_1)
	case verdict.CloseFailed:
		if end.came {
			return fmt.Sprintf("%s ended the connection before the harness did (%s)", peer, o.Events[end.at])
		}
		return fmt.Sprintf("%s neither answered the Close nor closed TCP%s (%s)", peer, e.after("within", waited), clause5_5_1)
	}
	return ""
}

const (
	clause5_5_1 = "RFC 6455 5.5.1"
	clause7_1_1 = "RFC 6455 7.1.1"
)
