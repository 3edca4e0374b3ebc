package reports

import "github.com/wsspec/wsspec/conformance/verdict"

// A regression is a case whose verdicts rank worse than before: it passed and
// warns now, or it passed or warned and fails now. Baseline and Diff both use this
// rule, and so do the exit codes.
//
//   - A case that was not there before counts as passed, because every new case is
//     expected to pass.
//   - A case with the verdict error or "not run" says nothing about its peer: as the
//     newer one it is no regression, as the older one it counts as passed.
//   - A peer that was not there before is not compared.
//   - A flaky case and a case that is gone are reported, but are no regressions.
//   - A case that a variant makes fail ranks as failed. A run that plays no variants of a
//     case says nothing about them.
//   - A case that is skipped because the peer lacks an extension ranks like one
//     that warns: a peer that loses the extension regresses.
const (
	passes = iota
	warns
	fails
)

// rankOf is the worse rank of the two verdicts.
func rankOf(b verdict.Behavior, c verdict.CloseBehavior) int { return max(b.Rank(), c.Rank()) }

// rankOfPair is the rank of a behavior and a close behavior.
func rankOfPair(pair [2]string) int {
	return rankOf(verdict.Behavior(pair[0]), verdict.CloseBehavior(pair[1]))
}

// rank is that of the result's verdicts; passes if it says nothing about its peer. The
// two behaviors are those of the case as it is, so a variant that fails counts as well.
func (r *Result) rank() int {
	switch {
	case r == nil, !r.judged():
		return passes
	case r.failsByVariant():
		return fails
	}
	return rankOf(r.Behavior, r.BehaviorClose)
}

// failsByVariant reports whether the case fails by one of its variants.
func (r *Result) failsByVariant() bool { return r.Variants != nil && r.Variants.Shown != "" }

// judged reports whether the result says anything about the peer.
func (r *Result) judged() bool { return r.Verdict.Settled() }
