package reports_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestFaultMatrixCounts(t *testing.T) {
	m := fixture.FaultMatrix()
	if diff := cmp.Diff([]string{"1", "2", "10", "rfc6455"}, m.CatalogParts()); diff != "" {
		t.Errorf("parts of the catalogue (-want +got):\n%s", diff)
	}
	got := make(map[string]string)
	for _, a := range m.Areas() {
		for _, row := range a.Rows {
			var cells []string
			for _, c := range row.Cells {
				cells = append(cells, c.Words())
			}
			got[a.Area+" "+row.Fault+" "+string(row.Role)] = strings.Join(cells, "|")
		}
	}
	// A case that matches the globs of fails and warns counts as a fail.
	want := map[string]string{"framing masks-frames server": "2|+1||2", "framing masks-frames client": "|||", "control frames pong-twice client": "|+1||"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
	if s := m.Sentence(); s != "2 of 3 faults are detected by 6 cases" {
		t.Errorf("sentence is %q", s)
	}
}

func TestFaultCounts(t *testing.T) {
	want := &reports.FaultCounts{Parts: []string{"1", "2", "10", "rfc6455"}, Rows: []reports.FaultCount{
		{Area: "framing", Role: verdict.Server, Faults: 1, Caught: 1, Parts: []int{1, 1, 0, 1}},
		{Area: "framing", Role: verdict.Client, Faults: 1, Caught: 0, Parts: []int{0, 0, 0, 0}},
		{Area: "control frames", Role: verdict.Client, Faults: 1, Caught: 1, Parts: []int{0, 1, 0, 0}},
	}}
	if diff := cmp.Diff(want, fixture.FaultMatrix().Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}
