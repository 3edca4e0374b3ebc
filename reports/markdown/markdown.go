// Package markdown writes reports, differences and the fault matrix as Markdown.
package markdown

import (
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/outline"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Form is this form in the table of package forms.
var Form = reports.Form{Name: "markdown", File: "report.md", About: "for a CI step's summary or a comment", Write: Write}

// MaxOctets is the largest Markdown that Write writes: the limit of GitHub for the
// summary of a step.
const MaxOctets = 1 << 20

// matrixOctets is reserved for the matrix after the findings.
const matrixOctets = 64 << 10

// Write writes the report for the summary of a CI step or a comment: the verdict,
// the counts of each peer, the cases that did not pass by clause, and the matrix. It
// writes at most MaxOctets; cases that do not fit are counted.
func Write(w io.Writer, r *reports.Report) error {
	r = outline.Visible(r)
	summary := reports.Summarize(r.Targets, r.Results)
	cards := outline.PeerCards(r, summary)
	var b strings.Builder
	h := outline.NewHeadline(r, cards, summary)
	fmt.Fprintf(&b, "# %s %s\n\n%s\n\n", mark(h.Verdict), escaped(h.Sentence), escaped(h.Detail))
	gaps, more := outline.FewGaps(r)
	for _, gap := range gaps {
		fmt.Fprintf(&b, "- %s\n", escaped(gap))
	}
	for _, note := range outline.BaselineLines(r) {
		gaps = append(gaps, note)
		fmt.Fprintf(&b, "- %s\n", escaped(note))
	}
	if more > 0 {
		fmt.Fprintf(&b, "- %s why cases were not run.\n", wording.Counted(more, "more reason"))
	}
	if len(gaps) > 0 {
		b.WriteByte('\n')
	}
	writePeers(&b, cards)
	cases := outline.Cases(r)
	left := writeFindings(&b, outline.Findings(r, cases), MaxOctets-matrixOctets)
	if left > 0 {
		fmt.Fprintf(&b, "\n%s more did not pass but are not shown here, for lack of room. The other forms of this report have them.\n", wording.Counted(left, "case"))
	}
	var matrix strings.Builder
	writeMatrix(&matrix, r, cases)
	// With very many peers or sections there is no room for the matrix.
	if b.Len()+matrix.Len() < MaxOctets {
		b.WriteString(matrix.String())
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

func writePeers(b *strings.Builder, cards []outline.PeerCard) {
	b.WriteString("| peer | role | verdict |")
	for _, v := range verdict.Verdicts() {
		fmt.Fprintf(b, " %s |", v)
	}
	b.WriteString("\n| --- | --- | --- |" + strings.Repeat(" --: |", len(verdict.Verdicts())) + "\n")
	for i, c := range cards {
		if b.Len() > matrixOctets {
			fmt.Fprintf(b, "\n%s more.\n", wording.Counted(len(cards)-i, "peer"))
			return
		}
		n := make(map[verdict.Verdict]int)
		for _, count := range c.Counts {
			n[count.Verdict] = count.N
		}
		fmt.Fprintf(b, "| %s | %s | %s %s |", escaped(c.Agent), c.Role, mark(c.Verdict), c.Word)
		for _, v := range verdict.Verdicts() {
			fmt.Fprintf(b, " %d |", n[v])
		}
		b.WriteByte('\n')
	}
}

// writeFindings writes the cases that did not pass until the text has limit octets.
// It returns how many cases were left out.
func writeFindings(b *strings.Builder, all []outline.PeerFindings, limit int) (left int) {
	for _, f := range all {
		if b.Len() > limit {
			left += f.Cases
			continue
		}
		fmt.Fprintf(b, "\n## %s\n", escaped(wording.Shortened(f.Agent+" as a "+string(f.Role), 200)))
		for _, g := range f.Groups {
			if b.Len() > limit {
				left += len(g.Cases)
				continue
			}
			b.WriteString("\n" + mark(g.Verdict) + " ")
			if g.Clause.ID == "" {
				b.WriteString("**No requirement named**")
			} else {
				fmt.Fprintf(b, "**%s** %s, [%s](%s)", escaped(wording.Shortened(g.Clause.Summary, 400)), escaped(g.Clause.Level), escaped(g.Clause.Reference()), g.Clause.URL())
			}
			fmt.Fprintf(b, ": %s\n\n", wording.Counted(len(g.Cases), "case"))
			for _, c := range g.Cases {
				if b.Len() > limit {
					left++
					continue
				}
				fmt.Fprintf(b, "- **%s** %s%s: %s\n", escaped(c.ID), standing(c.Result), escaped(wording.Shortened(c.Title, 200)), escaped(wording.Shortened(c.Why(), 600)))
			}
		}
	}
	return left
}

func writeMatrix(b *strings.Builder, r *reports.Report, cases []*outline.Case) {
	if len(cases) == 0 {
		return
	}
	b.WriteString("\n## Sections\n\n| section |")
	for _, t := range r.Targets {
		fmt.Fprintf(b, " %s (%s) |", escaped(t.Agent), t.Role)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(r.Targets)) + "\n")
	for _, s := range outline.Sections(r, cases) {
		fmt.Fprintf(b, "| %s |", escaped(strings.TrimSpace(s.Number+" "+s.Title)))
		for _, c := range s.Cells {
			if c.Verdict == "" {
				b.WriteString(" – |")
				continue
			}
			fmt.Fprintf(b, " %s |", strings.TrimSpace(fmt.Sprintf("%s %d/%d %s", mark(c.Verdict), c.Good, c.Cases, c.Words)))
		}
		b.WriteByte('\n')
	}
}

// standing says how a case stands to the baseline: "(known) ".
func standing(res *reports.Result) string {
	if res.Standing == "" {
		return ""
	}
	return "(" + string(res.Standing) + ") "
}

// mark is the symbol of a verdict.
func mark(v verdict.Verdict) string {
	return map[verdict.Verdict]string{verdict.Pass: "✅", verdict.Warn: "⚠️", verdict.Fail: "❌", verdict.Skip: "⏭️", verdict.Error: "🛑", verdict.NotRun: "⏸️"}[v]
}

// escaped escapes the characters with a meaning in Markdown or HTML, and those that
// make a link of an address, and makes the text one line.
func escaped(s string) string {
	var b strings.Builder
	line := wording.OneLine(s)
	for i, c := range line {
		if strings.ContainsRune("\\`*_[]<>|~&#!$", c) || c == ':' && strings.HasPrefix(line[i:], "://") {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
