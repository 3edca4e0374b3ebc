package reports

import (
	"bytes"
	"html/template"
	"slices"
	"strings"
)

// A GoTest is a case as a Go test that stands alone: Source, and behind it what
// is at the index Code in [Report.GoTestCode].
type GoTest struct {
	Role   Role   `json:"role"`
	ID     string `json:"id"`
	Source string `json:"source"`
	Code   int    `json:"code"`
}

// AddGoTest adds the Go test of a case for peers of a role, unless it is there:
// its own source and the code behind it that others may share.
func (r *Report) AddGoTest(role Role, id, source, code string) {
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

// HasGoTest reports whether the case has a Go test for peers of that role.
func (r *Report) HasGoTest(role Role, id string) bool {
	return slices.ContainsFunc(r.GoTests, func(t GoTest) bool { return t.Role == role && t.ID == id })
}

// goTestCommand is how the Go tests of a peer's cases are run: the address of a
// server, or the command of a client, is in the environment.
func goTestCommand(t Target) string {
	switch {
	case t.Role == Server:
		return "WS_URL=" + shellWords([]string{t.URL}) + " go test"
	case strings.HasPrefix(t.URL, "ws://"), strings.HasPrefix(t.URL, "wss://"): // it came by itself
		return "WS_CLIENT='your-echo-client {url}' go test"
	}
	return "WS_CLIENT=" + shellWords([]string{t.URL}) + " go test"
}

// packGoTests draws the tests and the code that they share, for the page, into one
// compressed block; nothing if there are none.
func (r *Report) packGoTests() (template.HTML, error) {
	if len(r.GoTests) == 0 {
		return "", nil
	}
	var drawn bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&drawn, "gotests.html", r); err != nil {
		return "", err
	}
	return newBlock(drawn.Bytes())
}
