package reports

import (
	"cmp"
	"slices"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// Changes is the difference between an older and a newer report.
type Changes struct {
	Old, New *Report
	// NewFailures fail now and did not fail before. New cases are included.
	NewFailures []Change
	// NewWarnings warn now, and passed or were not there before.
	NewWarnings []Change
	// Fixed rank better than before.
	Fixed []Change
	// Changed have other verdicts that are neither better nor worse, or the verdict
	// error.
	Changed []Change
	// Flaky are the cases of the newer report whose attempts had different verdicts.
	Flaky []Change
	// NotRun were not run for the newer report. They are in no other list.
	NotRun []Change
	// Gone are in the older report only.
	Gone []Change
	// NewPeers are the peers that only the newer report has. Their cases are in no
	// list.
	NewPeers []Target
	// Same is the number of cases that did not change.
	Same int
}

// A Change is one case of one peer, before and after. Old is nil for a new case,
// New is nil for a case that is gone.
type Change struct{ Old, New *Result }

// Result is the newer result, or the older one if the case is gone.
func (c Change) Result() *Result { return cmp.Or(c.New, c.Old) }

// Regressed reports whether any case got worse, by the same rule as
// [Comparison.Regressed].
func (d *Changes) Regressed() bool { return len(d.NewFailures)+len(d.NewWarnings) > 0 }

// Diff compares two reports case by case. Cases are matched by agent, role and id.
// Durations, titles and transcripts are not compared. A case is in one list only;
// a flaky one is in Flaky as well.
func Diff(older, newer *Report) *Changes {
	type caseKey struct {
		Peer
		id string
	}
	d := &Changes{Old: older, New: newer}
	known := make(map[Peer]bool)
	for _, t := range older.Targets {
		known[t.Peer()] = true
	}
	for _, t := range newer.Targets {
		if !known[t.Peer()] {
			d.NewPeers = append(d.NewPeers, t)
		}
	}
	before := make(map[caseKey]*Result, len(older.Results))
	for i := range older.Results {
		res := &older.Results[i]
		before[caseKey{res.Peer(), res.ID}] = res
	}
	for i := range newer.Results {
		res := &newer.Results[i]
		if !known[res.Peer()] {
			continue
		}
		p := caseKey{res.Peer(), res.ID}
		c := Change{before[p], res}
		delete(before, p)
		if res.Flaky {
			d.Flaky = append(d.Flaky, c)
		}
		d.sort(c)
	}
	for i := range older.Results {
		res := &older.Results[i]
		if before[caseKey{res.Peer(), res.ID}] != nil && newer.owes(res) {
			d.Gone = append(d.Gone, Change{Old: res})
		}
	}
	for _, l := range [][]Change{d.NewFailures, d.NewWarnings, d.Fixed, d.Changed, d.Flaky, d.NotRun, d.Gone} {
		slices.SortStableFunc(l, func(a, b Change) int {
			x, y := a.Result(), b.Result()
			return cmp.Or(cmp.Compare(x.Agent, y.Agent), cmp.Compare(x.Role, y.Role), CompareIDs(x.ID, y.ID))
		})
	}
	return d
}

// owes reports whether a case of another report belongs to this one: it does unless it is of
// another shard.
func (r *Report) owes(res *Result) bool {
	at := slices.IndexFunc(r.Targets, func(t Target) bool { return t.Peer() == res.Peer() })
	return at < 0 || r.Targets[at].Shards.has(res.Agent, res.ID)
}

// sort puts a case of the newer report into its list.
func (d *Changes) sort(c Change) {
	before, now := c.Old.rank(), c.New.rank()
	if c.Old != nil && c.Old.failsByVariant() && c.New.Variants == nil {
		now = fails // the newer run played no variants
	}
	switch {
	case c.New.Verdict == verdict.NotRun:
		d.NotRun = append(d.NotRun, c)
	case c.New.Verdict == verdict.Error && c.Old != nil && c.Old.Verdict == verdict.Error:
		d.Same++
	case c.New.Verdict == verdict.Error:
		d.Changed = append(d.Changed, c)
	case now > before && now == fails:
		d.NewFailures = append(d.NewFailures, c)
	case now > before:
		d.NewWarnings = append(d.NewWarnings, c)
	case now < before:
		d.Fixed = append(d.Fixed, c)
	case c.Old == nil || c.Old.Verdict != c.New.Verdict || c.Old.Behavior != c.New.Behavior || c.Old.BehaviorClose != c.New.BehaviorClose:
		d.Changed = append(d.Changed, c)
	default:
		d.Same++
	}
}
