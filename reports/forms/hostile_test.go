package forms

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// nasty is text with characters that change the direction of text, control a terminal,
// end a line, or mean something in one of the forms.
const nasty = "\u202eX\u2066\u200b\u2028\x1b[2J\a\r\n# h\n| a | b |\n[l](http://e/)<img src=x>`c`*b* ](x) \xff"

// nastyReport has such text in every string that a file can have.
func nastyReport(s string) *reports.Report {
	r := fixture.Part("alpha", verdict.Server, "1.1.1")
	r.Results = append(r.Results, fixture.Failing("alpha", verdict.Server, "2.7"), fixture.Warning("alpha", verdict.Server, "3.1"),
		fixture.Broken("alpha", verdict.Server, "4.1"), fixture.NotRun("alpha", verdict.Server, "5.1", "why"), fixture.Skipped("alpha", verdict.Server, "12.1"))
	agent, clause := "agent"+s, "clause"+s
	r.Tool = reports.Tool{Name: "tool" + s, Version: "version" + s}
	r.Profile, r.Command, r.Interrupted, r.BaselineNotes = "profile"+s, []string{"command" + s, s}, "interrupted"+s, []string{"note" + s}
	r.Targets = []reports.Target{{Agent: agent, Role: verdict.Server, URL: "ws://host/" + s}}
	r.Clauses = map[string]reports.Clause{clause: {RFC: 6455, Section: "5.5)" + s, Level: "MUST" + s, Summary: "summary" + s}}
	for i := range r.Results {
		res := &r.Results[i]
		res.Agent, res.ID, res.Title = agent, res.ID+s, "title"+s
		res.Requirements = []string{clause}
		res.Explanation, res.LikelyCause = "explanation"+s, "cause"+s
		res.Observed = []string{"event" + s}
		res.Expected = []reports.Outcome{{Behavior: verdict.OK, Events: []string{"expected" + s}}}
		for j := range res.Transcript {
			res.Transcript[j].Text = "entry" + s
		}
	}
	return r
}

// No text of a report changes the direction of a line, controls a terminal, begins a
// line, or becomes markup.
func TestNoFormPassesOnHostileText(t *testing.T) {
	r := nastyReport(nasty)
	for _, f := range All() {
		if f.Write == nil || f.Binary || f.Name == "json" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			var b bytes.Buffer
			if err := f.Write(&b, r); err != nil {
				t.Fatal(err)
			}
			if at := strings.IndexFunc(b.String(), func(c rune) bool {
				return c != '\n' && unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
			}); at >= 0 {
				t.Errorf("%q", b.String()[max(0, at-60):min(b.Len(), at+60)])
			}
			if bytes.Contains(b.Bytes(), []byte("<img")) && f.Name != "tap" && f.Name != "sarif" && f.Name != "markdown" && f.Name != "text" && f.Name != "github" {
				t.Error("text becomes an element")
			}
			if f.Name != "markdown" {
				return
			}
			for line := range strings.Lines(b.String()) {
				if strings.HasPrefix(line, "# h") || strings.HasPrefix(line, "| a | b") {
					t.Errorf("text begins a line: %q", line)
				}
			}
			for _, markup := range []string{"<img", "](http://e/)", "*b*", "`c`", "](x)", "http://e", "#section-5.5)"} {
				for at := range strings.Split(b.String(), markup)[1:] {
					before := strings.Join(strings.Split(b.String(), markup)[:at+1], markup)
					if !strings.HasSuffix(before, `\`) {
						t.Errorf("%q is not escaped after %q", markup, before[max(0, len(before)-40):])
					}
				}
			}
		})
	}
}

// A text of 1 MB takes few octets in each form, and no line of a text form is long.
func TestLongTextsAreCut(t *testing.T) {
	r := nastyReport(strings.Repeat("long ", 200_000))
	for _, f := range All() {
		if f.Write == nil || f.Binary || f.Name == "json" {
			continue
		}
		var b bytes.Buffer
		if err := f.Write(&b, r); err != nil {
			t.Fatal(err)
		}
		if b.Len() > 400_000 {
			t.Errorf("%s has %d octets", f.Name, b.Len())
		}
		for line := range strings.Lines(b.String()) {
			if len(line) > 40_000 && f.Name != "html" {
				t.Errorf("%s has a line of %d octets: %.60s", f.Name, len(line), line)
			}
		}
	}
}
