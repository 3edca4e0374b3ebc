package autobahn

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/wsspec/wsspec/reports"
)

// Sentence returns the comparison in words, such as "245 of 247 cases agree, 2 differ
// for a documented reason".
func (s SectionComparison) Sentence() string {
	words := fmt.Sprintf("%d of %d cases agree", s.Agree, s.Cases)
	if s.Documented > 0 {
		words += fmt.Sprintf(", %d differ for a documented reason", s.Documented)
	}
	if n := s.Differ(); n > 0 {
		words += fmt.Sprintf(", %d differ without a documented reason", n)
	}
	return words
}

// verdicts returns both verdicts of a result.
func verdicts(r *reports.Result) string {
	if r.BehaviorClose == "" {
		return string(r.Behavior)
	}
	return string(r.Behavior) + "/" + string(r.BehaviorClose)
}

// Why returns the documented reason, or else what both programs say about the case.
func (c CaseComparison) Why() string {
	if c.Reason != nil {
		return "Documented as " + c.Reason.Name + ": " + c.Reason.Here + " " + c.Reason.Why
	}
	return "Not documented. wsspec: " + or(c.Ours.Explanation, "nothing is wrong") + " Autobahn: " + or(c.Theirs.Explanation, "it gives no reason.")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// WriteText writes the comparison as plain lines for a terminal.
func (c *Comparison) WriteText(w io.Writer) error {
	var b strings.Builder
	for i := range c.Peers {
		p := &c.Peers[i]
		fmt.Fprintf(&b, "%s %s: %s\n", visible(p.Agent), p.Role, p.Total().Sentence())
		for _, s := range p.Sections {
			fmt.Fprintf(&b, "  %-3s %-24s %4d of %4d agree", s.Section, reports.SectionTitle(s.Section), s.Agree, s.Cases)
			if s.Documented > 0 {
				fmt.Fprintf(&b, ", %d documented", s.Documented)
			}
			if s.Differ() > 0 {
				fmt.Fprintf(&b, ", %d DIFFER", s.Differ())
			}
			b.WriteString("\n")
		}
		for _, d := range p.Differing {
			mark := "documented"
			if d.Reason == nil {
				mark = "DIFFER"
			}
			fmt.Fprintf(&b, "%s %s: wsspec %s, Autobahn %s\n  %s\n", mark, visible(d.Ours.ID), verdicts(d.Ours), verdicts(d.Theirs), visible(d.Why()))
		}
		for _, s := range p.missing() {
			fmt.Fprintf(&b, "%s\n", visible(s))
		}
	}
	for _, s := range c.Unmatched {
		fmt.Fprintf(&b, "not compared: %s\n", visible(s))
	}
	return write(w, b.String())
}

// missing returns sentences about the cases that only one of the reports has.
func (p *PeerComparison) missing() []string {
	var words []string
	for _, side := range []struct {
		name string
		ids  []string
	}{{"wsspec", p.OnlyOurs}, {"Autobahn", p.OnlyTheirs}} {
		if len(side.ids) > 0 {
			few := strings.Join(side.ids[:min(len(side.ids), 8)], ", ")
			if len(side.ids) > 8 {
				few += ", …"
			}
			words = append(words, fmt.Sprintf("not compared: %d that only %s has run: %s", len(side.ids), side.name, few))
		}
	}
	return words
}

// WriteMarkdown writes the comparison as Markdown.
func (c *Comparison) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# wsspec and Autobahn: %s\n", c.Total().Sentence())
	for i := range c.Peers {
		p := &c.Peers[i]
		fmt.Fprintf(&b, "\n## %s, a %s\n\n", markdown(p.Agent), p.Role)
		b.WriteString("| section | cases | agree | documented | differ |\n| --- | ---: | ---: | ---: | ---: |\n")
		for _, s := range p.Sections {
			fmt.Fprintf(&b, "| %s %s | %d | %d | %d | %d |\n", s.Section, reports.SectionTitle(s.Section), s.Cases, s.Agree, s.Documented, s.Differ())
		}
		if len(p.Differing) > 0 {
			b.WriteString("\n| case | wsspec | Autobahn | why |\n| --- | --- | --- | --- |\n")
		}
		for _, d := range p.Differing {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", markdown(d.Ours.ID), verdicts(d.Ours), verdicts(d.Theirs), markdown(d.Why()))
		}
		for _, s := range p.missing() {
			fmt.Fprintf(&b, "\n%s\n", markdown(s))
		}
	}
	for _, s := range c.Unmatched {
		fmt.Fprintf(&b, "\nnot compared: %s\n", markdown(s))
	}
	return write(w, b.String())
}

// visible returns a text as one line without control characters.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return '�'
	}, s)
}

// markdown returns a text with Markdown's special characters escaped.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range visible(s) {
		if strings.ContainsRune("\\`*_{}[]<>#|~&", r) {
			b.WriteRune('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func write(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}
