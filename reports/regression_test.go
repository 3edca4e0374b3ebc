package reports_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// withVerdicts is a report of one case with these verdicts.
func withVerdicts(v verdict.Verdict, b verdict.Behavior, c verdict.CloseBehavior) *reports.Report {
	r := fixture.Part("alpha", verdict.Server, "1.1.1")
	res := &r.Results[0]
	res.Verdict, res.Behavior, res.BehaviorClose = v, b, c
	return r
}

func TestRegressionIsTheSameInADiffAndAgainstABaseline(t *testing.T) {
	plain := withVerdicts(verdict.Pass, verdict.OK, verdict.CloseOK)
	informational := withVerdicts(verdict.Pass, verdict.Informational, verdict.CloseInformational)
	warns := withVerdicts(verdict.Warn, verdict.NonStrict, verdict.CloseOK)
	code := withVerdicts(verdict.Warn, verdict.OK, verdict.CloseWrongCode)
	unclean := withVerdicts(verdict.Fail, verdict.OK, verdict.CloseUnclean)
	failure := withVerdicts(verdict.Fail, verdict.Failed, verdict.CloseFailed)
	declined := withVerdicts(verdict.Skip, verdict.Unimplemented, verdict.CloseOK)
	harness := withVerdicts(verdict.Error, "", "")
	none := fixture.Part("alpha", verdict.Server)
	flaky := withVerdicts(verdict.Warn, verdict.OK, verdict.CloseOK)
	flaky.Results[0].Flaky = true
	other := fixture.Part("beta", verdict.Server, "1.1.1")
	other.Results[0].Verdict, other.Results[0].Behavior = verdict.Fail, verdict.Failed
	for _, c := range []struct {
		what       string
		older      *reports.Report
		newer      *reports.Report
		regression bool
	}{
		{"nothing changed", plain, plain, false},
		{"a warning where there was none", plain, warns, true},
		{"a wrong status code", plain, code, true},
		{"a failure where there was none", plain, failure, true},
		{"an unclean end", plain, unclean, true},
		{"an extension that the peer no longer has", plain, declined, true},
		{"a warning that became a failure", warns, failure, true},
		{"another warning", warns, code, false},
		{"another failure", unclean, failure, false},
		{"a failure that became a warning", failure, warns, false},
		{"fixed", failure, plain, false},
		{"informational before, pass now", informational, plain, false},
		{"a new case that passes", none, plain, false},
		{"a new case that fails", none, failure, true},
		{"a case that is gone", failure, none, false},
		{"a case with the verdict error", plain, harness, false},
		{"a failure after the verdict error", harness, failure, true},
		{"a pass after the verdict error", harness, plain, false},
		{"flaky", plain, flaky, false},
		{"a peer that was not there", plain, other, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := reports.Diff(c.older, c.newer).Regressed(); got != c.regression {
				t.Errorf("the difference regressed: %t, want %t", got, c.regression)
			}
			if got := reports.BaselineOf(c.older).Compare(c.newer).Regressed(); got != c.regression {
				t.Errorf("the baseline's comparison regressed: %t, want %t", got, c.regression)
			}
		})
	}
}

// TestRegressionsAreTheSameCasesInADiffAndAgainstABaseline goes through every
// pair of verdicts that a case can have.
func TestRegressionsAreTheSameCasesInADiffAndAgainstABaseline(t *testing.T) {
	older, newer := fixture.Part("alpha", verdict.Server), fixture.Part("alpha", verdict.Server)
	n := 0
	for _, b1 := range verdict.Behaviors() {
		for _, c1 := range verdict.CloseBehaviors() {
			for _, b2 := range verdict.Behaviors() {
				for _, c2 := range verdict.CloseBehaviors() {
					n++
					id := fmt.Sprintf("1.%d", n)
					was, is := fixture.Passing("alpha", verdict.Server, id, id), fixture.Passing("alpha", verdict.Server, id, id)
					was.Behavior, was.BehaviorClose, is.Behavior, is.BehaviorClose = b1, c1, b2, c2
					older.Results, newer.Results = append(older.Results, was), append(newer.Results, is)
				}
			}
		}
	}
	d, c := reports.Diff(older, newer), reports.BaselineOf(older).Compare(newer)
	ofDiff := func(lists ...[]reports.Change) (ids []string) {
		for _, change := range slices.Concat(lists...) {
			ids = append(ids, change.New.ID)
		}
		slices.SortFunc(ids, reports.CompareIDs)
		return ids
	}
	ofBaseline := func(list []reports.Difference) (ids []string) {
		for _, difference := range list {
			ids = append(ids, difference.ID)
		}
		return ids
	}
	if diff := cmp.Diff(ofBaseline(c.Worse), ofDiff(d.NewFailures, d.NewWarnings)); diff != "" || len(c.Worse) == 0 {
		t.Errorf("worse (-baseline +diff):\n%s", diff)
	}
	if diff := cmp.Diff(ofBaseline(c.Better), ofDiff(d.Fixed)); diff != "" || len(c.Better) == 0 {
		t.Errorf("better (-baseline +diff):\n%s", diff)
	}
}

func TestDiffNamesPeersItDoesNotCompare(t *testing.T) {
	newer := fixture.Part("alpha", verdict.Server, "1.1.1")
	newer.Targets = append(newer.Targets, reports.Target{Agent: "beta", Role: verdict.Client, URL: ""})
	newer.Results = append(newer.Results, fixture.Failing("beta", verdict.Client, "2.7"))
	d := reports.Diff(fixture.Part("alpha", verdict.Server, "1.1.1"), newer)
	if got := d.Sentence(); got != "1 new peer; 1 unchanged" {
		t.Errorf("sentence is %q", got)
	}
	if got := d.NotCompared(); got != "Not compared, because the older report does not have them: beta as a client" {
		t.Errorf("names %q", got)
	}
}
