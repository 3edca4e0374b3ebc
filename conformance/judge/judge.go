package judge

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Judgement is what one attempt at a case says about the peer.
type Judgement struct {
	Verdict  verdict.Verdict
	Behavior verdict.Behavior
	Close    verdict.CloseBehavior
	// Outcome is the index of the outcome that matched, -1 if none did.
	Outcome int
	// Code is that of the peer's Close frame: 1005 if it had none, 0 if no Close
	// frame came.
	Code wire.StatusCode
	// Explanation says in one sentence why the verdict is not pass; empty
	// otherwise.
	Explanation string
	// FirstWrong is the first octet in the transcript that no permitted outcome
	// allows. It is nil if no octet shows the failure.
	FirstWrong *WrongOctet
	// Proven: octets that the peer sent show the failure, whatever else it did not
	// send in time.
	Proven bool
	// Violation is the first rule that the peer broke in what it sent itself, nil
	// if it failed in another way or not at all.
	Violation *wire.Violation
	// Declined: an application ended the connection by itself, so that the case says
	// nothing of it. The verdict is skip, and FirstWrong is where it did so.
	Declined bool
}

// Judge compares what was observed with the outcomes that the case permits. It
// is a pure function: the same observation always has the same judgement.
func Judge(c *script.Case, o observed.Conversation) Judgement {
	j := Verdicts(c, o)
	switch {
	case j.Declined:
		end := endOf(o.Events)
		j.FirstWrong = locate(o.Transcript, o.Events[end.at].Position)
	case j.Verdict != verdict.Pass:
		o.Events = withoutAnswer(o)
		j.FirstWrong = firstWrongOctet(c.Script.Outcomes, o, j)
	}
	if i := slices.IndexFunc(o.Events, func(e observed.Event) bool { return e.Kind == observed.EventViolation }); i >= 0 && !takenForOpen(c, o) {
		j.Violation = o.Events[i].Violation
	}
	return j
}

// Verdicts is [Judge] without the first wrong octet and the violation. It needs no
// transcript; an exported Go test, which keeps none, judges by it.
func Verdicts(c *script.Case, o observed.Conversation) Judgement {
	if why, ungreeted := ungreeted(o); ungreeted {
		return Judgement{Verdict: verdict.Skip, Behavior: verdict.Unimplemented, Close: verdict.CloseInformational, Outcome: -1, Explanation: why}
	}
	o.Events = withoutAnswer(o)
	j := decide(c.Script.Outcomes, o)
	if informational(c) && !breaksRule(o) && !floods(o) {
		j = recorded(j)
	}
	j.Verdict = verdict.Overall(j.Behavior, j.Close)
	if j.Verdict != verdict.Pass {
		if why := declined(c, o); why != "" {
			return Judgement{Verdict: verdict.Skip, Behavior: verdict.Unimplemented, Close: verdict.CloseInformational, Outcome: -1, Code: j.Code, Explanation: why, Declined: true}
		}
		j.Explanation = explain(c, o, j)
		switch {
		case o.OverHTTP2:
			j.Explanation = overHTTP2.Replace(j.Explanation)
		case o.OverHTTP3:
			j.Explanation = overHTTP3.Replace(j.Explanation)
		}
		j.Proven = j.Verdict == verdict.Fail && provenByOctets(c.Script.Outcomes, o)
	}
	return j
}

// provenByOctets reports whether the peer sent what no outcome permits. The mark of a
// wait is no such thing: it depends on time.
func provenByOctets(outcomes []script.Outcome, o observed.Conversation) bool {
	if slices.ContainsFunc(o.Events, func(e observed.Event) bool { return e.Kind == observed.EventViolation }) {
		return true
	}
	got := inTime(o)
	n, _ := agree(outcomes, got)
	return n < len(got) && !got[n].Late && got[n].Kind != observed.EventQuiet && got[n].Kind != observed.EventNoConnection
}

