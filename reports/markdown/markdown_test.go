package markdown

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

func TestMarkdownFitsAStepSummaryAndSaysWhatItLeftOut(t *testing.T) {
	r := fixture.Sample()
	r.Results = r.Results[:0]
	for i := range 20000 {
		res := fixture.Failing("alpha", verdict.Server, fmt.Sprintf("2.%d", i))
		res.Title = strings.Repeat("<*_|`", 100)
		r.Results = append(r.Results, res)
	}
	text := fixture.Drawn(t, Write, r)
	if len(text) > MaxOctets {
		t.Errorf("%d octets", len(text))
	}
	shown := strings.Count(text, "\n- **")
	if want := wording.Counted(20000-shown, "case") + " more"; shown < 500 || !strings.Contains(text, want) {
		t.Errorf("%d of 20000 cases are shown, and it does not say %q", shown, want)
	}
	if !strings.Contains(text, "## Sections") {
		t.Error("the matrix found no room")
	}
}

func TestMarkdownHasFailuresBeforeWarnings(t *testing.T) {
	text := fixture.Drawn(t, Write, fixture.Sample())
	fail, warn, matrix := strings.Index(text, "❌ **A control frame"), strings.Index(text, "⚠️ **RSV bits"), strings.Index(text, "## Sections")
	if fail < 0 || warn < 0 || !slices.IsSorted([]int{fail, warn, matrix}) {
		t.Errorf("failures at %d, warnings at %d, the matrix at %d", fail, warn, matrix)
	}
}

func TestFaultMatrixAsMarkdown(t *testing.T) {
	got := fixture.Drawn(t, func(w io.Writer, _ *reports.Report) error { return WriteFaults(w, fixture.FaultMatrix()) }, nil)
	fixture.Golden(t, "faults.md", []byte(got))
}

func TestDiffMarkdownFits(t *testing.T) {
	many := fixture.Part("alpha", verdict.Server)
	for i := range 20000 {
		many.Results = append(many.Results, fixture.Failing("alpha", verdict.Server, fmt.Sprintf("1.%d", i)))
	}
	text := fixture.Drawn(t, func(w io.Writer, _ *reports.Report) error { return WriteDiff(w, reports.Diff(fixture.Before(), many)) }, nil)
	if len(text) > MaxOctets || !strings.Contains(text, "more are not shown here") {
		t.Errorf("%d octets", len(text))
	}
}

func TestFormOfTheSample(t *testing.T) { fixture.Form(t, Form) }

func TestDiffOfTheSample(t *testing.T) {
	d := reports.Diff(fixture.Before(), fixture.After())
	fixture.Golden(t, "diff.md", []byte(fixture.Drawn(t, func(w io.Writer, _ *reports.Report) error { return WriteDiff(w, d) }, nil)))
}
