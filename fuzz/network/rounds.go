package network

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// mostFlying is how many rounds are under way at once. The scripts of a round are made from what
// was learned of the rounds before these, so that a script that waits for a deadline holds up
// nobody, and which scripts are made does not depend on who is first.
const mostFlying = 4

// A round is some scripts, with the outcome of each.
type round struct {
	// first is how many scripts the campaign had before.
	first    uint64
	scripts  []*Script
	outcomes []outcome
	patience patience
	// left counts the scripts that are not played yet. When there are none, done is closed.
	left atomic.Int64
	done chan struct{}
}

// A fleet plays the scripts of rounds in their order, each player one at a time.
type fleet struct {
	jobs    chan job
	lost    atomic.Bool // the peer takes no connection: what is left is not played
	playing sync.WaitGroup
	// gate is held for reading by each player that plays, and for writing while something is
	// looked into: no script is under way then.
	gate sync.RWMutex
}

// A job is one script of a round.
type job struct {
	round *round
	index int
}

// newFleet starts players, which play until the fleet ends.
func (c *campaign) newFleet(ctx context.Context, players []*player) *fleet {
	f := &fleet{jobs: make(chan job, mostFlying*roundSize)}
	for _, p := range players {
		f.playing.Go(func() {
			for j := range f.jobs {
				f.play(ctx, c, p, j)
			}
		})
	}
	return f
}

func (f *fleet) play(ctx context.Context, c *campaign, p *player, j job) {
	f.gate.RLock()
	defer f.gate.RUnlock()
	r := j.round
	if ctx.Err() == nil && !f.lost.Load() {
		p.patience = r.patience
		out := c.playOne(ctx, p, c.number(r.first+uint64(j.index)), r.scripts[j.index])
		if r.outcomes[j.index] = out; out.lost != nil {
			f.lost.Store(true)
		}
	}
	if r.left.Add(-1) == 0 {
		close(r.done)
	}
}

// begin begins a round.
func (f *fleet) begin(r *round) {
	r.outcomes, r.done = make([]outcome, len(r.scripts)), make(chan struct{})
	r.left.Store(int64(len(r.scripts)))
	for i := range r.scripts {
		f.jobs <- job{r, i}
	}
}

// end drops what is not played yet, and waits for what is.
func (f *fleet) end() {
	f.lost.Store(true)
	close(f.jobs)
	f.playing.Wait()
}

// rounds plays rounds until the campaign is over.
func (c *campaign) rounds(ctx context.Context, players []*player) error {
	playing, end := c.bounded(ctx)
	f := c.newFleet(playing, players)
	defer f.end()
	defer end()
	most := mostFlying
	if c.Usage != nil || c.guide != nil { // the process is looked at when no connection is open
		most = 1
	}
	var flying []*round
	for {
		for len(flying) < most && !c.over(ctx) {
			r := &round{first: c.begun, scripts: c.next(c.begun), patience: c.brief()}
			c.begun += uint64(len(r.scripts))
			flying = append(flying, r)
			f.begin(r)
		}
		if len(flying) == 0 || c.First && c.progress.Failures > 0 {
			return c.cover(playing, f)
		}
		<-flying[0].done
		stalls := c.canary.take()
		if !c.maySearch() {
			stalls = nil
		}
		quiet := len(stalls) > 0 || slices.ContainsFunc(flying[0].outcomes, func(o outcome) bool { return (&o).suspect() })
		if quiet { // a script that is examined has the peer to itself
			f.gate.Lock()
		}
		lost := f.lost.Load()
		if lost && quiet {
			f.gate.Unlock()
		}
		if lost { // nothing more is played: any of them may be the reason
			for _, r := range flying {
				<-r.done
			}
			flying, quiet = []*round{joined(flying)}, false
		}
		err := c.learnOf(ctx, flying, stalls)
		if quiet {
			f.gate.Unlock()
		}
		if err != nil {
			return err
		}
		if flying = flying[1:]; lost {
			f.lost.Store(false)
		}
		c.lookForLeaks(ctx, c.examiner)
		if c.due() {
			if err := c.cover(ctx, f); err != nil {
				return err
			}
		}
		c.report()
	}
}

// learnOf learns from the first of the rounds that are under way.
func (c *campaign) learnOf(ctx context.Context, flying []*round, stalls []stall) error {
	if err := c.lookForStalls(ctx, c.examiner, stalls, flying); err != nil {
		return err
	}
	return c.learn(ctx, c.examiner, flying[0].scripts, flying[0].outcomes)
}

// joined is one round of several.
func joined(rounds []*round) *round {
	all := &round{first: rounds[0].first}
	for _, r := range rounds {
		all.scripts, all.outcomes = append(all.scripts, r.scripts...), append(all.outcomes, r.outcomes...)
	}
	return all
}
