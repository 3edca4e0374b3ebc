package command

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
)

// caseOf is a result with nothing but its verdicts.
func caseOf(agent, id string, v verdict.Verdict, b verdict.Behavior) reports.Result {
	return reports.Result{
		Agent: agent, Role: verdict.Server, ID: id, Title: "a case", Level: verdict.Must,
		Verdict: v, Behavior: b, BehaviorClose: verdict.CloseOK, Attempts: 1, Explanation: "said of " + id,
	}
}

func passed(agent, id string) reports.Result { return caseOf(agent, id, verdict.Pass, verdict.OK) }

func failedCase(agent, id string) reports.Result {
	return caseOf(agent, id, verdict.Fail, verdict.Failed)
}

// reportFile writes a report of these results to a file of its own.
func reportFile(t *testing.T, results ...reports.Result) string {
	t.Helper()
	r := &reports.Report{Tool: reports.Tool{Name: "wsspec", Version: "v0.1.0"}, Started: time.Unix(1e9, 0).UTC(), Profile: "quick", Results: results}
	for _, res := range results {
		target := reports.Target{Agent: res.Agent, Role: res.Role, URL: "ws://" + res.Agent + "/"}
		if !slices.Contains(r.Targets, target) {
			r.Targets = append(r.Targets, target)
		}
	}
	path := filepath.Join(t.TempDir(), "report.json")
	if err := reports.WriteFile(path, r); err != nil {
		t.Fatal(err)
	}
	return path
}

func textFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(octets)
}

func TestReportDrawsEachFormToAFileAndToStandardOutput(t *testing.T) {
	file := reportFile(t, passed("mine", "1.1.1"), failedCase("mine", "2.7"))
	for _, f := range forms.All() {
		if f.Write == nil {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "new", f.File)
			wsspec(t, "report", file, "--format", f.Name, "-o", out).want(t, exitPass)
			o := wsspec(t, "report", filepath.Dir(file), "--format", f.Name)
			o.want(t, exitPass)
			if got := read(t, out); got != o.stdout || got == "" {
				t.Errorf("%d octets in the file, %d on standard output", len(got), len(o.stdout))
			}
		})
	}
}

func TestReportChoosesTheFormByTheFilesName(t *testing.T) {
	file := reportFile(t, failedCase("mine", "2.7"))
	for name, begins := range map[string]string{
		"a.html": "<!doctype html>", "a.xml": xml.Header, "a.tap": "TAP version", "a.md": "# ❌", "a.json": "{\n \"schema\": \"wsspec-report", "a.sarif": "{\n \"$schema\"", "a": "# ❌",
	} {
		out := filepath.Join(t.TempDir(), name)
		wsspec(t, "report", file, "-o", out).want(t, exitPass)
		if got := read(t, out); !strings.HasPrefix(got, begins) {
			t.Errorf("%s begins with %.60q, want %q", name, got, begins)
		}
	}
	if o := wsspec(t, "report", file); !strings.HasPrefix(o.stdout, "# ❌") {
		t.Errorf("standard output begins with %.60q", o.stdout)
	}
}

func TestReportMerge(t *testing.T) {
	first, second := reportFile(t, passed("mine", "1.1.1")), reportFile(t, failedCase("mine", "2.7"))
	out := filepath.Join(t.TempDir(), "all.json")
	wsspec(t, "report", "merge", first, second, "-o", out).want(t, exitPass, "mine as a server: 1 passed, 1 failed")
	r, err := reports.ReadFile(out)
	if err != nil || len(r.Results) != 2 {
		t.Errorf("merged: %v, %v", r, err)
	}
	var seen struct{ Summary struct{ Cases int } }
	o := wsspec(t, "report", first, second, "--format", "json")
	o.want(t, exitPass)
	if err := json.Unmarshal([]byte(o.stdout), &seen); err != nil || seen.Summary.Cases != 2 {
		t.Errorf("several files drawn at once have %d cases (%v)", seen.Summary.Cases, err)
	}
	// A file may be merged into itself: it is read before it is replaced.
	wsspec(t, "report", "merge", out, reportFile(t, passed("mine", "3.1")), "-o", out).want(t, exitPass, "2 passed, 1 failed")
}

func TestReportMergePartial(t *testing.T) {
	whole, part := reportFile(t, passed("one", "1.1.1"), passed("one", "1.1.2")), reportFile(t, passed("two", "1.1.1"))
	wsspec(t, "report", "merge", whole, part).want(t, exitUsage, "missing: 1.1.2 of two as a server", "--partial")
	wsspec(t, "report", "merge", whole, part, "--partial").want(t, exitPass, "two as a server: 1 passed")
	twice := wsspec(t, "report", "merge", whole, whole)
	twice.want(t, exitUsage, "more than once: 1.1.1 of one as a server, 1.1.2 of one as a server")
	if strings.Contains(twice.stderr, "--partial") {
		t.Errorf("--partial is said to help against doubled cases: %s", twice.stderr)
	}
	wsspec(t, "report", "merge", whole, whole, "--partial").want(t, exitUsage, "more than once")
}

