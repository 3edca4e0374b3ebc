// Package outline arranges a report for reading: a headline, the peers, the
// findings by clause, the sections. The page, Markdown and the badge share it.
package outline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// A Headline is the verdict on the whole report, in words.
type Headline struct {
	Verdict  verdict.Verdict
	Sentence string
	Detail   string
}

// A PeerCard is the verdict on one peer.
type PeerCard struct {
	reports.Target
	Key     string
	Verdict verdict.Verdict
	Word    string
	Detail  string
	Counts  []VerdictCount
	// Clauses is the number of clauses that failing cases check.
	Clauses int
}

// A VerdictCount is the number of cases with a verdict, and its part of a bar that
// is 100 wide.
type VerdictCount struct {
	Verdict  verdict.Verdict
	N        int
	X, Width float64
}

// PeerCards makes a card for each target, in their order.
func PeerCards(r *reports.Report, s reports.Summary) []PeerCard {
	broken := make(map[reports.Peer]map[string]bool)
	for i := range r.Results {
		res := &r.Results[i]
		if res.Verdict != verdict.Fail {
			continue
		}
		if broken[res.Peer()] == nil {
			broken[res.Peer()] = make(map[string]bool)
		}
		if id := res.Clause(); id != "" {
			broken[res.Peer()][id] = true
		}
	}
	cards := make([]PeerCard, len(s.Agents))
	unnamed := unnamedGap(r, s)
	for i, a := range s.Agents {
		t := r.Targets[i]
		c := PeerCard{Target: t, Key: PeerKey(t.Agent, t.Role), Counts: bar(a.Verdicts, a.Cases), Clauses: len(broken[t.Peer()])}
		c.Verdict, c.Word = Overall(a.Verdicts, a.Cases)
		c.Detail = detail(a.Verdicts, a.Cases, c.Clauses)
		if conforms := c.Verdict == verdict.Pass || c.Verdict == verdict.Warn; conforms && (unnamed || t.Unfinished != "" || !t.Shards.Complete()) {
			c.Verdict, c.Word = verdict.NotRun, "was not tested in full"
		}
		if t.Transport != "" {
			c.Detail += " It was tested over " + t.Transport + "."
		}
		if sentence := shardSentence(&t, a.Cases); sentence != "" {
			c.Detail += " " + sentence
		}
		if t.Unfinished != "" {
			c.Detail += " " + t.Unfinished
		}
		if a.Judged != nil {
			c.Detail += " " + a.Judged.Sentence()
		}
		cards[i] = c
	}
	return cards
}

// unnamedGap reports whether a run was interrupted and nothing in the report says what is
// missing: then it may be any peer's.
func unnamedGap(r *reports.Report, s reports.Summary) bool {
	return r.Interrupted != "" && s.Ran == s.Cases &&
		!slices.ContainsFunc(r.Targets, func(t reports.Target) bool { return t.Unfinished != "" })
}

// Overall is the verdict on one peer from the counts of its cases, and the same in
// words.
func Overall(n map[verdict.Verdict]int, cases int) (verdict.Verdict, string) {
	switch {
	case n[verdict.Fail] > 0:
		return verdict.Fail, "does not conform"
	case n[verdict.Error] > 0:
		return verdict.Error, "could not be tested in full"
	case cases > 0 && n[verdict.NotRun] == cases:
		return verdict.NotRun, "was not tested"
	case n[verdict.NotRun] > 0:
		return verdict.NotRun, "was not tested in full"
	case cases == n[verdict.Skip]:
		return verdict.Skip, "was not tested"
	case n[verdict.Warn] > 0:
		return verdict.Warn, "conforms, with warnings"
	default:
		return verdict.Pass, "conforms"
	}
}

// detail lists the counts.
func detail(n map[verdict.Verdict]int, cases, clauses int) string {
	if cases == 0 {
		return "No case was run."
	}
	if n[verdict.Pass] == cases && cases == 1 {
		return "The only case passes."
	}
	if n[verdict.Pass] == cases {
		return fmt.Sprintf("All %s pass.", wording.Counted(cases, "case"))
	}
	sentence := wording.Counted(cases, "case") + ": " + Tally(n) + "."
	if clauses > 0 {
		sentence += fmt.Sprintf(" The failed cases check %s.", wording.Counted(clauses, "requirement"))
	}
	return sentence
}

