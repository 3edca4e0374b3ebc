package run

import (
	"slices"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Result is what one case found out about one peer.
type Result struct {
	Case *script.Case
	// Role is that of the peer under test.
	Role     wire.Role
	Verdict  verdict.Verdict
	Behavior verdict.Behavior
	Close    verdict.CloseBehavior
	// RemoteCode is the status code of the peer's Close frame: 1005 if it had
	// none, 0 if no Close frame came.
	RemoteCode wire.StatusCode
	// Started and Duration are those of the last attempt.
	Started  time.Time
	Duration time.Duration
	// Attempts is how often the case was played; Flaky, that it failed first
	// and did not fail again.
	Attempts int
	Flaky    bool
	// Observed are the events seen, in words.
	Observed []string
	// Explanation says in one sentence why the verdict is not pass; empty
	// otherwise.
	Explanation string
	// Violation is the first rule that the peer broke in what it sent itself, nil
	// if it failed in another way or not at all.
	Violation *wire.Violation
	// FirstWrong is the first wrong octet in the transcript. It is nil if no octet
	// shows the failure.
	FirstWrong *judge.WrongOctet
	// Stats are those of the case's Exchange, nil if it has none.
	Stats *observed.Stats
	// Transcript is that of the last attempt, or of the failed one if Flaky.
	Transcript observed.Transcript
	// Variants say how the case went in other shapes; nil if none was played.
	Variants *Variants
	// Judged is the case as it was played and judged, where that is another one: one for a
	// peer that does not send messages back. Otherwise it is nil.
	Judged *script.Case

	// timedOut: something that the peer owed did not come in time, of the kind
	// owed. crowded: large cases were under way at the same time, or it is one.
	timedOut, crowded bool
	owed              observed.EventKind
	// proven: what the peer sent shows that it failed; not only what it did not
	// send, or that it ended the connection.
	proven bool
	// abrupt: TCP ended without a Close frame, or there was no connection.
	abrupt bool
	// unheard: the server sent no answer to an opening request that it may refuse.
	unheard bool
	// refused: nobody took the connection, so that the case did nothing.
	refused bool
	// declined: an application ended the connection by itself, so long after it began;
	// 0 otherwise.
	declined time.Duration
	// endsAt is where it did so.
	endsAt *judge.WrongOctet
	// mute: the server did not take the connection in time, or sent no answer to the
	// opening request.
	mute bool
}

// newResult puts a judgement into words.
func newResult(c *script.Case, role wire.Role, o observed.Conversation, started time.Time) Result {
	o.Role, o.MoreTime = role, opening.MoreTime
	j := judge.Judge(c, o)
	r := Result{
		Case: c, Role: role, Verdict: j.Verdict, Behavior: j.Behavior, Close: j.Close, RemoteCode: j.Code,
		Started: started, Duration: time.Since(started), Attempts: 1,
		Observed: observed.Describe(o.Events), Explanation: j.Explanation, Violation: j.Violation, FirstWrong: j.FirstWrong,
		Stats: o.Stats, Transcript: o.Transcript,
		timedOut: o.TimedOut || o.CloseTimedOut, owed: o.Owed, proven: j.Proven, abrupt: endedAbruptly(o.Events),
	}
	if i := slices.IndexFunc(o.Events, observed.Event.Ends); j.Declined && i >= 0 {
		r.FirstWrong, r.endsAt = nil, j.FirstWrong
		r.declined = max(o.Events[i].At, 1)
	}
	return r
}

// endedAbruptly reports whether the peer ended TCP without a Close frame.
func endedAbruptly(events []observed.Event) bool {
	for _, e := range events {
		switch e.Kind {
		case observed.EventClose:
			return false
		case observed.EventEOF, observed.EventReset:
			return true
		}
	}
	return false
}

// notRun is the result of a case that was not played, or whose play says nothing.
func notRun(c *script.Case, role wire.Role, why string) Result {
	return Result{Case: c, Role: role, Verdict: verdict.NotRun, Behavior: verdict.Unimplemented, Close: verdict.CloseInformational, Started: time.Now(), Explanation: why}
}

// notTested is the result of a case that does not apply to the peer, and why.
func notTested(c *script.Case, role wire.Role, started time.Time, t observed.Transcript, why string) Result {
	return Result{
		Case: c, Role: role, Verdict: verdict.Skip, Behavior: verdict.Unimplemented, Close: verdict.CloseOK,
		Started: started, Duration: time.Since(started), Attempts: 1, Explanation: why, Transcript: t,
	}
}
