package page

import (
	"html/template"
	"strings"

	"github.com/wsspec/wsspec/reports"
)

// goTests are the Go tests of a page. Most of the code that tests share is the same for
// all of them: it is there once, in parts, of which each element of Code has the indices.
type goTests struct {
	Tests []reports.GoTest
	Code  [][]int
	Parts []string
}

// newGoTests cuts the code into parts where it has empty lines.
func newGoTests(r *reports.Report) goTests {
	t := goTests{Tests: r.GoTests}
	indices := map[string]int{}
	for _, code := range r.GoTestCode {
		var parts []int
		for part := range strings.SplitAfterSeq(code, "\n\n") {
			i, known := indices[part]
			if !known {
				i = len(t.Parts)
				indices[part] = i
				t.Parts = append(t.Parts, part)
			}
			parts = append(parts, i)
		}
		t.Code = append(t.Code, parts)
	}
	return t
}

// packGoTests puts the Go tests and the code that they share into one compressed
// block. It returns "" if there are no tests.
func packGoTests(r *reports.Report) (template.HTML, error) {
	if len(r.GoTests) == 0 {
		return "", nil
	}
	return packTemplate("gotests.html", newGoTests(r))
}
