package reports

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func faultMatrix() *FaultMatrix {
	return &FaultMatrix{
		Cases: []string{"1.1.1", "1.1.2", "2.7", "10.1.1", "rfc6455/4.2.1/3", "rfc6455/5.2/1"},
		Rows: []FaultRow{
			{Fault: "masks-frames", Area: "framing", Sentence: "masks what it sends.", Role: Server, Fails: []string{"1.*", "rfc6455/*"}, Warns: []string{"1.1.*", "2.7"}},
			{Fault: "pong-twice", Area: "control frames", Sentence: "answers a ping <b>twice</b> | so.", Role: Client, Warns: []string{"2.7"}},
			{Fault: "masks-frames", Area: "framing", Sentence: "masks what it sends.", Role: Client, Uncaught: "needs a case"},
		},
	}
}

func TestFaultMatrixAsMarkdown(t *testing.T) {
	got := drawn(t, func(w io.Writer, _ *Report) error { return faultMatrix().WriteMarkdown(w) }, nil)
	golden(t, "faults.md", []byte(got))
}

func TestFaultMatrixCounts(t *testing.T) {
	m := faultMatrix()
	if diff := cmp.Diff([]string{"1", "2", "10", "rfc6455"}, m.parts()); diff != "" {
		t.Errorf("parts of the catalogue (-want +got):\n%s", diff)
	}
	got := make(map[string]string)
	for _, a := range m.areas() {
		for _, row := range a.Rows {
			var cells []string
			for _, c := range row.Cells {
				cells = append(cells, c.Words())
			}
			got[a.Area+" "+row.Fault+" "+string(row.Role)] = strings.Join(cells, "|")
		}
	}
	// A case that both fails and warns by the globs fails.
	want := map[string]string{"framing masks-frames server": "2|+1||2", "framing masks-frames client": "|||", "control frames pong-twice client": "|+1||"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
	if s := m.Sentence(); s != "2 of 3 faults are caught, with 6 cases" {
		t.Errorf("sentence is %q", s)
	}
}

func TestFaultCounts(t *testing.T) {
	want := &FaultCounts{Parts: []string{"1", "2", "10", "rfc6455"}, Rows: []FaultCount{
		{Area: "framing", Role: Server, Faults: 1, Caught: 1, Parts: []int{1, 1, 0, 1}},
		{Area: "framing", Role: Client, Faults: 1, Caught: 0, Parts: []int{0, 0, 0, 0}},
		{Area: "control frames", Role: Client, Faults: 1, Caught: 1, Parts: []int{0, 1, 0, 0}},
	}}
	if diff := cmp.Diff(want, faultMatrix().Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

// A report of servers tells nothing of what clients may have wrong.
func TestFaultPlotIsAboutTheRolesTested(t *testing.T) {
	r := sample()
	for _, tt := range []struct {
		targets []Target
		want    string
	}{
		{r.Targets, "2 of 3 faults"},
		{r.Targets[:1], "1 of 1 fault"},
	} {
		r.Targets = tt.targets
		if got := newFaultPlot(r).Sentence; got != tt.want {
			t.Errorf("%d targets: %q, want %q", len(tt.targets), got, tt.want)
		}
	}
	r.Faults = nil
	if p := newFaultPlot(r); p != nil {
		t.Errorf("without a matrix there is %+v", p)
	}
}

func TestFaultMatrixPageInABrowser(t *testing.T) {
	page := drawn(t, func(w io.Writer, _ *Report) error { return faultMatrix().WriteHTML(w) }, nil)
	b := openPage(t, page, "")
	if got := eval[string](b, `[...document.querySelectorAll("tbody tr")].map(r => r.innerText.replace(/\s+/g, " ").trim()).join("; ")`); got != "masks-frames server masks what it sends. 2 +1 2; masks-frames client masks what it sends. not caught: needs a case; pong-twice client answers a ping <b>twice</b> | so. +1" {
		t.Errorf("rows are %q", got)
	}
	if got := eval[string](b, `getComputedStyle(document.querySelector(".wide")).borderRadius`); got != "12px" {
		t.Errorf("the style was not allowed: %q", got)
	}
	b.quiet()
}
