package reports

import (
	"regexp"
	"slices"
	"strings"
)

// A FaultMatrix says which cases catch which deliberate mistake of a peer: the
// harness's own test, drawn for people.
type FaultMatrix struct {
	// Cases are the ids of those that were run.
	Cases []string
	Rows  []FaultRow
}

// A FaultRow is one fault of a peer in one role.
type FaultRow struct {
	Fault, Area, Sentence string
	Role                  Role
	// Requires are the requirements that the fault breaks.
	Requires []string
	// Fails and Warns are the cases whose verdict is fail or warn because of the
	// fault, as globs on the ids of Cases.
	Fails, Warns []string
	// Uncaught says why no case notices the fault, "" where one does.
	Uncaught string
}

// A faultArea is the rows about one subject.
type faultArea struct {
	Area string
	Rows []faultLine
}

// A faultLine is a row with what it comes to in each part of the catalogue.
type faultLine struct {
	FaultRow
	// Caught is how many cases notice the fault.
	Caught int
	Cells  []faultCell
}

// A faultCell is the cases of one part of the catalogue that notice a fault.
type faultCell struct {
	Fails, Warns int
	Verdict      Verdict
}

// parts are the catalogue's: "1" to "13", then "rfc6455", "rfc7692", "robust".
func (m *FaultMatrix) parts() (parts []string) {
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

// areas groups the rows, areas and rows in the order they came in.
func (m *FaultMatrix) areas() (areas []faultArea) {
	parts := m.parts()
	for _, row := range m.Rows {
		line := faultLine{FaultRow: row, Cells: make([]faultCell, len(parts))}
		fails, warns := globs(row.Fails), globs(row.Warns)
		for _, id := range m.Cases {
			cell := &line.Cells[slices.Index(parts, partOf(id))]
			switch {
			case fails.MatchString(id):
				cell.Fails++
				cell.Verdict = Fail
				line.Caught++
			case warns.MatchString(id):
				cell.Warns++
				if cell.Verdict == "" {
					cell.Verdict = Warn
				}
				line.Caught++
			}
		}
		at := slices.IndexFunc(areas, func(a faultArea) bool { return a.Area == row.Area })
		if at < 0 {
			at = len(areas)
			areas = append(areas, faultArea{Area: row.Area})
		}
		areas[at].Rows = append(areas[at].Rows, line)
	}
	return areas
}

// caught is how many rows some case notices.
func (m *FaultMatrix) caught() (n int) {
	for _, a := range m.areas() {
		for _, row := range a.Rows {
			if row.Caught > 0 {
				n++
			}
		}
	}
	return n
}

// globs makes one expression of globs on ids: * is any run of characters.
func globs(patterns []string) *regexp.Regexp {
	var alternatives []string
	for _, p := range patterns {
		alternatives = append(alternatives, strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, `.*`))
	}
	if alternatives == nil {
		return regexp.MustCompile(`[^\s\S]`) // nothing
	}
	return regexp.MustCompile(`^(?:` + strings.Join(alternatives, "|") + `)$`)
}
