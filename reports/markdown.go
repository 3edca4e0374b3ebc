package reports

import (
	"fmt"
	"io"
	"strings"
)

// MaxMarkdownOctets is the largest Markdown that WriteMarkdown writes: what the
// summary of a step may have on GitHub.
const MaxMarkdownOctets = 1 << 20

// matrixOctets is what is kept free for the matrix behind the findings.
const matrixOctets = 64 << 10

// WriteMarkdown writes the report for a CI step's summary or a comment: the
// verdict, each peer's counts, then what failed by the clause that explains it,
// then the matrix. It never exceeds MaxMarkdownOctets; cases that found no room
// are counted.
func WriteMarkdown(w io.Writer, r *Report) error {
	summary := Summarize(r.Targets, r.Results)
	cards := newPeerCards(r, summary)
	var b strings.Builder
	h := newHeadline(cards, summary)
	fmt.Fprintf(&b, "# %s %s\n\n%s\n\n", markdownMark(h.Verdict), markdownText(h.Sentence), h.Detail)
	markdownPeers(&b, cards)
	cases := newCaseViews(r)
	left := markdownFindings(&b, newFindings(r, cases), MaxMarkdownOctets-matrixOctets)
	if left > 0 {
		fmt.Fprintf(&b, "\n%s more that did not pass found no room here; the other forms of this report have them.\n", counted(left, "case"))
	}
	var matrix strings.Builder
	markdownMatrix(&matrix, r, cases)
	// A report of very many peers or sections goes without.
	if b.Len()+matrix.Len() < MaxMarkdownOctets {
		b.WriteString(matrix.String())
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

func markdownPeers(b *strings.Builder, cards []peerCard) {
	b.WriteString("| peer | role | verdict | pass | remark | fail | skipped | error |\n| --- | --- | --- | --: | --: | --: | --: | --: |\n")
	for i, c := range cards {
		if b.Len() > matrixOctets {
			fmt.Fprintf(b, "\n%s more.\n", counted(len(cards)-i, "peer"))
			return
		}
		n := noVerdicts()
		for _, count := range c.Counts {
			n[count.Verdict] = count.N
		}
		fmt.Fprintf(b, "| %s | %s | %s %s | %d | %d | %d | %d | %d |\n", markdownText(c.Agent), c.Role, markdownMark(c.Verdict), c.Word,
			n[Pass], n[Warn], n[Fail], n[Skip], n[Error])
	}
}

// markdownFindings writes what did not pass until the text has so many octets;
// it returns how many cases were left.
func markdownFindings(b *strings.Builder, all []peerFindings, limit int) (left int) {
	for _, f := range all {
		if b.Len() > limit {
			left += f.Cases
			continue
		}
		fmt.Fprintf(b, "\n## %s\n", markdownText(shortened(f.Agent+" as a "+string(f.Role), 200)))
		for _, g := range f.Groups {
			if b.Len() > limit {
				left += len(g.Cases)
				continue
			}
			b.WriteString("\n" + markdownMark(g.Verdict) + " ")
			if g.Clause.ID == "" {
				b.WriteString("**No requirement named**")
			} else {
				fmt.Fprintf(b, "**%s** %s, [%s](%s)", markdownText(shortened(g.Clause.Summary, 400)), g.Clause.Level, g.Clause.Reference(), g.Clause.Link())
			}
			fmt.Fprintf(b, ": %s\n\n", counted(len(g.Cases), "case"))
			for _, c := range g.Cases {
				if b.Len() > limit {
					left++
					continue
				}
				fmt.Fprintf(b, "- **%s** %s: %s\n", markdownText(c.ID), markdownText(shortened(c.Title, 200)), markdownText(shortened(c.Why(), 600)))
			}
		}
	}
	return left
}

func markdownMatrix(b *strings.Builder, r *Report, cases []*caseView) {
	if len(cases) == 0 {
		return
	}
	b.WriteString("\n## Sections\n\n| section |")
	for _, t := range r.Targets {
		fmt.Fprintf(b, " %s (%s) |", markdownText(t.Agent), t.Role)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(r.Targets)) + "\n")
	for _, s := range newSectionRows(r, cases) {
		fmt.Fprintf(b, "| %s |", markdownText(strings.TrimSpace(s.Number+" "+s.Title)))
		for _, c := range s.Cells {
			if c.Verdict == "" {
				b.WriteString(" – |")
				continue
			}
			fmt.Fprintf(b, " %s |", strings.TrimSpace(fmt.Sprintf("%s %d/%d %s", markdownMark(c.Verdict), c.Good, c.Cases, c.Words)))
		}
		b.WriteByte('\n')
	}
}

// markdownMark is a verdict's shape.
func markdownMark(v Verdict) string {
	return map[Verdict]string{Pass: "✅", Warn: "⚠️", Fail: "❌", Skip: "⏭️", Error: "🛑"}[v]
}

// markdownText escapes what Markdown or HTML would read as markup, and keeps
// the text on its line.
func markdownText(s string) string {
	var b strings.Builder
	for _, c := range oneLine(s) {
		if strings.ContainsRune("\\`*_[]<>|~&#!$", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
