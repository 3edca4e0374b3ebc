package reports

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed templates
var templateFiles embed.FS

// pageTemplates are the pieces of the page, each in a file of its own.
var pageTemplates = template.Must(template.New("page").Funcs(template.FuncMap{
	"lower":   strings.ToLower,
	"words":   verdictWord,
	"section": SectionTitle,
}).ParseFS(templateFiles, "templates/*.html"))

// WriteHTML writes the report as one page that needs nothing beside itself: a
// strict Content-Security-Policy in its head forbids every request and every
// script and style but its own two. Without JavaScript it shows all verdicts
// and explains every case that did not pass; with it, filters, keyboard and the
// transcripts, which are kept compressed until a case is opened.
//
// Octets and entries beyond what a page of about 5 MB can hold are left out,
// with their true number; report.json has more.
func WriteHTML(w io.Writer, r *Report) error {
	p, err := newPage(r.visible())
	if err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	if err := pageTemplates.ExecuteTemplate(w, "page.html", p); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// A page is what the templates see of a report.
type page struct {
	Report   *Report
	CSP      string
	CSS      template.CSS
	Early    template.JS
	JS       template.JS
	Verdict  headline
	Peers    []peerCard
	Sections []sectionRows
	Findings []peerFindings
	Clauses  []clauseRow
	Plots    []plot
	Faults   *faultPlot
	Levels   []Level
	Verdicts []Verdict
	About    []aboutLine
	// Blocks are the compressed cases: see packCases.
	Blocks []template.HTML
	// GoTests is the block of all cases as Go tests, empty if there are none.
	GoTests template.HTML
}

// early runs before the first paint, so that nothing that is only for readers
// without JavaScript flashes up.
const early = `document.documentElement.classList.add("js")`

func newPage(r *Report) (*page, error) {
	css, err := templateFiles.ReadFile("templates/page.css")
	if err != nil {
		return nil, err
	}
	js, err := templateFiles.ReadFile("templates/page.js")
	if err != nil {
		return nil, err
	}
	cases := newCaseViews(r)
	blocks, err := packCases(r, cases)
	if err != nil {
		return nil, err
	}
	tests, err := r.packGoTests()
	if err != nil {
		return nil, err
	}
	summary := Summarize(r.Targets, r.Results)
	p := &page{
		Report: r,
		// These are this package's own files, embedded: nothing of the report
		// is in them.
		CSS:      template.CSS(css),
		Early:    early,
		JS:       template.JS(js),
		CSP:      policy(string(css), early, string(js)),
		Peers:    newPeerCards(r, summary),
		Sections: newSectionRows(r, cases),
		Findings: newFindings(r, cases),
		Clauses:  newClauseRows(r, cases),
		Plots:    newPlots(r),
		Faults:   newFaultPlot(r),
		Levels:   Levels(),
		Verdicts: Verdicts(),
		About:    newAbout(r, summary),
		Blocks:   blocks,
		GoTests:  tests,
	}
	p.Verdict = newHeadline(p.Peers, summary)
	return p, nil
}

// policy is the Content-Security-Policy: nothing but this style and these
// scripts, by their hashes, and the icon in the page's head.
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
