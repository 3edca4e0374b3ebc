package specs_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/reports"
)

// known writes a baseline that has one failure of one server, among two cases.
func known(t *testing.T) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "known.json")
	text := `{"schema":"wsspec-baseline/1","agents":[{"agent":"mine","role":"server","departures":{"1.1.8":["FAILED","OK"]},"cases":["1.1.8","1.2.8"]}]}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A spec that is known to fail is skipped, and says what is known. A worse one fails, and a better
// one says so. A name that the baseline does not have is an error.
func TestSuiteWithKnownFailures(t *testing.T) {
	wrong := serve(t, func(r *http.Request, conn *ref.Conn) {
		for _, err := range conn.Messages(r.Context()) {
			if err != nil {
				return
			}
			_ = conn.Write(r.Context(), ref.Text, []byte("What?"))
		}
	})
	right := httptest.NewServer(ref.EchoHandler(nil))
	t.Cleanup(right.Close)
	const both = "section:1 && level:MUST && RFC6455-6.2-1" // 1.1.8 and 1.2.8
	for _, tt := range []struct {
		name, url, agent string
		// skipped, failed and told are parts of what the two specs say: each has one of them.
		skipped, failed, told [2]string
		passed                bool
	}{
		{name: "one is known", url: wrong, agent: "mine", skipped: [2]string{"known: FAILED/OK: "}, failed: [2]string{1: "worse than in the baseline: "}},
		{name: "one is better", url: right.URL, agent: "mine", told: [2]string{"better than in the baseline "}, passed: true},
		{name: "another server", url: right.URL, agent: "theirs", failed: [2]string{"does not know theirs as a server; it knows mine as a server", "does not know theirs"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			all, passed := runSpecs(t, tt.url, both, "WSSPEC_STRICT=", "WSSPEC_BASELINE="+known(t), "WSSPEC_AGENT="+tt.agent)
			if passed != tt.passed {
				t.Errorf("the suite passed: %t, want %t", passed, tt.passed)
			}
			ran := 0
			for _, s := range all {
				at := -1
				for i, id := range []string{" 1.1.8 ", " 1.2.8 "} {
					if strings.Contains(s.Name, id) {
						at = i
					}
				}
				if at < 0 { // the filter left it out
					continue
				}
				ran++
				why := ""
				if s.Skipped != nil {
					why = s.Skipped.Why
				}
				for _, said := range []struct{ got, want string }{{why, tt.skipped[at]}, {s.Failure, tt.failed[at]}} {
					if !strings.Contains(said.got, said.want) || (said.got == "") != (said.want == "") {
						t.Errorf("%s says %q, want %q", s.Name, said.got, said.want)
					}
				}
				if better := strings.Contains(s.Err, "better than in the baseline "); better != (tt.told[at] != "") {
					t.Errorf("%s says that it is better: %t", s.Name, better)
				}
			}
			if ran != 2 {
				t.Errorf("%d specs ran, want 2", ran)
			}
		})
	}
}

// A baseline is renewed by a suite that ran all its specs, and not by one that left some out.
func TestABaselineIsRenewed(t *testing.T) {
	right := httptest.NewServer(ref.EchoHandler(nil))
	t.Cleanup(right.Close)
	for _, tt := range []struct {
		name, filter string
		renewed      bool
	}{{"all specs", "!random", true}, {"one of two specs", "RFC6455-6.2-1 && section:1 && !random", false}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			file := known(t)
			if _, passed := runSpecs(t, right.URL, tt.filter, "WSSPEC_STRICT=", "WSSPEC_BASELINE="+file, "WSSPEC_AGENT=theirs", "WSSPEC_RENEW=1", "WSSPEC_CASES=1.1.8 3.2"); passed != tt.renewed {
				t.Errorf("the suite passed: %t", passed)
			}
			b, err := reports.ReadBaselineFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !b.HasCase(reports.Peer{Agent: "mine", Role: verdict.Server}, "1.2.8") {
				t.Error("the other server is gone")
			}
			if has := b.HasCase(reports.Peer{Agent: "theirs", Role: verdict.Server}, "3.2"); has != tt.renewed {
				t.Errorf("the baseline has the server: %t", has)
			}
		})
	}
}
