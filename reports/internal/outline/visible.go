package outline

import (
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Visible returns a copy of the report in which every text from a peer, a case or a
// user is visible, and long texts, names and lists are cut. Every form but report.json
// is drawn from such a copy. The transcripts are not copied: their texts are made
// visible where they are drawn.
func Visible(r *reports.Report) *reports.Report {
	out := *r
	out.Tool = reports.Tool{Name: wording.Name(r.Tool.Name), Version: wording.Name(r.Tool.Version)}
	out.Profile = wording.Name(r.Profile)
	out.Command = visibles(r.Command)
	out.Interrupted = wording.Clear(r.Interrupted, wording.MaxText)
	out.BaselineNotes = visibles(wording.FirstFew(r.BaselineNotes))
	out.Targets = make([]reports.Target, len(r.Targets))
	for i, t := range r.Targets {
		out.Targets[i] = reports.Target{Agent: wording.Name(t.Agent), Role: t.Role, URL: wording.Clear(t.URL, 4*wording.MaxText), Transport: wording.Clear(t.Transport, wording.MaxText), Unfinished: wording.Clear(t.Unfinished, wording.MaxText), Shards: t.Shards}
	}
	out.Clauses = make(map[string]reports.Clause, len(r.Clauses))
	for id, c := range r.Clauses {
		c.Section, c.Level, c.Summary = wording.Name(c.Section), wording.Name(c.Level), wording.Clear(c.Summary, 4*wording.MaxText)
		out.Clauses[wording.Name(id)] = c
	}
	out.GoTests = make([]reports.GoTest, len(r.GoTests))
	for i, t := range r.GoTests {
		t.ID = wording.Name(t.ID)
		out.GoTests[i] = t
	}
	out.Results = make([]reports.Result, len(r.Results))
	for i, res := range r.Results {
		res.Agent, res.ID = wording.Name(res.Agent), wording.Name(res.ID)
		res.Title, res.Explanation = wording.Clear(res.Title, wording.MaxText), wording.Clear(res.Explanation, 4*wording.MaxText)
		res.LikelyCause = wording.Clear(res.LikelyCause, wording.MaxText)
		res.Requirements, res.Broken = names(res.Requirements), wording.Name(res.Broken)
		res.Observed = visibles(wording.FirstFew(res.Observed))
		res.Expected = make([]reports.Outcome, len(res.Expected))
		for j, o := range r.Results[i].Expected {
			res.Expected[j] = reports.Outcome{Behavior: o.Behavior, Events: visibles(wording.FirstFew(o.Events))}
		}
		out.Results[i] = res
	}
	return &out
}

func visibles(texts []string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = wording.Clear(s, 4*wording.MaxText)
	}
	return out
}

func names(texts []string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = wording.Name(s)
	}
	return out
}
