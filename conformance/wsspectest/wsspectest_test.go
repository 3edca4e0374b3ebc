package wsspectest_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// An ending is how a process of TestSubject ended.
type ending struct {
	output string
	passed bool
	// words has PASS, FAIL or SKIP of each subtest, by what is behind TestSubject/.
	words map[string]string
}

var endOfTest = regexp.MustCompile(`(?m)^ *--- (PASS|FAIL|SKIP): TestSubject/(\S+) \(`)

// test runs TestSubject in a process of its own, as go test -v does.
func test(t *testing.T, s subject, args ...string) ending {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "-test.run=") }) {
		args = append(args, "-test.run=^TestSubject$")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], append(args, "-test.v")...)
	cmd.Env = append(os.Environ(), subjectVariable+"="+string(text))
	output, err := cmd.CombinedOutput()
	e := ending{string(output), err == nil, map[string]string{}}
	for _, m := range endOfTest.FindAllStringSubmatch(e.output, -1) {
		e.words[m[2]] = m[1]
	}
	return e
}

// cases counts the subtests of cases by how they ended.
func (e ending) cases() map[string]int {
	n := map[string]int{}
	for name, word := range e.words {
		if strings.Contains(name, "/") {
			n[word]++
		}
	}
	return n
}

// says checks whether the process passed, and that its output has texts.
func (e ending) says(t *testing.T, passed bool, texts ...string) {
	t.Helper()
	if e.passed != passed {
		t.Errorf("passed: %t, want %t\n%.4000s", e.passed, passed, e.output)
	}
	for _, text := range texts {
		if !strings.Contains(e.output, text) {
			t.Errorf("%q is missing in\n%.4000s", text, e.output)
		}
	}
	if strings.Contains(e.output, "goroutines left behind") {
		t.Errorf("goroutines are left behind:\n%s", e.output)
	}
}

// The reference passes every case in both roles, and each case is a subtest.
func TestTheReferencePasses(t *testing.T) {
	for role, atLeast := range map[string]int{"server": 900, "client": 850} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			e := test(t, subject{Peer: "right", Role: role, Patient: true}, "-test.short")
			e.says(t, true, "-short: ", "without those of sections 9, 12, 13")
			n := e.cases()
			if n["PASS"]+n["SKIP"] < atLeast-300 || n["FAIL"] > 0 {
				t.Errorf("the subtests are %v", n)
			}
			for _, id := range []string{"1.1.1", "rfc6455/5.5/1"} {
				if e.words[role+"/"+id] != "PASS" {
					t.Errorf("%s is %q", id, e.words[role+"/"+id])
				}
			}
			if e.words[role+"/9.1.1"] != "" {
				t.Error("9.1.1 was played with -short")
			}
		})
	}
}

// What a server can be.
func TestServers(t *testing.T) {
	for peer, says := range map[string]string{
		"a handler":    "",
		"a function":   "",
		"a URL":        "",
		"a TLS server": "",
		"a target":     "",
		"nobody":       "The server could not be tested: cannot connect to ",
		"no server":    "a int is no server: it takes an http.Handler, a URL, an *httptest.Server or a *conformance.Target",
		"nil":          "the server is nil",
	} {
		t.Run(peer, func(t *testing.T) {
			t.Parallel()
			e := test(t, subject{Peer: peer, Role: "server", Run: []string{"1.1.[12]"}, Patient: true})
			want := map[string]string{"server": "PASS", "server/1.1.1": "PASS", "server/1.1.2": "PASS"}
			if says != "" {
				want = map[string]string{"server": "FAIL", "server/1.1.1": "SKIP", "server/1.1.2": "SKIP"}
			}
			e.says(t, says == "", says)
			if d := cmp.Diff(want, e.words); d != "" {
				t.Errorf("subtests (-want +got):\n%s\n%s", d, e.output)
			}
		})
	}
}

