package reports

import (
	"fmt"
	"strings"
	"time"
)

// A headline is the report's verdict in words.
type headline struct {
	Verdict  Verdict
	Sentence string
	Detail   string
}

// A peerCard is one peer's verdict on the front.
type peerCard struct {
	Target
	Key     string
	Verdict Verdict
	Word    string
	Detail  string
	Counts  []verdictCount
	// Clauses is the number of clauses that failing cases check.
	Clauses int
}

// A verdictCount is a number of cases and its part of a bar 100 wide.
type verdictCount struct {
	Verdict  Verdict
	N        int
	X, Width float64
}

func newPeerCards(r *Report, s Summary) []peerCard {
	broken := make(map[peer]map[string]bool)
	for i := range r.Results {
		res := &r.Results[i]
		if res.Verdict != Fail {
			continue
		}
		if broken[res.peer()] == nil {
			broken[res.peer()] = make(map[string]bool)
		}
		if len(res.Requirements) > 0 {
			broken[res.peer()][res.Requirements[0]] = true
		}
	}
	cards := make([]peerCard, len(s.Agents))
	for i, a := range s.Agents {
		t := r.Targets[i]
		c := peerCard{Target: t, Key: peerKey(t.Agent, t.Role), Counts: bar(a.Verdicts, a.Cases), Clauses: len(broken[peer{t.Agent, t.Role}])}
		c.Verdict, c.Word = overall(a.Verdicts, a.Cases)
		c.Detail = detail(a.Verdicts, a.Cases, c.Clauses)
		cards[i] = c
	}
	return cards
}

// overall is one peer's verdict over all its cases.
func overall(n map[Verdict]int, cases int) (Verdict, string) {
	switch {
	case n[Fail] > 0:
		return Fail, "does not conform"
	case n[Error] > 0:
		return Error, "could not be tested in full"
	case cases == n[Skip]:
		return Skip, "was not tested"
	case n[Warn] > 0:
		return Warn, "conforms, with remarks"
	default:
		return Pass, "conforms"
	}
}

// detail puts the counts into one sentence.
func detail(n map[Verdict]int, cases, clauses int) string {
	if cases == 0 {
		return "No case was run."
	}
	if n[Pass] == cases && cases == 1 {
		return "The only case passes."
	}
	if n[Pass] == cases {
		return fmt.Sprintf("All %s pass.", counted(cases, "case"))
	}
	var parts []string
	for _, part := range []struct {
		verdict Verdict
		words   string
	}{{Fail, "fail"}, {Warn, "with a remark"}, {Skip, "skipped"}, {Error, "the harness could not finish"}} {
		if n[part.verdict] > 0 {
			parts = append(parts, grouped(n[part.verdict])+" "+part.words)
		}
	}
	sentence := fmt.Sprintf("Of %s, %s.", counted(cases, "case"), strings.Join(parts, ", "))
	if clauses > 0 {
		sentence += fmt.Sprintf(" What fails breaks %s.", counted(clauses, "requirement"))
	}
	return sentence
}

func newHeadline(cards []peerCard, s Summary) headline {
	switch {
	case s.Cases == 0:
		return headline{Skip, "Nothing was tested", "The report has no results."}
	case len(cards) == 1:
		c := cards[0]
		return headline{c.Verdict, c.Agent + " " + c.Word, c.Detail}
	}
	conforming := 0
	for _, c := range cards {
		if c.Verdict == Pass || c.Verdict == Warn {
			conforming++
		}
	}
	h := headline{Sentence: fmt.Sprintf("%d of %d peers conform", conforming, len(cards))}
	h.Verdict, _ = overall(s.Verdicts, s.Cases)
	h.Detail = detail(s.Verdicts, s.Cases, 0)
	return h
}

// bar divides a width of 100 among the verdicts.
func bar(n map[Verdict]int, cases int) []verdictCount {
	var counts []verdictCount
	x := 0.0
	for _, v := range []Verdict{Fail, Error, Warn, Pass, Skip} {
		if n[v] == 0 {
			continue
		}
		width := 100 * float64(n[v]) / float64(cases)
		counts = append(counts, verdictCount{v, n[v], x, width})
		x += width
	}
	return counts
}

// An aboutLine is one fact about the run.
type aboutLine struct {
	Name, Value string
	// Copy says that the value is a command worth copying.
	Copy bool
}

func newAbout(r *Report, s Summary) []aboutLine {
	lines := []aboutLine{
		{"Tool", strings.TrimSpace(r.Tool.Name + " " + r.Tool.Version), false},
		{"Profile", r.Profile, false},
		{"Started", r.Started.UTC().Format("2 January 2006, 15:04:05 UTC"), false},
		{"Took", (time.Duration(r.DurationMs * float64(time.Millisecond))).Round(time.Millisecond).String(), false},
		{"Cases", counted(s.Cases, "result"), false},
	}
	if s.Flaky > 0 {
		lines = append(lines, aboutLine{"Flaky", counted(s.Flaky, "case"), false})
	}
	if len(r.Command) > 0 {
		lines = append(lines, aboutLine{"Again", shellWords(r.Command), true})
	}
	return lines
}

// verdictWord is a verdict as a plural for filters and counts.
func verdictWord(v Verdict) string {
	switch v {
	case Pass:
		return "pass"
	case Warn:
		return "remark"
	case Fail:
		return "fail"
	case Skip:
		return "skipped"
	default:
		return "harness error"
	}
}
