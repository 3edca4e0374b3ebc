package page

import (
	"io"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestDiffPage(t *testing.T) {
	d := reports.Diff(fixture.Before(), fixture.After())
	page := fixture.Drawn(t, func(w io.Writer, _ *reports.Report) error { return WriteDiff(w, d) }, nil)
	for _, want := range []string{d.Sentence(), "FAILED/WRONG CODE, was OK/OK", "default-src &#39;none&#39;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	none := fixture.Sample()
	none.Results = nil
	hostilePage := fixture.Drawn(t, func(w io.Writer, _ *reports.Report) error { return WriteDiff(w, reports.Diff(none, fixture.Sample())) }, nil)
	if strings.Contains(hostilePage, "<script") || !strings.Contains(hostilePage, "&lt;script") {
		t.Error("text of a report became a script, or is not there")
	}
}

func TestDiffPageInABrowser(t *testing.T) {
	page := fixture.Drawn(t, func(w io.Writer, _ *reports.Report) error {
		return WriteDiff(w, reports.Diff(fixture.Before(), fixture.After()))
	}, nil)
	b := openPage(t, page, "")
	if got := eval[string](b, `getComputedStyle(document.querySelector(".wide")).borderRadius`); got != "12px" {
		t.Errorf("the style was not allowed: %q", got)
	}
	b.quiet()
}
