package reports

import (
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// FaultCounts is a summary of the fault matrix: how many known faults each part of
// the catalogue detects. A report has it to show how much a pass covers.
type FaultCounts struct {
	// Parts are the parts of the catalogue: "1" to "13", then "rfc6455", "rfc7692".
	Parts []string     `json:"parts"`
	Rows  []FaultCount `json:"rows"`
}

// A FaultCount counts the faults of one area that peers of one role can have.
type FaultCount struct {
	Area string       `json:"area"`
	Role verdict.Role `json:"role"`
	// Faults is how many there are, Caught how many of them some case detects.
	Faults int `json:"faults"`
	Caught int `json:"caught"`
	// Parts is how many of them each part of the catalogue detects, in the order of
	// FaultCounts.Parts.
	Parts []int `json:"parts"`
}

// Counts summarizes the matrix, with the areas in their order and servers first.
// It uses the globs of the rows without matching them with the cases: every run
// that writes a report calls it, and matching takes long.
func (m *FaultMatrix) Counts() *FaultCounts {
	counts := &FaultCounts{Parts: m.CatalogParts()}
	for _, row := range m.Rows {
		at := slices.IndexFunc(counts.Rows, func(c FaultCount) bool { return c.Area == row.Area && c.Role == row.Role })
		if at < 0 {
			at = len(counts.Rows)
			counts.Rows = append(counts.Rows, FaultCount{Area: row.Area, Role: row.Role, Parts: make([]int, len(counts.Parts))})
		}
		count := &counts.Rows[at]
		count.Faults++
		detected := make([]bool, len(counts.Parts))
		for _, id := range slices.Concat(row.Fails, row.Warns) {
			if part := slices.Index(counts.Parts, partOf(id)); part >= 0 {
				detected[part] = true
			}
		}
		if slices.Contains(detected, true) {
			count.Caught++
		}
		for i, yes := range detected {
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
		return slices.Index(verdict.Roles(), a.Role) - slices.Index(verdict.Roles(), b.Role)
	})
	return counts
}

// mistakes reports what may be wrong in a file that somebody edited.
func (c *FaultCounts) mistakes(v *validation) {
	for i, row := range c.Rows {
		where := fmt.Sprintf("faults.rows[%d]", i)
		oneOf(v, where, "role", row.Role, verdict.Roles())
		v.check(len(row.Parts) == len(c.Parts), "%s: %d parts, want %d", where, len(row.Parts), len(c.Parts))
		v.check(row.Caught <= row.Faults, "%s: %d of %d faults caught", where, row.Caught, row.Faults)
	}
}
