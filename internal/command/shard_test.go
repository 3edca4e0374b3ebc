package command

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// told is what two runs of the same cases have to have in common.
type told struct {
	Agent, ID string
	Verdict   verdict.Verdict
	Behavior  verdict.Behavior
	Close     verdict.CloseBehavior
	Why       string
	Variants  reports.Variants
}

// results are those of a report in their order.
func results(r *reports.Report) (list []told) {
	for _, res := range r.Results {
		one := told{res.Agent, res.ID, res.Verdict, res.Behavior, res.BehaviorClose, res.Why(), reports.Variants{}}
		if res.Variants != nil {
			one.Variants = *res.Variants
		}
		list = append(list, one)
	}
	return list
}

// shards runs a command once for each shard and merges the reports.
func shards(t *testing.T, of int, code int, command ...string) *reports.Report {
	t.Helper()
	dir := t.TempDir()
	args := []string{"report", "merge", "-o", filepath.Join(dir, "all.json")}
	own, behind := command, []string(nil)
	if i := slices.Index(command, "--"); i >= 0 {
		own, behind = command[:i], command[i:]
	}
	worst := 0
	for i := range of {
		o := wsspec(t, slices.Concat(own, []string{"--out", dir, "--shard", fmt.Sprintf("%d/%d", i+1, of)}, behind)...)
		worst = max(worst, o.code)
		if o.code > exitNonconformant {
			t.Fatalf("shard %d of %d ended with %d: %s%s", i+1, of, o.code, o.stdout, o.stderr)
		}
		args = append(args, filepath.Join(dir, fmt.Sprintf("shard-%d-of-%d", i+1, of)))
	}
	if worst != code {
		t.Errorf("the worst exit code of %d shards is %d, want %d", of, worst, code)
	}
	wsspec(t, args...).want(t, exitPass)
	merged, err := reports.ReadFile(filepath.Join(dir, "all.json"))
	if err != nil {
		t.Fatal(err)
	}
	return merged
}

// Any number of shards gives the report of one run: the same cases with the same verdicts in
// the same order, the same variants, the same counts and likely causes.
func TestShardsGiveTheReportOfOneRun(t *testing.T) {
	t.Parallel() // most of the time is waiting
	right := reference(t)
	wrong := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "accepts-rsv1")
	defer func() { wrong.interrupt(); wrong.wait() }()
	url := strings.TrimSpace(wrong.url)
	for _, tt := range []struct {
		name string
		code int
		of   []int
		args []string
	}{
		{"two servers", exitNonconformant, []int{1, 2, 5}, []string{"server", "right=" + right, "wrong=" + url, "--run", "[1-4].*", "--profile", "plain", "--timeout", "500ms"}},
		{"with variants", exitPass, []int{3}, []string{"server", "right=" + right, "--run", "[1-5].*"}},
		{"every variant", exitPass, []int{2}, []string{"server", "right=" + right, "--run", "1.1.*", "--run", "3.*", "--profile", "deep"}},
		{"more shards than cases", exitPass, []int{9}, []string{"server", "right=" + right, "--run", "3.[12]", "--profile", "plain"}},
		{"a client", exitPass, []int{3}, append([]string{"client", "--run", "[12].*", "--profile", "plain", "--worker"}, client(t, "worker", "well")...)},
		{"a driver", exitPass, []int{3}, append([]string{"client", "--driver", "--run", "[12].*"}, client(t, "driver", "{url}")...)},
		{"a driver of few cases", exitPass, []int{5}, append([]string{"client", "--driver", "--run", "1.1.[12]"}, client(t, "driver", "{url}")...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			own, behind := tt.args, []string(nil)
			if i := slices.Index(tt.args, "--"); i >= 0 {
				own, behind = tt.args[:i], tt.args[i:]
			}
			wsspec(t, slices.Concat(own, []string{"--out", dir}, behind)...).want(t, tt.code)
			whole := readReport(t, dir)
			for _, of := range tt.of {
				merged := shards(t, of, tt.code, tt.args...)
				if d := cmp.Diff(results(whole), results(merged)); d != "" {
					t.Errorf("%d shards (-run +merged):\n%.3000s", of, d)
				}
				if d := cmp.Diff(whole.Summary, merged.Summary); d != "" {
					t.Errorf("%d shards, summary (-run +merged):\n%s", of, d)
				}
				if len(merged.Targets) != len(whole.Targets) || merged.Targets[0].Shards != nil || merged.Profile != whole.Profile {
					t.Errorf("%d shards: the targets are %+v, the profile %s", of, merged.Targets, merged.Profile)
				}
			}
		})
	}
}

