// Package terminal writes what a person at a terminal reads of a report: the causes of
// what did not pass, in a screenful. Its functions also write the lines of a run that is
// still going on.
package terminal

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Form is this form in the table of package forms.
var Form = reports.Form{Name: "text", File: "report.txt", About: "the causes of the failures, for a terminal", Write: Write}

// Write writes the causes of what the baseline does not know, what was not run, and the verdict last.
func Write(w io.Writer, r *reports.Report) error {
	var style Style
	lines := style.Causes(r, func(res *reports.Result) bool { return res.Standing != reports.Known })
	r = outline.Visible(r)
	gaps, more := outline.FewGaps(r)
	for _, gap := range gaps {
		lines = append(lines, CleanLine(gap))
	}
	if more > 0 {
		lines = append(lines, wording.Counted(more, "more reason")+" why cases were not run")
	}
	for _, line := range outline.BaselineLines(r) {
		lines = append(lines, CleanLine(line))
	}
	summary := reports.Summarize(r.Targets, r.Results)
	cards := outline.PeerCards(r, summary)
	h := outline.NewHeadline(r, cards, summary)
	if len(cards) > 1 {
		for _, c := range cards[:min(len(cards), mostPeers)] {
			lines = append(lines, CleanLine(c.Agent+" "+c.Word+". "+c.Detail))
		}
		if more := len(cards) - mostPeers; more > 0 {
			lines = append(lines, wording.Counted(more, "more peer"))
		}
	}
	lines = append(lines, CleanLine(h.Sentence+". "+h.Detail))
	if _, err := io.WriteString(w, strings.Join(lines, "\n")+"\n"); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return nil
}

const (
	// mostPeers is how many peers have a line.
	mostPeers = 40
	// mostCauses is how many causes are told. Where there are several peers, they share
	// them, and each has leastCauses.
	mostCauses, leastCauses = 8, 2
	// mostIDs is how many cases of a cause are named.
	mostIDs = 3
	// mostLines is how many lines of a terminal the example of a cause may take.
	mostLines = 2
)

// Causes are the lines that tell why cases did not pass. They are grouped as on the page:
// by peer, verdict and first clause, the largest group first. Each group has a count, a few ids, and what
// happened in the first of them. Only the results that include returns true for count.
func (s Style) Causes(r *reports.Report, include func(*reports.Result) bool) []string {
	kept := *r
	kept.Results = nil
	for i := range r.Results {
		if res := &r.Results[i]; res.Verdict.Finding() && include(res) {
			kept.Results = append(kept.Results, *res)
		}
	}
	shown := outline.Visible(&kept)
	peers := outline.Findings(shown, outline.Cases(shown))
	var lines []string
	for _, peer := range peers {
		// There is no room for all: those with many cases come first.
		slices.SortStableFunc(peer.Groups, func(a, b outline.FindingGroup) int {
			return cmp.Or(cmp.Compare(b.Verdict.Rank(), a.Verdict.Rank()), len(b.Cases)-len(a.Cases))
		})
	}
	leftGroups, leftCases := 0, 0
	for n, peer := range peers {
		room := max(leastCauses, mostCauses/len(peers))
		if n >= mostCauses {
			room = 0
		}
		name := ""
		if len(r.Targets) > 1 {
			name = CleanLine(peer.Agent) + " "
		}
		for i, g := range peer.Groups {
			if i >= room {
				leftGroups, leftCases = leftGroups+1, leftCases+len(g.Cases)
				continue
			}
			lines = append(lines, s.cause(name, g)...)
		}
	}
	if leftGroups > 0 {
		lines = append(lines, fmt.Sprintf("and %s with %s", wording.Counted(leftGroups, "more cause"), wording.Counted(leftCases, "case")))
	}
	return lines
}

// cause tells of one group: how many cases there are and which rule it is, and below that
// a few ids and the first example. A single case has its own line.
func (s Style) cause(name string, g outline.FindingGroup) []string {
	word := strings.ToUpper(string(g.Verdict))
	first := g.Cases[0]
	why := CleanLine(first.Title + ": " + first.Why())
	if len(g.Cases) == 1 {
		return s.example(g.Verdict, word, CleanLine(name+first.ID), why)
	}
	if name != "" {
		name = strings.TrimSpace(name) + ": "
	}
	head := name + wording.Counted(len(g.Cases), "case")
	rule := "no requirement named"
	if g.Clause.ID != "" {
		rule = g.Clause.Summary
		head += CleanLine(fmt.Sprintf(", RFC %d %s (%s)", g.Clause.RFC, g.Clause.Section, g.Clause.Level))
	}
	lines := []string{s.Word(g.Verdict) + " " + s.Strong(head) + ": " + Cut(CleanLine(rule), s.most(len(word)+len([]rune(head))+3, logLine))}
	var ids []string
	for _, c := range g.Cases[:min(len(g.Cases), mostIDs)] {
		ids = append(ids, CleanLine(c.ID))
	}
	list := strings.Join(ids, ", ")
	if more := len(g.Cases) - mostIDs; more > 0 {
		list += fmt.Sprintf(" and %s more", wording.Grouped(more))
	}
	return append(lines, s.below(word, list+"; "+ids[0]+" is "+why)...)
}

// example is a group of one case.
func (s Style) example(v verdict.Verdict, word, id, why string) []string {
	if s.Width <= 0 {
		return []string{s.Word(v) + " " + s.Strong(id) + " " + wording.Shortened(why, 2*logLine)}
	}
	lines := wrap(id+" "+why, s.most(len(word)+1, logLine), mostLines)
	lines[0] = s.Word(v) + " " + strings.Replace(lines[0], id, s.Strong(id), 1)
	for i := range lines[1:] {
		lines[i+1] = strings.Repeat(" ", len(word)+1) + lines[i+1]
	}
	return lines
}

// below are the lines below the first of a cause.
func (s Style) below(word, text string) []string {
	indent := strings.Repeat(" ", len(word)+1)
	if s.Width <= 0 {
		return []string{indent + wording.Shortened(text, 2*logLine)}
	}
	var lines []string
	for _, line := range wrap(text, s.most(len(indent), logLine), mostLines) {
		lines = append(lines, s.paint(dim, indent+line))
	}
	return lines
}
