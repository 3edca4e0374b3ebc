package reports

import (
	"fmt"
	"slices"
)

// FaultCounts is the fault matrix in short: how much each part of the catalogue
// is known to notice. A report has it so that its readers can tell what a pass
// is worth.
type FaultCounts struct {
	// Parts are those of the catalogue: "1" to "13", then "rfc6455", "rfc7692".
	Parts []string     `json:"parts"`
	Rows  []FaultCount `json:"rows"`
}

// A FaultCount is the faults about one subject that peers of one role can have.
type FaultCount struct {
	Area string `json:"area"`
	Role Role   `json:"role"`
	// Faults is how many there are, Caught how many of them some case notices.
	Faults int `json:"faults"`
	Caught int `json:"caught"`
	// Parts is how many of them each part of the catalogue notices, in the order
	// of FaultCounts.Parts.
	Parts []int `json:"parts"`
}

// Counts sums the matrix up, areas in the order they come in, servers first. It
// goes by the names in the rows and matches them with no case, because every run
// that writes a report does it.
func (m *FaultMatrix) Counts() *FaultCounts {
	counts := &FaultCounts{Parts: m.parts()}
	for _, row := range m.Rows {
		at := slices.IndexFunc(counts.Rows, func(c FaultCount) bool { return c.Area == row.Area && c.Role == row.Role })
		if at < 0 {
			at = len(counts.Rows)
			counts.Rows = append(counts.Rows, FaultCount{Area: row.Area, Role: row.Role, Parts: make([]int, len(counts.Parts))})
		}
		count := &counts.Rows[at]
		count.Faults++
		noticed := make([]bool, len(counts.Parts))
		for _, id := range slices.Concat(row.Fails, row.Warns) {
			if part := slices.Index(counts.Parts, partOf(id)); part >= 0 {
				noticed[part] = true
			}
		}
		if slices.Contains(noticed, true) {
			count.Caught++
		}
		for i, yes := range noticed {
			if yes {
				count.Parts[i]++
			}
		}
	}
	areas := make(map[string]int)
	for i, c := range counts.Rows {
		if _, ok := areas[c.Area]; !ok {
			areas[c.Area] = i
		}
	}
	slices.SortStableFunc(counts.Rows, func(a, b FaultCount) int {
		if a.Area != b.Area {
			return areas[a.Area] - areas[b.Area]
		}
		return slices.Index(Roles(), a.Role) - slices.Index(Roles(), b.Role)
	})
	return counts
}

// mistakes are what a file that was tampered with may have wrong.
func (c *FaultCounts) mistakes(v *validation) {
	for i, row := range c.Rows {
		where := fmt.Sprintf("faults.rows[%d]", i)
		oneOf(v, where, "role", row.Role, Roles())
		v.check(len(row.Parts) == len(c.Parts), "%s: %d parts, want %d", where, len(row.Parts), len(c.Parts))
		v.check(row.Caught <= row.Faults, "%s: %d of %d faults caught", where, row.Caught, row.Faults)
	}
}