// A handler is served over TLS too, so that no case about TLS is skipped. A URL has no TLS.
func TestHandlersAreServedOverTLS(t *testing.T) {
	for peer, want := range map[string]string{"a handler": "PASS", "a TLS server": "PASS", "a URL": "SKIP"} {
		t.Run(peer, func(t *testing.T) {
			t.Parallel()
			e := test(t, subject{Peer: peer, Role: "server", Run: []string{"rfc6455/10.6/*", "1.1.1"}, Patient: true})
			e.says(t, true)
			n := 0
			for name, word := range e.words {
				if strings.HasPrefix(name, "server/rfc6455/10.6/") {
					if n++; word != want {
						t.Errorf("%s is %s, want %s\n%s", name, word, want, e.output)
					}
				}
			}
			if n < 10 || e.words["server/1.1.1"] != "PASS" {
				t.Errorf("the subtests are %v", e.words)
			}
		})
	}
}

// The message of a failure is all that a maintainer needs, and its command plays this case.
func TestAFailureExplainsItself(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ role, peer, id, why, clause, sent string }{
		{"server", "accepts-rsv1", "3.5", "came where the server had to fail the connection with 1002 (RFC 6455 5.2).", "RFC 6455 section 5.2 MUST (RFC6455-5.2-3): ", "sent     binary 0x00fffefdfcfb00ff, RSV1, RSV3"},
		{"client", "pong-empty", "2.2", "which answers no ping (RFC 6455 5.5.2).", "RFC 6455 section 5.5.3 MUST (RFC6455-5.5.3-1): ", `sent     ping "Hello, world!"`},
	} {
		s := subject{Peer: tt.peer, Role: tt.role, Run: []string{tt.id, "1.1.1"}}
		e := test(t, s)
		explain := "explain " + tt.id
		if tt.role == "client" {
			explain += " --role client"
		}
		e.says(t, false, "subject_test.go:", tt.why, tt.clause, "transcript:\n", tt.sent, explain+"\n", explain+" --go\n")
		if e.words[tt.role+"/"+tt.id] != "FAIL" || e.words[tt.role+"/1.1.1"] != "PASS" {
			t.Errorf("the subtests are %v", e.words)
		}
		again := regexp.MustCompile(`run again: go test -run '(.*)'`).FindStringSubmatch(e.output)
		if again == nil {
			t.Fatalf("nothing says how to run the case again:\n%s", e.output)
		}
		once := test(t, s, "-test.run="+again[1])
		if d := cmp.Diff(map[string]string{tt.role: "FAIL", tt.role + "/" + tt.id: "FAIL"}, once.words); d != "" {
			t.Errorf("subtests of -run %s (-want +got):\n%s", again[1], d)
		}
	}
}

// An id with slashes is selected as one without.
func TestRunSelectsAnIDWithSlashes(t *testing.T) {
	t.Parallel()
	e := test(t, subject{Peer: "right", Role: "server", Patient: true}, `-test.run=^TestSubject$/^server$/^rfc6455$/^5\.5$/^1$`)
	if d := cmp.Diff(map[string]string{"server": "PASS", "server/rfc6455/5.5/1": "PASS"}, e.words); d != "" {
		t.Errorf("subtests (-want +got):\n%s", d)
	}
	none := test(t, subject{Peer: "right", Role: "server"}, `-test.run=^TestSubject$/^server$/^77$`)
	none.says(t, true, "NOT TESTED: no case is chosen")
	role := test(t, subject{Peer: "right", Role: "server"}, `-test.run=^TestSubject$/^3\.2$`)
	role.says(t, true, "NOT TESTED: -run chooses no case of the server; their names are like TestSubject/server/1.1.1")
	wrong := test(t, subject{Peer: "right", Role: "server", Run: []string{"77"}})
	wrong.says(t, false, "wsspectest.Select: --run 77 matches no case; the nearest are ")
}

// known writes a baseline with these failures.
func known(t *testing.T, agents ...reports.KnownAgent) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "known.json")
	b := reports.Baseline{Agents: agents}
	if err := reports.ReplaceFile(file, b.Write); err != nil {
		t.Fatal(err)
	}
	return file
}

func serverWith(deviations map[string][2]string) reports.KnownAgent {
	return reports.KnownAgent{Agent: "server", Role: verdict.Server, Deviations: deviations}
}

