package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// Shards are merged to one report, with each finding once, and with its files.
func TestFuzzMerge(t *testing.T) {
	s := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "accepts-rsv1")
	url, dir, out := "mine="+strings.TrimSpace(s.url), t.TempDir(), filepath.Join(t.TempDir(), "all")
	corpus := t.TempDir()
	for _, shard := range []string{"1/2", "2/2"} {
		wsspec(t, "fuzz", url, "--seed", "1", "--scripts", "64", "--timeout", "1s", "--out", dir, "--shard", shard).want(t, exitNonconformant, "shard "+shard[:1]+" of 2")
	}
	one, two := filepath.Join(dir, "shard-1-of-2"), filepath.Join(dir, "shard-2-of-2")
	if err := os.WriteFile(filepath.Join(corpus, "a.script.jsonl"), []byte(`{"wsspec-script":1,"role":"server"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	garbage := filepath.Join(corpus, "garbage")
	if err := os.WriteFile(garbage, []byte("\x7fELF\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wsspec(t, "fuzz", "merge", one, two, corpus, "--out", out).want(t, exitPass, "2 campaigns: ", "1 corpora: 1 scripts", garbage+" is passed over")
	merged := readReport(t, out)
	ids := make(map[string]bool)
	for _, r := range merged.Results {
		if ids[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		ids[r.ID] = true
		if !r.IsFinding() {
			if want := "128 scripts of seed 1"; r.Title != want || len(r.Observed) != 2 {
				t.Errorf("played: %s, %q; want %s", r.Title, r.Observed, want)
			}
			continue
		}
		if _, err := os.Stat(filepath.Join(out, "findings", strings.TrimPrefix(r.ID, "fuzz/")+".jsonl")); err != nil {
			t.Error(err)
		}
	}
	for _, part := range []string{one, two} {
		for _, r := range readReport(t, part).Results {
			if !ids[r.ID] {
				t.Errorf("%s of %s is not in the merged report", r.ID, part)
			}
		}
	}
	for _, test := range []struct {
		name string
		args []string
		exit int
		says string
	}{
		{"a shard is missing", []string{one}, exitUsage, "missing: shard 2 of 2 (--partial"},
		{"and may be", []string{one, "--partial"}, exitPass, "1 campaigns"},
		{"a shard is there twice", []string{one, two, one}, exitUsage, "more than once: shard 1 of 2 (--latest"},
		{"and may be", []string{one, two, one, "--latest"}, exitPass, "2 campaigns"},
		{"no report", []string{t.TempDir()}, exitUsage, "no such file"},
		{"no campaign", []string{garbage}, exitUsage, "garbage"},
		{"nothing", nil, exitUsage, "merge which folders?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wsspec(t, append([]string{"fuzz", "merge", "--out", filepath.Join(t.TempDir(), "out")}, test.args...)...).want(t, test.exit, test.says)
		})
	}
	twice := []*campaignPart{partOf(t, one), partOf(t, one)} // of two seeds
	for i, p := range twice {
		p.shard, p.seed, p.report.Targets[0].Shards = reports.Shard{}, uint64(i), nil
	}
	for i := range twice[0].report.Results {
		if r := &twice[0].report.Results[i]; r.IsFinding() {
			r.Verdict, r.Behavior = verdict.Warn, verdict.NonStrict
		}
	}
	if r, err := mergedCampaigns(twice); err != nil || len(r.Results) != len(twice[1].report.Results) || r.Summary.Verdicts[verdict.Fail] == 0 {
		t.Errorf("a finding of two campaigns has to be there once, as a failure: %v, %v", err, r)
	}
	wsspec(t, "fuzz", "merge", one, two, "--out", one).want(t, exitUsage, "it is one of the folders that are merged")
	s.interrupt()
	s.wait().want(t, exitPass)
}

func partOf(t *testing.T, dir string) *campaignPart {
	t.Helper()
	p, err := readCampaign(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A fleet hands its corpus to the next round: a merge takes one script of those on which the
// server did the same, and the next campaign takes what is new from it, and leaves it as it is.
func TestFuzzHandsOver(t *testing.T) {
	url, dir := "mine="+reference(t), t.TempDir()
	all := filepath.Join(dir, "all")
	names := func(corpus string) (names []string) {
		paths, err := filepath.Glob(filepath.Join(corpus, "*.script.jsonl"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s has no scripts, %v", corpus, err)
		}
		for _, path := range paths {
			names = append(names, filepath.Base(path))
		}
		return names
	}
	sum := 0
	for _, shard := range []string{"1", "2"} {
		own := filepath.Join(dir, "shard-"+shard+"-of-20", "corpus")
		wsspec(t, "fuzz", url, "--seed", "1", "--scripts", "300", "--shard", shard+"/20", "--out", dir, "--corpus", own).want(t, exitPass)
		sum += len(names(own))
	}
	wsspec(t, "fuzz", "merge", filepath.Join(dir, "shard-*", "report.json"), "--partial", "--out", all).want(t, exitPass, "2 campaigns: ", "2 corpora: ")
	merged := names(filepath.Join(all, "corpus"))
	if len(merged) >= sum {
		t.Errorf("%d scripts are merged to %d: on none of them the server did the same", sum, len(merged))
	}
	wsspec(t, "fuzz", "merge", filepath.Join(dir, "shard-*", "report.json"), "--partial", "--out", all).want(t, exitPass)
	if again := names(filepath.Join(all, "corpus")); !slices.Equal(again, merged) {
		t.Errorf("another merge makes %d scripts of %d", len(again), len(merged))
	}
	own := filepath.Join(dir, "next")
	wsspec(t, "fuzz", url, "--seed", "2", "--scripts", "300", "--shard", "1/20", "--corpus", own, "--corpus", filepath.Join(all, "corpus"), "--corpus", filepath.Join(dir, "not there")).want(t, exitPass)
	handed := slices.DeleteFunc(names(own), func(name string) bool { return !slices.Contains(merged, name) })
	if now := names(filepath.Join(all, "corpus")); len(handed) == 0 || !slices.Equal(now, merged) {
		t.Errorf("%d scripts are handed over, and the corpus before has %d of %d", len(handed), len(now), len(merged))
	}
	wsspec(t, "fuzz", "merge", filepath.Join(dir, "x*"), "--out", all).want(t, exitUsage, "there is no such file or folder")
}
