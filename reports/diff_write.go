package reports

import (
	"fmt"
	"html/template"
	"io"
	"strings"
)

// A diffPart is one list of a difference with its title.
type diffPart struct {
	Title   string
	Verdict Verdict
	Changes []Change
}

const newRemarks = "New remarks"

// parts are the lists that are not empty, the urgent ones first.
func (d *Changes) parts() []diffPart {
	var parts []diffPart
	for _, p := range []diffPart{
		{"New failures", Fail, d.NewFailures},
		{newRemarks, Warn, d.NewRemarks},
		{"Fixed", Pass, d.Fixed},
		{"Changed", Warn, d.Changed},
		{"Flaky", Warn, d.Flaky},
		{"Gone", Skip, d.Gone},
	} {
		if len(p.Changes) > 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

// Sentence is the difference in words: "1 new failure, 2 fixed; 240 as before".
func (d *Changes) Sentence() string {
	var words []string
	for _, p := range d.parts() {
		word := strings.ToLower(p.Title)
		if len(p.Changes) == 1 {
			word = strings.TrimSuffix(word, "s")
		}
		words = append(words, grouped(len(p.Changes))+" "+word)
	}
	if n := len(d.NewPeers); n > 0 {
		words = append(words, counted(n, "new peer"))
	}
	if len(words) == 0 {
		return fmt.Sprintf("Nothing changed in %s", counted(d.Same, "case"))
	}
	return strings.Join(words, ", ") + "; " + grouped(d.Same) + " as before"
}

// Words say what became of a case: "FAILED, was OK".
func (c Change) Words() string {
	switch {
	case c.New == nil:
		return "was " + state(c.Old)
	case c.Old == nil:
		return state(c.New) + ", is new"
	case state(c.Old) == state(c.New):
		return state(c.New)
	}
	return state(c.New) + ", was " + state(c.Old)
}

// state is a result's two behaviors, or its verdict where it did not run.
func state(r *Result) string {
	if r.Behavior == "" || r.BehaviorClose == "" {
		return verdictWord(r.Verdict)
	}
	return string(r.Behavior) + "/" + string(r.BehaviorClose)
}

// WriteText writes the difference as plain lines for a terminal.
func (d *Changes) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintln(&b, d.Sentence())
	for _, p := range d.parts() {
		fmt.Fprintf(&b, "\n%s\n", p.Title)
		for _, c := range p.Changes {
			res := c.Result()
			fmt.Fprintf(&b, "  %s %s %s: %s\n", oneLine(res.Agent), res.Role, oneLine(res.ID), c.Words())
			if p.Verdict == Fail || p.Title == newRemarks {
				fmt.Fprintf(&b, "    %s\n", oneLine(res.Explanation))
			}
		}
	}
	if names := d.newPeers(); names != "" {
		fmt.Fprintf(&b, "\n%s\n", oneLine(names))
	}
	return writeDiff(w, b.String())
}

// newPeers says which peers could not be compared, if any.
func (d *Changes) newPeers() string {
	var names []string
	for i, t := range d.NewPeers {
		if i == fewEvents {
			names = append(names, grouped(len(d.NewPeers)-i)+" more")
			break
		}
		names = append(names, shortened(peer{t.Agent, t.Role}.name(), 100))
	}
	if names == nil {
		return ""
	}
	return "Not compared, for the older report does not have them: " + strings.Join(names, ", ")
}

// WriteMarkdown writes the difference as Markdown, at most MaxMarkdownOctets of
// it; cases that found no room are counted.
func (d *Changes) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	mark := Pass
	if d.Regressed() {
		mark = Fail
	}
	fmt.Fprintf(&b, "# %s %s\n", markdownMark(mark), d.Sentence())
	if names := d.newPeers(); names != "" {
		fmt.Fprintf(&b, "\n%s.\n", markdownText(names))
	}
	left := 0
	for _, p := range d.parts() {
		if b.Len() < MaxMarkdownOctets-matrixOctets {
			fmt.Fprintf(&b, "\n## %s\n\n", p.Title)
		}
		for _, c := range p.Changes {
			if b.Len() > MaxMarkdownOctets-matrixOctets {
				left++
				continue
			}
			res := c.Result()
			fmt.Fprintf(&b, "- %s %s **%s**: %s. %s\n", markdownText(shortened(res.Agent, 100)), res.Role, markdownText(shortened(res.ID, 100)),
				c.Words(), markdownText(shortened(res.Explanation, 600)))
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n%s more found no room here.\n", counted(left, "case"))
	}
	return writeDiff(w, b.String())
}

// WriteHTML writes the difference as one page under the same policy as the
// report's, without any script.
func (d *Changes) WriteHTML(w io.Writer) error {
	css, err := templateFiles.ReadFile("templates/page.css")
	if err != nil {
		return fmt.Errorf("write difference: %w", err)
	}
	clean := Diff(d.Old.visible(), d.New.visible())
	if err := pageTemplates.ExecuteTemplate(w, "diff.html", map[string]any{
		"CSP": policy(string(css)), "CSS": template.CSS(css),
		"Diff": clean, "Parts": clean.parts(), "Regressed": clean.Regressed(), "NewPeers": clean.newPeers(),
	}); err != nil {
		return fmt.Errorf("write difference: %w", err)
	}
	return nil
}

func writeDiff(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write difference: %w", err)
	}
	return nil
}