// What the baseline knows is skipped with its reason, what is new fails, and what is better
// says so.
func TestBaseline(t *testing.T) {
	failed := [2]string{"FAILED", "FAILED"}
	file := known(t, serverWith(map[string][2]string{"3.5": failed, "3.1": failed}))
	s := subject{Peer: "accepts-rsv1", Role: "server", Baseline: file, Run: []string{"3.1", "3.5", "3.6"}}
	for _, tt := range []struct {
		name   string
		strict bool
		want   map[string]string
		says   []string
	}{
		{
			"as usual", false,
			map[string]string{"server": "FAIL", "server/3.1": "PASS", "server/3.5": "SKIP", "server/3.6": "FAIL"},
			[]string{
				"known: FAILED/FAILED: Binary message 0x00fffefdfcfb00ff came",
				"worse than in the baseline: Binary message",
				"better than in the baseline, which knows it as FAILED/FAILED and can be renewed",
				"which wsspectest.RenewBaseline(true) renews: 3.1\n",
			},
		},
		{
			"strict about the baseline", true,
			map[string]string{"server": "FAIL", "server/3.1": "FAIL", "server/3.5": "SKIP", "server/3.6": "FAIL"},
			nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := s
			s.StrictBaseline = tt.strict
			e := test(t, s)
			e.says(t, false, tt.says...)
			if d := cmp.Diff(tt.want, e.words); d != "" {
				t.Errorf("subtests (-want +got):\n%s", d)
			}
		})
	}
}

// A case that does not apply is a regression only if it did before: the peer has lost what the
// case needs. It is none if the test leaves it out, or if the baseline is older than the case.
func TestCasesThatDoNotApply(t *testing.T) {
	for name, tt := range map[string]struct {
		peer, role, id string
		before         []string
		word           string
	}{
		"left out by the test":    {"right", "client", "rfc6455/10.6/5", []string{"rfc6455/10.6/5"}, "SKIP"},
		"newer than the baseline": {"a URL", "server", "rfc6455/10.6/1", []string{"1.1.1"}, "SKIP"},
		"applied in the baseline": {"a URL", "server", "rfc6455/10.6/1", []string{"rfc6455/10.6/1"}, "FAIL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := known(t, reports.KnownAgent{Agent: tt.role, Role: verdict.Role(tt.role), Cases: tt.before})
			e := test(t, subject{Peer: tt.peer, Role: tt.role, Baseline: file, Run: []string{tt.id}, Patient: true})
			e.says(t, tt.word == "SKIP", "The case is about TLS")
			if got := e.words[tt.role+"/"+tt.id]; got != tt.word {
				t.Errorf("the subtest is %q, want %s", got, tt.word)
			}
		})
	}
}

// A baseline that does not fit is an error, and not a wall of new failures.
func TestBaselinesThatDoNotFit(t *testing.T) {
	file := known(t, serverWith(nil))
	garbage := filepath.Join(t.TempDir(), "garbage.json")
	if err := os.WriteFile(garbage, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		s    subject
		says string
	}{
		"another name": {subject{Agent: "mine", Baseline: file}, "does not know mine as a server; it knows server as a server (wsspectest.Agent gives the name)"},
		"no file":      {subject{Baseline: "no/such.json"}, "no/such.json: no such file or directory (wsspectest.RenewBaseline(true) writes it)"},
		"no baseline":  {subject{Baseline: garbage}, "but a baseline has \"wsspec-baseline/1\""},
		"renew what?":  {subject{Renew: true}, "wsspectest.Baseline has to name the file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.s.Peer, tt.s.Role = "right", "server"
			e := test(t, tt.s)
			e.says(t, false, tt.says)
			if len(e.words) > 0 {
				t.Errorf("subtests ran: %v", e.words)
			}
		})
	}
}

// A baseline is written and read again; what it has of other peers stays.
func TestRenewBaseline(t *testing.T) {
	t.Parallel()
	other := reports.KnownAgent{Agent: "another", Role: verdict.Client, Deviations: map[string][2]string{"1.1.1": {"FAILED", "OK"}}}
	file := known(t, other, serverWith(map[string][2]string{"1.1.1": {"FAILED", "OK"}}))
	s := subject{Peer: "accepts-rsv1", Role: "server", Baseline: file, Renew: true, Run: []string{"3.*"}}

	few := test(t, s, `-test.run=^TestSubject$/^server$/^3\.5$`)
	few.says(t, false, "is not renewed: -run leaves out 6 of 7 cases")
	short := test(t, s, "-test.short")
	short.says(t, false, "is not renewed: -short leaves out cases")

	test(t, s).says(t, true, "known.json is renewed", "known: FAILED/FAILED")
	b, err := reports.ReadBaselineFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Agents) != 2 || b.Agents[0].Agent != "another" || b.Agents[0].Deviations["1.1.1"] != other.Deviations["1.1.1"] {
		t.Errorf("the baseline has %+v", b.Agents)
	}
	if got := slices.Sorted(maps.Keys(b.Agents[1].Deviations)); !slices.Equal(got, []string{"3.4", "3.5", "3.6"}) && !slices.Contains(got, "3.5") {
		t.Errorf("the server is known to fail %q", got)
	}
	s.Renew = false
	test(t, s).says(t, true, "known: FAILED/FAILED")
}

