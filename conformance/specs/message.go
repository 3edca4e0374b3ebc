package specs

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/rfc"
)

// Message says why a case did not pass: an explanation, the verdicts, the expected and
// the observed events, and the requirements with their clauses.
func Message(r conformance.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nverdicts: behaviour %s, close behaviour %s\n", r.Explanation, r.Behavior, r.Close)
	b.WriteString("expected, from best to worst:\n")
	for _, o := range r.Case.Script.Outcomes {
		fmt.Fprintf(&b, "  %s: %s\n", o.Behavior, o)
	}
	b.WriteString("observed:\n")
	for _, event := range r.Observed {
		fmt.Fprintf(&b, "  %s\n", event)
	}
	if len(r.Observed) == 0 {
		b.WriteString("  nothing\n")
	}
	b.WriteString("clauses:\n")
	for _, id := range r.Case.Requires {
		if q := rfc.ByID(id); q != nil {
			fmt.Fprintf(&b, "  %s (%s, %s): %s\n", q.Clause(), id, q.Level, q.Summary)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
