package reports

import (
	"regexp"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// A FaultMatrix says which cases detect which deliberate mistake of a peer. It is
// the test of the harness itself.
type FaultMatrix struct {
	// Cases are the ids of the cases that were run.
	Cases []string
	Rows  []FaultRow
}

// A FaultRow is one fault of a peer in one role.
type FaultRow struct {
	Fault, Area, Sentence string
	Role                  verdict.Role
	// Requires are the requirements that the fault breaks.
	Requires []string
	// Fails and Warns are the cases whose verdict is fail or warn because of the
	// fault, as globs on the ids of Cases.
	Fails, Warns []string
	// Uncaught says why no case detects the fault; "" if one does.
	Uncaught string
}

// A FaultArea is the rows of one area.
type FaultArea struct {
	Area string
	Rows []FaultLine
}

// A FaultLine is a row with its counts for each part of the catalogue.
type FaultLine struct {
	FaultRow
	// Caught is how many cases detect the fault.
	Caught int
	Cells  []FaultCell
}

// A FaultCell counts the cases of one part of the catalogue that detect a fault.
type FaultCell struct {
	Fails, Warns int
	Verdict      verdict.Verdict
}

// CatalogParts lists the parts of the catalogue: "1" to "13", then "rfc6455", "rfc7692", "robust".
func (m *FaultMatrix) CatalogParts() (parts []string) {
	for _, id := range m.Cases {
		if p := partOf(id); !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	slices.SortFunc(parts, CompareIDs)
	return parts
}

func partOf(id string) string {
	first, _, _ := strings.Cut(SectionOf(id), "/")
	return first
}

// Areas groups the rows, areas and rows in the order they came in.
func (m *FaultMatrix) Areas() (areas []FaultArea) {
	parts := m.CatalogParts()
	for _, row := range m.Rows {
		line := FaultLine{FaultRow: row, Cells: make([]FaultCell, len(parts))}
		fails, warns := globs(row.Fails), globs(row.Warns)
		for _, id := range m.Cases {
			cell := &line.Cells[slices.Index(parts, partOf(id))]
			switch {
			case fails.MatchString(id):
				cell.Fails++
				cell.Verdict = verdict.Fail
				line.Caught++
			case warns.MatchString(id):
				cell.Warns++
				if cell.Verdict == "" {
					cell.Verdict = verdict.Warn
				}
				line.Caught++
			}
		}
		at := slices.IndexFunc(areas, func(a FaultArea) bool { return a.Area == row.Area })
		if at < 0 {
			at = len(areas)
			areas = append(areas, FaultArea{Area: row.Area})
		}
		areas[at].Rows = append(areas[at].Rows, line)
	}
	return areas
}

// caught is how many faults some case detects.
func (m *FaultMatrix) caught() (n int) {
	for _, a := range m.Areas() {
		for _, row := range a.Rows {
			if row.Caught > 0 {
				n++
			}
		}
	}
	return n
}

// globs makes one regular expression of globs on ids: * matches any characters.
func globs(patterns []string) *regexp.Regexp {
	var alternatives []string
	for _, p := range patterns {
		alternatives = append(alternatives, strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, `.*`))
	}
	if alternatives == nil {
		return regexp.MustCompile(`[^\s\S]`) // matches nothing
	}
	return regexp.MustCompile(`^(?:` + strings.Join(alternatives, "|") + `)$`)
}