// A peer that fails variants: the shards together fail at least the cases that one run fails,
// with the same verdicts of the cases as they are. Each stops by itself where enough variants
// of a kind have failed, so that they may fail more.
func TestShardsFindWhatOneRunFinds(t *testing.T) {
	s := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "loses-half-16-bit-length")
	defer func() { s.interrupt(); s.wait() }()
	args := []string{"server", "mine=" + strings.TrimSpace(s.url), "--run", "[12].*", "--timeout", "500ms"}
	dir := t.TempDir()
	wsspec(t, append(args, "--out", dir)...).want(t, exitNonconformant)
	fails := map[string]bool{}
	for _, res := range readReport(t, dir).Results {
		fails[res.ID] = res.Verdict == verdict.Fail
	}
	failed := 0
	for _, res := range shards(t, 3, exitNonconformant, args...).Results {
		if fails[res.ID] {
			failed++
			if res.Verdict != verdict.Fail {
				t.Errorf("%s fails in one run, and is %s in a shard", res.ID, res.Verdict)
			}
		}
		if res.Behavior != verdict.OK || res.BehaviorClose != verdict.CloseOK {
			t.Errorf("%s is %s/%s as it is", res.ID, res.Behavior, res.BehaviorClose)
		}
	}
	if failed == 0 {
		t.Error("no case failed")
	}
}

// Shards that are given one folder have a folder each, and the console says how they become
// one report. What is missing or doubled is refused, and the flag is named.
func TestShardsInOneFolder(t *testing.T) {
	url := reference(t)
	dir := filepath.Join(t.TempDir(), "the report")
	args := []string{"server", "mine=" + url, "--run", "1.*", "--profile", "plain", "--out", dir, "--autobahn-out", dir + "-autobahn"}
	first := wsspec(t, append(args, "--shard", "1/2")...)
	first.want(t, exitPass, "This is shard 1 of 2, with ", " of 16 cases; when all have run: wsspec report merge '"+dir+"'/shard-*-of-2 -o '"+dir+"/report.json'")
	one, two := filepath.Join(dir, "shard-1-of-2"), filepath.Join(dir, "shard-2-of-2")
	before := read(t, filepath.Join(one, "report.json"))
	wsspec(t, append(args, "--shard=2/2")...).want(t, exitPass)
	if read(t, filepath.Join(one, "report.json")) != before {
		t.Error("the report of the first shard was changed by the second")
	}
	if got := files(t, dir); !slices.Equal(got, []string{"shard-1-of-2", "shard-2-of-2"}) {
		t.Errorf("the folder has %q", got)
	}
	if got := files(t, dir+"-autobahn"); !slices.Equal(got, []string{"shard-1-of-2", "shard-2-of-2"}) {
		t.Errorf("the folder for Autobahn's form has %q", got)
	}

	wsspec(t, "report", "merge", one).want(t, exitUsage, "missing: shard 2 of 2 of mine as a server (--partial lets cases and shards be missing)")
	wsspec(t, "report", "merge", one, two, two).want(t, exitUsage, "more than once: shard 2 of 2 of mine as a server (--latest takes the later one)")
	wsspec(t, "report", "merge", two, two).want(t, exitUsage, "more than once: shard 2 of 2", "(--latest takes the later one, and --partial lets cases and shards be missing)")
	wsspec(t, "report", "merge", one, two, two, "--latest").want(t, exitPass, "mine as a server: 16 passed")
	wsspec(t, "report", one, "--format", "text").want(t, exitPass, "Incomplete by itself: shard 1 of 2, with ")

	known := filepath.Join(dir, "known.json")
	wsspec(t, "report", "merge", one, "--partial", "--write-baseline", known).want(t, exitUsage, "the merged report is not complete")
	wsspec(t, "report", "merge", one, two, "--write-baseline", known, "-o", filepath.Join(dir, "report.json")).want(t, exitPass)
	if b, err := reports.ReadBaselineFile(known); err != nil || len(b.Agents) != 1 || len(b.Agents[0].Cases) != 16 {
		t.Errorf("the baseline has %+v, %v", b, err)
	}
	// The baseline of the whole run is that of each shard.
	wsspec(t, append(args, "--shard", "1/2", "--baseline", known)...).want(t, exitPass)
}

