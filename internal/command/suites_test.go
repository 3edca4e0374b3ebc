package command

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/freeport"
	"github.com/wsspec/wsspec/reports"
)

// No command has the suites unless it is asked for them.
func TestSuitesAreOptIn(t *testing.T) {
	catalogue, robust, security := len(catalog.Cases()), len(catalog.Suite(catalog.Robust)), len(catalog.Suite(catalog.Security))
	for args, want := range map[string]int{
		"":                                       catalogue,
		"--run *":                                catalogue,
		"--suite conformance":                    catalogue,
		"--suite robust":                         robust,
		"--suite security":                       security,
		"--suite robust --suite security":        robust + security,
		"--suite conformance --suite security":   catalogue + security,
		"--suite robust --run *-flood* --skip *": -1,
		"--run robust/ping-flood":                1,
		"--run security/*":                       security,
		"--run 1.1.1 --run robust/ping-flood":    2,
		"--suite fuzzy":                          -1,
	} {
		o := wsspec(t, append([]string{"list"}, strings.Fields(args)...)...)
		switch n := strings.Count(o.stdout, "\n"); {
		case want < 0:
			o.want(t, exitUsage)
		case o.code != exitPass || n != want:
			t.Errorf("list %s: exit code %d, %d cases, want %d", args, o.code, n, want)
		}
	}
}

// The suites are played on the loopback interface, and where somebody says that the host is
// theirs.
func TestSuitesAttackOnlyWhatIsOwned(t *testing.T) {
	attack := catalog.Suite(catalog.Robust)[:1]
	for _, tt := range []struct {
		host  string
		owned []string
		cases []*script.Case
		may   bool
	}{
		{"localhost", nil, attack, true},
		{"LOCALHOST", nil, attack, true},
		{"127.0.0.1", nil, attack, true},
		{"127.8.8.8", nil, attack, true},
		{"::1", nil, attack, true},
		{"::ffff:127.0.0.1", nil, attack, true},
		{"example.com", nil, attack, false},
		{"localhost.example.com", nil, attack, false},
		{"192.0.2.1", nil, attack, false},
		{"0.0.0.0", nil, attack, false},
		{"example.com", []string{"example.org"}, attack, false},
		{"example.com", []string{"Example.com"}, attack, true},
		{"2001:db8::1", []string{"[2001:db8::1]"}, attack, true},
		{"sub.example.com", []string{"example.com"}, attack, false},
		{"example.com", nil, catalog.Cases(), true},
	} {
		f := suiteFlags{owned: tt.owned}
		if err := f.mayAttack(t.Context(), tt.host, tt.cases, conformance.Quick); (err == nil) != tt.may {
			t.Errorf("%s, owned %q: %v, want may: %v", tt.host, tt.owned, err, tt.may)
		}
	}
	wsspec(t, "server", "--suite", "robust", "ws://192.0.2.1/").want(t, exitUsage, "--i-own 192.0.2.1")
	wsspec(t, "server", "--run", "robust/ping-flood", "ws://192.0.2.1/").want(t, exitUsage, "--i-own 192.0.2.1")
	wsspec(t, "client", "--suite", "robust", "--listen", "192.0.2.1:0").want(t, exitUsage, "--i-own 192.0.2.1")
	wsspec(t, "client", "--suite", "robust", "--listen", ":0").want(t, exitUsage, "--i-own 0.0.0.0")
}

// A report has the suites in sections of their own. It says how the server served others
// meanwhile and, if wsspec has started it, how much memory it took.
func TestSuitesInAReport(t *testing.T) {
	out, addr := t.TempDir(), freeport.Addr(t)
	o := wsspec(t, "server", "--start", command(t, "server", addr), "ws://"+addr+"/", "--out", out, "--agent", "mine",
		"--run", "1.1.1", "--run", "robust/length-ping", "--run", "security/inject-target-percent", "--run", "security/foreign-origin")
	o.want(t, exitPass, "mine: 4 of 4 cases: 3 passed, 1 skipped")
	report, err := reports.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	sees := func(r reports.Result, text string) bool {
		return slices.ContainsFunc(r.Observed, func(s string) bool { return strings.Contains(s, text) })
	}
	for _, r := range report.Results {
		suite := catalog.SuiteOf(r.ID)
		if suite != "" && (reports.SectionOf(r.ID) != suite || reports.SectionTitle(suite) == suite) {
			t.Errorf("%s is in the section %s, %s", r.ID, reports.SectionOf(r.ID), reports.SectionTitle(reports.SectionOf(r.ID)))
		}
		played := r.Verdict != verdict.Skip
		if attacked := suite != "" && played; sees(r, "on other connections") != attacked || sees(r, "the memory of the server's process: ") != (attacked && runtime.GOOS == "linux") {
			t.Errorf("%s: observed %q", r.ID, r.Observed)
		}
	}
}

// With --foreign-origin, a server that takes every origin fails; without it, nobody knows.
func TestForeignOrigin(t *testing.T) {
	url := reference(t)
	wsspec(t, "server", url, "--run", "security/foreign-origin", "--agent", "mine").want(t, exitPass, "1 skipped")
	wsspec(t, "server", url, "--run", "security/foreign-origin", "--agent", "mine", "--foreign-origin", "https://other.example").
		want(t, exitNonconformant, "FAIL security/foreign-origin", "RFC 6455 4.2.2")
}

// A case of a suite is explained with its history.
func TestExplainSuite(t *testing.T) {
	wsspec(t, "explain", "robust/ping-flood").want(t, exitPass, "send ping, empty, 10000 times without a pause", "Public history\n", catalog.ByID("robust/ping-flood").History)
	wsspec(t, "explain", "1.1.1").want(t, exitPass)
	if o := wsspec(t, "explain", "1.1.1"); strings.Contains(o.stdout, "Public history") {
		t.Errorf("a case of the catalogue has a history: %s", o.stdout)
	}
}
