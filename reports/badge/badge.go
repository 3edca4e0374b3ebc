// Package badge writes the JSON of a shields.io endpoint badge.
package badge

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Form is this form in the table of package forms.
var Form = reports.Form{Name: "badge", File: "badge.json", About: "for a shields.io endpoint badge", Write: Write}

// Write writes the JSON that a shields.io endpoint badge reads: the verdict, and how
// many of the cases that ran pass or warn. The badge of a run that is not complete is
// grey and says so.
func Write(w io.Writer, r *reports.Report) error {
	s := reports.Summarize(r.Targets, r.Results)
	worst, _ := outline.Overall(s.Verdicts, s.Cases)
	badge := struct {
		SchemaVersion int    `json:"schemaVersion"`
		Label         string `json:"label"`
		Message       string `json:"message"`
		Color         string `json:"color"`
		IsError       bool   `json:"isError,omitempty"`
	}{SchemaVersion: 1, Label: "RFC 6455", IsError: worst == verdict.Error}
	ran := 0
	for v, n := range s.Verdicts {
		if v.Ran() {
			ran += n
		}
	}
	badge.Message = fmt.Sprintf("%s of %s", wording.Grouped(s.Verdicts[verdict.Pass]+s.Verdicts[verdict.Warn]), wording.Counted(ran, "case"))
	switch worst {
	case verdict.Pass:
		badge.Color = "brightgreen"
	case verdict.Warn:
		badge.Color = "green"
	case verdict.Fail:
		badge.Color = "red"
	default:
		badge.Color = "lightgrey"
		badge.Message = "not tested"
	}
	if incomplete := outline.Incomplete(r, s); incomplete != "" {
		badge.Color = "lightgrey"
		badge.Message = strings.ToLower(incomplete)
	}
	if err := json.NewEncoder(w).Encode(badge); err != nil {
		return fmt.Errorf("write badge: %w", err)
	}
	return nil
}
