package conformance

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// memoryBudget is how many octets the cases under way may hold together, so that
// the large ones do not all run at once. A case holds a message three times: as
// it is, as it goes out and as it comes back.
const memoryBudget = 64 << 20

// inParallel runs a function for each case, so many at once as the options say,
// and gathers the results in order. The error is that of the context if the
// run was cut short; the results then hold the cases that had ended.
func inParallel(ctx context.Context, cases []*Case, opts Options, play func(i int) Result) ([]Result, error) {
	results := make([]Result, len(cases))
	memory := semaphore.NewWeighted(memoryBudget)
	var next atomic.Int64
	var workers sync.WaitGroup
	var report sync.Mutex
	for range min(opts.Parallel, len(cases)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(cases) {
					return
				}
				weight := min(3*int64(boundsOf(cases[i], opts.Profile).message), memoryBudget)
				if memory.Acquire(ctx, weight) != nil {
					return
				}
				r := play(i)
				memory.Release(weight)
				if ctx.Err() != nil {
					return
				}
				report.Lock()
				results[i] = r
				if opts.Done != nil {
					opts.Done(r)
				}
				report.Unlock()
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return finished(results), err
	}
	return results, nil
}

func finished(results []Result) []Result {
	var kept []Result
	for _, r := range results {
		if r.Case != nil {
			kept = append(kept, r)
		}
	}
	return kept
}

// again plays a case, and once more if it failed.
func again(ctx context.Context, once func(attempt int) Result) Result {
	first := once(1)
	if first.Verdict != Fail || ctx.Err() != nil {
		return first
	}
	second := once(2)
	second.Attempts = 2
	if second.Verdict == Pass || second.Verdict == Warn {
		second.Flaky = true
		second.Verdict = Warn
		second.Explanation = "Failed at first and not again: " + first.Explanation
		second.Transcript = first.Transcript
	}
	return second
}
