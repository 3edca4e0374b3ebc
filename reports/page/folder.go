package page

import (
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// WriteFolder writes the page of a folder: the runs of each peer, the newest first,
// with the change from one to the next. It links to "report/PATH" for a run, and to
// "diff?old=PATH&new=PATH" for two.
func WriteFolder(w io.Writer, c *reports.Contents) error {
	css, err := templateFiles.ReadFile("templates/page.css")
	if err != nil {
		return fmt.Errorf("write folder's page: %w", err)
	}
	var unreadable []string
	for _, err := range c.Unreadable[:min(len(c.Unreadable), wording.MaxEvents)] {
		unreadable = append(unreadable, wording.Visible(wording.Shortened(err.Error(), wording.MaxText)))
	}
	if err := pageTemplates().ExecuteTemplate(w, "folder.html", map[string]any{
		"CSP": policy(string(css)), "CSS": template.CSS(css),
		"Sentence": folderSentence(c), "Peers": histories(c), "Left": c.Left,
		"Unreadable": unreadable, "MoreUnreadable": len(c.Unreadable) - len(unreadable),
	}); err != nil {
		return fmt.Errorf("write folder's page: %w", err)
	}
	return nil
}

func folderSentence(c *reports.Contents) string {
	if len(c.Runs) == 0 {
		return "No reports here"
	}
	return wording.Counted(len(c.Runs), "report")
}

// A history has the runs of one peer.
type history struct {
	Agent string
	Role  verdict.Role
	// Runs has the newest run first.
	Runs  []historyRun
	Chart historyChart
}

// A historyRun is one run of one peer.
type historyRun struct {
	When, Version, Profile string
	Verdict                verdict.Verdict
	Word                   string
	Counts                 map[verdict.Verdict]int
	Cases                  int
	// Change is how the counts changed since the previous run; "" for the first run.
	Change string
	// URL is the address of the report's page, DiffURL that of the difference from
	// the previous run.
	URL, DiffURL string
}

// N is the number of cases with a verdict.
func (r historyRun) N(v verdict.Verdict) int { return r.Counts[v] }

// histories groups the runs by peer. Peers are sorted by name.
func histories(c *reports.Contents) []history {
	runs := make(map[reports.Peer][]historyRun)
	before := make(map[reports.Peer]*reports.AgentSummary)
	from := make(map[reports.Peer]string)
	var peers []reports.Peer
	for i := range c.Runs {
		run := &c.Runs[i]
		for j := range run.Summary.Agents {
			s := &run.Summary.Agents[j]
			p := reports.Peer{Agent: s.Agent, Role: s.Role}
			if runs[p] == nil {
				peers = append(peers, p)
			}
			h := historyRun{
				When: run.Started.UTC().Format("2006-01-02 15:04:05"), Version: wording.Visible(run.Tool.Version), Profile: wording.Visible(run.Profile),
				Counts: s.Verdicts, Cases: s.Cases, URL: (&url.URL{Path: "report/" + run.Path}).String(),
			}
			h.Verdict, h.Word = outline.Overall(s.Verdicts, s.Cases)
			if older := before[p]; older != nil {
				h.Change = changeOf(older, s)
				h.DiffURL = "diff?" + url.Values{"old": {from[p]}, "new": {run.Path}}.Encode()
			}
			runs[p] = append(runs[p], h)
			before[p], from[p] = s, run.Path
		}
	}
	slices.SortFunc(peers, func(a, b reports.Peer) int {
		return strings.Compare(a.Agent+"\x00"+string(a.Role), b.Agent+"\x00"+string(b.Role))
	})
	var all []history
	for _, p := range peers {
		h := history{Agent: wording.Visible(p.Agent), Role: p.Role, Chart: newHistoryChart(runs[p])}
		h.Runs = runs[p]
		slices.Reverse(h.Runs)
		all = append(all, h)
	}
	return all
}

// changeOf is the difference of the counts in words: "+2 fail, −2 pass".
func changeOf(before, after *reports.AgentSummary) string {
	var words []string
	for _, v := range outline.BarOrder() {
		switch d := after.Verdicts[v] - before.Verdicts[v]; {
		case d > 0:
			words = append(words, "+"+strconv.Itoa(d)+" "+string(v))
		case d < 0:
			words = append(words, "−"+strconv.Itoa(-d)+" "+string(v))
		}
	}
	if len(words) == 0 {
		return "same counts"
	}
	return strings.Join(words, ", ")
}

// A historyChart draws each run as a column, the oldest at the left. A column is as
// high as the number of cases, with those that fail at the bottom.
type historyChart struct {
	Width, Height float64
	Columns       []historyColumn
	// Words describe the chart for screen readers.
	Words string
}

// A historyColumn is one run.
type historyColumn struct {
	Words string
	Parts []historyPart
}

// A historyPart is the part of a column for one verdict.
type historyPart struct {
	Verdict             verdict.Verdict
	X, Y, Width, Height float64
}

// mostColumns is how many runs the chart shows: the latest ones.
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
		column := historyColumn{Words: r.When + ": " + outline.Tally(r.Counts)}
		y := height
		for _, v := range verdict.ByRank() {
			if r.Counts[v] == 0 {
				continue
			}
			h := height * float64(r.Counts[v]) / float64(most)
			if v == verdict.Fail || v == verdict.Error {
				h = max(h, 3) // so that one failure among hundreds can be seen
			}
			h = min(h, y)
			y -= h
			column.Parts = append(column.Parts, historyPart{v, step * float64(i), y, step - 3, h})
		}
		c.Columns = append(c.Columns, column)
	}
	if n := len(runs); n > 0 {
		c.Words = fmt.Sprintf("%s, the latest: %s", wording.Counted(n, "run"), c.Columns[n-1].Words)
	}
	return c
}
