package reports

import (
	"cmp"
	"slices"
)

// Changes are what a newer report says that an older one did not.
type Changes struct {
	Old, New *Report
	// NewFailures fail now and did not before, new cases included.
	NewFailures []Change
	// NewRemarks passed plainly before, or were not there, and have a remark now.
	NewRemarks []Change
	// Fixed are closer to a plain pass than before.
	Fixed []Change
	// Changed have another verdict, behavior or close behavior, but neither a
	// better nor a worse one; or the harness failed them.
	Changed []Change
	// Flaky are the cases of the newer report whose attempts disagreed.
	Flaky []Change
	// Gone are in the older report only.
	Gone []Change
	// NewPeers are those of which the older report has nothing; their cases are
	// in no list.
	NewPeers []Target
	// Same is the number of cases that are as they were.
	Same int
}

// A Change is one case of one peer, before and after. Old is nil for a new case
// and New for one that is gone; never both.
type Change struct{ Old, New *Result }

// Result is the newer of the two where there is one.
func (c Change) Result() *Result { return cmp.Or(c.New, c.Old) }

// Regressed says whether anything got worse, which is what Comparison.Regressed
// means by it too.
func (d *Changes) Regressed() bool { return len(d.NewFailures)+len(d.NewRemarks) > 0 }

// Diff compares two reports case by case. A case is the same one when agent,
// role and id are. Durations, titles and transcripts do not count. Results that
// are in one list are in no other, but for the flaky ones.
func Diff(older, newer *Report) *Changes {
	type place struct {
		peer
		id string
	}
	d := &Changes{Old: older, New: newer}
	known := make(map[peer]bool)
	for _, t := range older.Targets {
		known[peer{t.Agent, t.Role}] = true
	}
	for _, t := range newer.Targets {
		if !known[peer{t.Agent, t.Role}] {
			d.NewPeers = append(d.NewPeers, t)
		}
	}
	before := make(map[place]*Result, len(older.Results))
	for i := range older.Results {
		res := &older.Results[i]
		before[place{res.peer(), res.ID}] = res
	}
	for i := range newer.Results {
		res := &newer.Results[i]
		if !known[res.peer()] {
			continue
		}
		p := place{res.peer(), res.ID}
		c := Change{before[p], res}
		delete(before, p)
		if res.Flaky {
			d.Flaky = append(d.Flaky, c)
		}
		d.sort(c)
	}
	for i := range older.Results {
		res := &older.Results[i]
		if before[place{res.peer(), res.ID}] != nil {
			d.Gone = append(d.Gone, Change{Old: res})
		}
	}
	for _, l := range [][]Change{d.NewFailures, d.NewRemarks, d.Fixed, d.Changed, d.Flaky, d.Gone} {
		slices.SortStableFunc(l, func(a, b Change) int {
			x, y := a.Result(), b.Result()
			return cmp.Or(cmp.Compare(x.Agent, y.Agent), cmp.Compare(x.Role, y.Role), CompareIDs(x.ID, y.ID))
		})
	}
	return d
}

// sort puts a case of the newer report where it belongs.
func (d *Changes) sort(c Change) {
	before, now := c.Old.rank(), c.New.rank()
	switch {
	case c.New.Verdict == Error && c.Old != nil && c.Old.Verdict == Error:
		d.Same++
	case c.New.Verdict == Error:
		d.Changed = append(d.Changed, c)
	case now > before && now == failed:
		d.NewFailures = append(d.NewFailures, c)
	case now > before:
		d.NewRemarks = append(d.NewRemarks, c)
	case now < before:
		d.Fixed = append(d.Fixed, c)
	case c.Old == nil || c.Old.Verdict != c.New.Verdict || c.Old.Behavior != c.New.Behavior || c.Old.BehaviorClose != c.New.BehaviorClose:
		d.Changed = append(d.Changed, c)
	default:
		d.Same++
	}
}
