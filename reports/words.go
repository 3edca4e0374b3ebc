package reports

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// counted writes a number with its noun: "1 case", "1,234 cases".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes a number with a comma before every three digits: "1,234".
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// name is how a peer is spoken of: "alpha as a server".
func (p peer) name() string { return p.agent + " as a " + string(p.role) }

// Reference names a clause's place: "RFC 6455 section 5.5".
func (c Clause) Reference() string { return fmt.Sprintf("RFC %d section %s", c.RFC, c.Section) }

// Link is where the clause can be read.
func (c Clause) Link() string {
	return fmt.Sprintf("https://www.rfc-editor.org/rfc/rfc%d#section-%s", c.RFC, c.Section)
}

// sentence writes an outcome as prose: "OK: text message; Close 1000".
func (o Outcome) sentence() string {
	if len(o.Events) == 0 {
		return string(o.Behavior) + ": nothing"
	}
	return string(o.Behavior) + ": " + strings.Join(o.Events, "; ")
}

// account tells a result in plain lines: what was expected, what was seen, the
// clauses. Formats that carry one text for a failure carry this one. A peer that
// sent ten thousand messages is told in as few lines as any other.
func (r *Report) account(res *Result) []string {
	lines := []string{res.Title, fmt.Sprintf("behavior %s, close %s", orNone(res.Behavior), orNone(res.BehaviorClose))}
	if d := res.Departs; d != nil {
		lines = append(lines, fmt.Sprintf("departs at octet %d of: %s", d.Octet, shortened(res.Transcript[d.Entry].Text, fewLetters)))
	}
	for _, o := range res.Expected {
		lines = append(lines, "expected "+Outcome{o.Behavior, firstFew(o.Events)}.sentence())
	}
	for _, event := range firstFew(res.Observed) {
		lines = append(lines, "observed "+event)
	}
	for _, id := range res.Requirements {
		c := r.Clauses[id]
		lines = append(lines, fmt.Sprintf("%s %s (%s): %s", c.Reference(), c.Level, id, c.Summary))
	}
	if res.Flaky {
		lines = append(lines, fmt.Sprintf("flaky: %s disagreed", counted(res.Attempts, "attempt")))
	}
	if again := r.rerun(res); again != "" {
		lines = append(lines, "again: "+again)
	}
	return lines
}

// Why is the explanation, followed by the likely cause if there is a guess.
func (r *Result) Why() string {
	return strings.TrimSpace(r.Explanation + " " + r.LikelyCause)
}

func orNone[W ~string](w W) string {
	if w == "" {
		return "none"
	}
	return string(w)
}

// oneLine makes a text fit into one line of a text format: what is no printable
// character becomes a space, or U+FFFD where it is not even UTF-8.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) && c != utf8.RuneError {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// shortened cuts a text to so many characters, the last of which says so.
func shortened(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// The most that is told of a list of events, and of one text, outside of
// report.json.
const (
	fewEvents  = 24
	fewLetters = 400
)

// firstFew cuts a list of events to what a reader can take in, and says how many
// more there are.
func firstFew(events []string) []string {
	var few []string
	for i, event := range events {
		if i == fewEvents-1 && len(events) > fewEvents {
			return append(few, "and "+grouped(len(events)-i)+" more")
		}
		few = append(few, shortened(event, fewLetters))
	}
	return few
}
