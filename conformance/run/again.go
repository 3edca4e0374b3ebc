package run

import (
	"context"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// again plays a case, and once more if it failed.
func again(ctx context.Context, once func(attempt int) Result) Result {
	first := once(1)
	if first.Verdict != verdict.Fail || ctx.Err() != nil {
		return first
	}
	return first.or(once(2))
}

// playsOfVariant is how often a variant that failed is played at most. Whether the peer
// reads by itself what was written by itself is chance, so that one play which passes does
// not clear it. A second one that fails does prove it.
const playsOfVariant = 4

// orMore is the second play of a case that failed. That of a variant is one that fails
// again, or the last of some that pass.
func (o *Options) orMore(ctx context.Context, second Result, once func(attempt int) Result) Result {
	for attempt := 3; o.lean && attempt <= playsOfVariant && second.Verdict != verdict.Fail && ctx.Err() == nil; attempt++ {
		if next := once(attempt); next.Verdict == verdict.Fail {
			return next
		}
	}
	return second
}

// or is the result of a case that failed at first and was played again. Everything in
// it is of one and the same play.
//
// Octets that break a rule prove a fault, also in one of two plays: the case fails.
// Where something did not come, or the connection ended early, a second play that
// passes makes the failure doubtful: the case is Flaky, and warns. A peer that only was
// slow, while it had large cases to work on, passes.
func (first Result) or(second Result) Result {
	passed := second.Verdict == verdict.Pass || second.Verdict == verdict.Warn
	switch {
	case second.Verdict == verdict.NotRun && first.abrupt:
		return second // the server was ending already
	case second.Verdict == verdict.NotRun:
		return first
	case !passed:
		second.Attempts = 2
		return second
	case first.proven:
		first.Attempts, first.Flaky = 2, true
		first.Explanation = "Failed in one of two plays: " + first.Explanation
		return first
	case first.timedOut && first.crowded:
		second.Attempts = 2
		return second
	}
	first.Attempts, first.Flaky = 2, true
	first.Verdict = verdict.Warn
	first.Explanation = "Failed at first and not again: " + first.Explanation
	return first
}
