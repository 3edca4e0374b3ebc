package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Result is what one case found out about one peer.
type Result struct {
	Case *Case
	// Role is that of the peer under test.
	Role     wire.Role
	Verdict  Verdict
	Behavior Behavior
	Close    CloseBehavior
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
	// Departs is where in the transcript the peer left every permitted outcome,
	// nil where nothing there shows it.
	Departs *Departure
	// Stats are those of the case's Exchange, nil if it has none.
	Stats *Stats
	// Transcript is that of the last attempt, or of the failed one if Flaky.
	Transcript Transcript
	// late: something that the peer owed did not come in time.
	late bool
}

// newResult puts a judgement into words.
func newResult(c *Case, role wire.Role, o observed, started time.Time) Result {
	j := judge(c.Script.Outcomes, o)
	r := Result{
		Case: c, Role: role, Behavior: j.behavior, Close: j.close, RemoteCode: j.code,
		Verdict: overall(j.behavior, j.close), Started: started, Duration: time.Since(started),
		Attempts: 1, Transcript: o.transcript, Stats: o.stats,
		late: o.gaveUp,
	}
	r.Observed = inWords(o.events)
	if r.Verdict != Pass {
		r.Explanation = explain(c, o, j)
		r.Departs = departs(c.Script.Outcomes, o, j)
	}
	if i := slices.IndexFunc(o.events, func(e Event) bool { return e.Kind == EventViolation }); i >= 0 {
		r.Violation = o.events[i].Violation
	}
	return r
}

// inWords describes events, and those that are the same in a row once.
func inWords(events []Event) []string {
	var out []string
	for i := 0; i < len(events); {
		text, n := events[i].String(), 1
		for i+n < len(events) && events[i+n].String() == text {
			n++
		}
		if i += n; n > 1 {
			text += fmt.Sprintf(", %d times", n)
		}
		out = append(out, text)
	}
	return out
}
