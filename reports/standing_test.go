package reports_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestMarkSetsTheStandingOfEachResult(t *testing.T) {
	r := fixture.After()
	c := reports.BaselineOf(fixture.Before()).Mark(r)
	got := map[string]reports.Standing{}
	for _, res := range r.Results {
		if res.Standing != "" {
			got[res.ID] = res.Standing
		}
	}
	want := map[string]reports.Standing{"1.1.2": reports.New, "5.1": reports.New, "9.9": reports.New, "2.7": reports.Fixed}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(c.Worse) != 3 || len(c.Better) != 1 {
		t.Errorf("%d worse, %d better", len(c.Worse), len(c.Better))
	}
	// 7.1 is gone.
	if want := []string{"1 case of the baseline was not run: 7.1"}; !slices.Equal(r.BaselineNotes, want) {
		t.Errorf("notes are %q", r.BaselineNotes)
	}
	same := fixture.Before()
	reports.BaselineOf(same).Mark(same)
	if n := same.Standings(); !cmp.Equal(n, map[reports.Standing]int{reports.Known: 1}) || same.BaselineNotes != nil {
		t.Errorf("a report against its own baseline: %v, %q", n, same.BaselineNotes)
	}
}

// A variant that fails is a failure that a baseline knows, and one that it does not know is
// a regression. A run without variants says nothing about them.
func TestBaselineKnowsFailuresByVariants(t *testing.T) {
	report := func(v *reports.Variants) *reports.Report {
		r := fixture.Part("alpha", verdict.Server, "1.1")
		res := &r.Results[0]
		res.Variants, res.Verdict, res.Behavior, res.BehaviorClose = v, verdict.Pass, verdict.OK, verdict.CloseOK
		if v != nil && v.Shown != "" {
			res.Verdict = verdict.Fail
		}
		return r
	}
	fails, passes := &reports.Variants{Played: 9, Failed: 1, Shown: "1.1+cut@1"}, &reports.Variants{Played: 9}
	for _, tt := range []struct {
		name        string
		before, now *reports.Variants
		standing    reports.Standing
		worse       bool
	}{
		{"fails in both", fails, fails, reports.Known, false},
		{"fails now", passes, fails, reports.New, true},
		{"passes now", fails, passes, reports.Fixed, false},
		{"not played now", fails, nil, reports.Known, false},
		{"not played before", nil, fails, reports.New, true},
		{"passes in both", passes, passes, "", false},
		{"never played", nil, nil, "", false},
	} {
		r := report(tt.now)
		c := reports.BaselineOf(report(tt.before)).Mark(r)
		if got := r.Results[0].Standing; got != tt.standing || c.Regressed() != tt.worse || len(c.Changed) != 0 {
			t.Errorf("%s: standing %q, regressed %t, changed %v; want %q, %t", tt.name, got, c.Regressed(), c.Changed, tt.standing, tt.worse)
		}
		d := reports.Diff(report(tt.before), report(tt.now))
		if got := len(d.NewFailures) > 0; got != tt.worse || len(d.Fixed) > 0 != (tt.standing == reports.Fixed) {
			t.Errorf("%s: the diff has new failures %v and fixed ones %v", tt.name, d.NewFailures, d.Fixed)
		}
	}
}

func TestMarkNamesThePeersThatTheBaselineHas(t *testing.T) {
	r := fixture.Part("alpha", verdict.Server, "1.1")
	reports.BaselineOf(fixture.Part("beta", verdict.Client, "1.1")).Mark(r)
	if want := []string{"The baseline does not have alpha as a server; it has beta as a client"}; !slices.Equal(r.BaselineNotes, want) {
		t.Errorf("notes are %q", r.BaselineNotes)
	}
	(&reports.Baseline{}).Mark(r)
	if len(r.BaselineNotes) != 1 || !strings.HasSuffix(r.BaselineNotes[0], "it has nothing") {
		t.Errorf("notes are %q", r.BaselineNotes)
	}
	(*reports.Baseline)(nil).Mark(r)
	if r.Standings() != nil {
		t.Errorf("no baseline marks %v", r.Standings())
	}
}
