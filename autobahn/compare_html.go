package autobahn

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/wsspec/wsspec/reports"
)

//go:embed compare.html
var comparePage string

// pageTitle is the end of the title of every page that WriteHTML writes.
const pageTitle = " – wsspec and Autobahn</title>"

var compareTemplate = template.Must(template.New("compare").Funcs(template.FuncMap{
	"section":  reports.SectionTitle,
	"verdicts": verdicts,
	"missing":  func(p PeerComparison) []string { return p.missing() },
	"total":    func(p PeerComparison) SectionComparison { return p.Total() },
}).Parse(comparePage))

// WriteHTML writes the comparison as one page that needs nothing beside itself, and
// has no script.
func (c *Comparison) WriteHTML(w io.Writer) error {
	if err := compareTemplate.Execute(w, c); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}
