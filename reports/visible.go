package reports

import (
	"strings"
	"unicode"
)

// visible makes every character of a text one that can be seen and that HTML
// allows: control characters become their pictures (U+2400 and on), and what is
// no UTF-8, or would turn the direction of the text around it, U+FFFD.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return c
		case c < ' ':
			return '\u2400' + c
		case c == 0x7f:
			return '\u2421'
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c), unicode.Is(unicode.Noncharacter_Code_Point, c):
			return unicode.ReplacementChar
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// visible returns a copy of the report with every text that comes from a peer,
// a case or a user made visible, and lists of events cut to the first few.
// Transcripts are shared with the report: their texts are made visible when they
// are drawn, which most of a long one never are.
func (r *Report) visible() *Report {
	out := *r
	out.Tool = Tool{visible(r.Tool.Name), visible(r.Tool.Version)}
	out.Profile = visible(r.Profile)
	out.Command = visibles(r.Command)
	out.Targets = make([]Target, len(r.Targets))
	for i, t := range r.Targets {
		out.Targets[i] = Target{visible(t.Agent), t.Role, visible(t.URL)}
	}
	out.Clauses = make(map[string]Clause, len(r.Clauses))
	for id, c := range r.Clauses {
		c.Section, c.Level, c.Summary = visible(c.Section), visible(c.Level), visible(c.Summary)
		out.Clauses[visible(id)] = c
	}
	out.Results = make([]Result, len(r.Results))
	for i, res := range r.Results {
		res.Agent, res.ID = visible(res.Agent), visible(res.ID)
		res.Title, res.Explanation = visible(shortened(res.Title, fewLetters)), visible(shortened(res.Explanation, 4*fewLetters))
		res.LikelyCause = visible(shortened(res.LikelyCause, fewLetters))
		res.Requirements = visibles(res.Requirements)
		res.Observed = visibles(firstFew(res.Observed))
		res.Expected = make([]Outcome, len(res.Expected))
		for j, o := range r.Results[i].Expected {
			res.Expected[j] = Outcome{o.Behavior, visibles(firstFew(o.Events))}
		}
		out.Results[i] = res
	}
	return &out
}

func visibles(texts []string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = visible(s)
	}
	return out
}
