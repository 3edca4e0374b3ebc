package record

import (
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// FaultMatrix is the fault matrix of this release: the measured verdicts, with the
// descriptions of the faults.
func FaultMatrix() *reports.FaultMatrix {
	measured := faulty.Catches()
	m := &reports.FaultMatrix{Cases: measured.Cases}
	for _, row := range measured.Rows {
		out := reports.FaultRow{Fault: row.Fault, Role: verdict.Role(row.Role), Fails: row.Fails, Warns: row.Warns, Uncaught: row.Uncaught}
		for _, id := range row.Variants {
			base, _, _ := vary.CutID(id) // a variant that fails makes its case fail
			out.Fails = append(out.Fails, base)
		}
		if f, err := faulty.ByName(row.Fault); err == nil {
			out.Area, out.Sentence, out.Requires = string(f.Area), f.Sentence, f.Requires
		}
		m.Rows = append(m.Rows, out)
	}
	return m
}
