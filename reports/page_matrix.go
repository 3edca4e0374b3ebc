package reports

import (
	"fmt"
	"slices"
)

// A sectionRows is one section of the matrix: a row of counts, and below it a
// row for each case.
type sectionRows struct {
	Section string
	// Number is what stands before the title: "5", or nothing.
	Number string
	Title  string
	Cells  []sectionCell
	Cases  []caseRow
}

// A sectionCell is what one peer did in one section.
type sectionCell struct {
	PeerKey string
	// Verdict is the worst of the cell; empty when no case ran there.
	Verdict     Verdict
	Good, Cases int
	// Words say what is not as it should be; empty when all is.
	Words string
}

// A caseRow is one case with a cell for each peer, nil where it was not run.
type caseRow struct {
	ID, Title    string
	Level        Level
	Requirements []string
	Cells        []*caseView
}

func newSectionRows(r *Report, cases []*caseView) []sectionRows {
	column := make(map[peer]int)
	for i, t := range r.Targets {
		column[peer{t.Agent, t.Role}] = i
	}
	rows := make(map[string]*caseRow)
	var order []*caseRow
	for _, c := range cases {
		row := rows[c.ID]
		if row == nil {
			row = &caseRow{ID: c.ID, Title: c.Title, Level: c.Level, Requirements: c.Requirements, Cells: make([]*caseView, len(r.Targets))}
			rows[c.ID] = row
			order = append(order, row)
		}
		row.Cells[column[c.peer()]] = c
	}
	slices.SortStableFunc(order, func(a, b *caseRow) int { return CompareIDs(a.ID, b.ID) })
	bySection := make(map[string][]caseRow)
	for _, row := range order {
		s := SectionOf(row.ID)
		bySection[s] = append(bySection[s], *row)
	}
	var sections []sectionRows
	for section, cases := range bySection {
		s := sectionRows{Section: section, Title: SectionTitle(section), Cases: cases}
		if s.Title != section && section[0] >= '0' && section[0] <= '9' {
			s.Number = section
		}
		for i, t := range r.Targets {
			s.Cells = append(s.Cells, newSectionCell(peerKey(t.Agent, t.Role), cases, i))
		}
		sections = append(sections, s)
	}
	slices.SortFunc(sections, func(a, b sectionRows) int { return CompareIDs(a.Section, b.Section) })
	return sections
}

func newSectionCell(key string, rows []caseRow, column int) sectionCell {
	n := noVerdicts()
	cell := sectionCell{PeerKey: key}
	for _, row := range rows {
		if c := row.Cells[column]; c != nil {
			n[c.Verdict]++
			cell.Cases++
		}
	}
	if cell.Cases == 0 {
		return cell
	}
	cell.Good = n[Pass] + n[Warn]
	switch {
	case n[Fail] > 0:
		cell.Verdict, cell.Words = Fail, fmt.Sprintf("%d fail", n[Fail])
	case n[Error] > 0:
		cell.Verdict, cell.Words = Error, counted(n[Error], "error")
	case n[Skip] == cell.Cases:
		cell.Verdict, cell.Words = Skip, "skipped"
	case n[Warn] > 0:
		cell.Verdict, cell.Words = Warn, counted(n[Warn], "remark")
	default:
		cell.Verdict = Pass
	}
	return cell
}