// Tally lists counts of verdicts in words: "3 pass, 1 fail".
func Tally(n map[verdict.Verdict]int) string {
	var words []string
	for _, v := range verdict.Verdicts() {
		if n[v] > 0 {
			words = append(words, wording.Grouped(n[v])+" "+string(v))
		}
	}
	if words == nil {
		return "no cases"
	}
	return strings.Join(words, ", ")
}

// NewHeadline makes the headline of a report from its cards and its summary. It says
// first if the run is not complete.
func NewHeadline(r *reports.Report, cards []PeerCard, s reports.Summary) Headline {
	if Incomplete(r, s) == "" {
		return completeHeadline(cards, s)
	}
	h := completeHeadline(cards, s)
	told := h.Sentence + ". " + h.Detail
	if s.Cases == 0 {
		told = h.Detail
	}
	h.Sentence = Incomplete(r, s)
	if len(cards) == 1 {
		h.Sentence += " of " + cards[0].Agent
	}
	if h.Verdict != verdict.Fail {
		h.Verdict = verdict.NotRun
	}
	if why := Interrupted(r); why != "" {
		told = why + ". " + told
	}
	h.Detail = told
	return h
}

// Interrupted says why the run ended early, "Interrupted: out of time" or "Interrupted by
// SIGINT", or "" if it did not.
func Interrupted(r *reports.Report) string {
	why := strings.TrimSuffix(r.Interrupted, ".")
	if rest, ok := strings.CutPrefix(why, "interrupted"); ok {
		return "Interrupted" + rest
	}
	if why == "" {
		return ""
	}
	return "Interrupted: " + why
}

// Incomplete says how many of the planned cases ran, "Incomplete: 342 of 905 cases",
// or "" if all did. Of a report with some of the shards of a run it says that too.
func Incomplete(r *reports.Report, s reports.Summary) string {
	switch {
	case s.Ran < s.Cases:
		return fmt.Sprintf("Incomplete: %s of %s", wording.Grouped(s.Ran), wording.Counted(s.Cases, "case")) + ofShard(r)
	case r.Interrupted != "":
		return "Incomplete: " + wording.Counted(s.Ran, "case") + ofShard(r)
	}
	return OnlyShards(r)
}

// Cut reports whether a run did not play what it was to play. One shard that came to its end
// did.
func Cut(r *reports.Report, s reports.Summary) bool { return s.Ran < s.Cases || r.Interrupted != "" }

func completeHeadline(cards []PeerCard, s reports.Summary) Headline {
	switch {
	case s.Cases == 0:
		return Headline{verdict.Skip, "Nothing was tested", "The report has no results."}
	case len(cards) == 1:
		c := cards[0]
		return Headline{c.Verdict, c.Agent + " " + c.Word, c.Detail}
	}
	conforming := 0
	for _, c := range cards {
		if c.Verdict == verdict.Pass || c.Verdict == verdict.Warn {
			conforming++
		}
	}
	h := Headline{Sentence: fmt.Sprintf("%d of %d peers conform", conforming, len(cards))}
	h.Verdict, _ = Overall(s.Verdicts, s.Cases)
	h.Detail = detail(s.Verdicts, s.Cases, 0)
	return h
}

// BarOrder lists the verdicts in the order in which a bar shows them: the bad ones, the
// good ones, and those that say nothing of the peer.
func BarOrder() []verdict.Verdict {
	return []verdict.Verdict{verdict.Fail, verdict.Error, verdict.Warn, verdict.Pass, verdict.Skip, verdict.NotRun}
}

// bar divides a width of 100 among the verdicts.
func bar(n map[verdict.Verdict]int, cases int) []VerdictCount {
	var counts []VerdictCount
	x := 0.0
	for _, v := range BarOrder() {
		if n[v] == 0 {
			continue
		}
		width := 100 * float64(n[v]) / float64(cases)
		counts = append(counts, VerdictCount{v, n[v], x, width})
		x += width
	}
	return counts
}