func TestReportDiff(t *testing.T) {
	older := reportFile(t, passed("mine", "1.1.1"), failedCase("mine", "2.7"))
	worse := reportFile(t, failedCase("mine", "1.1.1"), passed("mine", "2.7"))
	warns := reportFile(t, caseOf("mine", "1.1.1", verdict.Warn, verdict.NonStrict), failedCase("mine", "2.7"))
	better := reportFile(t, passed("mine", "1.1.1"), passed("mine", "2.7"))
	wsspec(t, "report", "diff", older, worse).want(t, exitRegression, "1 new failure, 1 fixed; 0 unchanged", "mine server 1.1.1: FAILED/OK, was OK/OK", "said of 1.1.1")
	wsspec(t, "report", "diff", older, warns).want(t, exitRegression, "1 new warning; 1 unchanged")
	wsspec(t, "report", "diff", older, better).want(t, exitPass, "1 fixed; 1 unchanged")
	wsspec(t, "report", "diff", older, older).want(t, exitPass, "Nothing changed in 2 cases")
	for format, begins := range map[string]string{"text": "1 new failure", "markdown": "# ❌ 1 new failure", "html": "<!doctype html>"} {
		out := filepath.Join(t.TempDir(), "diff")
		wsspec(t, "report", "diff", older, worse, "--format", format, "-o", out).want(t, exitRegression)
		if got := read(t, out); !strings.HasPrefix(got, begins) {
			t.Errorf("%s begins with %.60q", format, got)
		}
	}
}

func TestReportRefuses(t *testing.T) {
	good := reportFile(t, passed("mine", "1.1.1"))
	below := filepath.Join(good, "below") // a file is no folder
	for _, c := range []struct {
		what string
		args []string
		code int
		says []string
	}{
		{"no file", []string{}, exitUsage, []string{"which report?"}},
		{"a file that is not there", []string{"/no/such.json"}, exitUsage, []string{"/no/such.json"}},
		{"a folder without a report", []string{t.TempDir()}, exitUsage, []string{"report.json"}},
		{"garbage", []string{textFile(t, "\x00\xffgarbage")}, exitUsage, []string{"file.json", "not a report"}},
		{"half a report", []string{textFile(t, read(t, good)[:200])}, exitUsage, []string{"file.json", "report is incomplete"}},
		{"another schema", []string{textFile(t, `{"schema":"wsspec-report/9"}`)}, exitUsage, []string{`"wsspec-report/9"`, `"wsspec-report/1"`}},
		{"an unknown format", []string{good, "--format", "hmtl"}, exitUsage, []string{"--format hmtl", `did you mean "html"`}},
		{"an unknown format of a difference", []string{"diff", good, good, "--format", "txt"}, exitUsage, []string{"--format txt", `did you mean "text"`}},
		{"an output that cannot be written", []string{good, "-o", below}, exitHarness, []string{"-o: write " + below}},
		{"a merge that cannot be written", []string{"merge", good, reportFile(t, passed("mine", "2.1")), "-o", below}, exitHarness, []string{"-o: write " + below}},
		{"a difference that cannot be written", []string{"diff", good, good, "-o", below}, exitHarness, []string{"-o: write " + below}},
		{"a merge of one", []string{"merge", good}, exitUsage, []string{"two reports or more"}},
		{"a difference of one", []string{"diff", good}, exitUsage, []string{"the older one first"}},
		{"a merge with garbage", []string{"merge", good, textFile(t, "{}")}, exitUsage, []string{"file.json", "not a report"}},
		{"a difference with garbage", []string{"diff", good, textFile(t, "{}")}, exitUsage, []string{"file.json", "not a report"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			o := wsspec(t, append([]string{"report"}, c.args...)...)
			o.want(t, c.code, c.says...)
			if o.stdout != "" {
				t.Errorf("standard output is not empty: %q", o.stdout)
			}
		})
	}
	if got := read(t, good); !strings.HasPrefix(got, "{") {
		t.Error("a report was damaged by what could not be written")
	}
}

func TestReportPublic(t *testing.T) {
	res := passed("mine", "1.1.1")
	res.Role = verdict.Client
	res.Transcript = []reports.Entry{{Dir: reports.Note, Kind: reports.KindNote, Text: "written by the process"}}
	file := reportFile(t, res)
	if o := wsspec(t, "report", file, "--format", "json"); !strings.Contains(o.stdout, "written by the process") {
		t.Error("the note is not even in the report as it is")
	}
	if o := wsspec(t, "report", file, "--format", "json", "--public"); o.code != exitPass || strings.Contains(o.stdout, "written by the process") {
		t.Errorf("exit code %d, and says %s", o.code, o.stdout)
	}
}
