// Package page draws reports as HTML pages that need no other file: a report, the
// difference of two, the fault matrix, and a folder of reports.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
)

//go:embed templates
var templateFiles embed.FS

// pageTemplates are the parts of the page, one file each. They are parsed when a page is
// first drawn: most commands draw none.
var pageTemplates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"lower":   strings.ToLower,
		"class":   classOf,
		"section": reports.SectionTitle,
	}).ParseFS(templateFiles, "templates/*.html"))
})

// classOf is a verdict as a CSS class, which has no blank: "not-run". The page's
// address has verdicts in the same way.
func classOf(v verdict.Verdict) string { return strings.ReplaceAll(string(v), " ", "-") }

// Form is this form in the table of package forms.
var Form = reports.Form{Name: "html", File: "index.html", About: "one page for people", Default: true, Write: Write}

// Write writes the report as one page that needs no other file. Its
// Content-Security-Policy forbids all requests, and all scripts and styles but the
// page's own. Without JavaScript the page shows all verdicts and explains every
// case that did not pass; of a report of more than some thousand results it shows the
// counts of each section in place of the verdicts of cases that pass, and no charts. With JavaScript
// it also has filters, keyboard shortcuts and the transcripts, which are compressed
// until a case is opened.
//
// The page has at most about 5 MB. Entries and octets that do not fit are left out
// and counted; report.json has more of them.
func Write(w io.Writer, r *reports.Report) error { return WriteLinked(w, r, Links{}) }

// WriteLinked is Write for a page that is not alone.
func WriteLinked(w io.Writer, r *reports.Report, links Links) error {
	p, err := newPage(outline.Visible(r))
	if err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	p.Links = links
	if err := pageTemplates().ExecuteTemplate(w, "page.html", p); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// A page is the data of the templates.
type page struct {
	Report  *reports.Report
	Links   Links
	CSP     string
	CSS     template.CSS
	Early   template.JS
	JS      template.JS
	Verdict outline.Headline
	// Gaps are the first reasons why cases were not run; MoreGaps is how many others
	// there are.
	Gaps     []string
	MoreGaps int
	// Baseline says how the run stands to its baseline; Standings are the words to
	// filter by, none if there was no baseline.
	Baseline  []string
	Standings []reports.Standing
	Peers     []outline.PeerCard
	Sections  []outline.Section
	Findings  []outline.PeerFindings
	Clauses   []clauseRow
	Plots     []plot
	Levels    []verdict.Level
	Verdicts  []verdict.Verdict
	About     []aboutLine
	// Blocks are the compressed cases: see packCases.
	Blocks []template.HTML
	// Lazy says that Matrix has the rows of the matrix, which the script draws.
	Lazy   bool
	Matrix template.JS
	// GoTests is the block with the Go tests, empty if there are none. Charts is the
	// block with the plots of a large report.
	GoTests, Charts template.HTML
}

// early runs before the first paint, so that parts for readers without JavaScript
// are never shown to others.
const early = `document.documentElement.classList.add("js")`

func newPage(r *reports.Report) (*page, error) {
	css, err := templateFiles.ReadFile("templates/page.css")
	if err != nil {
		return nil, err
	}
	js, err := templateFiles.ReadFile("templates/page.js")
	if err != nil {
		return nil, err
	}
	cases := outline.Cases(r)
	tests, err := packGoTests(r)
	if err != nil {
		return nil, err
	}
	plots, lazy := newPlots(r), len(cases) > mostCells
	charts, err := packCharts(plots, lazy)
	if err != nil {
		return nil, err
	}
	blocks, err := packCases(r, cases, len(tests)+len(charts))
	if err != nil {
		return nil, err
	}
	summary := reports.Summarize(r.Targets, r.Results)
	p := &page{
		Report: r,
		// These are embedded files of this package; nothing of the report is in
		// them.
		CSS:      template.CSS(css),
		Early:    early,
		JS:       template.JS(js),
		CSP:      policy(string(css), early, string(js)),
		Peers:    outline.PeerCards(r, summary),
		Sections: outline.Sections(r, cases),
		Findings: outline.Findings(r, cases),
		Clauses:  newClauseRows(r, cases),
		Plots:    plots,
		Levels:   verdict.Levels(),
		Verdicts: verdict.Verdicts(),
		About:    newAbout(r, summary),
		Blocks:   blocks,
		GoTests:  tests,
		Charts:   charts,
		Lazy:     lazy,
	}
	if lazy {
		if p.Matrix, err = newMatrixData(p.Sections); err != nil {
			return nil, err
		}
	}
	p.Gaps, p.MoreGaps = outline.FewGaps(r)
	p.Baseline = outline.BaselineLines(r)
	if r.Standings() != nil {
		p.Standings = reports.Standings()
	}
	p.Verdict = outline.NewHeadline(r, p.Peers, summary)
	return p, nil
}

// packCharts puts the plots of a large report, which are some ten thousands of elements,
// into a compressed block. It returns "" if there are none.
func packCharts(plots []plot, lazy bool) (template.HTML, error) {
	if len(plots) == 0 || !lazy {
		return "", nil
	}
	return packTemplate("charts.html", struct{ Plots []plot }{plots})
}

// policy is a Content-Security-Policy that allows only this style and these
// scripts, by their hashes, and icons in data URLs.
func policy(css string, scripts ...string) string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	var allowed []string
	for _, s := range scripts {
		allowed = append(allowed, hash(s))
	}
	return "default-src 'none'; img-src data:; style-src " + hash(css) + "; script-src " + strings.Join(allowed, " ") +
		"; base-uri 'none'; form-action 'none'"
}