// A shard that was killed leaves its journal, which says that it is one.
func TestTheJournalOfAShard(t *testing.T) {
	url := leaves(t)
	dir := t.TempDir()
	wsspec(t, "server", "mine="+url, "--run", "1.*", "--profile", "plain", "--shard", "2/2", "--out", dir, "--fail-fast", "--keep-journal").want(t, exitNonconformant)
	journal, err := reports.ReadJournal(filepath.Join(dir, "shard-2-of-2", reports.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	if s := journal.Targets[0].Shards; s == nil || s.String() != "shard 2 of 2" || len(s.Cases) != 16 || journal.Summary.Cases == 16 {
		t.Errorf("the journal has %+v and %d cases", s, journal.Summary.Cases)
	}
	whole := t.TempDir()
	wsspec(t, "server", "mine="+url, "--run", "1.*", "--profile", "plain", "--shard", "1/2", "--out", whole).want(t, exitNonconformant)
	wsspec(t, "report", "merge", filepath.Join(whole, "shard-1-of-2"), filepath.Join(dir, "shard-2-of-2")).want(t, exitUsage, "shard 2 of 2 of mine as a server: ", " not run (--partial lets cases and shards be missing)")
}

func TestShardsThatCannotBe(t *testing.T) {
	for args, says := range map[string]string{
		"--shard 0/4":                       `--shard: "0/4" is no shard: it has to be I/N, as in 2/4`,
		"--shard 5/4":                       `--shard: "5/4" is no shard`,
		"--shard half":                      `--shard: "half" is no shard`,
		"--shard 1/2 --list":                "--list: a case goes to a shard by its id and the name of the agent",
		"--shard index:4/4":                 `--shard: "index:4/4" is no shard: behind index: it has to be I/N, as in 1/4`,
		"--shard index:-1/4":                `--shard: "index:-1/4" is no shard`,
		"--shard index:1":                   `--shard: "index:1" is no shard`,
		"--shard 1/2 --write-baseline file": "a shard knows a part of the cases: merge the reports of all shards by wsspec report merge --write-baseline FILE",
	} {
		wsspec(t, append([]string{"server", "ws://127.0.0.1:1/"}, strings.Fields(args)...)...).want(t, exitUsage, says)
		wsspec(t, slices.Concat([]string{"client"}, strings.Fields(args), []string{"--", os.Args[0], "{url}"})...).want(t, exitUsage, says)
	}
}

// In a container there is no shell: the number of a shard counts from 0 there, and the merge
// finds the reports itself. It waits for a shard that comes later.
func TestShardsWithoutAShell(t *testing.T) {
	url := reference(t)
	dir := t.TempDir()
	play := func(shard, out string) {
		wsspec(t, "server", "mine="+url, "--run", "1.1.*", "--profile", "plain", "--shard", shard, "--out", filepath.Join(dir, out)).want(t, exitPass)
	}
	pattern, all := filepath.Join(dir, "*", "shard-*", "report.json"), filepath.Join(dir, "all.json")
	wsspec(t, "report", "merge", pattern).want(t, exitUsage, "no file matches "+pattern)
	wsspec(t, "report", "merge", filepath.Join(dir, "[")).want(t, exitUsage, "syntax error in pattern")
	play("index:0/2", "a")
	wsspec(t, "report", "merge", pattern, "--wait", "1ms").want(t, exitUsage, "after 1ms: cannot merge the reports: missing: shard 2 of 2 of mine as a server")
	wsspec(t, "report", "merge", pattern, "--wait", "-1s").want(t, exitUsage, "--wait -1s: it cannot be negative")

	merges := make(chan outcome)
	go func() { merges <- wsspec(t, "report", "merge", pattern, "--wait", "1m", "-o", all) }()
	play("index:1/2", "b")
	o := <-merges
	o.want(t, exitPass, "mine as a server: 8 passed")
	wsspec(t, "report", pattern, "--format", "text").want(t, exitPass, "mine conforms. All 8 cases pass.")

	// What waiting does not mend ends it at once.
	play("index:1/2", "c")
	wsspec(t, "report", "merge", pattern, "--wait", "1m").want(t, exitUsage, "more than once: shard 2 of 2 of mine as a server (--latest takes the later one)")
	wsspec(t, "report", "merge", pattern, "--wait", "1m", "--latest").want(t, exitPass, "mine as a server: 8 passed")
}