// FailureCode is the status code with which the harness fails a connection on which the
// peer broke a rule: that of the rule, for example 1007 for text that is not UTF-8
// (RFC6455-8.1-1, RFC6455-7.4.1). An endless stream of messages breaks a policy of the
// harness, and no rule.
func FailureCode(e observed.Event) wire.StatusCode {
	switch {
	case e.Kind == observed.EventFlood:
		return wire.StatusPolicyViolation
	case e.Violation != nil && e.Violation.Rule.Code != 0:
		return e.Violation.Rule.Code
	}
	return wire.StatusProtocolError
}

// withoutAnswer leaves out a Close frame that only repeats the code with which the
// harness failed the connection on a breach of the protocol: who has failed a connection
// does not process "a responding Close frame" (RFC6455-7.1.7-7). Any other one there is
// the peer's own, and its code counts.
func withoutAnswer(o observed.Conversation) []observed.Event {
	breach := slices.IndexFunc(o.Events, func(e observed.Event) bool { return e.Kind == observed.EventViolation })
	for i, e := range o.Events {
		if breach >= 0 && breach < i && o.HarnessClosedAt >= 0 && o.HarnessClosedAt <= i &&
			e.Kind == observed.EventClose && (e.Code == FailureCode(o.Events[breach]) || e.WithoutCode()) {
			return slices.Concat(o.Events[:i], o.Events[i+1:])
		}
	}
	return o.Events
}

// informational reports whether the case only records what the peer does.
func informational(c *script.Case) bool {
	return c.Level == verdict.LevelInformational || c.Script.Outcomes[0].Behavior == verdict.Informational
}

// breaksRule reports whether the peer broke a rule whatever the case leaves open: in
// what it sent, or by leaving the script's Close frame unanswered (RFC6455-5.5.1-7).
func breaksRule(o observed.Conversation) bool {
	if slices.ContainsFunc(o.Events, func(e observed.Event) bool { return e.Kind == observed.EventViolation }) {
		return true
	}
	return o.ScriptClosedAt >= 0 && !endOf(o.Events).came
}

// floods reports whether the peer sent more than the case can account for. The rest of
// such a conversation is unknown, so that there is nothing to record.
func floods(o observed.Conversation) bool {
	return slices.ContainsFunc(o.Events, func(e observed.Event) bool { return e.Kind == observed.EventFlood })
}

// recorded is the judgement of an informational case: it passes, and the words say
// that what the peer did is only recorded where it is not the best outcome.
func recorded(j Judgement) Judgement {
	if j.Behavior.Rank() > 0 {
		j.Behavior = verdict.Informational
	}
	if j.Close.Rank() > 0 {
		j.Close = verdict.CloseInformational
	}
	return j
}

// Progress tells while a script runs whether the outcome is decided, and the
// outcome's index (-1: none is possible any more).
func Progress(outcomes []script.Outcome, got []observed.Event, ended bool) (index int, decided bool) {
	for i, o := range outcomes {
		m := MatchEvents(o.Events, got)
		byHarness := o.Ending.By == script.ByHarness || o.Ending.By == script.ByRefusal
		switch {
		case m == matchNo:
		case m == matchFull && (byHarness || ended):
			return i, true
		case !ended:
			return -1, false
		}
	}
	return -1, true
}

// HarnessMayClose reports whether the harness closes the connection if nothing more
// comes.
func HarnessMayClose(outcomes []script.Outcome, got []observed.Event) bool {
	for _, o := range outcomes {
		if o.Ending.By == script.ByHarness && MatchEvents(o.Events, got) == matchFull {
			return true
		}
	}
	return false
}

