package reports

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBaselineTellsWorseFromBetter(t *testing.T) {
	known := BaselineOf(before())
	got := known.Compare(after())
	ids := func(list []Difference) (ids []string) {
		for _, d := range list {
			ids = append(ids, d.ID)
		}
		return ids
	}
	// 6.1 is the harness's own error: it says nothing about the peer.
	if worse := ids(got.Worse); !cmp.Equal(worse, []string{"1.1.2", "5.1", "9.9"}) || !got.Regressed() {
		t.Errorf("worse: %q", worse)
	}
	if better := ids(got.Better); !cmp.Equal(better, []string{"2.7"}) {
		t.Errorf("better: %q", better)
	}
	if again := known.Compare(before()); again.Regressed() || len(again.Better)+len(again.Changed) > 0 {
		t.Errorf("a report differs from its own baseline: %+v", again)
	}
	if (*Baseline)(nil).Knows("alpha", Server) || !known.Knows("alpha", Server) || known.Knows("alpha", Client) {
		t.Error("the baseline knows others than it should")
	}
}

func TestBaselineIsReadAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "baseline.json")
	want := BaselineOf(after())
	if err := ReplaceFile(path, want.Write); err != nil {
		t.Fatal(err)
	}
	got, err := ReadBaselineFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want.Schema = BaselineSchema
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("baseline changed on its way (-written +read):\n%s", diff)
	}
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for damage, says := range map[string][2]string{
		"no JSON":            {"{", "is no baseline"},
		"a report":           {string(written(t, sample())), "has the schema"},
		"an unknown verdict": {string(bytes.Replace(octets, []byte("WRONG CODE"), []byte("WRONG"), 1)), "no pair of verdicts"},
	} {
		if err := os.WriteFile(path, []byte(says[0]), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadBaselineFile(path); err == nil || !strings.Contains(err.Error(), says[1]) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error is %v", damage, err)
		}
	}
}
