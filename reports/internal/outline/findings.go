package outline

import (
	"cmp"
	"slices"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// A PeerFindings has the cases of one peer that did not pass.
type PeerFindings struct {
	reports.Target
	Key string
	// Again is the command that runs a case again; ID in it stands for the case's id.
	Again  string
	Groups []FindingGroup
	Cases  int
}

// A FindingGroup has the cases with one verdict that are about the same clause.
type FindingGroup struct {
	// Verdict is the verdict of every case in the group.
	Verdict verdict.Verdict
	// Clause has no ID if the cases name no clause.
	Clause Clause
	Cases  []*Case
}

// Findings groups the cases that did not pass by peer, verdict and clause: a peer that
// breaks one rule in seventy cases has one mistake to fix. The clause is the one that the
// peer broke, or the first one of the case if the case failed in another way. Cases that
// were not run are not among them.
func Findings(r *reports.Report, cases []*Case) []PeerFindings {
	var all []PeerFindings
	for _, t := range r.Targets {
		f := PeerFindings{Target: t, Key: PeerKey(t.Agent, t.Role), Again: r.Rerun(&reports.Result{Agent: t.Agent, Role: t.Role, ID: "ID"})}
		index := make(map[string]int)
		for _, c := range cases {
			if c.PeerKey != f.Key || !c.Verdict.Finding() {
				continue
			}
			clause := Clause{ID: c.Clause()}
			if i := slices.IndexFunc(c.Clauses, func(known Clause) bool { return known.ID == clause.ID }); i >= 0 {
				clause = c.Clauses[i]
			}
			key := string(c.Verdict) + " " + clause.ID
			i, ok := index[key]
			if !ok {
				i = len(f.Groups)
				index[key] = i
				f.Groups = append(f.Groups, FindingGroup{Verdict: c.Verdict, Clause: clause})
			}
			f.Groups[i].Cases = append(f.Groups[i].Cases, c)
			f.Cases++
		}
		for _, g := range f.Groups {
			slices.SortStableFunc(g.Cases, func(a, b *Case) int { return reports.CompareIDs(a.ID, b.ID) })
		}
		slices.SortStableFunc(f.Groups, func(a, b FindingGroup) int {
			return cmp.Or(cmp.Compare(b.Verdict.Rank(), a.Verdict.Rank()), reports.CompareIDs(a.Cases[0].ID, b.Cases[0].ID))
		})
		if f.Cases > 0 {
			all = append(all, f)
		}
	}
	return all
}
