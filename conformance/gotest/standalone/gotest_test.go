package standalone_test

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/gotest"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

var bothRoles = []wire.Role{wire.RoleServer, wire.RoleClient}

// How many cases have a Go test. These numbers only grow: a case that loses its
// test is a loss for whoever has to mend what it found.
const (
	leastServerTests = 620
	leastClientTests = 535
)

func TestMostCasesHaveAGoTest(t *testing.T) {
	least := map[wire.Role]int{wire.RoleServer: leastServerTests, wire.RoleClient: leastClientTests}
	for _, role := range bothRoles {
		with, without := map[string]int{}, map[string]int{}
		n, why := 0, map[string]int{}
		for _, c := range catalog.Cases() {
			if !c.TestsRole(role) {
				continue
			}
			section := c.ID[:strings.LastIndexAny(c.ID, "./")]
			if !strings.HasPrefix(section, "rfc") {
				section, _, _ = strings.Cut(section, ".")
			}
			reason := gotest.Unavailable(c, role)
			if reason != "" {
				without[section]++
				why[reason]++
				continue
			}
			with[section]++
			n++
		}
		t.Logf("%v: %d cases have a Go test: %v; without: %v, because: %v", role, n, with, without, why)
		if n < least[role] {
			t.Errorf("%d cases have a Go test for a %v, and %d had", n, role, least[role])
		}
	}
}

// standard finds the packages of the standard library, and no others.
var standard = importer.ForCompiler(token.NewFileSet(), "gc", nil)

// checkGoTest checks a file as gofmt and the compiler do.
func checkGoTest(t *testing.T, name, source string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.ParseComments)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	config := types.Config{Importer: standard}
	if _, err := config.Check("websocket_test", files, []*ast.File{file}, nil); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if formatted, err := format.Source([]byte(source)); err != nil || !bytes.Equal(formatted, []byte(source)) {
		t.Errorf("%s is not as gofmt has it (%v)", name, err)
	}
	if file.Name.Name != "websocket_test" {
		t.Errorf("%s: package %s", name, file.Name)
	}
	for _, i := range file.Imports {
		if strings.Contains(i.Path.Value, ".") {
			t.Errorf("%s imports %s, which is not of the standard library", name, i.Path.Value)
		}
	}
}

// TestEveryGoTestCompiles: all of a role in one file, and the code behind a case
// in each of its forms.
func TestEveryGoTestCompiles(t *testing.T) {
	goCommand(t) // which knows the standard library
	longest := 0
	for _, role := range bothRoles {
		var cases []*script.Case
		names, rests := map[string]bool{}, map[string]bool{}
		for _, c := range catalog.Cases() {
			source, ok := gotest.Source(c, role)
			if !ok {
				continue
			}
			cases = append(cases, c)
			longest = max(longest, len(source))
			own, rest, found := strings.Cut(source, "\n// From here on the code is the same for every case.\n")
			if !rests[rest] {
				checkGoTest(t, c.ID, source)
				rests[rest] = true
			}
			if _, err := parser.ParseFile(token.NewFileSet(), c.ID, own, 0); err != nil || !found {
				t.Errorf("%s: %v", c.ID, err)
			}
			name := gotest.TestName(c)
			if !strings.Contains(own, "\nfunc "+name+"(t *testing.T) {\n") || names[name] {
				t.Errorf("%s: no test %s of its own", c.ID, name)
			}
			names[name] = true
			for _, want := range append([]string{"Case " + c.ID + ": "}, c.Requires...) {
				if !strings.Contains(own, want) {
					t.Errorf("%s: the file does not say %q", c.ID, want)
				}
			}
			if role == wire.RoleServer && !strings.Contains(rest, strconv.Quote(gotest.DefaultURL)) {
				t.Errorf("%s: %s is not in the file", c.ID, gotest.DefaultURL)
			}
		}
		checkGoTest(t, fmt.Sprintf("all cases as %v", role), gotest.File(role, cases...))
		checkGoTest(t, fmt.Sprintf("each kind of step as %v", role), gotest.File(role, stepSamples()...))
		t.Logf("%v: %d cases, with the code behind them in %d forms", role, len(cases), len(rests))
	}
	t.Logf("the longest file has %d octets", longest)
	if most := 128 << 10; longest > most { // payloads are expressions
		t.Errorf("a file of %d octets, at most %d make sense", longest, most)
	}
}

