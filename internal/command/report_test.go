package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func readReport(t *testing.T, dir string) *reports.Report {
	t.Helper()
	r, err := reports.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOutWritesTheReport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	url := leaves(t)
	o := wsspec(t, "server", url, "--run", "1.1.1", "--run", "3.1", "--timeout", "200ms", "--out", dir, "--agent", "mine")
	o.want(t, exitNonconformant, "report: "+filepath.Join(dir, "index.html"))
	if strings.Contains(read(t, filepath.Join(dir, "report.json")), `"faults"`) {
		t.Error("the report has the harness's own fault matrix")
	}
	for _, name := range []string{"index.html", "junit.xml", "report.json"} {
		if !slices.Contains(files(t, dir), name) {
			t.Errorf("no %s among %v", name, files(t, dir))
		}
	}
	r := readReport(t, dir)
	if diff := cmp.Diff([]reports.Target{{Agent: "mine", Role: verdict.Server, URL: url}}, r.Targets); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	type line struct {
		ID       string
		Verdict  verdict.Verdict
		Attempts int
	}
	var got []line
	for _, res := range r.Results {
		got = append(got, line{res.ID, res.Verdict, res.Attempts})
		if len(res.Transcript) < 2 || len(res.Expected) == 0 || len(res.Observed) == 0 || len(res.Requirements) == 0 {
			t.Errorf("%s: %d transcript entries, %d outcomes, %d events, %d requirements", res.ID, len(res.Transcript), len(res.Expected), len(res.Observed), len(res.Requirements))
		}
		for _, id := range res.Requirements {
			if r.Clauses[id].Summary == "" {
				t.Errorf("the report does not say what %s is", id)
			}
		}
	}
	if diff := cmp.Diff([]line{{"1.1.1", verdict.Fail, 2}, {"3.1", verdict.Pass, 1}}, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	var junit struct {
		Failures int `xml:"failures,attr"`
		Tests    int `xml:"tests,attr"`
	}
	octets, err := os.ReadFile(filepath.Join(dir, "junit.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(octets, &junit); err != nil || junit.Tests != 2 || junit.Failures != 1 {
		t.Errorf("junit.xml has %d tests and %d failures (%v), want 2 and 1", junit.Tests, junit.Failures, err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil || !bytes.Contains(page, []byte("mine")) {
		t.Errorf("index.html does not name the server (%v)", err)
	}
}

// A report that cannot be written is an error, whatever the verdicts are.
func TestOutThatCannotBeWritten(t *testing.T) {
	url := reference(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	readOnly := t.TempDir()
	if err := os.Chmod(readOnly, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, dir string
		skip      bool
	}{
		{"a file where the folder should be", file, false},
		{"a folder below a file", filepath.Join(file, "report"), false},
		{"a folder that must not be written", readOnly, os.Geteuid() == 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.skip {
				t.Skip("NOT TESTED: root may write everywhere")
			}
			wsspec(t, "server", url, "--run", "1.1.1", "--out", tt.dir).want(t, exitHarness, "cannot write the report", tt.dir)
		})
	}
	if octets, err := os.ReadFile(file); err != nil || string(octets) != "mine" {
		t.Errorf("the file that was in the way is now %q (%v)", octets, err)
	}
}

// A report that cannot be finished leaves no half of one, and nothing beside.
func TestOutLeavesNoPieces(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "report.json", "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	wsspec(t, "server", reference(t), "--run", "1.1.1", "--out", dir).want(t, exitHarness, "cannot write the report", "report.json")
	for _, name := range files(t, dir) {
		if strings.HasSuffix(name, ".part") {
			t.Errorf("%s was left behind", name)
		}
	}
}

// Ctrl-C: the cases that had ended are in the report, and the run is no pass.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	// The message of 1.1.4 has 127 octets.
	url := raw(t, func(_ int, conn net.Conn) {
		head := make([]byte, 4)
		r, _, ok := shake(conn)
		if _, err := io.ReadFull(r, head); ok && err == nil && head[1]&0x7F == 126 && head[3] == 127 {
			cancel()
			drain(conn)
		}
	})
	dir := t.TempDir()
	began := time.Now()
	o := wsspecUntil(ctx, "server", url, "--run", "1.1", "--parallel", "1", "--timeout", "10m", "--out", dir)
	o.want(t, exitHarness, "interrupted: 3 cases had ended", "3 of 8 cases: 3 failed", "FAIL 1.1.3 ")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s to end", took)
	}
	r := readReport(t, dir)
	var ids []string
	for _, res := range r.Results {
		if res.Verdict != verdict.NotRun {
			ids = append(ids, res.ID)
		}
	}
	if r.Summary.Cases != 8 || r.Interrupted != "interrupted" {
		t.Errorf("%d cases, interrupted is %q; want the 8 that were planned", r.Summary.Cases, r.Interrupted)
	}
	if diff := cmp.Diff([]string{"1.1.1", "1.1.2", "1.1.3"}, ids); diff != "" {
		t.Errorf("cases in the report (-want +got):\n%s", diff)
	}
}

func TestBaseline(t *testing.T) {
	good, bad := reference(t), leaves(t)
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	server := func(url string, args ...string) outcome {
		t.Helper()
		return wsspec(t, append([]string{"server", url, "--agent", "mine", "--run", "1.1", "--timeout", "200ms"}, args...)...)
	}
	server(bad, "--write-baseline", path("bad.json")).want(t, exitNonconformant)
	server(good, "--write-baseline", path("good.json")).want(t, exitPass)

	t.Run("what is known fails nothing", func(t *testing.T) {
		o := server(bad, "--baseline", path("bad.json"))
		o.want(t, exitPass, "8 failed")
		if strings.Contains(o.stdout, "FAIL ") {
			t.Errorf("known failures are named: %s", o.stdout)
		}
	})
	t.Run("what got worse does", func(t *testing.T) {
		server(bad, "--baseline", path("good.json")).want(t, exitRegression, "WORSE 1.1.1: FAILED/FAILED, in the baseline OK/OK. Expected an empty text message")
	})
	t.Run("what got better is told", func(t *testing.T) {
		server(good, "--baseline", path("bad.json")).want(t, exitPass, "BETTER 1.1.1: OK/OK, in the baseline FAILED/FAILED", "--write-baseline")
	})
	t.Run("another agent is gated by itself", func(t *testing.T) {
		wsspec(t, "server", bad, "--agent", "other", "--run", "1.1.1", "--timeout", "200ms", "--baseline", path("bad.json")).want(t, exitNonconformant, "FAIL 1.1.1")
	})
	t.Run("the same run writes the same baseline", func(t *testing.T) {
		server(bad, "--write-baseline", path("again.json"))
		first, err := os.ReadFile(path("bad.json"))
		if err != nil {
			t.Fatal(err)
		}
		again, err := os.ReadFile(path("again.json"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(first), string(again)); diff != "" {
			t.Errorf("baselines differ (-first +again):\n%s", diff)
		}
	})
	t.Run("a file that is no baseline", func(t *testing.T) {
		if err := os.WriteFile(path("none.json"), []byte(`{"schema":"other"}`), 0o644); err != nil {
			t.Fatal(err)
		}
		server(good, "--baseline", path("none.json")).want(t, exitUsage, "--baseline", "none.json")
	})
	t.Run("a baseline that cannot be written", func(t *testing.T) {
		server(good, "--write-baseline", filepath.Join(path("bad.json"), "below.json")).want(t, exitHarness, "cannot write the baseline")
	})
	t.Run("a run that could not be made writes none", func(t *testing.T) {
		dead := raw(t, speechless)
		server(dead, "--write-baseline", path("dead.json")).want(t, exitHarness)
		if slices.Contains(files(t, dir), "dead.json") {
			t.Error("a baseline was written of a server that could not be tested")
		}
	})
}

// Each peer is told apart in a report of several.
func TestSeveralServersShareOneReport(t *testing.T) {
	dir := t.TempDir()
	o := wsspec(t, "server", "good="+reference(t), "bad="+leaves(t), "--run", "1.1.1", "--timeout", "200ms", "--out", dir)
	o.want(t, exitNonconformant, "good: 1 of 1 cases: 1 passed", "bad: 1 of 1 cases: 1 failed", "FAIL bad 1.1.1 ")
	if r := readReport(t, dir); len(r.Results) != 2 || len(r.Targets) != 2 {
		t.Errorf("%d results of %d targets, want 2 of 2", len(r.Results), len(r.Targets))
	}
}

// A peer that never stops sending ends as a verdict, with a report of a size
// that can be opened.
func TestAFloodMakesASmallReport(t *testing.T) {
	block := bytes.Repeat([]byte{0x89, 0}, 32<<10)
	url := raw(t, shaken(func(conn net.Conn, _ *bufio.Reader) {
		for {
			if _, err := conn.Write(block); err != nil {
				return
			}
		}
	}))
	dir := t.TempDir()
	wsspec(t, "server", url, "--run", "1.1.1", "--run", "3.1", "--timeout", "200ms", "--out", dir).want(t, exitNonconformant, "2 failed")
	for _, name := range []string{"report.json", "index.html", "junit.xml"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() > 8<<20 {
			t.Errorf("%s: %v, %v; want at most 8 MiB", name, info, err)
		}
	}
}
