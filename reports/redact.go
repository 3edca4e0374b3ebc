package reports

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/reports/secrets"
)

// removeSecrets removes secrets from a report of an older version, which kept them.
// Package record removes them before they are in a report.
func (r *Report) removeSecrets() {
	known := &secrets.Redactor{}
	for _, t := range r.Targets {
		known.Learn(t.URL)
	}
	r.Command = known.Arguments(r.Command)
	r.Targets = slices.Clone(r.Targets)
	for i := range r.Targets {
		r.Targets[i].URL = strings.Join(known.Arguments(strings.Split(r.Targets[i].URL, " ")), " ")
	}
	for i := range r.Results {
		r.Results[i].removeSecrets(known.Clone())
	}
}

func (r *Result) removeSecrets(known *secrets.Redactor) {
	for i := range r.Transcript {
		if e := &r.Transcript[i]; e.message() {
			known.Secrets(e.Octets)
		}
	}
	r.Observed, r.Explanation = known.Texts(r.Observed), known.Text(r.Explanation)
	for i := range r.Transcript {
		e := &r.Transcript[i]
		e.Text = known.Text(e.Text)
		if e.message() {
			e.Octets = known.Message(e.Octets)
		} else {
			e.Octets = known.Octets(e.Octets)
		}
	}
}

// message reports whether the entry may be an HTTP message.
func (e *Entry) message() bool {
	return e.Kind == KindRequest || e.Kind == KindResponse || e.Kind == KindOctets
}
