package page

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
)

// A clauseRow is one requirement with a cell for each peer.
type clauseRow struct {
	outline.Clause
	Cells []clauseCell
}

// A clauseCell counts the cases of one peer that check the requirement.
type clauseCell struct {
	PeerKey string
	// Verdict is the worst verdict; empty if no case checked the requirement.
	Verdict verdict.Verdict
	Cases   int
	// Bad is how many of the cases have that verdict.
	Bad int
}

func newClauseRows(r *reports.Report, cases []*outline.Case) []clauseRow {
	type key struct{ clause, peer string }
	found := make(map[key][]verdict.Verdict)
	for _, c := range cases {
		for _, clause := range c.Clauses {
			k := key{clause.ID, c.PeerKey}
			found[k] = append(found[k], c.Verdict)
		}
	}
	var rows []clauseRow
	for id, clause := range r.Clauses {
		row := clauseRow{Clause: outline.Clause{ID: id, Clause: clause}}
		for _, t := range r.Targets {
			peer := outline.PeerKey(t.Agent, t.Role)
			cell := clauseCell{PeerKey: peer}
			for _, v := range found[key{id, peer}] {
				cell.Cases++
				switch {
				case cell.Verdict == "" || v.Worse(cell.Verdict):
					cell.Verdict, cell.Bad = v, 1
				case v == cell.Verdict:
					cell.Bad++
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b clauseRow) int { return reports.CompareIDs(a.ID, b.ID) })
	return rows
}
