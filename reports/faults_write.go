package reports

import (
	"fmt"
	"html/template"
	"io"
	"strings"
)

// Sentence is the matrix in words: "612 of 631 faults are caught,
// with 781 cases".
func (m *FaultMatrix) Sentence() string {
	return fmt.Sprintf("%s of %s are caught, with %s", grouped(m.caught()), counted(len(m.Rows), "fault"), counted(len(m.Cases), "case"))
}

// WriteMarkdown writes a table for each area: the fault, the role, what such a
// peer does, and in how many cases of each part of the catalogue it shows.
func (m *FaultMatrix) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	parts := m.parts()
	fmt.Fprintf(&b, "# Fault matrix\n\n%s. A fault counts for each role that can have it.\n", m.Sentence())
	b.WriteString("A number says how many cases of that part of the catalogue fail because of\nthe fault; +n, that n more have a remark.\n")
	for _, a := range m.areas() {
		fmt.Fprintf(&b, "\n## %s\n\n| fault | role | such a peer | %s |\n| --- | --- | --- |%s\n", capital(markdownText(a.Area)), strings.Join(parts, " | "), strings.Repeat(" --: |", len(parts)))
		for _, row := range a.Rows {
			about := markdownText(row.Sentence)
			if row.Caught == 0 {
				about += " **Not caught: " + markdownText(row.Uncaught) + "**"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |", markdownText(row.Fault), row.Role, about)
			for _, c := range row.Cells {
				b.WriteString(" " + c.Words() + " |")
			}
			b.WriteByte('\n')
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write fault matrix: %w", err)
	}
	return nil
}

// Words is a cell's text: "3", "3+1", "+1", or nothing.
func (c faultCell) Words() string {
	switch {
	case c.Fails+c.Warns == 0:
		return ""
	case c.Warns == 0:
		return grouped(c.Fails)
	case c.Fails == 0:
		return "+" + grouped(c.Warns)
	}
	return grouped(c.Fails) + "+" + grouped(c.Warns)
}

// WriteHTML writes the matrix as one page under the report's policy, without
// any script.
func (m *FaultMatrix) WriteHTML(w io.Writer) error {
	css, err := templateFiles.ReadFile("templates/page.css")
	if err != nil {
		return fmt.Errorf("write fault matrix: %w", err)
	}
	if err := pageTemplates.ExecuteTemplate(w, "faults.html", map[string]any{
		"CSP": policy(string(css)), "CSS": template.CSS(css),
		"Sentence": m.Sentence(), "Parts": m.parts(), "Areas": m.areas(),
	}); err != nil {
		return fmt.Errorf("write fault matrix: %w", err)
	}
	return nil
}

func capital(s string) string { return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):] }
