package run

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/conntrack"
	"github.com/wsspec/wsspec/ref/wire"
	"golang.org/x/sync/semaphore"
)

// memoryBudget is how many octets the cases under way may hold together, so that
// the large ones do not all run at once. A case holds a message three times: as
// it is, as it goes out and as it comes back.
const memoryBudget = 64 << 20

// inParallel runs a function for each case about clients, so many at once as the options say,
// and gathers the results in order. The error is that of the context if the
// run was cut short; the results then hold the cases that had ended.
func inParallel(ctx context.Context, cases []*script.Case, opts Options, play func(i int) Result) ([]Result, error) {
	b := newResultList(cases, wire.RoleClient, opts)
	b.play(ctx, b.all(), opts.Parallel, b.weight, func(i int) (Result, bool) { return play(i), true })
	return b.outcome(ctx)
}

// A resultList holds the results of a run, in the order of the cases.
type resultList struct {
	cases []*script.Case
	role  wire.Role
	opts  Options
	mu    sync.Mutex
	list  []Result
	kept  allowance
}

func newResultList(cases []*script.Case, role wire.Role, opts Options) *resultList {
	return &resultList{cases: cases, role: role, opts: opts, list: make([]Result, len(cases))}
}

// all are the places of all cases.
func (b *resultList) all() []int {
	out := make([]int, len(b.cases))
	for i := range out {
		out[i] = i
	}
	return out
}

// weight is how many octets a case may hold.
func (b *resultList) weight(i int) int64 { return weightOf(b.cases[i], b.opts.Profile) }

func weightOf(c *script.Case, p script.Profile) int64 {
	return min(3*int64(stream.BoundsOf(c, p).Message), memoryBudget)
}

// play plays the cases of these places, so many at once, and enters the results that are settled.
func (b *resultList) play(ctx context.Context, places []int, workers int, weight func(i int) int64, play func(i int) (Result, bool)) {
	b.playUpTo(ctx, places, func() int { return workers }, weight, play)
}

// playUpTo is [resultList.play] where how many cases run at once may change meanwhile.
func (b *resultList) playUpTo(ctx context.Context, places []int, workers func() int, weight func(i int) int64, play func(i int) (Result, bool)) {
	memory := semaphore.NewWeighted(memoryBudget)
	var next, begun atomic.Int64
	var running sync.WaitGroup
	var work func()
	begin := func() {
		for n := begun.Load(); n < int64(min(workers(), len(places))); n = begun.Load() {
			if begun.CompareAndSwap(n, n+1) {
				running.Go(work)
			}
		}
	}
	work = func() {
		for ctx.Err() == nil {
			n := int(next.Add(1)) - 1
			if n >= len(places) {
				return
			}
			i := places[n]
			if memory.Acquire(ctx, weight(i)) != nil {
				return
			}
			conntrack.System.Wait(ctx) // where it is full, each case would fail
			r, settled := play(i)
			memory.Release(weight(i))
			if ctx.Err() != nil {
				return
			}
			if settled {
				b.enter(i, r)
			}
			for n := begun.Load(); n > int64(workers()); n = begun.Load() {
				if begun.CompareAndSwap(n, n-1) {
					return
				}
			}
			begin()
		}
	}
	begin()
	running.Wait()
}

func (b *resultList) enter(i int, r Result) {
	if b.opts.lean && r.Verdict != verdict.Fail {
		r.Transcript, r.Observed, r.Stats = nil, nil, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if known := b.list[i]; known.Case != nil && known.Verdict == r.Verdict {
		return // a suspect that was played again, with nothing new
	}
	if b.opts.Done != nil {
		b.opts.Done(r)
	}
	if b.opts.DoneKeeps {
		r.Transcript, r.FirstWrong = nil, nil
	}
	b.kept.forget(b.list[i])
	b.list[i] = b.kept.keep(r, mostOfRun)
}

// setAside keeps a result for later.
func (b *resultList) setAside(r Result) Result {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept.keep(r, mostOfRun)
}

// takeBack returns a result that was set aside.
func (b *resultList) takeBack(r Result) Result {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept.forget(r)
	return r
}

func (b *resultList) outcome(ctx context.Context) ([]Result, error) {
	if err := ctx.Err(); err != nil {
		return finished(b.list), err
	}
	for i := range b.list {
		if b.list[i].Case == nil {
			b.list[i] = notPlayed(b.cases[i], b.role, time.Now(), nil, errors.New("wsspec has lost the result of this case, which is a mistake of its own"))
		}
	}
	return b.list, nil
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
