package reports

import "slices"

// A clauseRow is one requirement with each peer's state.
type clauseRow struct {
	clauseView
	Cells []clauseCell
}

// A clauseCell is what the cases that check a clause say of one peer.
type clauseCell struct {
	PeerKey string
	// Verdict is the worst; empty when no case checked the clause here.
	Verdict Verdict
	Cases   int
	// Bad is how many of the cases have that verdict.
	Bad int
}

func newClauseRows(r *Report, cases []*caseView) []clauseRow {
	type place struct{ clause, peer string }
	found := make(map[place][]Verdict)
	for _, c := range cases {
		for _, clause := range c.Clauses {
			p := place{clause.ID, c.PeerKey}
			found[p] = append(found[p], c.Verdict)
		}
	}
	var rows []clauseRow
	for id, clause := range r.Clauses {
		row := clauseRow{clauseView: clauseView{id, clause}}
		for _, t := range r.Targets {
			key := peerKey(t.Agent, t.Role)
			cell := clauseCell{PeerKey: key}
			for _, v := range found[place{id, key}] {
				cell.Cases++
				switch {
				case cell.Verdict == "" || urgency(v) < urgency(cell.Verdict):
					cell.Verdict, cell.Bad = v, 1
				case v == cell.Verdict:
					cell.Bad++
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b clauseRow) int { return CompareIDs(a.ID, b.ID) })
	return rows
}
