package reports

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Reference names the section of the clause: "RFC 6455 section 5.5".
func (c Clause) Reference() string { return fmt.Sprintf("RFC %d section %s", c.RFC, c.Section) }

// URL is the address of the clause's section at the RFC Editor.
func (c Clause) URL() string {
	return fmt.Sprintf("https://www.rfc-editor.org/rfc/rfc%d#section-%s", c.RFC, url.PathEscape(c.Section))
}

// Sentence is the outcome in words: "OK: text message; Close 1000".
func (o Outcome) Sentence() string {
	if len(o.Events) == 0 {
		return string(o.Behavior) + ": nothing"
	}
	return string(o.Behavior) + ": " + strings.Join(o.Events, "; ")
}

// Account describes a result in lines of text: what was expected, what was
// observed, and the clauses. Forms that have one text for a failure use this one.
// It has few lines however much the peer sent.
func (r *Report) Account(res *Result) []string {
	lines := []string{res.Title, fmt.Sprintf("behavior %s, close %s", orNone(res.Behavior), orNone(res.BehaviorClose))}
	if d := res.FirstWrong; d != nil {
		lines = append(lines, fmt.Sprintf("first wrong octet: %d (in %s)", d.Octet, wording.Clear(res.Transcript[d.Entry].Text, wording.MaxText)))
	}
	for _, o := range res.Expected {
		lines = append(lines, "expected "+Outcome{o.Behavior, wording.FirstFew(o.Events)}.Sentence())
	}
	for _, event := range wording.FirstFew(res.Observed) {
		lines = append(lines, "observed "+event)
	}
	for _, id := range res.Named() {
		c := r.Clauses[id]
		lines = append(lines, fmt.Sprintf("%s %s (%s): %s", c.Reference(), c.Level, id, c.Summary))
	}
	if res.Flaky {
		lines = append(lines, fmt.Sprintf("flaky: %s with different verdicts", wording.Counted(res.Attempts, "attempt")))
	}
	if again := r.Rerun(res); again != "" {
		lines = append(lines, "run again: "+again)
	}
	return lines
}

// Why is the explanation, followed by the likely cause if there is one.
func (r *Result) Why() string {
	return strings.TrimSpace(r.Explanation + " " + r.LikelyCause)
}

func orNone[W ~string](w W) string {
	if w == "" {
		return "none"
	}
	return string(w)
}
