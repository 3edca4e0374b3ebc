// Package tap writes reports in the Test Anything Protocol.
package tap

import (
	"bufio"
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
var Form = reports.Form{Name: "tap", File: "report.tap", About: "Test Anything Protocol, version 14", Write: Write}

// Write writes the report in the Test Anything Protocol, version 14: one test point
// for each result, named by agent, role and case. The verdicts fail, error and
// "not run" are "not ok". A failure that the run's baseline knows is TODO, which
// is TAP's word for an expected one. A YAML block explains each case that does not pass. A run that
// was interrupted ends with "Bail out!".
func Write(w io.Writer, r *reports.Report) error {
	r = outline.Visible(r)
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "TAP version 14\n1..%d\n", len(r.Results))
	for i := range r.Results {
		res := &r.Results[i]
		ok := "ok"
		if res.Verdict == verdict.Fail || !res.Verdict.Settled() {
			ok = "not ok"
		}
		fmt.Fprintf(b, "%s %d - %s", ok, i+1, escaped(fmt.Sprintf("%s %s %s", res.Agent, res.Role, res.ID)))
		if res.Verdict == verdict.Skip {
			fmt.Fprintf(b, " # SKIP %s", escaped(res.Explanation))
		}
		if res.Verdict == verdict.Fail && res.Standing == reports.Known {
			b.WriteString(" # TODO known")
		}
		b.WriteByte('\n')
		if res.Verdict == verdict.Pass || res.Verdict == verdict.Skip {
			continue
		}
		b.WriteString("  ---\n")
		writeField(b, "verdict", res.Verdict)
		if res.Standing != "" {
			writeField(b, "baseline", res.Standing)
		}
		writeField(b, "message", res.Why())
		writeField(b, "account", r.Account(res))
		b.WriteString("  ...\n")
	}
	summary := reports.Summarize(r.Targets, r.Results)
	if incomplete := outline.Incomplete(r, summary); incomplete != "" {
		fmt.Fprintf(b, "# %s\n", escaped(incomplete))
	}
	if why := outline.Interrupted(r); why != "" {
		fmt.Fprintf(b, "Bail out! %s\n", escaped(why))
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write TAP: %w", err)
	}
	return nil
}

// writeField writes one member of a YAML block. The value is written as JSON, which
// is valid YAML 1.2 without line breaks or control characters.
func writeField(b *bufio.Writer, name string, value any) {
	octets, err := json.Marshal(value)
	if err != nil {
		// Strings and lists of strings always marshal.
		panic(err)
	}
	fmt.Fprintf(b, "  %s: %s\n", name, octets)
}

// escaped escapes a description, in which "#" begins a directive, and makes it one
// line.
func escaped(s string) string {
	return strings.NewReplacer(`\`, `\\`, `#`, `\#`).Replace(wording.OneLine(s))
}
