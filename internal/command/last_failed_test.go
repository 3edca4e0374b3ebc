package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// --last-failed runs the cases that failed in the report before, and no others.
func TestLastFailed(t *testing.T) {
	dir := t.TempDir()
	good := reference(t)
	faulty := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "accepts-rsv2") // fails 3.2 and 3.3
	bad := strings.TrimSpace(faulty.url)
	server := func(args ...string) outcome {
		return wsspec(t, append([]string{"server", "--out", dir}, args...)...)
	}
	ran := func() (ids []string) {
		for _, res := range readReport(t, dir).Results {
			ids = append(ids, res.Agent+" "+res.ID)
		}
		return ids
	}
	server("mine="+bad, "--last-failed").want(t, exitUsage, "there is no "+filepath.Join(dir, "report.json")+": run the cases once without --last-failed")

	server("mine="+bad, "other="+good, "--run", "3.[123]").want(t, exitNonconformant)
	server("mine="+bad, "other="+good, "--last-failed").want(t, exitNonconformant, "2 of 2 cases: 2 failed")
	if got, want := ran(), []string{"mine 3.2", "mine 3.3"}; !slices.Equal(got, want) {
		t.Errorf("--last-failed ran %q, want %q", got, want)
	}
	server("mine="+bad, "--last-failed", "--run", "3.2").want(t, exitNonconformant, "1 of 1 cases: 1 failed")
	server("mine="+bad, "--last-failed", "--run", "2.*").want(t, exitUsage, "choose none of the 1 cases that failed in")
	server("new="+bad, "--last-failed").want(t, exitUsage, "has no new; it has mine")
	wsspec(t, "client", "--last-failed", "--out", dir, "--listen", "127.0.0.1:0").want(t, exitUsage, "is no report of a client")

	// When all pass, nothing is left to run again.
	server("mine="+good, "--last-failed").want(t, exitPass, "1 of 1 cases: 1 passed")
	server("mine="+good, "--last-failed").want(t, exitUsage, "no case failed in")

	faulty.interrupt()
	faulty.wait().want(t, exitPass)
	wsspec(t, "server", good, "--last-failed").want(t, exitUsage, "add --out DIR")
	if err := os.WriteFile(filepath.Join(dir, "report.json"), []byte("{\n  \"schema\": \"wsspec-report/2\",\n  \"results\": ["), 0o644); err != nil {
		t.Fatal(err)
	}
	server("mine="+bad, "--last-failed").want(t, exitUsage, "--last-failed: ", "report.json")
}
