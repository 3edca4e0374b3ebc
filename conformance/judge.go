package conformance

import (
	"slices"

	"github.com/wsspec/wsspec/ref/wire"
)

// observed is all that a judgement rests on.
type observed struct {
	events []Event
	// pings are the payloads of the pings that were sent.
	pings map[string]bool
	// scriptClosedAt and harnessClosedAt are how many events there were when
	// the script, and the harness by itself, first sent Close; -1: never.
	scriptClosedAt, harnessClosedAt int
	// gaveUp: something owed did not come in time.
	gaveUp bool
	// dropped: the peer left it to the harness to close TCP.
	dropped bool

	transcript Transcript
	stats      *Stats
}

// judgement is the verdict on one attempt.
type judgement struct {
	behavior Behavior
	close    CloseBehavior
	// outcome is the index of the outcome that matched, -1 if none did.
	outcome int
	// code is that of the peer's Close frame; 0 if there was none.
	code wire.StatusCode
}

// progress tells while a script runs whether the outcome is decided, and the
// outcome's index (-1: none is possible any more).
func progress(outcomes []Outcome, got []Event, ended bool) (index int, decided bool) {
	for i, o := range outcomes {
		m := matchEvents(o.Events, got)
		byHarness := o.Ending.by == byHarness || o.Ending.by == byRefusal
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

// settled reports whether, if nothing more comes, it is for the harness to
// close the connection.
func settled(outcomes []Outcome, got []Event) bool {
	for _, o := range outcomes {
		if o.Ending.by == byHarness && matchEvents(o.Events, got) == matchFull {
			return true
		}
	}
	return false
}

// judge compares what was observed with the permitted outcomes. It is a pure
// function.
func judge(outcomes []Outcome, o observed) judgement {
	got := answers(o.events, o.pings)
	end := endOf(o.events)
	j := judgement{behavior: Failed, outcome: -1}
	if end.close != nil {
		j.code = end.close.Code
	}
	for i, out := range outcomes {
		if out.Ending.fin && wasReset(o.events) {
			continue
		}
		if matchEvents(out.Events, got) == matchFull && out.over(end, o) {
			j.behavior, j.outcome = out.Behavior, i
			break
		}
	}
	ending := outcomes[max(j.outcome, 0)].Ending
	j.close = judgeClose(ending, j.outcome < 0, end, o)
	return j
}

// over reports whether all that the outcome wants has happened, once its events
// have. Where no connection is to come about, silence is no refusal. Where the
// peer has to fail the connection, an end that came on the harness's own Close
// is not that: whether it still comes before the harness drops TCP is chance.
func (o Outcome) over(end endFacts, seen observed) bool {
	switch {
	case o.Ending.by == byPeer && seen.endedFirst(end):
		return false
	case o.Ending.exact && !o.Ending.closedSo(end.close):
		return false
	case o.Ending.by == byHarness:
		return true
	case o.Ending.by == byRefusal && end.close != nil: // only on an open connection
		return false
	case o.Ending.by == byRefusal && !o.Ending.fin && len(o.Events) > 0:
		return true
	}
	return end.came
}

// endFacts says how the peer ended the connection.
type endFacts struct {
	// came: the peer ended the connection, by Close or by leaving; at is the
	// index of the event that did it first.
	came  bool
	at    int
	close *Event
}

func endOf(events []Event) endFacts {
	f := endFacts{at: -1}
	for i := range events {
		if !events[i].ends() {
			continue
		}
		if !f.came {
			f.came, f.at = true, i
		}
		if events[i].Kind == EventClose && f.close == nil {
			f.close = &events[i]
		}
	}
	return f
}

// endedFirst reports whether the harness closed the connection, of its own
// accord, before the peer did.
func (o observed) endedFirst(end endFacts) bool {
	return o.harnessClosedAt >= 0 && (!end.came || o.harnessClosedAt <= end.at)
}

// fails reports whether the peer closed with a code that no answer to a Close 1000
// has.
func (f endFacts) fails() bool {
	return f.close != nil && f.close.Code != wire.StatusNormalClosure && f.close.Code != wire.StatusNoStatusRcvd
}

// judgeClose gives the verdict on the end of the connection; failed says that what
// came before it fits no outcome.
func judgeClose(ending Ending, failed bool, end endFacts, o observed) CloseBehavior {
	before := func(closedAt int) bool { return closedAt >= 0 && (!end.came || closedAt <= end.at) }
	switch {
	case ending.by == byRefusal && notOpened(o.events):
		return CloseOK
	case ending.abandon:
		return CloseInformational
	case ending.open && end.came:
		return CloseInformational
	case ending.by == byPeer && (!end.came || before(o.harnessClosedAt)):
		return CloseFailed // it had to fail the connection, and did not
	case ending.by == byPeer && failed && before(o.scriptClosedAt) && !end.fails():
		// It went on, and then came to the script's own Close: whether it ends the
		// connection on that before the harness does is chance.
		return CloseFailed
	case ending.by != byPeer && end.came && !before(o.harnessClosedAt) && !before(o.scriptClosedAt):
		return CloseFailed // it ended the connection before it was its turn
	case ending.clean && end.close == nil:
		return CloseUnclean
	case !end.came:
		return CloseFailed
	case end.close != nil && !ending.permits(end.close.Code):
		return CloseWrongCode
	case o.dropped:
		return CloseFailedByClient
	}
	return CloseOK
}

// notOpened reports whether the opening handshake came to nothing.
func notOpened(events []Event) bool {
	return !slices.ContainsFunc(events, func(e Event) bool { return e.Kind == EventAccepted })
}

func wasReset(events []Event) bool {
	return slices.ContainsFunc(events, func(e Event) bool { return e.Kind == EventReset })
}
