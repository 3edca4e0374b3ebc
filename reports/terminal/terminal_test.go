package terminal

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func all(*reports.Result) bool { return true }

func TestFormOfTheSample(t *testing.T) { fixture.Form(t, Form) }

// A peer that breaks many rules in many cases has a screenful.
func TestCausesFillOneScreen(t *testing.T) {
	r := fixture.Part("alpha", verdict.Server)
	r.Clauses = map[string]reports.Clause{}
	for i := range 356 {
		res := fixture.Failing("alpha", verdict.Server, fmt.Sprintf("5.%d", i+1))
		rule := fmt.Sprintf("RFC6455-5.5-%d", i%14)
		res.Requirements = []string{rule}
		res.Explanation = strings.Repeat("The server did something else. ", 30)
		r.Clauses[rule] = reports.Clause{RFC: 6455, Section: "5.5", Level: "MUST", Summary: strings.Repeat("A long rule ", 30)}
		r.Results = append(r.Results, res)
	}
	for _, s := range []Style{{Width: 80}, {Width: 20}, {Width: 200}, {}} {
		lines := s.Causes(r, all)
		if len(lines) > 24+1 {
			t.Errorf("width %d: %d lines", s.Width, len(lines))
		}
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); s.Width >= 80 && n > s.Width {
				t.Errorf("width %d: a line of %d: %s", s.Width, n, line)
			}
		}
		if want := "and 6 more causes with 150 cases"; lines[len(lines)-1] != want {
			t.Errorf("the last line is %q, want %q", lines[len(lines)-1], want)
		}
		if want := "     5.1, 5.15, 5.29 and 23 more; 5.1 is "; s.Width != 20 && !strings.HasPrefix(lines[1], want) {
			t.Errorf("the cases are %q, want %q", lines[1], want)
		}
	}
}

func TestCausesOfNothing(t *testing.T) {
	if lines := (Style{}).Causes(fixture.Part("alpha", verdict.Server, "1.1.1"), all); lines != nil {
		t.Errorf("%q", lines)
	}
	if lines := (Style{}).Causes(fixture.Sample(), func(*reports.Result) bool { return false }); lines != nil {
		t.Errorf("%q, and none was to be told", lines)
	}
}

func TestFindingIsOneLine(t *testing.T) {
	f := Finding{Verdict: verdict.Fail, ID: "3.2", Title: "a frame\nwith RSV2", Explanation: `Text "a. B" came. It is wrong. More`}
	for _, tt := range []struct {
		name  string
		style Style
		agent string
		want  string
	}{
		{"a log", Style{}, "", `FAIL 3.2 a frame with RSV2: Text "a. B" came.`},
		{"several peers", Style{}, "bad", `FAIL bad 3.2 a frame with RSV2: Text "a. B" came.`},
		{"a terminal", Style{Width: 32}, "", "FAIL 3.2 a frame with RSV2: Tex…"},
		{"colours", Style{Colour: true}, "", "\x1b[31mFAIL\x1b[0m \x1b[1m3.2\x1b[0m " + `a frame with RSV2: Text "a. B" came.`},
		{"hostile", Style{}, "::error::\x1b[2J\r\n", `FAIL : :error::␛[2J 3.2 a frame with RSV2: Text "a. B" came.`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.Agent = tt.agent
			if diff := cmp.Diff(tt.want, tt.style.Finding(f)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"plain: text::here":               "plain: text::here",
		"::error::x":                      ": :error::x",
		"a\n  ::set-env name=X::y":        "a\n  : :set-env name=X::y",
		"a ##[error] ##vso[x] ##[group]b": "a # #[error] # #vso[x] # #[group]b",
		"\x1b]0;title\a \u202eX":          "␛]0;title␇ �X",
		"##teamcity[testFailed]":          "# #teamcity[testFailed]",
	} {
		if got := Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestFirstSentence(t *testing.T) {
	for text, want := range map[string]string{
		"One. Two.":                      "One.",
		"One.":                           "One.",
		"No end":                         "No end",
		`Said "A. B\" C. D", and. then.`: `Said "A. B\" C. D", and. then.`,
		"RFC 6455 5.2. The rest":         "RFC 6455 5.2.",
		"Within 2 s. 3 of 4":             "Within 2 s.",
	} {
		if got := FirstSentence(text); got != want {
			t.Errorf("FirstSentence(%q) = %q, want %q", text, got, want)
		}
	}
}

// Wide characters take two columns, and marks that combine none.
func TestCutCountsColumns(t *testing.T) {
	for _, tt := range []struct {
		text    string
		columns int
		want    string
	}{
		{"hello", 5, "hello"},
		{"hello", 4, "hel…"},
		{"世界世界", 8, "世界世界"},
		{"世界世界", 6, "世界…"},
		{"e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"},
		{"👩👩", 3, "👩…"},
		{"", 0, ""},
	} {
		if got := Cut(tt.text, tt.columns); got != tt.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", tt.text, tt.columns, got, tt.want)
		}
	}
}
