package outline

import (
	"fmt"
	"slices"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// A Section is one section of the catalogue: a row of counts, and a row for each
// case.
type Section struct {
	Section string
	// Number is the number before the title, "" if there is none.
	Number string
	Title  string
	Cells  []SectionCell
	Cases  []CaseRow
}

// A SectionCell counts the cases of one peer in one section.
type SectionCell struct {
	PeerKey string
	// Verdict is the worst verdict in the cell; empty if there are no cases.
	Verdict verdict.Verdict
	// Good is how many cases pass or warn, Cases how many there are.
	Good, Cases int
	// Words count the cases with the worst verdict: "2 fail"; empty if all pass.
	Words string
}

// A CaseRow is one case with a cell for each peer, nil if the peer has no result.
type CaseRow struct {
	ID, Title    string
	Level        verdict.Level
	Requirements []string
	Cells        []*Case
}

// Sections makes a section of all cases with the same beginning of their id.
func Sections(r *reports.Report, cases []*Case) []Section {
	column := make(map[reports.Peer]int)
	for i, t := range r.Targets {
		column[t.Peer()] = i
	}
	rows := make(map[string]*CaseRow)
	var order []*CaseRow
	for _, c := range cases {
		row := rows[c.ID]
		if row == nil {
			row = &CaseRow{ID: c.ID, Title: c.Title, Level: c.Level, Requirements: c.Requirements, Cells: make([]*Case, len(r.Targets))}
			rows[c.ID] = row
			order = append(order, row)
		}
		row.Cells[column[c.Peer()]] = c
	}
	slices.SortStableFunc(order, func(a, b *CaseRow) int { return reports.CompareIDs(a.ID, b.ID) })
	bySection := make(map[string][]CaseRow)
	for _, row := range order {
		s := reports.SectionOf(row.ID)
		bySection[s] = append(bySection[s], *row)
	}
	var sections []Section
	for section, cases := range bySection {
		s := Section{Section: section, Title: reports.SectionTitle(section), Cases: cases}
		if s.Title != section && section[0] >= '0' && section[0] <= '9' {
			s.Number = section
		}
		for i, t := range r.Targets {
			s.Cells = append(s.Cells, newSectionCell(PeerKey(t.Agent, t.Role), cases, i))
		}
		sections = append(sections, s)
	}
	slices.SortFunc(sections, func(a, b Section) int { return reports.CompareIDs(a.Section, b.Section) })
	return sections
}

func newSectionCell(key string, rows []CaseRow, column int) SectionCell {
	n := make(map[verdict.Verdict]int)
	cell := SectionCell{PeerKey: key}
	for _, row := range rows {
		if c := row.Cells[column]; c != nil {
			n[c.Verdict]++
			cell.Cases++
		}
	}
	if cell.Cases == 0 {
		return cell
	}
	cell.Good = n[verdict.Pass] + n[verdict.Warn]
	cell.Verdict, _ = Overall(n, cell.Cases)
	if cell.Verdict != verdict.Pass {
		cell.Words = fmt.Sprintf("%d %s", n[cell.Verdict], cell.Verdict)
	}
	return cell
}
