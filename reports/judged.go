package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/reports/internal/wording"
)

// A Judged says how much of a case was judged of a peer that does not send messages back.
type Judged string

// How much was judged.
const (
	// JudgedFull: all of it, because it needs no message back, or got its answer.
	JudgedFull Judged = "full"
	// JudgedPart: whether the connection lives, and what must be refused, and not what
	// became of the messages.
	JudgedPart Judged = "part"
	// JudgedNone: nothing. The case does not apply to the peer, or the peer ended the
	// connection by itself.
	JudgedNone Judged = "none"
)

// Judgeds lists these words.
func Judgeds() []Judged { return []Judged{JudgedFull, JudgedPart, JudgedNone} }

// A JudgedSummary counts the cases by how much of them was judged of one peer.
type JudgedSummary struct {
	Full int `json:"full"`
	Part int `json:"part"`
	None int `json:"none"`
	// Clauses count the cases of each section of an RFC, by their principal
	// requirements, in the order of the sections.
	Clauses []ClauseJudged `json:"clauses"`
}

// A ClauseJudged counts the cases of one section.
type ClauseJudged struct {
	RFC     int    `json:"rfc"`
	Section string `json:"section"`
	Full    int    `json:"full"`
	Part    int    `json:"part"`
	None    int    `json:"none"`
}

// add counts a result.
func (s *JudgedSummary) add(r *Result) {
	count(r.Judged, &s.Full, &s.Part, &s.None)
	if len(r.Requirements) == 0 {
		return
	}
	var c ClauseJudged
	rfc, rest, _ := strings.Cut(r.Requirements[0], "-")
	_, _ = fmt.Sscanf(rfc, "RFC%d", &c.RFC)
	c.Section, _, _ = strings.Cut(rest, "-")
	at, found := slices.BinarySearchFunc(s.Clauses, c, compareClauses)
	if !found {
		s.Clauses = slices.Insert(s.Clauses, at, c)
	}
	known := &s.Clauses[at]
	count(r.Judged, &known.Full, &known.Part, &known.None)
}

func compareClauses(a, b ClauseJudged) int {
	if a.RFC != b.RFC {
		return a.RFC - b.RFC
	}
	return CompareIDs(a.Section, b.Section)
}

func count(j Judged, full, part, none *int) {
	switch j {
	case JudgedFull:
		*full++
	case JudgedPart:
		*part++
	case JudgedNone:
		*none++
	}
}

// Sentence says how much of the catalogue was judged, and of which clauses nothing.
func (s *JudgedSummary) Sentence() string {
	text := fmt.Sprintf("Judged without echoes: %s in full, %s by whether the connection lives, %s not at all.",
		wording.Grouped(s.Full), wording.Grouped(s.Part), wording.Grouped(s.None))
	const most = 8
	var nothing []string
	for _, c := range s.Clauses {
		if c.Full+c.Part == 0 {
			nothing = append(nothing, fmt.Sprintf("RFC %d %s", c.RFC, c.Section))
		}
	}
	if len(nothing) == 0 {
		return text
	}
	if more := len(nothing) - most; more > 1 {
		nothing = append(nothing[:most], fmt.Sprintf("%d more", more))
	}
	return text + " Nothing was judged of " + strings.Join(nothing, ", ") + "."
}
