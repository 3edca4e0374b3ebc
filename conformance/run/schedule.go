package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// RunServer plays cases against a server, each on a connection of its own, and
// returns their results in the order of the cases. Small cases come first, many at
// once; then large ones, a few at once; then those of suites, one at a time. A failing
// case is played again: at the end, and with more time, if what was owed did not come in
// time.
//
// If the server stops serving, the run finds the case that stops it: see
// [Options.Revive] and [Options.Wait]. The cases that were under way are played again.
// Those that cannot be played are there as verdict "not run".
//
// The error is that of the context if the run was cut short, and an *[OutageError] if
// the server stopped serving and no case could be named for it. The results hold the
// cases that had ended.
func RunServer(ctx context.Context, t *opening.Target, cases []*script.Case, opts Options) ([]Result, error) {
	opts = opts.withDefaults()
	learned := &experience{}
	return newVariation(cases, wire.RoleServer, opts, func(ctx context.Context, cases []*script.Case, opts Options) ([]Result, error) {
		return runServer(ctx, t, cases, opts, learned)
	}).run(ctx, cases)
}

// runServer plays cases without variants.
func runServer(ctx context.Context, t *opening.Target, cases []*script.Case, opts Options, learned *experience) ([]Result, error) {
	r := &serverRun{target: t, cases: cases, opts: opts, list: newResultList(cases, wire.RoleServer, opts), health: newHealth(), experience: learned}
	light, heavy, attacks := r.byWeight()
	r.list.playUpTo(ctx, light, r.many, r.list.weight, r.first(ctx))
	workers := min(opts.Parallel, fewAtOnce)
	if r.experience.silent() {
		workers = opts.Parallel // nothing that the large ones do keeps the peer busy
	}
	r.list.play(ctx, heavy, workers, r.list.weight, r.first(ctx))
	r.list.play(ctx, attacks, 1, r.list.weight, r.first(ctx))
	r.secondRound(ctx)
	r.settleDoubts()
	results, err := r.list.outcome(ctx)
	if err == nil && r.outage != nil {
		err = r.outage
	}
	return results, err
}

// many is how many small cases run at once.
func (r *serverRun) many() int {
	if r.opts.mayDouble && r.experience.quick() {
		return 2 * r.opts.Parallel
	}
	return r.opts.Parallel
}

// serverRun is what the cases of one run share.
type serverRun struct {
	target     *opening.Target
	cases      []*script.Case
	opts       Options
	list       *resultList
	experience *experience
	health     *health
	// outage is set where no case could be named for an outage.
	outage *OutageError
	// connected: a connection to the server could be opened. unanswered: the server has
	// never answered an opening request, and had time for a plain one.
	connected, unanswered atomic.Bool

	mu sync.Mutex
	// late are the cases whose first play was too slow, with its result.
	late map[int]Result
	// secondBegan: the second round goes on, which plays them again.
	secondBegan bool
	// stretch is by how much the second round stretches the deadlines.
	stretch float64
	// busyWith is the case that timed out last: the server may still work on it.
	busyWith string
	// plays are the times of all plays of each case, killers the cases that stopped the
	// server, and doubtful those that failed by an abrupt end of TCP and did not fail when
	// they were played again.
	plays    map[*script.Case][]span
	killers  []*script.Case
	doubtful []doubt
	// missed counts the cases of suites that had no canary; whyMissed says why the last
	// one had none.
	missed    int
	whyMissed string
}

// heavy reports whether a case is large enough to keep a slow server busy for long, or is an
// attack.
func (r *serverRun) heavy(i int) bool {
	b := stream.BoundsOf(r.cases[i], r.opts.Profile)
	return r.cases[i].Suite != "" || b.Message >= 256<<10 || b.Frames >= 1000
}

// byWeight parts the cases into those that are small, those that are large, and those of
// suites.
func (r *serverRun) byWeight() (light, heavy, attacks []int) {
	for i := range r.cases {
		if r.cases[i].Suite != "" {
			attacks = append(attacks, i)
		} else if r.heavy(i) {
			heavy = append(heavy, i)
		} else {
			light = append(light, i)
		}
	}
	return light, heavy, attacks
}

// deadlinesNow are the deadlines for the next connection.
func (r *serverRun) deadlinesNow() stream.Deadlines {
	r.mu.Lock()
	stretch := r.stretch
	r.mu.Unlock()
	return r.experience.deadlines(r.opts.Deadlines).Stretch(max(stretch, r.experience.stretch()))
}