// judge gives the two verdicts, and the outcome that matched.
func decide(outcomes []script.Outcome, o observed.Conversation) Judgement {
	got := inTime(o)
	end := endOf(o.Events)
	j := Judgement{Behavior: verdict.Failed, Outcome: -1}
	if end.close != nil {
		j.Code = end.close.Code
	}
	for i, out := range outcomes {
		if out.Ending.FIN && wasReset(o.Events) || out.Ending.Notify && !notified(o.Events) {
			continue
		}
		if MatchEvents(out.Events, got) == matchFull && over(out, end, o) {
			j.Behavior, j.Outcome = out.Behavior, i
			break
		}
	}
	ending := outcomes[max(j.Outcome, 0)].Ending
	j.Close = judgeClose(ending, j.Outcome < 0, end, o)
	return j
}

// over reports whether all that the outcome wants has happened, once its events
// have. Where no connection is to come about, silence is no refusal. Where the
// peer has to fail the connection, an end that came on the harness's own Close
// is not that: whether it still comes before the harness drops TCP is chance.
func over(o script.Outcome, end endFacts, seen observed.Conversation) bool {
	switch {
	case o.Ending.By == script.ByPeer && endedFirst(seen, end):
		return false
	case o.Ending.Exact && !closedAs(o.Ending, end.close):
		return false
	case acceptsBadClose(o.Ending, end.close):
		return false
	case o.Ending.By == script.ByHarness:
		return true
	case o.Ending.By == script.ByRefusal && end.close != nil: // only on an open connection
		return false
	case o.Ending.By == script.ByRefusal && !o.Ending.FIN && len(o.Events) > 0:
		return true
	}
	return end.came
}

// closedAs reports whether an exact ending is how the peer closed.
func closedAs(e script.Ending, frame *observed.Event) bool {
	return frame != nil && permits(e, frame) && (e.Clean || !frame.WithoutCode())
}

// permits reports whether the Close frame may stand at that ending: with one of its
// codes, or with no body at all (RFC6455-7.4-2). A body of one octet (RFC6455-5.5.1-2)
// and the code 1005 on the wire (RFC6455-7.4.1-6) are not a frame without a code.
func permits(e script.Ending, frame *observed.Event) bool {
	return frame.WithoutCode() || frame.Code != wire.StatusNoStatusRcvd && e.Permits(frame.Code)
}

// acceptsBadClose reports whether the peer answered a Close frame that it had to
// fail the connection on (RFC6455-5.5-2, -5.5.1-2, -7.4.1, -7.4.2, -8.1-2) with 1000,
// the answer to a valid one. A Close frame without a code tells nothing, and another
// code says that something was wrong: which code is only a SHOULD (RFC6455-7.1.7-5).
func acceptsBadClose(e script.Ending, frame *observed.Event) bool {
	return refusesClose(e) && frame != nil && frame.Code == wire.StatusNormalClosure && !permits(e, frame)
}

// endFacts says how the peer ended the connection.
type endFacts struct {
	// came: the peer ended the connection, by Close or by leaving; at is the
	// index of the event that did it first.
	came  bool
	at    int
	close *observed.Event
}

func endOf(events []observed.Event) endFacts {
	f := endFacts{at: -1}
	for i := range events {
		if !events[i].Ends() {
			continue
		}
		if !f.came {
			f.came, f.at = true, i
		}
		if events[i].Kind == observed.EventClose && f.close == nil {
			f.close = &events[i]
		}
	}
	return f
}

// endedFirst reports whether the harness closed the connection, of its own
// accord, before the peer did.
func endedFirst(o observed.Conversation, end endFacts) bool {
	return o.HarnessClosedAt >= 0 && (!end.came || o.HarnessClosedAt <= end.at)
}

// refusesClose reports whether the script's Close frame is one that the peer has to
// fail the connection on.
func refusesClose(e script.Ending) bool {
	return e.By == script.ByScript && !e.Clean && !e.Any && len(e.Codes) > 0
}

// fails reports whether the peer closed with a code that no answer to a Close 1000
// has.
func (f endFacts) fails() bool {
	return f.close != nil && f.close.Code != wire.StatusNormalClosure && !f.close.WithoutCode()
}

