package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteTAP writes the report in the Test Anything Protocol, version 14: one
// test point for each result, named by agent, role and case. A verdict of fail
// or error is "not ok"; what is to be said of it stands in a YAML block.
func WriteTAP(w io.Writer, r *Report) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "TAP version 14\n1..%d\n", len(r.Results))
	for i := range r.Results {
		res := &r.Results[i]
		ok := "ok"
		if res.Verdict == Fail || res.Verdict == Error {
			ok = "not ok"
		}
		fmt.Fprintf(b, "%s %d - %s", ok, i+1, tapText(fmt.Sprintf("%s %s %s", res.Agent, res.Role, res.ID)))
		if res.Verdict == Skip {
			fmt.Fprintf(b, " # SKIP %s", tapText(res.Explanation))
		}
		b.WriteByte('\n')
		if res.Verdict == Pass || res.Verdict == Skip {
			continue
		}
		b.WriteString("  ---\n")
		tapField(b, "verdict", res.Verdict)
		tapField(b, "message", res.Why())
		tapField(b, "account", r.account(res))
		b.WriteString("  ...\n")
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write TAP: %w", err)
	}
	return nil
}

// tapField writes one member of a YAML block. Its value is JSON, which YAML 1.2
// contains and which has no line ends or control characters of its own.
func tapField(b *bufio.Writer, name string, value any) {
	octets, err := json.Marshal(value)
	if err != nil {
		// Strings and lists of strings always marshal.
		panic(err)
	}
	fmt.Fprintf(b, "  %s: %s\n", name, octets)
}

// tapText escapes a description, where "#" begins a directive, and keeps it on
// its line.
func tapText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `#`, `\#`).Replace(oneLine(s))
}
