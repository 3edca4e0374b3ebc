package conformance

import (
	"context"
	"slices"
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
	b := newBoard(cases, opts)
	b.fill(ctx, b.all(), opts.Parallel, b.weight, func(i int) (Result, bool) { return play(i), true })
	return b.outcome(ctx)
}

// inTwoRounds is inParallel where a first attempt may be left open: its case is
// played again when all others have ended. There the peer has little else to
// do, so that one which is slow, and was busy with sixteen cases at once, is not
// taken for one that says nothing.
func inTwoRounds(ctx context.Context, cases []*Case, opts Options, play func(i int) (first Result, settled bool), again func(i int, first Result) Result) ([]Result, error) {
	b := newBoard(cases, opts)
	var mu sync.Mutex
	var open []int
	firsts := make([]Result, len(cases))
	b.fill(ctx, b.all(), opts.Parallel, b.weight, func(i int) (Result, bool) {
		first, settled := play(i)
		if !settled {
			mu.Lock()
			open, firsts[i] = append(open, i), first
			mu.Unlock()
		}
		return first, settled
	})
	slices.Sort(open)
	// A few at once; more if they are many, so that a peer that is silent in
	// every case does not make the run a long one.
	workers := min(opts.Parallel, max(fewAtOnce, len(open)/16))
	alone := func(i int) int64 {
		if w := b.weight(i); w < 3<<20 {
			return w
		}
		return memoryBudget // the large ones have the peer to themselves
	}
	b.fill(ctx, open, workers, alone, func(i int) (Result, bool) { return again(i, firsts[i]), true })
	return b.outcome(ctx)
}

// fewAtOnce is how many cases of the second round run at once.
const fewAtOnce = 4

// A board holds the results of a run, in the order of the cases.
type board struct {
	cases   []*Case
	opts    Options
	mu      sync.Mutex
	results []Result
}

func newBoard(cases []*Case, opts Options) *board {
	return &board{cases: cases, opts: opts, results: make([]Result, len(cases))}
}

// all are the places of all cases.
func (b *board) all() []int {
	out := make([]int, len(b.cases))
	for i := range out {
		out[i] = i
	}
	return out
}

// weight is how many octets a case may hold.
func (b *board) weight(i int) int64 {
	return min(3*int64(boundsOf(b.cases[i], b.opts.Profile).message), memoryBudget)
}

// fill plays the cases of these places and enters the results that are settled.
func (b *board) fill(ctx context.Context, places []int, workers int, weight func(i int) int64, play func(i int) (Result, bool)) {
	memory := semaphore.NewWeighted(memoryBudget)
	var next atomic.Int64
	var running sync.WaitGroup
	for range min(workers, len(places)) {
		running.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(places) {
					return
				}
				i := places[n]
				if memory.Acquire(ctx, weight(i)) != nil {
					return
				}
				r, settled := play(i)
				memory.Release(weight(i))
				if ctx.Err() != nil {
					return
				}
				if settled {
					b.enter(i, r)
				}
			}
		})
	}
	running.Wait()
}

func (b *board) enter(i int, r Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.results[i] = r
	if b.opts.Done != nil {
		b.opts.Done(r)
	}
}

func (b *board) outcome(ctx context.Context) ([]Result, error) {
	if err := ctx.Err(); err != nil {
		return finished(b.results), err
	}
	return b.results, nil
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
	return first.or(once(2))
}

// or is the result of a case that failed at first and was played again.
func (first Result) or(second Result) Result {
	second.Attempts = 2
	if second.Verdict == Pass || second.Verdict == Warn {
		second.Flaky = true
		second.Verdict = Warn
		second.Explanation = "Failed at first and not again: " + first.Explanation
		second.Transcript, second.Departs = first.Transcript, first.Departs
	}
	return second
}
