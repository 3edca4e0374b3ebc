// Package github writes reports as annotations for GitHub Actions.
package github

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
var Form = reports.Form{Name: "github", File: "annotations.log", About: "annotations, for the log of GitHub Actions", Write: Write}

// mostOfAKind is how many errors, and how many warnings, GitHub shows of a step.
const mostOfAKind = 10

// Write writes a workflow command for each cause of failures and warnings, grouped as on
// the page, and at last one with the verdict. Failures that the baseline knows are left
// out.
func Write(w io.Writer, r *reports.Report) error {
	shown := outline.Visible(r)
	summary := reports.Summarize(shown.Targets, shown.Results)
	cards := outline.PeerCards(shown, summary)
	h := outline.NewHeadline(shown, cards, summary)
	var b strings.Builder
	written := map[string]int{}
	for _, peer := range outline.Findings(shown, outline.Cases(shown)) {
		name := ""
		if len(shown.Targets) > 1 {
			name = peer.Agent + ": "
		}
		for _, g := range peer.Groups {
			annotate(&b, written, name, g)
		}
	}
	level := "notice"
	if outline.Cut(shown, summary) {
		level = "error"
	}
	command(&b, level, "wsspec", h.Sentence+". "+h.Detail)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write annotations: %w", err)
	}
	return nil
}

// annotate writes the annotation of one group. The last one that has room is followed by
// none, so that the verdict is always shown.
func annotate(b *strings.Builder, written map[string]int, name string, g outline.FindingGroup) {
	var news []*outline.Case
	for _, c := range g.Cases {
		if c.Standing != reports.Known {
			news = append(news, c)
		}
	}
	level := "error"
	if g.Verdict == verdict.Warn {
		level = "warning"
	}
	if len(news) == 0 || written[level] >= mostOfAKind-1 {
		return
	}
	written[level]++
	title := "wsspec " + name + news[0].ID
	if more := len(news) - 1; more > 0 {
		title += " and " + wording.Grouped(more) + " more"
	}
	text := news[0].Title + ": " + news[0].Why()
	if g.Clause.ID != "" {
		text += fmt.Sprintf("\n%s %s: %s", g.Clause.Reference(), g.Clause.Level, g.Clause.Summary)
	}
	command(b, level, title, text)
}

// command writes a workflow command.
func command(b *strings.Builder, level, title, text string) {
	fmt.Fprintf(b, "::%s title=%s::%s\n", level, inProperty.Replace(title), inText.Replace(text))
}

// What the text and the title of a workflow command cannot have as it is.
var (
	inText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
