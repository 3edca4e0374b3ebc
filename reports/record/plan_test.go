package record_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

// What was planned and has no result is in the report as not run.
func TestPlannedCasesWithoutAResultAreNotRun(t *testing.T) {
	rec := record.New(record.Options{})
	rec.Plan("mine", wire.RoleServer, []string{"1.1.1", "2.1"})
	rec.Plan("mine", wire.RoleServer, []string{"2.1", "3.1"})
	play(t, func(r conformance.Result) { rec.Add("mine", r) }, "1.1.1")
	rec.Interrupted("signal interrupt")
	rec.Interrupted("signal terminated")
	r := rec.Report()
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	var missing []string
	for _, res := range r.Results {
		if res.Verdict == verdict.NotRun {
			missing = append(missing, res.ID)
			if res.Title == res.ID || len(res.Requirements) == 0 || res.Explanation != "The run was interrupted before this case." {
				t.Errorf("%+v", res)
			}
		}
	}
	if !slices.Equal(missing, []string{"2.1", "3.1"}) || r.Summary.Cases != 3 || r.Summary.Ran != 1 || r.Interrupted != "signal interrupt" {
		t.Errorf("not run: %q; %d of %d ran; interrupted is %q", missing, r.Summary.Ran, r.Summary.Cases, r.Interrupted)
	}
	// The rest may come later.
	play(t, func(r conformance.Result) { rec.Add("mine", r) }, "2.1", "3.1")
	if r := rec.Report(); r.Summary.Ran != 3 || r.Interrupted != "" || rec.Len() != 3 {
		t.Errorf("%d of %d ran, interrupted is %q", r.Summary.Ran, r.Summary.Cases, r.Interrupted)
	}
}

// A case that was not run can stand between others. The report has its clauses all the same.
func TestTheClausesOfACaseThatWasNotRun(t *testing.T) {
	rec := record.New(record.Options{})
	rec.Plan("mine", wire.RoleServer, []string{"1.1.1", "7.1.6", "2.1"})
	play(t, func(r conformance.Result) { rec.Add("mine", r) }, "1.1.1", "2.1")
	rec.Interrupted("signal terminated")
	if err := rec.Report().Validate(); err != nil {
		t.Error(err)
	}
}

// An agent that never came is in the report.
func TestAPlanNamesItsTarget(t *testing.T) {
	rec := record.New(record.Options{})
	rec.Plan("mine", wire.RoleClient, []string{"1.1.1", "mine/1"})
	r := rec.Report()
	if want := (reports.Target{Agent: "mine", Role: verdict.Client}); len(r.Targets) != 1 || r.Targets[0] != want || r.Summary.Cases != 2 || r.Summary.Ran != 0 {
		t.Errorf("targets %+v, %d of %d ran", r.Targets, r.Summary.Ran, r.Summary.Cases)
	}
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
}

// Without a plan nobody knows whether the run is complete: it stays interrupted.
func TestARunWithoutAPlanStaysInterrupted(t *testing.T) {
	rec := record.New(record.Options{})
	play(t, func(r conformance.Result) { rec.Add("mine", r) }, "1.1.1")
	rec.Interrupted("signal interrupt")
	if got := rec.Report().Interrupted; got != "signal interrupt" {
		t.Errorf("interrupted is %q", got)
	}
}

// Results come in the order in which cases end. In the report, and in that of the
// journal, they are as they were planned.
func TestResultsAreInTheOrderOfThePlan(t *testing.T) {
	journal := filepath.Join(t.TempDir(), reports.JournalFile)
	rec := record.New(record.Options{Journal: journal})
	rec.Plan("one", wire.RoleServer, []string{"2.1", "7.9.1", "3.1"})
	rec.Plan("two", wire.RoleServer, []string{"1.1.1", "2.1"})
	for _, end := range [][2]string{{"two", "2.1"}, {"one", "3.1"}, {"two", "1.1.1"}, {"one", "2.1"}} {
		play(t, func(r conformance.Result) { rec.Put(end[0], r) }, end[1])
	}
	ofJournal, err := reports.ReadJournal(journal)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"one 2.1 2.1 pass", "one 7.9.1  not run", "one 3.1 3.1 pass", "two 1.1.1 1.1.1 pass", "two 2.1 2.1 pass"}
	for name, r := range map[string]*reports.Report{"record": rec.Report(), "journal": ofJournal} {
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for i := range r.Results {
			res, err := r.Whole(i)
			if err != nil {
				t.Fatal(err)
			}
			of := ""
			if len(res.Transcript) > 0 {
				of = res.ID
			}
			got = append(got, fmt.Sprintf("%s %s %s %s", res.Agent, res.ID, of, res.Verdict))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
