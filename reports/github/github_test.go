package github

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestFormOfTheSample(t *testing.T) { fixture.Form(t, Form) }

// Each line is one command, whatever a peer says, and GitHub shows them all.
func TestEachLineIsOneCommand(t *testing.T) {
	r := fixture.Part("alpha", verdict.Server)
	r.Clauses = map[string]reports.Clause{}
	for i := range 60 {
		res := fixture.Failing("alpha", verdict.Server, fmt.Sprintf("5.%d", i+1))
		if i%2 == 1 {
			res.Verdict, res.Behavior = verdict.Warn, verdict.NonStrict
		}
		res.Requirements = []string{fmt.Sprintf("RFC6455-5.5-%d", i)}
		res.Title, res.Explanation = "100% of\n::error::it", "a\r\n::set-env name=X::y"
		r.Clauses[res.Requirements[0]] = reports.Clause{RFC: 6455, Section: "5.5", Level: "MUST", Summary: "Rule\n::stop-commands::x"}
		r.Results = append(r.Results, res)
	}
	count := map[string]int{}
	for line := range strings.Lines(fixture.Drawn(t, Write, r)) {
		level, rest, ok := strings.Cut(strings.TrimPrefix(line, "::"), " title=wsspec")
		if !ok || strings.Contains(rest, "\r") || strings.Contains(rest, "% ") {
			t.Errorf("the line is %q", line)
		}
		count[level]++
	}
	if count["error"] > 10 || count["warning"] > 10 || count["notice"] != 1 || len(count) != 3 {
		t.Errorf("the commands are %v", count)
	}
}
