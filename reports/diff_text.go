package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// A DiffPart is one list of a difference, with its title.
type DiffPart struct {
	Title   string
	Verdict verdict.Verdict
	Changes []Change
}

const newWarnings = "New warnings"

// Parts are the lists that are not empty, the urgent ones first.
func (d *Changes) Parts() []DiffPart {
	var parts []DiffPart
	for _, p := range []DiffPart{
		{"New failures", verdict.Fail, d.NewFailures},
		{newWarnings, verdict.Warn, d.NewWarnings},
		{"Fixed", verdict.Pass, d.Fixed},
		{"Changed", verdict.Warn, d.Changed},
		{"Flaky", verdict.Warn, d.Flaky},
		{"Not run", verdict.NotRun, d.NotRun},
		{"Gone", verdict.Skip, d.Gone},
	} {
		if len(p.Changes) > 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

// Sentence is the difference in words: "1 new failure, 2 fixed; 240 unchanged".
func (d *Changes) Sentence() string {
	var words []string
	for _, p := range d.Parts() {
		word := strings.ToLower(p.Title)
		if len(p.Changes) == 1 {
			word = strings.TrimSuffix(word, "s")
		}
		words = append(words, wording.Grouped(len(p.Changes))+" "+word)
	}
	if n := len(d.NewPeers); n > 0 {
		words = append(words, wording.Counted(n, "new peer"))
	}
	if len(words) == 0 {
		return fmt.Sprintf("Nothing changed in %s", wording.Counted(d.Same, "case"))
	}
	return strings.Join(words, ", ") + "; " + wording.Grouped(d.Same) + " unchanged"
}

// Words are the verdicts of the case now and before: "FAILED/OK, was OK/OK".
func (c Change) Words() string {
	switch {
	case c.New == nil:
		return "was " + state(c.Old)
	case c.Old == nil:
		return state(c.New) + ", new"
	case state(c.Old) == state(c.New):
		return state(c.New)
	}
	return state(c.New) + ", was " + state(c.Old)
}

// state is a result's behavior and close behavior, or its verdict if it has none.
func state(r *Result) string {
	if r.Behavior == "" || r.BehaviorClose == "" {
		return string(r.Verdict)
	}
	return string(r.Behavior) + "/" + string(r.BehaviorClose)
}

// WriteText writes the difference as plain lines for a terminal.
func (d *Changes) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintln(&b, d.Sentence())
	for _, p := range d.Parts() {
		fmt.Fprintf(&b, "\n%s\n", p.Title)
		for _, c := range p.Changes {
			res := c.Result()
			fmt.Fprintf(&b, "  %s %s %s: %s\n", wording.OneLine(wording.Name(res.Agent)), res.Role, wording.OneLine(wording.Name(res.ID)), c.Words())
			if p.Verdict == verdict.Fail || p.Title == newWarnings {
				fmt.Fprintf(&b, "    %s\n", wording.OneLine(wording.Shortened(res.Explanation, 4*wording.MaxText)))
			}
		}
	}
	if names := d.NotCompared(); names != "" {
		fmt.Fprintf(&b, "\n%s\n", wording.OneLine(names))
	}
	return writeDiff(w, b.String())
}

// NotCompared names the peers that only the newer report has, "" if there are none.
func (d *Changes) NotCompared() string {
	var names []string
	for i, t := range d.NewPeers {
		if i == wording.MaxEvents {
			names = append(names, wording.Grouped(len(d.NewPeers)-i)+" more")
			break
		}
		names = append(names, wording.Shortened(t.Peer().String(), 100))
	}
	if names == nil {
		return ""
	}
	return "Not compared, because the older report does not have them: " + strings.Join(names, ", ")
}

func writeDiff(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write difference: %w", err)
	}
	return nil
}
