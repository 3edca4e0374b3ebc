package outline

import (
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// A server that answers an offer wrongly fails every case that makes the offer, whatever
// the case checks. That is one mistake, and its clause is the broken one.
func TestFindingsAreGroupedByTheBrokenClause(t *testing.T) {
	r := &reports.Report{
		Targets: []reports.Target{{Agent: "a", Role: verdict.Server}},
		Clauses: map[string]reports.Clause{
			"RFC7692-7.1.2.1-3": {RFC: 7692, Section: "7.1.2.1", Level: "MUST", Summary: "Answer"},
			"RFC7692-7.2.1-1":   {RFC: 7692, Section: "7.2.1", Level: "MUST NOT", Summary: "Window"},
			"RFC7692-7.2.1-2":   {RFC: 7692, Section: "7.2.1", Level: "MUST", Summary: "Takeover"},
		},
	}
	for _, c := range []struct{ id, checks, broken string }{
		{"13.3.1", "RFC7692-7.2.1-1", "RFC7692-7.1.2.1-3"},
		{"13.5.1", "RFC7692-7.2.1-2", "RFC7692-7.1.2.1-3"},
		{"13.5.2", "RFC7692-7.2.1-2", ""},
		{"13.7.1", "", ""},
	} {
		res := reports.Result{Agent: "a", Role: verdict.Server, ID: c.id, Verdict: verdict.Fail, Broken: c.broken}
		if c.checks != "" {
			res.Requirements = []string{c.checks}
		}
		r.Results = append(r.Results, res)
	}
	want := []struct {
		clause string
		ids    []string
	}{
		{"RFC7692-7.1.2.1-3", []string{"13.3.1", "13.5.1"}},
		{"RFC7692-7.2.1-2", []string{"13.5.2"}},
		{"", []string{"13.7.1"}},
	}
	groups := Findings(r, Cases(r))[0].Groups
	if len(groups) != len(want) {
		t.Fatalf("%d groups, want %d", len(groups), len(want))
	}
	for i, g := range groups {
		if g.Clause.ID != want[i].clause || g.Clause.Summary != r.Clauses[want[i].clause].Summary {
			t.Errorf("group %d is about %+v, want %q", i, g.Clause, want[i].clause)
		}
		for j, c := range g.Cases {
			if len(g.Cases) != len(want[i].ids) || c.ID != want[i].ids[j] {
				t.Errorf("group %d has %s as case %d of %d, want %v", i, c.ID, j, len(g.Cases), want[i].ids)
			}
		}
	}
}
