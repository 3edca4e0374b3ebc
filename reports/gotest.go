package reports

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// A GoTest is a case, or a variant of one that failed, as a standalone Go test: Source, followed by the element Code
// of [Report.GoTestCode].
type GoTest struct {
	Role   verdict.Role `json:"role"`
	ID     string       `json:"id"`
	Source string       `json:"source"`
	Code   int          `json:"code"`
}

// AddGoTest adds the Go test of a case for peers of a role, unless the report has
// it: the case's own source, and the code after it that tests share.
func (r *Report) AddGoTest(role verdict.Role, id, source, code string) {
	if r.HasGoTest(role, id) {
		return
	}
	i := slices.Index(r.GoTestCode, code)
	if i < 0 {
		i = len(r.GoTestCode)
		r.GoTestCode = append(r.GoTestCode, code)
	}
	r.GoTests = append(r.GoTests, GoTest{role, id, source, i})
}

// HasGoTest reports whether the case or the variant has a Go test for peers of that role.
func (r *Report) HasGoTest(role verdict.Role, id string) bool {
	return slices.ContainsFunc(r.GoTests, func(t GoTest) bool { return t.Role == role && t.ID == id })
}
