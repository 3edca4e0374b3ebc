package specs_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/reports"
)

// runReporting runs the suite in a separate process, with a report.
func runReporting(t *testing.T, url string, args ...string) (dir, output string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "report")
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-test.run=^TestSpecs$"}, args...)...)
	cmd.Env = append(os.Environ(), "WSSPEC_TARGET="+url, "WSSPEC_REPORT="+dir, "WSSPEC_JUNIT=", "WSSPEC_STRICT=")
	octets, _ := cmd.CombinedOutput() // the suite fails if the server does
	return dir, string(octets)
}

// The report has every spec that ran, with its transcript, but no random scripts.
func TestReportFolderHasTheSpecsThatRan(t *testing.T) {
	silent := serve(t, func(r *http.Request, conn *ref.Conn) {
		for _, err := range conn.Messages(r.Context()) {
			if err != nil {
				return
			}
			_ = conn.Write(r.Context(), ref.Text, []byte("What?"))
		}
	})
	dir, output := runReporting(t, silent, "-ginkgo.label-filter=section:1 && level:MUST && RFC6455-6.2-1 || section:3 && RFC6455-5.2-3 && !RFC6455-6.2-1 || random && level:MUST")
	r, err := reports.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	got := map[string]verdict.Verdict{}
	for _, res := range r.Results {
		got[res.ID] = res.Verdict
		if len(res.Transcript) == 0 || res.Role != verdict.Server {
			t.Errorf("%s is of a %s and has %d entries", res.ID, res.Role, len(res.Transcript))
		}
	}
	for _, id := range []string{"1.1.8", "1.2.8"} {
		if got[id] != verdict.Fail {
			t.Errorf("%s is %q, want fail; all are %v", id, got[id], got)
		}
	}
	for id := range got {
		if strings.HasPrefix(id, "random/") {
			t.Errorf("%s is in the report", id)
		}
	}
	if len(r.Targets) != 1 || !strings.HasPrefix(r.Targets[0].URL, "ws://127.0.0.1:") || r.Faults != nil || r.DurationMs <= 0 {
		t.Errorf("targets %+v, faults %v, %v ms", r.Targets, r.Faults, r.DurationMs)
	}
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil || !strings.Contains(string(page), "case=") {
		t.Errorf("index.html is not the page of the report (%v)", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "junit.xml")); err != nil {
		t.Error(err)
	}
}

// A repeated case has one result.
func TestReportFolderOfRepeatedSpecs(t *testing.T) {
	url := serve(t, func(r *http.Request, conn *ref.Conn) { _ = conn.Close(1000, "") })
	dir, output := runReporting(t, url, "-ginkgo.label-filter=section:1 && RFC6455-6.2-1", "-ginkgo.flake-attempts=2")
	r, err := reports.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var ids []string
	for _, res := range r.Results {
		ids = append(ids, res.ID)
	}
	if d := cmp.Diff([]string{"1.1.8", "1.2.8"}, ids); d != "" {
		t.Errorf("cases (-want +got):\n%s", d)
	}
}

// A run without specs writes no report, because an empty one would look like a pass.
func TestReportFolderOfNoSpecsIsNotWritten(t *testing.T) {
	dir, _ := runReporting(t, "ws://127.0.0.1:1/", "-ginkgo.label-filter=section:none")
	if _, err := os.Stat(dir); err == nil {
		t.Error("a report was written")
	}
}
