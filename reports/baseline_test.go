package reports_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestBaselineTellsWorseFromBetter(t *testing.T) {
	known := reports.BaselineOf(fixture.Before())
	got := known.Compare(fixture.After())
	ids := func(list []reports.Difference) (ids []string) {
		for _, d := range list {
			ids = append(ids, d.ID)
		}
		return ids
	}
	// 6.1 has the verdict error, which says nothing about the peer.
	if worse := ids(got.Worse); !cmp.Equal(worse, []string{"1.1.2", "5.1", "9.9"}) || !got.Regressed() {
		t.Errorf("worse: %q", worse)
	}
	if better := ids(got.Better); !cmp.Equal(better, []string{"2.7"}) {
		t.Errorf("better: %q", better)
	}
	if again := known.Compare(fixture.Before()); again.Regressed() || len(again.Better)+len(again.Changed) > 0 {
		t.Errorf("a report differs from its own baseline: %+v", again)
	}
	if (*reports.Baseline)(nil).Knows("alpha", verdict.Server) || !known.Knows("alpha", verdict.Server) || known.Knows("alpha", verdict.Client) {
		t.Error("the baseline knows others than it should")
	}
}

func TestBaselineIsReadAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "baseline.json")
	want := reports.BaselineOf(fixture.After())
	if err := reports.ReplaceFile(path, want.Write); err != nil {
		t.Fatal(err)
	}
	got, err := reports.ReadBaselineFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want.Schema = reports.BaselineSchema
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("baseline changed on its way (-written +read):\n%s", diff)
	}
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for damage, says := range map[string][2]string{
		"no JSON":            {"{", "is not a baseline"},
		"a report":           {string(fixture.Written(t, fixture.Sample())), "has schema"},
		"an unknown verdict": {string(bytes.Replace(octets, []byte("WRONG CODE"), []byte("WRONG"), 1)), "not a pair of verdicts"},
	} {
		if err := os.WriteFile(path, []byte(says[0]), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := reports.ReadBaselineFile(path); err == nil || !strings.Contains(err.Error(), says[1]) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error is %v", damage, err)
		}
	}
}
