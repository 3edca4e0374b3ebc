package page

import (
	"io"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// The page of a run says nothing about the faults that the catalogue detects, also if
// the report has their counts.
func TestThePageOfARunSaysNothingOfTheHarness(t *testing.T) {
	r := fixture.Sample()
	if r.Faults == nil {
		t.Fatal("the sample has no counts of faults")
	}
	if page := htmlOf(t, r); strings.Contains(page, "nown faults") {
		t.Error("the page has the counts of known faults")
	}
}

func TestFaultMatrixPageInABrowser(t *testing.T) {
	page := fixture.Drawn(t, func(w io.Writer, _ *reports.Report) error { return WriteFaults(w, fixture.FaultMatrix()) }, nil)
	b := openPage(t, page, "")
	if got := eval[string](b, `[...document.querySelectorAll("tbody tr")].map(r => r.innerText.replace(/\s+/g, " ").trim()).join("; ")`); got != "masks-frames server masks what it sends. 2 +1 2; masks-frames client masks what it sends. not detected: needs a case; pong-twice client answers a ping <b>twice</b> | so. +1" {
		t.Errorf("rows are %q", got)
	}
	if got := eval[string](b, `getComputedStyle(document.querySelector(".wide")).borderRadius`); got != "12px" {
		t.Errorf("the style was not allowed: %q", got)
	}
	b.quiet()
}
