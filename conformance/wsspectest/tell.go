package wsspectest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// tell ends the subtest of a case as its result says.
func (s *suite) tell(t *testing.T, c *script.Case) {
	t.Helper()
	res := s.results[c.ID]
	if res == nil {
		t.Skip("not run: " + s.stopped)
	}
	switch res.Verdict {
	case verdict.NotRun:
		t.Skip("not run: " + res.Explanation)
	case verdict.Error:
		t.Errorf("The harness failed, not the %s: %s", s.role, res.Explanation)
		return
	}
	switch res.Standing {
	case reports.New:
		t.Error(s.message(t, res, "worse than in the baseline: "))
		return
	case reports.Known:
		t.Skipf("known: %s/%s: %s", res.Behavior, res.BehaviorClose, res.Why())
	case reports.Fixed:
		text := fmt.Sprintf("better than in the baseline, which knows it as %s and can be renewed (wsspectest.RenewBaseline)", s.before(res))
		if s.strictBaseline {
			t.Error(text)
			return
		}
		t.Log(text)
	}
	s.judge(t, res)
}

// judge is tell for a result that the baseline says nothing of.
func (s *suite) judge(t *testing.T, res *reports.Result) {
	t.Helper()
	switch {
	case res.Verdict == verdict.Fail: // also a flaky result, if what came is wrong in itself
		t.Error(s.message(t, res, ""))
	case res.Verdict == verdict.Skip:
		t.Skip(res.Explanation)
	case res.Flaky && s.strict:
		t.Error(s.message(t, res, "flaky: "))
	case res.Flaky:
		t.Log("flaky: " + s.message(t, res, ""))
	case res.Verdict == verdict.Warn && s.strict:
		t.Error(s.message(t, res, "allowed, but not preferred: "))
	case res.Verdict == verdict.Warn:
		t.Log("warning: " + res.Why())
	case res.Behavior == verdict.Informational && len(res.Observed) > 0:
		t.Log("informational: " + strings.Join(res.Observed, "; "))
	}
}

// before are the verdicts of a case in the baseline.
func (s *suite) before(res *reports.Result) string {
	for _, a := range s.known.Agents {
		if d, deviates := a.Deviations[res.ID]; deviates && a.Agent == s.agent && a.Role == res.Role {
			return strings.Join(d[:], "/")
		}
	}
	return "failed by a variant"
}

// mostEntries is how many entries of a transcript a message has.
const mostEntries = 40

// message explains a result: why, what was allowed and what came, the clauses, the
// transcript, and how to play the case again.
func (s *suite) message(t *testing.T, res *reports.Result, kind string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s\n", kind, res.Why())
	for _, line := range s.report.Account(res) {
		fmt.Fprintf(&b, "%s\n", line)
	}
	for i := range res.Transcript {
		if i == 0 {
			b.WriteString("transcript:\n")
		}
		if i == mostEntries {
			fmt.Fprintf(&b, "  … and %d more entries\n", len(res.Transcript)-i)
			break
		}
		e := &res.Transcript[i]
		fmt.Fprintf(&b, "  %8.3f ms %-8s %s\n", float64(e.T)/1000, e.Dir, e.Text)
	}
	explain := "go run github.com/wsspec/wsspec/cmd/wsspec@latest explain " + res.ReplayID()
	if res.Role == verdict.Client {
		explain += " --role client"
	}
	fmt.Fprintf(&b, "run again: go test -run '%s'\n", exactly(t.Name()))
	fmt.Fprintf(&b, "what the case does: %s\n", explain)
	fmt.Fprintf(&b, "as a test of its own: %s --go", explain)
	return b.String()
}

// exactly is the pattern for go test -run that matches one test.
func exactly(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}
