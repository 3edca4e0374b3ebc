package reports

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withVerdicts is a report of one case with these verdicts.
func withVerdicts(v Verdict, b Behavior, c BehaviorClose) *Report {
	r := part("alpha", Server, "1.1.1")
	res := &r.Results[0]
	res.Verdict, res.Behavior, res.BehaviorClose = v, b, c
	return r
}

func TestRegressionIsTheSameInADiffAndAgainstABaseline(t *testing.T) {
	plain := withVerdicts(Pass, OK, CloseOK)
	informational := withVerdicts(Pass, Informational, CloseInformational)
	remark := withVerdicts(Warn, NonStrict, CloseOK)
	code := withVerdicts(Warn, OK, CloseWrongCode)
	unclean := withVerdicts(Fail, OK, CloseUnclean)
	failure := withVerdicts(Fail, Failed, CloseFailed)
	declined := withVerdicts(Skip, Unimplemented, CloseOK)
	harness := withVerdicts(Error, "", "")
	none := part("alpha", Server)
	flaky := withVerdicts(Warn, OK, CloseOK)
	flaky.Results[0].Flaky = true
	other := part("beta", Server, "1.1.1")
	other.Results[0].Verdict, other.Results[0].Behavior = Fail, Failed
	for _, c := range []struct {
		what       string
		older      *Report
		newer      *Report
		regression bool
	}{
		{"nothing changed", plain, plain, false},
		{"a remark where there was none", plain, remark, true},
		{"a status code that does not fit any more", plain, code, true},
		{"a failure where there was none", plain, failure, true},
		{"an end that is not clean any more", plain, unclean, true},
		{"an extension that is gone", plain, declined, true},
		{"a remark that became a failure", remark, failure, true},
		{"another remark", remark, code, false},
		{"another failure", unclean, failure, false},
		{"a failure that became a remark", failure, remark, false},
		{"fixed", failure, plain, false},
		{"open before, plain now", informational, plain, false},
		{"a new case that passes", none, plain, false},
		{"a new case that fails", none, failure, true},
		{"a case that is gone", failure, none, false},
		{"a case that the harness failed", plain, harness, false},
		{"a failure after the harness failed", harness, failure, true},
		{"a pass after the harness failed", harness, plain, false},
		{"flaky", plain, flaky, false},
		{"a peer that was not there", plain, other, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := Diff(c.older, c.newer).Regressed(); got != c.regression {
				t.Errorf("the difference regressed: %t, want %t", got, c.regression)
			}
			if got := BaselineOf(c.older).Compare(c.newer).Regressed(); got != c.regression {
				t.Errorf("the baseline's comparison regressed: %t, want %t", got, c.regression)
			}
		})
	}
}

// TestRegressionsAreTheSameCasesInADiffAndAgainstABaseline goes through every
// pair of verdicts that a case can have.
func TestRegressionsAreTheSameCasesInADiffAndAgainstABaseline(t *testing.T) {
	older, newer := part("alpha", Server), part("alpha", Server)
	n := 0
	for _, b1 := range Behaviors() {
		for _, c1 := range CloseBehaviors() {
			for _, b2 := range Behaviors() {
				for _, c2 := range CloseBehaviors() {
					n++
					id := fmt.Sprintf("1.%d", n)
					was, is := passing("alpha", Server, id, id), passing("alpha", Server, id, id)
					was.Behavior, was.BehaviorClose, is.Behavior, is.BehaviorClose = b1, c1, b2, c2
					older.Results, newer.Results = append(older.Results, was), append(newer.Results, is)
				}
			}
		}
	}
	d, c := Diff(older, newer), BaselineOf(older).Compare(newer)
	ofDiff := func(lists ...[]Change) (ids []string) {
		for _, change := range slices.Concat(lists...) {
			ids = append(ids, change.New.ID)
		}
		slices.SortFunc(ids, CompareIDs)
		return ids
	}
	ofBaseline := func(list []Difference) (ids []string) {
		for _, difference := range list {
			ids = append(ids, difference.ID)
		}
		return ids
	}
	if diff := cmp.Diff(ofBaseline(c.Worse), ofDiff(d.NewFailures, d.NewRemarks)); diff != "" || len(c.Worse) == 0 {
		t.Errorf("worse (-baseline +diff):\n%s", diff)
	}
	if diff := cmp.Diff(ofBaseline(c.Better), ofDiff(d.Fixed)); diff != "" || len(c.Better) == 0 {
		t.Errorf("better (-baseline +diff):\n%s", diff)
	}
}

func TestDiffNamesPeersItDoesNotCompare(t *testing.T) {
	newer := part("alpha", Server, "1.1.1")
	newer.Targets = append(newer.Targets, Target{"beta", Client, ""})
	newer.Results = append(newer.Results, failing("beta", Client, "2.7"))
	d := Diff(part("alpha", Server, "1.1.1"), newer)
	if got := d.Sentence(); got != "1 new peer; 1 as before" {
		t.Errorf("sentence is %q", got)
	}
	if got := d.newPeers(); got != "Not compared, for the older report does not have them: beta as a client" {
		t.Errorf("names %q", got)
	}
}
