package outline

import (
	"strings"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// BaselineLines say how the run stands to its baseline, in a few sentences; none if
// it had no baseline.
func BaselineLines(r *reports.Report) []string {
	var lines []string
	if n := r.Standings(); n != nil {
		var words []string
		for _, s := range reports.Standings() {
			if n[s] > 0 {
				words = append(words, wording.Grouped(n[s])+" "+string(s))
			}
		}
		lines = append(lines, "Compared with the baseline: "+strings.Join(words, ", "))
	}
	for _, note := range r.BaselineNotes {
		lines = append(lines, wording.Shortened(note, 3*wording.MaxText))
	}
	return lines
}