// What is neither a pass nor a failure is told as what it is.
func TestOtherResults(t *testing.T) {
	for name, tt := range map[string]struct {
		s    subject
		id   string
		word string
		says string
	}{
		"flaky":               {subject{Peer: "flaky", Role: "server", Patient: true}, "1.1.2", "PASS", "flaky: "},
		"flaky, strict":       {subject{Peer: "flaky", Role: "server", Patient: true, Strict: true}, "1.1.2", "FAIL", "flaky: "},
		"informational":       {subject{Peer: "right", Role: "client", Patient: true}, "7.13.1", "PASS", "informational: "},
		"about TLS":           {subject{Peer: "right", Role: "client", Patient: true}, "rfc6455/10.6/5", "SKIP", "wsspectest.TLS starts the client for it"},
		"a panic of a client": {subject{Peer: "panics", Role: "client", Patient: true}, "1.1.2", "FAIL", "The client panicked: the map is nil."},
		"a client that cannot": {
			subject{Peer: "never connects", Role: "client"}, "1.1.2", "FAIL",
			"The client ended without having run the case. Its last words: no route to host",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.s.Run = []string{tt.id}
			e := test(t, tt.s)
			e.says(t, tt.word != "FAIL", tt.says)
			if got := e.words[tt.s.Role+"/"+tt.id]; got != tt.word {
				t.Errorf("the subtest is %q, want %q\n%s", got, tt.word, e.output)
			}
		})
	}
}

// A handler that panics may pass a case: the test fails all the same, and shows where.
func TestAHandlerThatPanics(t *testing.T) {
	t.Parallel()
	e := test(t, subject{Peer: "panics", Role: "server", Run: []string{"1.1.1"}})
	e.says(t, false, "The handler panicked, in ", "first: an empty message\n", "subject_test.go:")
}

// A server that stops serving: the cases behind are not run, and the test says so once.
func TestCasesThatWereNotRun(t *testing.T) {
	t.Parallel()
	e := test(t, subject{Peer: "never connects", Role: "client", Run: []string{"[1-6].*"}})
	n := e.cases()
	e.says(t, false, "cases were not run: ")
	if n["SKIP"] < 50 || n["PASS"] > 0 || strings.Count(e.output, "cases were not run: ") != 1 {
		t.Errorf("the subtests are %v\n%s", n, e.output)
	}
}

// The test ends before the deadline of the test binary, and tells what it found.
func TestNoTime(t *testing.T) {
	t.Parallel()
	e := test(t, subject{Peer: "mute", Role: "server", Patient: true, Hurried: true}, "-test.timeout=5m")
	e.says(t, false, "were not run: the time of the test binary is nearly over (go test -timeout gives more)")
	if n := e.cases(); n["SKIP"] < 100 || n["PASS"] > 50 {
		t.Errorf("the subtests are %v", n)
	}
}

// Tests that name one folder share a report; a second run of a test takes the place of the
// first one.
func TestReport(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "report")
	e := test(t, subject{Peer: "accepts-rsv1", Role: "server", Report: dir, Run: []string{"3.5", "1.1.1"}}, "-test.count=2")
	e.says(t, false)
	r, err := reports.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Targets) != 1 || len(r.Results) != 2 || r.Summary.Verdicts[verdict.Fail] != 1 || len(r.Results[1].Transcript) == 0 {
		t.Errorf("%d targets, %d results, %v", len(r.Targets), len(r.Results), r.Summary.Verdicts)
	}
	for _, name := range []string{"index.html", "junit.xml"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
