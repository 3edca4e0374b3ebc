package main

import (
	_ "embed"
	"net/http"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

//go:embed browser.html
var browserPage string

// page is what a browser sees that opens the service's address: a page that
// runs the cases, and then the report.
type page struct {
	mu     sync.Mutex
	report string
}

// show keeps the report for the next browser that asks.
func (p *page) show(r *record) {
	var b strings.Builder
	if err := reports.WriteHTML(&b, r.finish()); err != nil {
		b.Reset()
		b.WriteString(err.Error())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.report = b.String()
}

func (p *page) respond(r wire.Request) (wire.Response, string) {
	const html = "text/html; charset=utf-8"
	path, _, _ := strings.Cut(r.Target, "?")
	switch path {
	case "/":
		return conformance.PlainResponse(http.StatusOK, html, browserPage)
	case "/report":
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.report == "" {
			return conformance.PlainResponse(http.StatusNotFound, "text/plain; charset=utf-8", "There is no report yet: open / to run the cases.\n")
		}
		return conformance.PlainResponse(http.StatusOK, html, p.report)
	}
	return conformance.PlainResponse(http.StatusNotFound, "text/plain; charset=utf-8", "There are / (runs the cases in this browser) and /report.\n")
}