// first plays a case for the first time, and again at once if it failed otherwise than
// by being late.
func (r *serverRun) first(ctx context.Context) func(i int) (Result, bool) {
	return func(i int) (Result, bool) {
		if !r.opts.wants(r.cases[i]) {
			return notRun(r.cases[i], wire.RoleServer, notWanted), true
		}
		outages := r.health.outagesSoFar()
		first, settled := r.guarded(ctx, i, 1)
		switch {
		case !settled, first.Verdict != verdict.Fail, ctx.Err() != nil:
			return first, settled
		case !r.opts.plays(first):
			return notRun(r.cases[i], wire.RoleServer, notWanted), true
		case r.postpone(i, first):
			return first, false
		}
		second, settled := r.watched(ctx, i, 2, first.abrupt)
		if !settled {
			return second, false
		}
		if first.abrupt && r.health.outagesSoFar() > outages {
			// It was the end of the server that ended the first play.
			if second.Verdict == verdict.Fail && !second.timedOut {
				return second.again(r.guarded(ctx, i, 3))
			}
			return second, true
		}
		if first.abrupt && second.Verdict != verdict.Fail {
			r.doubt(i, first, second)
			return second, false
		}
		return first.or(r.opts.orMore(ctx, second, r.more(ctx, i))), true
	}
}

// postpone leaves a case to the second round, with the result of its first play, if the
// peer was late in that one. Once that round has begun, it leaves none.
func (r *serverRun) postpone(i int, first Result) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !first.timedOut && first.Close != verdict.CloseFailedByClient || r.secondBegan {
		return false
	}
	if r.late == nil {
		r.late = map[int]Result{}
	}
	r.list.takeBack(r.late[i]) // of an earlier play, if any
	r.late[i] = r.list.setAside(first)
	if first.timedOut {
		r.busyWith = r.cases[i].ID
	}
	return true
}

// more plays a case again, as long as the server serves.
func (r *serverRun) more(ctx context.Context, i int) func(attempt int) Result {
	return func(attempt int) Result {
		res, settled := r.guarded(ctx, i, attempt)
		if !settled {
			return notRun(r.cases[i], wire.RoleServer, notWanted)
		}
		return res
	}
}

// again is [Result.or] for a play that may not be settled.
func (first Result) again(second Result, settled bool) (Result, bool) {
	return first.or(second), settled
}

// fewAtOnce is how many large cases, and how many cases of the second round, run at
// once.
const fewAtOnce = 4

// secondRound plays the late cases again, when all others have ended and the peer has
// little else to do: a few at once, if a lookout shows that none of them keeps the peer busy
// or if they are many, and alone otherwise. A peer that has never sent what they wait for does
// not get them again.
func (r *serverRun) secondRound(ctx context.Context) {
	r.mu.Lock()
	r.secondBegan = true
	r.mu.Unlock()
	places := r.worthAnother(ctx)
	var leftOpen []int
	places = slices.DeleteFunc(places, func(i int) bool {
		if !r.late[i].timedOut {
			leftOpen = append(leftOpen, i)
		}
		return !r.late[i].timedOut
	})
	// A server that left TCP open was not busy.
	r.list.play(ctx, leftOpen, r.opts.Parallel, r.list.weight, r.second(ctx))
	workers, stretch := 1, 3.0
	switch {
	case r.opts.lean: // variants of what the peer does in time
		workers, stretch = fewAtOnce, 1
	case len(places) > 64:
		workers, stretch = max(fewAtOnce, len(places)/16), 1
	case len(places) > 16:
		workers, stretch = fewAtOnce, 2
	}
	r.mu.Lock()
	r.stretch = stretch
	r.mu.Unlock()
	alone := func(i int) int64 {
		if r.heavy(i) {
			return memoryBudget // the large ones have the peer to themselves
		}
		return r.list.weight(i)
	}
	if workers == 1 && len(places) > 1 && r.opts.Parallel > 1 {
		places = r.together(ctx, places, alone)
	}
	r.list.play(ctx, places, min(workers, r.opts.Parallel), alone, r.second(ctx))
}