// stepSamples are cases with one step each: of each kind one.
func stepSamples() (cases []*script.Case) {
	for _, step := range script.Samples() {
		cases = append(cases, &script.Case{ID: fmt.Sprintf("%T", step), Script: script.Script{
			Steps: []script.Step{step}, Outcomes: []script.Outcome{{Behavior: "OK", Ending: script.ClosedByHarness()}},
		}})
	}
	return cases
}

func TestNoGoTestSaysWhy(t *testing.T) {
	for _, want := range []struct {
		id, why string
		role    wire.Role
	}{
		{"9.1.1", "streams", wire.RoleServer},
		{"12.1.1", "streams", wire.RoleClient},
		{"rfc6455/10.6/1", "TLS", wire.RoleServer},
		{"rfc6455/3/2", "URL", wire.RoleClient},
		{"rfc6455/5.1/6", "does not test a server", wire.RoleServer},
		{"rfc6455/5.3/7", "masking keys", wire.RoleClient},
	} {
		c := catalog.ByID(want.id)
		if source, ok := gotest.Source(c, want.role); ok || source != "" || !strings.Contains(gotest.Unavailable(c, want.role), want.why) {
			t.Errorf("%s as %v: %v, %q; want no test because of %q", want.id, want.role, ok, gotest.Unavailable(c, want.role), want.why)
		}
	}
	if source := gotest.File(wire.RoleServer, catalog.ByID("9.1.1")); source != "" {
		t.Error("a file without a test in it")
	}
}

// goCommand is the go command, without which the tests that run what was
// written cannot run.
func goCommand(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip("SKIPPED: the written Go tests are not run, for there is no go command here: ", err)
	}
	return path
}

// goTest writes a file into a folder of its own, without a module, and runs go
// test on it as its user would.
func goTest(t *testing.T, source string, env ...string) (output string, ok bool) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "case_test.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), goCommand(t), "test", "-v", "-count=1", "case_test.go") // which vets it too
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append(env, "GO111MODULE=off", "GOFLAGS=")...)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// faultyServer runs a server with the fault for the time of a test.
func faultyServer(t *testing.T, fault string) (url string) {
	t.Helper()
	f, err := faulty.ByName(fault)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var served sync.WaitGroup
	served.Go(func() {
		if err := faulty.Serve(ctx, l, f); err != nil {
			t.Errorf("the server with %s: %v", fault, err)
		}
	})
	t.Cleanup(func() { cancel(); served.Wait() })
	return "ws://" + l.Addr().String() + "/"
}

