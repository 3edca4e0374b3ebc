package reports

import (
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// WriteHTML writes the folder's page: each peer's runs, the newest first, with
// what changed from one to the next. Its links lead to "report/" with the path of
// a run, and to "diff" with the paths of two in the query's old and new.
func (c *Contents) WriteHTML(w io.Writer) error {
	css, err := templateFiles.ReadFile("templates/page.css")
	if err != nil {
		return fmt.Errorf("write folder's page: %w", err)
	}
	var unreadable []string
	for _, err := range c.Unreadable[:min(len(c.Unreadable), fewEvents)] {
		unreadable = append(unreadable, visible(shortened(err.Error(), fewLetters)))
	}
	if err := pageTemplates.ExecuteTemplate(w, "folder.html", map[string]any{
		"CSP": policy(string(css)), "CSS": template.CSS(css),
		"Sentence": c.sentence(), "Peers": c.histories(), "Left": c.Left,
		"Unreadable": unreadable, "MoreUnreadable": len(c.Unreadable) - len(unreadable),
	}); err != nil {
		return fmt.Errorf("write folder's page: %w", err)
	}
	return nil
}

func (c *Contents) sentence() string {
	if len(c.Runs) == 0 {
		return "No reports here"
	}
	return counted(len(c.Runs), "report")
}

// A history is one peer's runs.
type history struct {
	Agent string
	Role  Role
	// Runs are the newest first.
	Runs  []historyRun
	Chart historyChart
}

// A historyRun is one run of one peer.
type historyRun struct {
	When, Version, Profile string
	Verdict                Verdict
	Word                   string
	Counts                 map[Verdict]int
	Cases                  int
	// Change says what is other than in the run before; "" for the first.
	Change string
	// Link is the report's page, DiffLink the difference from the run before.
	Link, DiffLink string
}

// N is the number of cases with a verdict.
func (r historyRun) N(v Verdict) int { return r.Counts[v] }

// histories sorts the runs by peer; peers are in the order of their names.
func (c *Contents) histories() []history {
	runs := make(map[peer][]historyRun)
	before := make(map[peer]*AgentSummary)
	from := make(map[peer]string)
	var peers []peer
	for i := range c.Runs {
		run := &c.Runs[i]
		for j := range run.Summary.Agents {
			s := &run.Summary.Agents[j]
			p := peer{s.Agent, s.Role}
			if runs[p] == nil {
				peers = append(peers, p)
			}
			h := historyRun{
				When: run.Started.UTC().Format("2006-01-02 15:04:05"), Version: visible(run.Tool.Version), Profile: visible(run.Profile),
				Counts: s.Verdicts, Cases: s.Cases, Link: (&url.URL{Path: "report/" + run.Path}).String(),
			}
			h.Verdict, h.Word = overall(s.Verdicts, s.Cases)
			if older := before[p]; older != nil {
				h.Change = changeOf(older, s)
				h.DiffLink = "diff?" + url.Values{"old": {from[p]}, "new": {run.Path}}.Encode()
			}
			runs[p] = append(runs[p], h)
			before[p], from[p] = s, run.Path
		}
	}
	slices.SortFunc(peers, func(a, b peer) int {
		return strings.Compare(a.agent+"\x00"+string(a.role), b.agent+"\x00"+string(b.role))
	})
	var all []history
	for _, p := range peers {
		h := history{Agent: visible(p.agent), Role: p.role, Chart: newHistoryChart(runs[p])}
		h.Runs = runs[p]
		slices.Reverse(h.Runs)
		all = append(all, h)
	}
	return all
}

// changeOf puts into words how the counts differ: "+2 fail, −2 pass".
func changeOf(before, after *AgentSummary) string {
	var words []string
	for _, v := range []Verdict{Fail, Error, Warn, Pass, Skip} {
		switch d := after.Verdicts[v] - before.Verdicts[v]; {
		case d > 0:
			words = append(words, "+"+strconv.Itoa(d)+" "+verdictWord(v))
		case d < 0:
			words = append(words, "−"+strconv.Itoa(-d)+" "+verdictWord(v))
		}
	}
	if len(words) == 0 {
		return "the same counts"
	}
	return strings.Join(words, ", ")
}

// A historyChart draws runs as columns, the oldest at the left, each as high as
// the cases it had: what failed at the bottom, then the rest.
type historyChart struct {
	Width, Height float64
	Columns       []historyColumn
	// Words say it to those who do not see.
	Words string
}

// A historyColumn is one run.
type historyColumn struct {
	Words string
	Parts []historyPart
}

// A historyPart is the cases of one verdict in a column.
type historyPart struct {
	Verdict             Verdict
	X, Y, Width, Height float64
}

// mostColumns is how many runs the chart has room for: the latest ones.
const mostColumns = 60

func newHistoryChart(runs []historyRun) historyChart {
	const step, height = 12.0, 72.0
	runs = runs[max(0, len(runs)-mostColumns):]
	c := historyChart{Width: step * float64(len(runs)), Height: height}
	most := 1
	for _, r := range runs {
		most = max(most, r.Cases)
	}
	for i, r := range runs {
		column := historyColumn{Words: r.When + ": " + tallied(r.Counts)}
		y := height
		for _, v := range []Verdict{Fail, Error, Warn, Skip, Pass} {
			if r.Counts[v] == 0 {
				continue
			}
			h := height * float64(r.Counts[v]) / float64(most)
			if v == Fail || v == Error {
				h = max(h, 3) // one failure among hundreds is still to be seen
			}
			h = min(h, y)
			y -= h
			column.Parts = append(column.Parts, historyPart{v, step * float64(i), y, step - 3, h})
		}
		c.Columns = append(c.Columns, column)
	}
	if n := len(runs); n > 0 {
		c.Words = fmt.Sprintf("%s, the last one %s", counted(n, "run"), c.Columns[n-1].Words)
	}
	return c
}

// tallied counts verdicts in words: "3 pass, 1 fail".
func tallied(n map[Verdict]int) string {
	var words []string
	for _, v := range Verdicts() {
		if n[v] > 0 {
			words = append(words, grouped(n[v])+" "+verdictWord(v))
		}
	}
	if words == nil {
		return "no cases"
	}
	return strings.Join(words, ", ")
}
