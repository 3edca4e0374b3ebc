package record_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

// A Go test runs some cases against its server and gets a report of them.
func Example() {
	server := httptest.NewServer(ref.EchoHandler(nil))
	defer server.Close()
	target, err := conformance.ParseTarget(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	target.Agent = "mine"
	rec := record.New(record.Options{})
	rec.AddTarget(target.Agent, wire.RoleServer, target.URL.String())
	results, err := conformance.RunServer(context.Background(), target, cases("1.1.1", "2.1"), conformance.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	rec.Add(target.Agent, results...)
	for _, r := range rec.Report().Results {
		fmt.Println(r.ID, r.Verdict)
	}
	dir, err := os.MkdirTemp("", "report")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fmt.Println(rec.WriteFolder(dir))
	// Output:
	// 1.1.1 pass
	// 2.1 pass
	// <nil>
}

func cases(ids ...string) (all []*script.Case) {
	for _, id := range ids {
		all = append(all, catalog.ByID(id))
	}
	return all
}

// play runs cases against an echo server that tells each result to done.
func play(t *testing.T, done func(conformance.Result), ids ...string) {
	t.Helper()
	server := httptest.NewServer(ref.EchoHandler(nil))
	t.Cleanup(server.Close)
	target, err := conformance.ParseTarget(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conformance.RunServer(t.Context(), target, cases(ids...), conformance.Options{Done: done}); err != nil {
		t.Fatal(err)
	}
}

// The function that a run tells of each result may add it at once, while others
// look at the report.
func TestResultsAreAddedWhileTheyCome(t *testing.T) {
	rec := record.New(record.Options{})
	ids := []string{"1.1.1", "1.1.2", "1.2.1", "2.1", "2.2", "3.1", "5.3", "7.1.1"}
	seen := 0
	play(t, func(r conformance.Result) {
		rec.Add("mine", r)
		if n := len(rec.Report().Results); n > seen {
			seen = n
		}
	}, ids...)
	r := rec.Report()
	if r.Summary.Cases != len(ids) || rec.Len() != len(ids) || seen == 0 {
		t.Errorf("%d cases, %d results, at most %d on the way; want %d", r.Summary.Cases, rec.Len(), seen, len(ids))
	}
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
	// An agent needs no target: it gets one without a URL.
	if want := (reports.Target{Agent: "mine", Role: verdict.Server}); len(r.Targets) != 1 || r.Targets[0] != want {
		t.Errorf("targets are %+v", r.Targets)
	}
	if r.Tool.Name != "wsspec" || r.Tool.Version == "" || r.Profile != "quick" || r.Started.IsZero() {
		t.Errorf("the report is of %+v, %q, %v", r.Tool, r.Profile, r.Started)
	}
}

// What was returned does not change when more is added.
func TestReportIsACopy(t *testing.T) {
	rec := record.New(record.Options{})
	var results []conformance.Result
	play(t, func(r conformance.Result) { results = append(results, r) }, "1.1.1", "2.1")
	rec.Add("mine", results[0])
	first := rec.Report()
	first.Results[0].Title = "changed"
	rec.Add("mine", results[1])
	if n := len(first.Results); n != 1 {
		t.Errorf("the first report has %d results", n)
	}
	if got := rec.Report().Results[0].Title; got == "changed" {
		t.Error("a change of a report changes the record")
	}
}

func TestWriteFolder(t *testing.T) {
	rec := record.New(record.Options{Command: []string{"wsspec", "report", "merge"}})
	play(t, func(r conformance.Result) { rec.Add("mine", r) }, "1.1.1", "2.1")
	dir := filepath.Join(t.TempDir(), "new")
	if err := rec.WriteFolder(dir); err != nil {
		t.Fatal(err)
	}
	r, err := reports.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Faults != nil || len(r.Results) != 2 || len(r.Clauses) == 0 || len(r.Results[0].Transcript) == 0 {
		t.Errorf("report.json has %d results, %d clauses, faults %v", len(r.Results), len(r.Clauses), r.Faults)
	}
	for name, begins := range map[string]string{"index.html": "<!doctype html>", "junit.xml": "<?xml"} {
		octets, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.HasPrefix(string(octets), begins) {
			t.Errorf("%s begins with %.40q (%v)", name, octets, err)
		}
	}
}

func TestACaseThatIsAddedTwiceIsRefused(t *testing.T) {
	rec := record.New(record.Options{})
	play(t, func(r conformance.Result) { rec.Add("mine", r, r) }, "1.1.1")
	dir := t.TempDir()
	if err := rec.WriteFolder(dir); err == nil || !strings.Contains(err.Error(), "there twice") {
		t.Errorf("error %v, want one about the case that is there twice", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "report.json")); err == nil {
		t.Error("a report was written")
	}
}

// A failure comes with its requirements and a Go test.
func TestFailuresHaveRequirementsAndGoTests(t *testing.T) {
	c := catalog.ByID("2.1")
	failed := conformance.Result{
		Case: c, Role: wire.RoleServer, Verdict: verdict.Fail, Behavior: verdict.Failed, Close: verdict.CloseOK, Attempts: 2,
		Explanation: "It failed.",
	}
	rec := record.New(record.Options{})
	rec.Add("mine", failed)
	r := rec.Report()
	if !r.HasGoTest(verdict.Server, "2.1") {
		t.Error("the failed case has no Go test")
	}
	if ids := r.Results[0].Requirements; len(ids) == 0 || !slices.Equal(ids, c.Requires) || r.Clauses[ids[0]].Summary == "" {
		t.Errorf("requirements %q without their clauses", ids)
	}
}

// A result names the requirement that the peer broke, if the explanation is about it.
func TestBrokenRequirements(t *testing.T) {
	c := catalog.ByID("13.3.1")
	violation := wire.RuleDeflateServerBits.Violation("server_max_window_bits=12 in the answer")
	for _, tt := range []struct {
		why, want string
	}{
		{"The opening handshake failed: " + violation.Error() + ".", wire.RuleDeflateServerBits.ID},
		{"Expected a text message, and nothing came in time.", ""},
	} {
		rec := record.New(record.Options{})
		rec.Add("mine", conformance.Result{Case: c, Role: wire.RoleServer, Verdict: verdict.Fail, Behavior: verdict.Failed, Close: verdict.CloseFailed, Attempts: 2, Explanation: tt.why, Violation: violation})
		r := rec.Report()
		if got := r.Results[0].Broken; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
		if _, ok := r.Clauses[tt.want]; tt.want != "" && !ok {
			t.Errorf("the report lacks the clause %s", tt.want)
		}
	}
}

// A server that leaves each connection open breaks one rule in every case: the results name
// it, unless what came before was wrong as well.
func TestBrokenByTheEnd(t *testing.T) {
	for _, tt := range []struct {
		behavior verdict.Behavior
		closed   verdict.CloseBehavior
		want     string
	}{
		{verdict.OK, verdict.CloseFailedByClient, "RFC6455-5.5.1-13"},
		{verdict.NonStrict, verdict.CloseFailedByClient, "RFC6455-5.5.1-13"},
		{verdict.OK, verdict.CloseUnclean, "RFC6455-5.5.1-7"},
		{verdict.Failed, verdict.CloseFailedByClient, ""},
		{verdict.OK, verdict.CloseFailed, ""},
	} {
		rec := record.New(record.Options{})
		rec.Add("mine", conformance.Result{Case: catalog.ByID("2.1"), Role: wire.RoleServer, Verdict: verdict.Fail, Behavior: tt.behavior, Close: tt.closed, Attempts: 2, Explanation: "why"})
		r := rec.Report()
		if got := r.Results[0].Broken; got != tt.want {
			t.Errorf("%s and %s: %q, want %q", tt.behavior, tt.closed, got, tt.want)
		}
		if tt.want != "" && r.Clauses[tt.want].Summary == "" {
			t.Errorf("the report lacks the clause %s", tt.want)
		}
	}
}
