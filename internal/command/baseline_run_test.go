package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports"
)

// The exit code, JUnit and the page agree about what the baseline knows.
func TestReportsKnowTheBaseline(t *testing.T) {
	good, bad := reference(t), leaves(t)
	known := filepath.Join(t.TempDir(), "known.json")
	server := func(url, agent string, args ...string) (o outcome, dir string) {
		t.Helper()
		dir = t.TempDir()
		return wsspec(t, append([]string{"server", url, "--agent", agent, "--timeout", "200ms", "--out", dir}, args...)...), dir
	}
	o, _ := server(bad, "mine", "--run", "1.1", "--write-baseline", known)
	o.want(t, exitNonconformant)
	for _, tt := range []struct {
		name        string
		url, agent  string
		run         string
		code        int
		junit, page string
		says        string
	}{
		{"all failures are known", bad, "mine", "1.1", exitPass, `failures="0" errors="0" skipped="8"`, "8 known", "8 failed"},
		{"those that pass now", good, "mine", "1.1", exitPass, `failures="0" errors="0" skipped="0"`, "8 fixed", "BETTER 1.1.1"},
		{"a peer that it does not have", bad, "other", "1.1", exitNonconformant, `failures="8" errors="0" skipped="0"`,
			"The baseline does not have other as a server; it has mine as a server", "the baseline does not know other as a server"},
		{"one case of the eight", bad, "mine", "1.1.1", exitHarness, `skipped="1"`, "7 cases of the baseline were not run", "NOT RUN 7 cases of the baseline were not run"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, dir := server(tt.url, tt.agent, "--run", tt.run, "--baseline", known)
			o.want(t, tt.code, tt.says)
			if text := read(t, filepath.Join(dir, "junit.xml")); !strings.Contains(text, tt.junit) {
				t.Errorf("JUnit lacks %q:\n%s", tt.junit, text)
			}
			if text := read(t, filepath.Join(dir, "index.html")); !strings.Contains(text, tt.page) {
				t.Errorf("the page lacks %q", tt.page)
			}
		})
	}
}

// A baseline on standard output stands alone there.
func TestABaselineOnStandardOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	o := wsspec(t, "server", leaves(t), "--agent", "mine", "--run", "1.1.1", "--timeout", "200ms", "--write-baseline", "-")
	if o.code != exitNonconformant || !strings.Contains(o.stderr, "mine: 1 of 1 cases: 1 failed") {
		t.Errorf("exit code %d, standard error %q", o.code, o.stderr)
	}
	var b reports.Baseline
	if err := json.Unmarshal([]byte(o.stdout), &b); err != nil || b.Schema != reports.BaselineSchema || len(b.Agents) != 1 {
		t.Errorf("standard output is %q, %v", o.stdout, err)
	}
	if _, err := os.Stat("-"); err == nil {
		t.Error(`there is a file with the name "-"`)
	}
}
