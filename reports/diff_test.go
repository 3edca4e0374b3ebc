package reports_test

import (
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestDiffTellsEachKindOfChange(t *testing.T) {
	d := reports.Diff(fixture.Before(), fixture.After())
	ids := func(changes []reports.Change) (ids []string) {
		for _, c := range changes {
			ids = append(ids, c.Result().ID+": "+c.Words())
		}
		return ids
	}
	for _, c := range []struct {
		name string
		got  []reports.Change
		want []string
	}{
		{"new failures", d.NewFailures, []string{"1.1.2: FAILED/WRONG CODE, was OK/OK", "9.9: FAILED/WRONG CODE, new"}},
		{"new warnings", d.NewWarnings, []string{"5.1: NON-STRICT/OK, was OK/OK"}},
		{"fixed", d.Fixed, []string{"2.7: OK/OK, was FAILED/WRONG CODE"}},
		{"changed", d.Changed, []string{"6.1: error, was OK/OK"}},
		{"flaky", d.Flaky, []string{"3.1: OK/OK"}},
		{"gone", d.Gone, []string{"7.1: was OK/OK"}},
	} {
		if diff := cmp.Diff(c.want, ids(c.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if d.Same != 2 || !d.Regressed() {
		t.Errorf("%d are the same, regressed is %t", d.Same, d.Regressed())
	}
	if got, want := d.Sentence(), "2 new failures, 1 new warning, 1 fixed, 1 changed, 1 flaky, 1 gone; 2 unchanged"; got != want {
		t.Errorf("sentence is %q, want %q", got, want)
	}
}

func TestDiffOfTheSameReportIsNothing(t *testing.T) {
	d := reports.Diff(fixture.Sample(), fixture.Sample())
	if d.Regressed() || len(d.NewFailures)+len(d.Fixed)+len(d.Changed)+len(d.Gone) > 0 || d.Same+len(d.NotRun) != len(fixture.Sample().Results) {
		t.Errorf("difference is %s", d.Sentence())
	}
	if got := reports.Diff(fixture.Before(), fixture.Before()).Sentence(); got != "Nothing changed in 7 cases" {
		t.Errorf("sentence is %q", got)
	}
}

func TestDiffRegressesOnlyOnWhatGotWorse(t *testing.T) {
	if reports.Diff(fixture.Before(), fixture.Part("alpha", verdict.Server, "1.1.1")).Regressed() {
		t.Error("cases that are gone count as failures")
	}
	if reports.Diff(fixture.After(), fixture.After()).Regressed() {
		t.Error("cases that failed before count as new failures")
	}
}

func TestDiffAsText(t *testing.T) {
	d := reports.Diff(fixture.Before(), fixture.After())
	fixture.Golden(t, "diff.txt", []byte(fixture.Drawn(t, func(w io.Writer, _ *reports.Report) error { return d.WriteText(w) }, nil)))
}
