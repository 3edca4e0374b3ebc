package run

import (
	"slices"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
)

// A doubt is about a case whose first play failed because TCP ended abruptly, and whose
// second play did not fail. Either the peer ends the connection now and then, or another
// case stopped the server meanwhile. Which one it is shows at the end of the run.
type doubt struct {
	i             int
	first, second Result
}

// doubt notes one.
func (r *serverRun) doubt(i int, first, second Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.doubtful = append(r.doubtful, doubt{i, first, second})
}

// A span is the time of one play.
type span struct{ from, to time.Time }

// playedFrom notes that a play of the case, which began then, has ended.
func (r *serverRun) playedFrom(c *script.Case, began time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.plays == nil {
		r.plays = map[*script.Case][]span{}
	}
	r.plays[c] = append(r.plays[c], span{began, time.Now()})
}

// settleDoubts enters the results of doubtful cases. A case is innocent if its first play
// was under way at the same time as any play of a case that stops the server.
func (r *serverRun) settleDoubts() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range r.doubtful {
		from, to := d.first.Started, d.first.Started.Add(d.first.Duration)
		innocent := slices.ContainsFunc(r.killers, func(k *script.Case) bool {
			return slices.ContainsFunc(r.plays[k], func(s span) bool { return from.Before(s.to) && s.from.Before(to) })
		})
		if innocent {
			r.list.enter(d.i, d.second)
		} else {
			r.list.enter(d.i, d.first.or(d.second))
		}
	}
	r.doubtful = nil
}
