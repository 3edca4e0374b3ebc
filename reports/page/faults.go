package page

import (
	"fmt"
	"html/template"
	"io"

	"github.com/wsspec/wsspec/reports"
)

// WriteFaults writes the matrix as one page under the report's policy, without
// any script.
func WriteFaults(w io.Writer, m *reports.FaultMatrix) error {
	css, err := templateFiles.ReadFile("templates/page.css")
	if err != nil {
		return fmt.Errorf("write fault matrix: %w", err)
	}
	if err := pageTemplates().ExecuteTemplate(w, "faults.html", map[string]any{
		"CSP": policy(string(css)), "CSS": template.CSS(css),
		"Sentence": m.Sentence(), "Parts": m.CatalogParts(), "Areas": m.Areas(),
	}); err != nil {
		return fmt.Errorf("write fault matrix: %w", err)
	}
	return nil
}