// judgeClose gives the verdict on the end of the connection; failed says that what
// came before it fits no outcome.
func judgeClose(ending script.Ending, failed bool, end endFacts, o observed.Conversation) verdict.CloseBehavior {
	before := func(closedAt int) bool { return closedAt >= 0 && (!end.came || closedAt <= end.at) }
	switch {
	case ending.By == script.ByRefusal && notOpened(o.Events):
		return verdict.CloseOK
	case ending.Abandon:
		return verdict.CloseInformational
	case ending.Any && end.came:
		return verdict.CloseInformational
	case ending.By == script.ByPeer && (!end.came || before(o.HarnessClosedAt)):
		return verdict.CloseFailed // it had to fail the connection, and did not
	case ending.By == script.ByPeer && failed && before(o.ScriptClosedAt) && !end.fails():
		// It went on, and then came to the script's own Close: whether it ends the
		// connection on that before the harness does is chance.
		return verdict.CloseFailed
	case ending.By != script.ByPeer && end.came && !before(o.HarnessClosedAt) && !before(o.ScriptClosedAt):
		return verdict.CloseFailed // it ended the connection before it was its turn
	case ending.Clean && end.close == nil:
		return verdict.CloseUnclean
	case !end.came:
		return verdict.CloseFailed
	case o.LeftTCPOpen:
		// This breaks a MUST (RFC6455-7.1.1-3), and a wrong code does not
		// (RFC6455-7.1.7-5), so it comes first.
		return verdict.CloseFailedByClient
	case end.close != nil && !permits(ending, end.close):
		return verdict.CloseWrongCode
	}
	return verdict.CloseOK
}

// notOpened reports whether the opening handshake came to nothing.
func notOpened(events []observed.Event) bool {
	return !slices.ContainsFunc(events, func(e observed.Event) bool { return e.Kind == observed.EventAccepted })
}

func wasReset(events []observed.Event) bool {
	return slices.ContainsFunc(events, func(e observed.Event) bool { return e.Kind == observed.EventReset })
}

// notified reports whether the end of the peer's octets is that of TLS.
func notified(events []observed.Event) bool {
	return slices.ContainsFunc(events, func(e observed.Event) bool { return e.Kind == observed.EventEOF && !e.Truncated })
}

// Answers leaves out what any endpoint may send unasked: pings
// (RFC6455-5.5.2-5), and pongs for no ping that was sent by then (RFC6455-5.5.3-3).
func Answers(events []observed.Event, pings map[string]int) []observed.Event {
	var kept []observed.Event
	for i, e := range events {
		switch {
		case e.Kind == observed.EventPing, e.Ends():
		case e.Kind == observed.EventPong && !observed.Asked(pings, i, e):
		default:
			kept = append(kept, e)
		}
	}
	return kept
}

// inTime are the [Answers] that came before the harness gave up waiting for one and
// sent Close. What a peer sends on that Close, it did not send in time; an echo that is
// marked as late says so itself.
func inTime(o observed.Conversation) []observed.Event {
	if !o.TimedOut || o.HarnessClosedAt < 0 {
		return Answers(o.Events, o.Pings)
	}
	var events []observed.Event
	for i, e := range o.Events {
		if i < o.HarnessClosedAt || e.Late {
			events = append(events, e)
		}
	}
	return Answers(events, o.Pings)
}

// Due is the kind of event that comes next in the first outcome that what came so far
// agrees with; 0 where none is due, or only the end of the connection is.
func Due(outcomes []script.Outcome, got []observed.Event) observed.EventKind {
	for _, o := range outcomes {
		left, ok := advance(o.Events, got)
		if !ok || len(left) == 0 {
			continue
		}
		switch left[0].Kind {
		case script.ExpectMessage, script.ExpectExchanged, script.ExpectAnswer:
			return observed.EventMessage
		case script.ExpectPongs:
			return observed.EventPong
		}
	}
	return 0
}
