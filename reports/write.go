package reports

import (
	"encoding/json"
	"fmt"
	"io"
)

// Write writes the report as JSON, with Schema and Summary filled in and the
// nil lists written as empty ones. It refuses a report that Validate finds
// mistakes in, before anything is written. The report is not changed.
func Write(w io.Writer, r *Report) error {
	out := complete(r)
	if err := out.Validate(); err != nil {
		return fmt.Errorf("report not written: %w", err)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// complete returns a copy with what Write promises to fill.
func complete(r *Report) *Report {
	out := *r
	out.Schema = Schema
	out.Command = list(r.Command)
	out.Targets = list(r.Targets)
	if out.Clauses == nil {
		out.Clauses = map[string]Clause{}
	}
	out.Results = make([]Result, len(r.Results))
	for i, res := range r.Results {
		res.Requirements = list(res.Requirements)
		res.Observed = list(res.Observed)
		res.Transcript = list(res.Transcript)
		expected := make([]Outcome, len(res.Expected))
		for j, o := range res.Expected {
			expected[j] = Outcome{Behavior: o.Behavior, Events: list(o.Events)}
		}
		res.Expected = expected
		out.Results[i] = res
	}
	out.Summary = Summarize(out.Targets, out.Results)
	return &out
}

// list returns l, or an empty list for nil, which JSON writes as [] and not
// as null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
