package reports

// A regression is a case that is further from a plain pass than it was: a
// remark where there was none, or a failure where there was none. Baseline and
// Diff both decide by [rank], and so do the exit codes built on them.
//
//   - A case that was not there before counts as passed: every new case is
//     expected to pass.
//   - A case that the harness failed says nothing about its peer: as the newer
//     one it is no regression, as the older one it counts as passed.
//   - A peer that was not there before is not compared at all.
//   - Neither a flaky case nor one that is gone is a regression; both are told.
type rank int

// The ranks. The first two are also what a skipped case can have: one skipped
// for want of an extension that the peer used to have is a regression.
const (
	plainPass rank = iota
	remarked
	failed
)

// rankOf says how far two verdicts are from a plain pass.
func rankOf(b Behavior, c BehaviorClose) rank {
	behaviors := map[Behavior]rank{NonStrict: remarked, Unimplemented: remarked, Failed: failed}
	closes := map[BehaviorClose]rank{CloseWrongCode: remarked, CloseFailedByClient: failed, CloseUnclean: failed, CloseFailed: failed}
	return max(behaviors[b], closes[c])
}

// rank is the result's own; plainPass where it says nothing about its peer.
func (r *Result) rank() rank {
	if r == nil || r.Verdict == Error {
		return plainPass
	}
	return rankOf(r.Behavior, r.BehaviorClose)
}
