package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func drawn(t *testing.T, write func(io.Writer, *Report) error, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFormatsAreAsTheyWere compares each text form of the sample with its golden
// file. The page has tests of its own.
func TestFormatsAreAsTheyWere(t *testing.T) {
	for _, f := range Formats() {
		if f.Name == "html" || f.Name == "junit" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			golden(t, f.File, []byte(drawn(t, f.Write, sample())))
		})
	}
}

// TestFormatsAreTextThatATerminalSurvives: no form may carry an escape sequence
// or a NUL that a peer sent.
func TestFormatsAreTextThatATerminalSurvives(t *testing.T) {
	for _, f := range Formats() {
		if f.Binary() {
			continue
		}
		text := drawn(t, f.Write, sample())
		if f.Name == "html" {
			text += strings.Join(blocksOf(t, text), "")
		}
		if !utf8.ValidString(text) {
			t.Errorf("%s is not UTF-8", f.Name)
		}
		if i := strings.IndexFunc(text, func(c rune) bool { return c < ' ' && c != '\n' && c != '\t' }); i >= 0 {
			t.Errorf("%s has the control character %q at %d", f.Name, text[i], i)
		}
	}
}

func TestFormatsOfAnEmptyReport(t *testing.T) {
	for _, f := range Formats() {
		if text := drawn(t, f.Write, &Report{}); text == "" {
			t.Errorf("%s writes nothing at all", f.Name)
		}
	}
}

// brokenWriter is a disk that is full after so many octets.
type brokenWriter struct{ left int }

var errFull = errors.New("no space left on device")

func (w *brokenWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		return 0, errFull
	}
	w.left -= len(p)
	return len(p), nil
}

func TestFormatsPassOnAFullDisk(t *testing.T) {
	for _, f := range Formats() {
		for _, room := range []int{0, 60} {
			if err := f.Write(&brokenWriter{room}, sample()); !errors.Is(err, errFull) {
				t.Errorf("%s on a disk with %d octets left returns %v", f.Name, room, err)
			}
		}
	}
}

func TestMarkdownFitsAStepSummaryAndSaysWhatItLeftOut(t *testing.T) {
	r := sample()
	r.Results = r.Results[:0]
	for i := range 20000 {
		res := failing("alpha", Server, fmt.Sprintf("2.%d", i))
		res.Title = strings.Repeat("<*_|`", 100)
		r.Results = append(r.Results, res)
	}
	text := drawn(t, WriteMarkdown, r)
	if len(text) > MaxMarkdownOctets {
		t.Errorf("%d octets", len(text))
	}
	shown := strings.Count(text, "\n- **")
	if want := counted(20000-shown, "case") + " more"; shown < 500 || !strings.Contains(text, want) {
		t.Errorf("%d of 20000 cases are shown, and it does not say %q", shown, want)
	}
	if !strings.Contains(text, "## Sections") {
		t.Error("the matrix found no room")
	}
}

func TestMarkdownSaysFailuresBeforeRemarks(t *testing.T) {
	text := drawn(t, WriteMarkdown, sample())
	fail, warn, matrix := strings.Index(text, "❌ **A control frame"), strings.Index(text, "⚠️ **RSV bits"), strings.Index(text, "## Sections")
	if fail < 0 || warn < 0 || !slices.IsSorted([]int{fail, warn, matrix}) {
		t.Errorf("failures at %d, remarks at %d, the matrix at %d", fail, warn, matrix)
	}
}

func TestTAPHasAsManyPointsAsItPlans(t *testing.T) {
	lines := strings.Split(drawn(t, WriteTAP, sample()), "\n")
	if lines[0] != "TAP version 14" || lines[1] != "1..11" {
		t.Errorf("begins with %q", lines[:2])
	}
	var points, notOK, skips int
	for _, line := range lines[2:] {
		if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "not ok ") {
			points++
		}
		if strings.HasPrefix(line, "not ok ") {
			notOK++
		}
		if strings.HasPrefix(line, "ok ") && strings.Contains(line, " # SKIP ") {
			skips++
		}
	}
	if points != 11 || notOK != 4 || skips != 1 {
		t.Errorf("%d points, %d not ok, %d skips", points, notOK, skips)
	}
	if got := tapText(`a # SKIP \ b` + "\n1..0"); got != `a \# SKIP \\ b 1..0` {
		t.Errorf("hostile description is %q", got)
	}
}

func TestSARIFResultsHaveTheirRules(t *testing.T) {
	var log sarifLog
	if err := json.Unmarshal([]byte(drawn(t, WriteSARIF, sample())), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	rules := make(map[string]bool)
	for _, rule := range run.Tool.Driver.Rules {
		rules[rule.ID] = true
	}
	fingerprints := make(map[string]bool)
	for _, res := range run.Results {
		if !rules[res.RuleID] {
			t.Errorf("result of rule %q, which is not declared", res.RuleID)
		}
		if p := res.Locations[0].Physical; p.Artifact.URI != "report.json" || p.Region.StartLine != 1 {
			t.Errorf("GitHub finds no place in %+v", p)
		}
		fingerprints[res.Fingerprints["wsspecCase/v1"]] = true
	}
	if len(run.Results) != 4 || len(fingerprints) != 4 {
		t.Errorf("%d results with %d fingerprints, want the 3 that fail and the one with a remark", len(run.Results), len(fingerprints))
	}
	if run.Invocations[0].ExecutionSuccessful || len(run.Invocations[0].Notifications) != 1 {
		t.Error("the harness's own error is not a notification")
	}
}

func TestBadge(t *testing.T) {
	only := func(results ...Result) *Report { return &Report{Targets: sample().Targets, Results: results} }
	pass, fail := passing("alpha", Server, "1.1.1", ""), failing("alpha", Server, "2.7")
	for _, c := range []struct {
		report *Report
		want   string
	}{
		{only(pass), `{"schemaVersion":1,"label":"RFC 6455","message":"1 of 1 case","color":"brightgreen"}`},
		{only(pass, fail), `{"schemaVersion":1,"label":"RFC 6455","message":"1 of 2 cases","color":"red"}`},
		{only(pass, warning("alpha", Server, "3.2"), skipped("alpha", Server, "12.1.1")), `{"schemaVersion":1,"label":"RFC 6455","message":"2 of 2 cases","color":"green"}`},
		{only(pass, broken("alpha", Server, "1.1.2")), `{"schemaVersion":1,"label":"RFC 6455","message":"not tested","color":"lightgrey","isError":true}`},
		{only(), `{"schemaVersion":1,"label":"RFC 6455","message":"not tested","color":"lightgrey"}`},
	} {
		if got := strings.TrimSpace(drawn(t, WriteBadge, c.report)); got != c.want {
			t.Errorf("badge is %s\nwant     %s", got, c.want)
		}
	}
}
