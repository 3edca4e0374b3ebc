package command

import (
	"strings"
	"testing"
)

// The first failure ends the run, and is what the exit code says.
func TestFailFast(t *testing.T) {
	dir := t.TempDir()
	o := wsspec(t, "server", leaves(t), "--run", "1.1", "--parallel", "1", "--fail-fast", "--timeout", "200ms", "--out", dir)
	o.want(t, exitNonconformant, "FAIL 1.1.1 ", "NOT RUN 7 cases")
	if r := readReport(t, dir); r.Summary.Ran != 1 || r.Interrupted != "--fail-fast: case 1.1.1 failed" {
		t.Errorf("%d cases ran, interrupted is %q", r.Summary.Ran, r.Interrupted)
	}
	wsspec(t, "server", reference(t), "--run", "1.1", "--fail-fast").want(t, exitPass, "8 passed")
}

func TestVersionFlag(t *testing.T) {
	if command, flag := wsspec(t, "version"), wsspec(t, "--version"); command != flag || flag.code != exitPass {
		t.Errorf("--version: %+v, want as of the command: %+v", flag, command)
	}
}

// The ids that every page shows, of requirements and of clauses, can be explained.
func TestExplainClauses(t *testing.T) {
	wsspec(t, "explain", "RFC6455-5.5-2").want(t, exitPass, "RFC6455-5.5-2  RFC 6455 5.5, MUST", "cases check RFC6455-5.5-2", "  2.5  a ping of 126 octets")
	wsspec(t, "explain", "5.5.1", "RFC6455-5.5-2").want(t, exitPass, "cases check 5.5.1;", "  7.1.6  ", "cases check RFC6455-5.5-2")
	// What is a case is explained as a case.
	wsspec(t, "explain", "5.5").want(t, exitPass, "\nSteps\n")
	wsspec(t, "explain", "RFC6455-5.5-99").want(t, exitUsage, "matches no case")
}

func TestCompletionKnowsIDs(t *testing.T) {
	for _, args := range [][]string{{"explain", "7.1."}, {"server", "--run", "7.1."}, {"list", "--skip", "7.1."}} {
		o := wsspec(t, append([]string{"__complete"}, args...)...)
		if n := strings.Count(o.stdout, "\n7.1.") + strings.Count(o.stdout[:4], "7.1."); n != 6 {
			t.Errorf("%q: %d ids, want the six of 7.1: %s", args, n, o.stdout)
		}
	}
}

// What a run would play is listed without a server.
func TestListOfARun(t *testing.T) {
	o := wsspec(t, "server", "--list", "--run", "2.*", "--skip", "2.11")
	o.want(t, exitPass, "2.5 ")
	if n := strings.Count(o.stdout, "\n"); n != 10 {
		t.Errorf("%d cases are listed, want 10: %s", n, o.stdout)
	}
	wsspec(t, "client", "--list", "--run", "2.5").want(t, exitPass, "2.5 ")
	wsspec(t, "server", "--list", "--run", "99.*").want(t, exitUsage, "matches no case")
}
