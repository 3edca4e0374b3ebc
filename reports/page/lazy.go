package page

import (
	"encoding/json"
	"html/template"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
)

// mostCells is how many results the matrix may have as HTML. A page with more of them
// has them as data, and its script draws a section when it is opened.
const mostCells = 3000

// A matrixData is the matrix of a large report, for the page's script. A cell is a
// number, because there are ten thousands of them.
type matrixData struct {
	// Kinds are the different cells.
	Kinds []cellKind `json:"kinds"`
	// Clauses are the ids of the clauses, which rows name by their index.
	Clauses []string `json:"clauses"`
	// Sections are in the order of the page.
	Sections [][]matrixRow `json:"sections"`
}

// A cellKind is what many cells have in common.
type cellKind struct {
	Verdict  string           `json:"verdict"`
	Word     string           `json:"word"`
	Notes    []string         `json:"notes"`
	Standing reports.Standing `json:"baseline"`
}

// A matrixRow is one case.
type matrixRow struct {
	ID      string        `json:"id"`
	Title   string        `json:"title"`
	Level   verdict.Level `json:"level"`
	Clauses []int         `json:"clauses"`
	// Cells has, for each peer, the index of the kind plus 1, or 0 if there is no
	// result. Blocks has the blocks of those that are not 0.
	Cells  []int `json:"cells"`
	Blocks []int `json:"blocks"`
}

// newMatrixData returns the matrix as JSON, which is safe within a script element:
// encoding/json escapes "<".
func newMatrixData(sections []outline.Section) (template.JS, error) {
	data := matrixData{Kinds: []cellKind{}, Clauses: []string{}, Sections: [][]matrixRow{}}
	kinds, clauses := make(map[string]int), make(map[string]int)
	for _, s := range sections {
		rows := []matrixRow{}
		for _, c := range s.Cases {
			row := matrixRow{ID: c.ID, Title: c.Title, Level: c.Level, Clauses: []int{}, Cells: []int{}, Blocks: []int{}}
			for _, id := range c.Requirements {
				if _, ok := clauses[id]; !ok {
					clauses[id] = len(data.Clauses)
					data.Clauses = append(data.Clauses, id)
				}
				row.Clauses = append(row.Clauses, clauses[id])
			}
			for _, cell := range c.Cells {
				if cell == nil {
					row.Cells = append(row.Cells, 0)
					continue
				}
				kind := kindOf(cell)
				key := kind.Verdict + "\x00" + kind.Word + "\x00" + string(kind.Standing) + "\x00" + string(cell.Close())
				if cell.Flaky {
					key += "\x00flaky"
				}
				if _, ok := kinds[key]; !ok {
					kinds[key] = len(data.Kinds)
					data.Kinds = append(data.Kinds, kind)
				}
				row.Cells, row.Blocks = append(row.Cells, 1+kinds[key]), append(row.Blocks, cell.Block)
			}
			rows = append(rows, row)
		}
		data.Sections = append(data.Sections, rows)
	}
	octets, err := json.Marshal(data)
	return template.JS(octets), err
}

func kindOf(c *outline.Case) cellKind {
	k := cellKind{Verdict: classOf(c.Verdict), Word: c.Word(), Notes: []string{}, Standing: c.Standing}
	for _, note := range []string{string(c.Close()), string(c.Standing)} {
		if note != "" {
			k.Notes = append(k.Notes, note)
		}
	}
	if c.Flaky {
		k.Notes = append(k.Notes, "flaky")
	}
	return k
}
