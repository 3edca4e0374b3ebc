package page

import (
	"fmt"
	"html/template"
	"io"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
)

// WriteDiff writes the difference as one page under the same policy as the
// report's, without any script.
func WriteDiff(w io.Writer, d *reports.Changes) error {
	css, err := templateFiles.ReadFile("templates/page.css")
	if err != nil {
		return fmt.Errorf("write difference: %w", err)
	}
	clean := reports.Diff(outline.Visible(d.Old), outline.Visible(d.New))
	if err := pageTemplates().ExecuteTemplate(w, "diff.html", map[string]any{
		"CSP": policy(string(css)), "CSS": template.CSS(css),
		"Diff": clean, "Parts": clean.Parts(), "Regressed": clean.Regressed(), "NewPeers": clean.NotCompared(),
	}); err != nil {
		return fmt.Errorf("write difference: %w", err)
	}
	return nil
}
