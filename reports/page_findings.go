package reports

import (
	"cmp"
	"slices"
)

// A peerFindings is everything about one peer that is not as it should be.
type peerFindings struct {
	Target
	Key string
	// Again is the command that runs a case again, with ID for its id.
	Again  string
	Groups []findingGroup
	Cases  int
}

// A findingGroup is the findings that one clause explains.
type findingGroup struct {
	// Verdict is that of every case in it.
	Verdict Verdict
	// Clause has no ID when the cases name none.
	Clause clauseView
	Cases  []*caseView
}

// newFindings groups what did not pass by peer, verdict and the first clause a
// case names: a peer that breaks one rule in seventy cases has one thing to
// mend, and the page says so.
func newFindings(r *Report, cases []*caseView) []peerFindings {
	var all []peerFindings
	for _, t := range r.Targets {
		f := peerFindings{Target: t, Key: peerKey(t.Agent, t.Role), Again: r.rerun(&Result{Agent: t.Agent, Role: t.Role, ID: "ID"})}
		index := make(map[string]int)
		for _, c := range cases {
			if c.PeerKey != f.Key || c.Verdict == Pass || c.Verdict == Skip {
				continue
			}
			var clause clauseView
			if len(c.Clauses) > 0 {
				clause = c.Clauses[0]
			}
			key := string(c.Verdict) + " " + clause.ID
			i, ok := index[key]
			if !ok {
				i = len(f.Groups)
				index[key] = i
				f.Groups = append(f.Groups, findingGroup{Verdict: c.Verdict, Clause: clause})
			}
			f.Groups[i].Cases = append(f.Groups[i].Cases, c)
			f.Cases++
		}
		for _, g := range f.Groups {
			slices.SortStableFunc(g.Cases, func(a, b *caseView) int { return CompareIDs(a.ID, b.ID) })
		}
		slices.SortStableFunc(f.Groups, func(a, b findingGroup) int {
			return cmp.Or(cmp.Compare(urgency(a.Verdict), urgency(b.Verdict)), CompareIDs(a.Cases[0].ID, b.Cases[0].ID))
		})
		if f.Cases > 0 {
			all = append(all, f)
		}
	}
	return all
}

// urgency orders verdicts by how soon a reader wants to see them.
func urgency(v Verdict) int {
	return slices.Index([]Verdict{Fail, Error, Warn, Skip, Pass}, v)
}