// TestGoTestRuns is what a maintainer does: paste, set a variable, see red with
// a sentence, mend, see green.
func TestGoTestRuns(t *testing.T) {
	goCommand(t)
	one := func(id string, role wire.Role) string {
		source, ok := gotest.Source(catalog.ByID(id), role)
		if !ok {
			t.Fatalf("%s has no Go test", id)
		}
		return source
	}
	expect := func(t *testing.T, source string, pass bool, words []string, env ...string) {
		t.Helper()
		out, ok := goTest(t, source, env...)
		if ok != pass {
			t.Errorf("go test passed: %v, want %v\n%s", ok, pass, out)
		}
		for _, w := range words {
			if !strings.Contains(out, w) {
				t.Errorf("go test does not say %q:\n%s", w, out)
			}
		}
	}
	t.Run("red", func(t *testing.T) {
		t.Parallel()
		expect(t, one("3.2", wire.RoleServer), false, []string{
			"--- FAIL: TestCase_3_2", "expected: text message \"Hello, world!\"; then the peer fails the connection with 1002", "came:", "RFC 6455 5.2",
		}, "WS_URL="+faultyServer(t, "accepts-rsv2"))
	})
	t.Run("a variant", func(t *testing.T) {
		t.Parallel()
		v, err := vary.Make(catalog.ByID("1.1.3"), wire.RoleServer, "cut@3")
		if err != nil {
			t.Fatal(err)
		}
		source, _ := gotest.Source(v.Case, wire.RoleServer)
		expect(t, source, false, []string{"--- FAIL: TestCase_1_1_3_cut_3"}, "WS_URL="+faultyServer(t, "loses-half-16-bit-length"))
		expect(t, source, true, nil, "WS_URL="+faultyServer(t, "none"))
	})
	t.Run("one judge", func(t *testing.T) {
		t.Parallel()
		// A peer that had to fail the connection, went on, and answered the script's
		// own Close, which is no right end of the connection.
		expect(t, one("rfc6455/5.5/11", wire.RoleServer), false, []string{
			"FAILED, closing FAILED: Text message \"Hello, world!\" came where the server had to fail the connection with 1002",
		}, "WS_URL="+faultyServer(t, "accepts-rsv3"))
	})
	t.Run("green, many cases in one file", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(ref.EchoHandler(&ref.AcceptOptions{Compression: &ref.Compression{}}))
		defer server.Close()
		var some []*script.Case
		for i, c := range catalog.Cases() {
			if i%5 == 0 {
				some = append(some, c)
			}
		}
		all := gotest.File(wire.RoleServer, append(some, catalog.ByID("rfc6455/4.2.1/3"))...)
		expect(t, all, true, []string{"--- PASS: TestRFC6455_4_2_1_3"}, "WS_URL=ws"+strings.TrimPrefix(server.URL, "http"))
	})
	t.Run("nothing listens", func(t *testing.T) {
		t.Parallel()
		expect(t, one("1.1.1", wire.RoleServer), false, []string{"nothing answers at ws://127.0.0.1:1/", "Start your echo server, and set WS_URL"}, "WS_URL=ws://127.0.0.1:1/")
	})
	t.Run("no client", func(t *testing.T) {
		t.Parallel()
		expect(t, one("1.1.1", wire.RoleClient), true, []string{"--- SKIP", "set WS_CLIENT to the command that starts it"}, "WS_CLIENT=")
	})
	t.Run("a client", func(t *testing.T) {
		t.Parallel()
		client := os.Args[0] + " -test.run=^TestIsAClient$ {url}"
		source := gotest.File(wire.RoleClient, catalog.ByID("1.1.1"), catalog.ByID("5.19"), catalog.ByID("rfc6455/4.1/14"), catalog.ByID("rfc7692/7.2/8"))
		expect(t, source, true, []string{"--- PASS: TestCase_5_19", "--- PASS: TestRFC7692_7_2_8"}, "WSSPEC_TEST_CLIENT=none", "WS_CLIENT="+client)
		expect(t, source, false, []string{"--- FAIL: TestCase_1_1_1", "The client sent an unmasked text frame from a client (RFC 6455 5.1)."}, "WSSPEC_TEST_CLIENT=unmasked-frames", "WS_CLIENT="+client)
	})
}

// TestIsAClient is no test: it is the client of TestGoTestRuns, with the fault
// that the environment names.
func TestIsAClient(t *testing.T) {
	fault := os.Getenv("WSSPEC_TEST_CLIENT")
	if fault == "" {
		return
	}
	f, err := faulty.ByName(fault)
	if err != nil {
		t.Fatal(err)
	}
	if err := faulty.Connect(t.Context(), os.Args[len(os.Args)-1], f); err != nil {
		t.Fatal(err)
	}
}
