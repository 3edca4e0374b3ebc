package run

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// A health knows which cases are under way, so that those which may have stopped the
// server are known when it stops serving.
type health struct {
	mu      sync.Mutex
	changed *sync.Cond
	// underWay are the cases that are played at the moment, ended those that ended
	// since the server is known to have served.
	underWay, ended []*visit
	// down: the server has stopped serving, and the case is looked for among the
	// suspects. No other case begins.
	down     bool
	suspects []*visit
	// searching: the suspects are fixed, and are played one at a time.
	searching bool
	// outages is how often the run was stopped to look for the case.
	outages int
	// gone says why no case can be played any more; empty if they can.
	gone string
	// mutes is how many opening requests in a row had no answer in time; answered,
	// that one had.
	mutes    int
	answered bool
	// calm: cases that end abruptly together have been looked into, and the server
	// had not stopped.
	calm bool
}

// A visit is one play of a case.
type visit struct {
	i      int
	heavy  bool
	ended  time.Time
	result Result
	// crowded: a large case was under way at the same time, or one that the peer
	// was late with.
	crowded bool
}

func newHealth() *health {
	h := &health{}
	h.changed = sync.NewCond(&h.mu)
	return h
}

// enter begins the play of a case, when the server serves. It returns nil, and why,
// where that will not be.
func (h *health) enter(ctx context.Context, i int, heavy bool) (v *visit, why string) {
	stop := context.AfterFunc(ctx, h.wake)
	defer stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.down && ctx.Err() == nil {
		h.changed.Wait()
	}
	if h.gone != "" {
		return nil, h.gone
	}
	v = &visit{i: i, heavy: heavy, crowded: heavy}
	for _, other := range h.underWay {
		other.crowded = other.crowded || heavy
		v.crowded = v.crowded || other.heavy
	}
	h.underWay = append(h.underWay, v)
	return v, ""
}

// wake makes those who wait look again.
func (h *health) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed.Broadcast()
}

// mostEnded bounds how many ended cases are suspects.
const mostEnded = 64

// leave ends the play of a case. It returns false if the case is now a suspect, whose
// result is not settled.
func (h *health) leave(v *visit, res Result) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.underWay = slices.DeleteFunc(h.underWay, func(other *visit) bool { return other == v })
	h.changed.Broadcast()
	v.ended, v.result = time.Now(), res
	if res.timedOut {
		for _, other := range h.underWay {
			other.crowded, v.crowded = true, true
		}
	}
	if res.mute {
		h.mutes++
	} else if len(res.Observed) > 0 && !res.abrupt && !res.unheard {
		h.mutes = 0
	}
	if h.down {
		h.suspects = append(h.suspects, v)
		return false
	}
	h.ended = append(h.ended, v)
	if len(h.ended) > mostEnded {
		h.ended = h.ended[1:]
	}
	return true
}

// served notes that the server answered on a connection that was begun then: what ended
// before has not stopped it.
func (h *health) served(began time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answered = true
	h.ended = slices.DeleteFunc(h.ended, func(v *visit) bool { return v.ended.Before(began) })
}

// together is how soon after one another cases end that end because the server does,
// and togetherAtLeast how many that are.
const (
	together        = 100 * time.Millisecond
	togetherAtLeast = 2
)

// endedTogether reports whether several cases have just failed by an abrupt end of
// their connections, as they do when a process ends that another one replaces.
func (h *health) endedTogether() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, v := range h.ended {
		if v.result.abrupt && v.result.Verdict.Worse("warn") && time.Since(v.ended) < together {
			n++
		}
	}
	return n >= togetherAtLeast && h.answered && !h.calm
}

// isMute reports whether the server has left many opening requests in a row unanswered,
// though it answered others before.
func (h *health) isMute() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mutes >= enough && h.answered
}

// whyGone says why no case can be played any more; empty if they can.
func (h *health) whyGone() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.gone
}

// giveUp says why no case can be played any more.
func (h *health) giveUp(why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone = why
}

// outagesSoFar is how often the run was stopped to look for a case.
func (h *health) outagesSoFar() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.outages
}

// hasAnswered reports whether the server has answered an opening request in this run.
func (h *health) hasAnswered() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.answered
}

// A role says what a case whose end leads to a search has to do with it.
type role uint8

const (
	// searcher: it looks for the case that has stopped the server.
	searcher role = iota
	// suspected: another one does, and plays this one as well.
	suspected
	// bystander: another one did, without it; it has to be played again.
	bystander
)

// suspect stops the run, waits until no case is under way, and returns those that may
// have stopped the server, in order. If another case did so already, this one is one of
// its suspects, or suspect waits until the search is over.
func (h *health) suspect(v *visit) (suspects []*visit, as role) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.searching:
		for h.searching {
			h.changed.Wait()
		}
		return nil, bystander
	case h.down:
		h.suspects = append(h.suspects, v)
		return nil, suspected
	}
	h.down, h.suspects = true, h.ended
	h.ended = nil
	if !slices.Contains(h.suspects, v) {
		h.suspects = append(h.suspects, v)
	}
	for len(h.underWay) > 0 {
		h.changed.Wait()
	}
	h.searching = true
	suspects = h.suspects
	// Of two plays of a case the first one counts: the second found the server gone.
	slices.SortFunc(suspects, func(a, b *visit) int { return cmp.Or(a.i-b.i, a.ended.Compare(b.ended)) })
	return slices.CompactFunc(suspects, func(a, b *visit) bool { return a.i == b.i }), searcher
}

// resume lets the run go on, or says why it cannot.
func (h *health) resume(gone string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.down, h.searching, h.gone, h.mutes, h.suspects, h.ended = false, false, gone, 0, nil, nil
	h.outages++
	h.changed.Broadcast()
}
