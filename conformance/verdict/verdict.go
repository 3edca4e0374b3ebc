package verdict

import "slices"

// A Verdict is the overall verdict on a case.
type Verdict string

// The overall verdicts.
const (
	// Pass: the peer does what the requirement says.
	Pass Verdict = "pass"
	// Warn: allowed, but not the preferred behaviour.
	Warn Verdict = "warn"
	// Fail: the peer breaks the requirement.
	Fail Verdict = "fail"
	// Skip: the case does not apply to this peer.
	Skip Verdict = "skip"
	// Error: the harness failed. It says nothing about the peer.
	Error Verdict = "error"
	// NotRun: the case was planned and not played, for a reason that the result
	// gives. It says nothing about the peer.
	NotRun Verdict = "not run"
)

// traits are what reports, specs and the command need to know of a verdict. They ask
// for a trait and not for a list of verdicts, so that a new verdict is a row here.
type traits struct {
	verdict Verdict
	// rank says how urgent the verdict is.
	rank int
	// ran: the case was played, and says something about the peer.
	ran bool
	// settled: it is settled what the case says of the peer, even if it does not
	// apply.
	settled bool
	// finding: the case is one that the reader should look at.
	finding bool
}

// table has all verdicts in the order in which counts of them are shown.
var table = []traits{
	{Pass, 0, true, true, false},
	{Warn, 2, true, true, true},
	{Fail, 5, true, true, true},
	{Skip, 1, false, true, false},
	{Error, 4, false, false, true},
	{NotRun, 3, false, false, false},
}

func (v Verdict) traits() traits {
	for _, t := range table {
		if t.verdict == v {
			return t
		}
	}
	return traits{verdict: v, rank: -1}
}

// Verdicts lists all verdicts in the order in which counts of them are shown.
func Verdicts() []Verdict {
	var out []Verdict
	for _, t := range table {
		out = append(out, t.verdict)
	}
	return out
}

// ByRank lists all verdicts, the most urgent first: fail, error, not run, warn,
// skip, pass.
func ByRank() []Verdict {
	out := Verdicts()
	slices.SortFunc(out, func(a, b Verdict) int { return b.Rank() - a.Rank() })
	return out
}

// Rank says how urgent a verdict is: 0 for pass, 5 for fail. A word that is no
// verdict has the rank -1.
func (v Verdict) Rank() int { return v.traits().rank }

// Worse reports whether v ranks above other.
func (v Verdict) Worse(other Verdict) bool { return v.Rank() > other.Rank() }

// Ran reports whether the case says anything about the peer. Skip, error and not
// run do not.
func (v Verdict) Ran() bool { return v.traits().ran }

// Settled reports whether it is settled what the case says of the peer. It is for pass,
// warn, fail and skip. Error and not run settle nothing: the next run can tell.
func (v Verdict) Settled() bool { return v.traits().settled }

// Finding reports whether the case is one that a reader of a report should look at:
// fail, error or warn.
func (v Verdict) Finding() bool { return v.traits().finding }

// Overall combines the two verdicts of a case. A wrong status code only warns:
// which code fits is a SHOULD (RFC6455-7.1.7-5), and to repeat the code that was
// received is typical but not required (RFC6455-5.5.1-8).
func Overall(b Behavior, c CloseBehavior) Verdict {
	switch {
	case b == Unimplemented:
		return Skip
	case b.Rank() == 2, c.Rank() == 2:
		return Fail
	case b.Rank() == 1, c.Rank() == 1:
		return Warn
	}
	return Pass
}
