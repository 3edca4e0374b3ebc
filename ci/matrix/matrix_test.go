package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

func read(t *testing.T, path string) string {
	t.Helper()
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(octets)
}

func committed(t *testing.T) []*run {
	t.Helper()
	runs, err := readRuns("../../docs/matrix")
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

// The page is what the files of the runs say.
func TestThePageFollowsFromTheRuns(t *testing.T) {
	if got := page(committed(t)); got != read(t, "../../docs/matrix.md") {
		t.Error("docs/matrix.md is not that of docs/matrix/*.json: go run ./ci/matrix page")
	}
}

// The counts of a committed run agree with one another.
func TestTheCountsOfTheRunsAddUp(t *testing.T) {
	for _, r := range committed(t) {
		for _, p := range r.Peers {
			var sum counts
			for _, c := range p.Sections {
				for i := range c {
					sum[i] += c[i]
				}
			}
			failed := 0
			for _, n := range p.Failed {
				failed += n
			}
			if sum != p.Counts || failed != p.Counts[2] || p.Version == "" {
				t.Errorf("%s: %s %q has the counts %v, its sections %v, and its clauses %d", r.Date, p.Agent, p.Version, p.Counts, sum, failed)
			}
		}
	}
}

func report(change func(*reports.Report)) *reports.Report {
	r := &reports.Report{
		Tool: reports.Tool{Version: "v1"}, Profile: "plain", Started: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC),
		Targets: []reports.Target{{Agent: "b"}, {Agent: "a"}},
		Clauses: map[string]reports.Clause{"RFC6455-5.5.1-3": {RFC: 6455, Section: "5.5.1"}},
		Results: []reports.Result{
			{Agent: "a", ID: "1.1.1", Verdict: verdict.Pass},
			{Agent: "a", ID: "rfc6455/5.5/3", Verdict: verdict.Fail, Requirements: []string{"RFC6455-5.5.1-3"}},
			{Agent: "b", ID: "1.1.1", Verdict: verdict.Skip},
		},
	}
	change(r)
	return r
}

// A run has the counts of its reports. What would publish wrong ones is an error.
func TestRunsOfReports(t *testing.T) {
	libraries := []library{{"a", "A", "C", "1"}, {"b", "B", "Go", "2"}}
	r, err := newRun([]*reports.Report{report(func(*reports.Report) {})}, libraries, "here")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := r.write(dir); err != nil {
		t.Fatal(err)
	}
	runs, err := readRuns(dir)
	if err != nil || len(runs) != 1 || runs[0].Date != "2026-11-27" {
		t.Fatalf("%v, %v", runs, err)
	}
	text := page(runs)
	for _, want := range []string{"| A 1 | C | 1 | 0 | 1 | 0 | 5.5.1 (1) |", "| B 2 | Go | 0 | 0 | 0 | 1 | – |", "| A | 0 of 1 | 1 of 1 |", "| B | – | – |", "| a | 1 (1) |"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s:\n%s", want, text)
		}
	}
	for want, change := range map[string]func(*reports.Report){
		"not complete":   func(r *reports.Report) { r.Interrupted = "by a signal" },
		"do not name c":  func(r *reports.Report) { r.Targets[0].Agent = "c" },
		"1.1.1 is error": func(r *reports.Report) { r.Results[0].Verdict = verdict.Error },
	} {
		if _, err := newRun([]*reports.Report{report(change)}, libraries, "here"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
	other := report(func(r *reports.Report) { r.Profile = "quick" })
	if _, err := newRun([]*reports.Report{report(func(*reports.Report) {}), other}, libraries, "here"); err == nil {
		t.Error("reports of two profiles make one run")
	}
}

// The peers from Debian's packages are those of the Compose file, and each has its program.
func TestThePeersOfTheMatrix(t *testing.T) {
	var compose struct {
		Services map[string]struct{ Command any }
	}
	if err := yaml.Unmarshal([]byte(read(t, "../../autobahn/matrix/debian.yaml")), &compose); err != nil {
		t.Fatal(err)
	}
	command := fmt.Sprint(compose.Services["harness"].Command)
	packages := strings.Fields(read(t, "../../conformance/peers/debian/packages"))
	named := 0
	for line := range strings.Lines(read(t, "../../conformance/peers/debian/peers")) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		if strings.HasPrefix(line, "#") {
			continue
		}
		named++
		agent, pkg, program := fields[0], fields[3], strings.TrimPrefix(fields[4][strings.LastIndex(fields[4], " ")+1:], "./")
		if compose.Services[agent].Command != agent || !strings.Contains(command, " "+agent+"=ws://"+agent+":9001/ ") || !strings.Contains(command, "--i-own="+agent+" ") {
			t.Errorf("debian.yaml does not test %s", agent)
		}
		if !slices.Contains(packages, pkg) {
			t.Errorf("%s: the package %s is not in packages", agent, pkg)
		}
		if found, err := filepath.Glob("../../docs/quickstart/" + program + "*"); err != nil || len(found) != 1 {
			t.Errorf("%s: docs/quickstart has for %s: %v", agent, program, found)
		}
	}
	if named != len(compose.Services)-1 {
		t.Errorf("%d peers and %d services beside the harness", named, len(compose.Services)-1)
	}
}

// docs/fixing-findings.md counts, for each of its parts, the servers of the last run that fail a
// case of its clauses, and has the most frequent part first.
func TestTheTenFindingsAreThoseOfTheMatrix(t *testing.T) {
	runs := committed(t)
	last := runs[len(runs)-1]
	parts := regexp.MustCompile(`(?s)## (\d+)\. .*?<!-- (.*?) -->\n\*(\d+) of the (\d+) servers,`).FindAllStringSubmatch(read(t, "../../docs/fixing-findings.md"), -1)
	if len(parts) != 10 {
		t.Fatalf("%d parts, want 10", len(parts))
	}
	before := len(last.Peers)
	var covered []string
	for _, part := range parts {
		failing := 0
		covered = append(covered, regexp.MustCompile(`RFC \d+ [\d.]+`).FindAllString(part[2], -1)...)
		for _, p := range last.Peers {
			for clause := range p.Failed {
				if slices.Contains(regexp.MustCompile(`RFC \d+ [\d.]+`).FindAllString(part[2], -1), clause) {
					failing++
					break
				}
			}
		}
		if want := fmt.Sprintf("%d of %d", failing, len(last.Peers)); part[3]+" of "+part[4] != want {
			t.Errorf("part %s says %s of %s servers, want %s", part[1], part[3], part[4], want)
		}
		if failing > before {
			t.Errorf("part %s has more servers than the one before it", part[1])
		}
		before = failing
	}
	servers := map[string]int{}
	for _, p := range last.Peers {
		for clause := range p.Failed {
			servers[clause]++
		}
	}
	for clause, n := range servers {
		if n > before && !slices.Contains(covered, clause) {
			t.Errorf("%d servers fail %s, which no part has", n, clause)
		}
	}
}