// together plays late cases again, a few at once, and returns those that are to be played
// alone: they failed while the peer was slow to answer a ping on another connection, so that
// another case may be the reason.
func (r *serverRun) together(ctx context.Context, places []int, weight func(i int) int64) (left []int) {
	k := newLookout(ctx, r.target, r.opts.Deadlines)
	if k == nil {
		return places
	}
	defer k.end()
	play := r.second(ctx)
	r.list.play(ctx, places, min(fewAtOnce, r.opts.Parallel), weight, func(i int) (Result, bool) {
		r.mu.Lock()
		first := r.late[i]
		r.mu.Unlock()
		began := time.Now()
		second, settled := play(i)
		if !settled || second.Verdict != verdict.Fail || !k.wasBusy(began) {
			return second, settled
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.late[i] = r.list.setAside(first)
		left = append(left, i)
		return second, false
	})
	slices.Sort(left)
	return left
}

// second plays a late case again.
func (r *serverRun) second(ctx context.Context) func(i int) (Result, bool) {
	return func(i int) (Result, bool) {
		first := r.takeLate(i)
		if first.mute && r.health.whyGone() == "" {
			if r.unanswered.Load() && !r.health.hasAnswered() {
				return first, true
			}
			if err := r.awaitAnswer(ctx); err != nil && !r.health.hasAnswered() {
				r.unanswered.Store(ctx.Err() == nil)
				return first, true
			} else if err != nil && ctx.Err() == nil {
				r.health.giveUp(judge.SentenceCase(err.Error()) + ".") // the others need not wait as long
			}
		}
		second, settled := r.guarded(ctx, i, 2)
		if !settled {
			return second, false
		}
		if first.mute && second.Verdict != verdict.Fail {
			return second, true // it could not be played before
		}
		if c := r.cases[i]; first.mute && second.mute && c.Script.Opening == nil && len(c.Script.Offers) == 0 && c.Script.TLS == (script.TLS{}) && r.health.hasAnswered() {
			return notRun(c, wire.RoleServer, "Not run: in two plays the server answered no opening request in time. Those of other cases it did answer, and this case sends the same. "+opening.MoreTime+" gives more time."), true
		}
		return first.or(r.opts.orMore(ctx, second, r.more(ctx, i))), true
	}
}

// takeLate returns the result of a late case's first play, which is then not kept here.
func (r *serverRun) takeLate(i int) Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.late[i]
	delete(r.late, i)
	return r.list.takeBack(first)
}

// trials is how many cases are played again, each alone, to find out whether a peer that
// has never done what they wait for does so when it has nothing else to do.
const trials = 2

// worthAnother returns the late cases that are to be played again. A peer that has
// never done what a case waits for gets [trials] of them; if it still does not, the
// others keep the result of their first play.
func (r *serverRun) worthAnother(ctx context.Context) (places []int) {
	var silent []int
	for i, first := range r.late {
		if !r.experience.ever(first) {
			silent = append(silent, i)
		} else {
			places = append(places, i)
		}
	}
	slices.Sort(silent)
	var tried []int
	for _, i := range silent {
		if r.late[i].timedOut && len(tried) < trials { // who leaves TCP open, is slow in nothing
			tried = append(tried, i)
		}
	}
	r.experience.setTrial(true)
	r.list.play(ctx, tried, 1, r.list.weight, r.second(ctx))
	r.experience.setTrial(false)
	for _, i := range silent {
		if slices.Contains(tried, i) {
			continue
		}
		if r.experience.ever(r.late[i]) {
			places = append(places, i)
		} else if ctx.Err() == nil {
			r.list.enter(i, r.takeLate(i))
		}
	}
	slices.Sort(places)
	return places
}

// busyAtMost is how many opening deadlines a server gets to become free.
const busyAtMost = 6

// awaitAnswer waits until the server answers a plain opening request: it may still work
// on an earlier case.
func (r *serverRun) awaitAnswer(ctx context.Context) error {
	d := r.opts.Deadlines
	if r.health.hasAnswered() {
		d.Handshake *= busyAtMost
	}
	_, err := opening.Probe(ctx, r.target, d)
	var target *opening.TargetError
	if errors.As(err, &target) && target.Problem == opening.NoAnswer {
		return fmt.Errorf("not run: the server answered no opening request within %s after case %s. %s gives more time", judge.Seconds(d.Handshake), r.busyWith, opening.MoreTime)
	}
	return nil // anything else shows in the case itself
}
