package markdown

import (
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/reports"
)

// WriteFaults writes the fault matrix as Markdown, with a table for each area: the
// fault, the role, what the peer does, and how many cases of each part of the
// catalogue detect it.
func WriteFaults(w io.Writer, m *reports.FaultMatrix) error {
	var b strings.Builder
	parts := m.CatalogParts()
	fmt.Fprintf(&b, "# Fault matrix\n\n%s. A fault counts once for each role that can have it.\n", m.Sentence())
	b.WriteString("A number is how many cases of this part of the catalogue fail because of\nthe fault; +n is how many more warn.\n")
	for _, a := range m.Areas() {
		fmt.Fprintf(&b, "\n## %s\n\n| fault | role | what the peer does | %s |\n| --- | --- | --- |%s\n", capital(escaped(a.Area)), strings.Join(parts, " | "), strings.Repeat(" --: |", len(parts)))
		for _, row := range a.Rows {
			about := escaped(row.Sentence)
			if row.Caught == 0 {
				about += " **Not detected: " + escaped(row.Uncaught) + "**"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |", escaped(row.Fault), row.Role, about)
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

func capital(s string) string { return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):] }
