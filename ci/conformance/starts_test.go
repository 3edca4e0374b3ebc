package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// The peers for which wsspec waits longest start early, so that they do not run alone at
// the end. What is shown first starts first.
func TestOrderOfStarts(t *testing.T) {
	known := reports.Baseline{Agents: []reports.KnownAgent{
		{Agent: "bad", Role: verdict.Server, Deviations: map[string][2]string{"1": {"FAILED", "FAILED"}, "2": {"FAILED", "FAILED"}}},
		{Agent: "fair", Role: verdict.Client, Deviations: map[string][2]string{"1": {"FAILED", "FAILED"}}},
	}}
	file := filepath.Join(t.TempDir(), "baseline.json")
	w, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := known.Write(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ title, baseline, runs, want string }{
		{"by known failures", file, "server/ref server/good server/bad client/bad client/fair", "server/ref server/bad client/fair server/good client/bad"},
		{"the first stays first", file, "server/good server/fair server/bad", "server/good server/bad server/fair"},
		{"no baseline", "", "server/ref server/good server/bad", "server/ref server/good server/bad"},
		{"a baseline that is missing", file + ".missing", "server/ref server/bad", "server/ref server/bad"},
		{"no run", file, "", ""},
	} {
		t.Run(row.title, func(t *testing.T) {
			var runs []wsspecRun
			for _, name := range strings.Fields(row.runs) {
				role, agent, _ := strings.Cut(name, "/")
				runs = append(runs, wsspecRun{agent: agent, role: verdict.Role(role)})
			}
			var got []string
			for _, i := range (&tests{baseline: row.baseline}).starts(runs) {
				got = append(got, string(runs[i].role)+"/"+runs[i].agent)
			}
			if diff := cmp.Diff(row.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("the order differs (-want +got):\n%s", diff)
			}
		})
	}
}
