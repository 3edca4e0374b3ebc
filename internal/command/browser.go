package command

import (
	_ "embed"
	"net/http"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/page"
)

//go:embed browser.html
var browserPage string

// clientPage is what a browser sees that opens the service's address: a page that
// runs the cases, and then the report.
type clientPage struct {
	mu     sync.Mutex
	report func() string
}

// show keeps the report for the browsers that ask. The page is drawn for the first.
func (p *clientPage) show(r *reports.Report) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.report = sync.OnceValue(func() string {
		var b strings.Builder
		if err := page.Write(&b, r); err != nil {
			return err.Error()
		}
		return b.String()
	})
}

func (p *clientPage) respond(r wire.Request) (wire.Response, string) {
	const html = "text/html; charset=utf-8"
	path, _, _ := strings.Cut(r.Target, "?")
	switch path {
	case "/":
		return conformance.PlainResponse(http.StatusOK, html, browserPage)
	case "/report":
		p.mu.Lock()
		report := p.report
		p.mu.Unlock()
		if report == nil {
			return conformance.PlainResponse(http.StatusNotFound, "text/plain; charset=utf-8", "There is no report yet: open / to run the cases.\n")
		}
		return conformance.PlainResponse(http.StatusOK, html, report())
	}
	return conformance.PlainResponse(http.StatusNotFound, "text/plain; charset=utf-8", "There are / (runs the cases in this browser) and /report.\n")
}
