package reports

import "slices"

// faultPlot is the part of the page about what the cases are known to notice.
type faultPlot struct {
	Sentence string
	Parts    []string
	Rows     []faultPlotRow
}

type faultPlotRow struct {
	FaultCount
	All   faultBar
	Cells []faultBar
}

// A faultBar is N of Of faults, as a bar 40 wide.
type faultBar struct {
	N, Of int
	Width float64
}

func newFaultBar(n, of int) faultBar {
	return faultBar{n, of, 40 * float64(n) / float64(max(of, 1))}
}

// newFaultPlot is nil for a report that has no fault matrix, or none for the roles
// of its peers.
func newFaultPlot(r *Report) *faultPlot {
	if r.Faults == nil {
		return nil
	}
	p := &faultPlot{Parts: r.Faults.Parts}
	var faults, caught int
	for _, row := range r.Faults.Rows {
		if !slices.ContainsFunc(r.Targets, func(t Target) bool { return t.Role == row.Role }) {
			continue
		}
		faults, caught = faults+row.Faults, caught+row.Caught
		line := faultPlotRow{FaultCount: row, All: newFaultBar(row.Caught, row.Faults)}
		for _, n := range row.Parts {
			line.Cells = append(line.Cells, newFaultBar(n, row.Faults))
		}
		p.Rows = append(p.Rows, line)
	}
	if p.Rows == nil {
		return nil
	}
	p.Sentence = grouped(caught) + " of " + counted(faults, "fault")
	return p
}
