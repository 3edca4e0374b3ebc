package specs_test

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/ginkgo/v2"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/specs"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

func TestLabels(t *testing.T) {
	for _, tt := range []struct {
		c    script.Case
		want ginkgo.Labels
	}{
		{*catalog.ByID("3.2"), ginkgo.Labels{"section:3", "level:MUST", "RFC6455-5.2-3", "RFC6455-7.1.7-7"}},
		{script.Case{ID: "rfc6455/4.2.1/3", Level: verdict.Should}, ginkgo.Labels{"section:rfc6455-4.2.1", "level:SHOULD"}},
		{script.Case{ID: "robust/slow-handshake", Level: verdict.May}, ginkgo.Labels{"section:robust", "level:MAY"}},
	} {
		if d := cmp.Diff(tt.want, specs.Labels(&tt.c)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.c.ID, d)
		}
	}
}

// Runs the suite of this package against faulty servers, as another project would. The
// labels select the specs, and the messages say what is wrong.
func TestSuiteAgainstWrongServers(t *testing.T) {
	// This server answers every message with another text.
	deaf := serve(t, func(r *http.Request, conn *ref.Conn) {
		for _, err := range conn.Messages(r.Context()) {
			if err != nil {
				return
			}
			_ = conn.Write(r.Context(), ref.Text, []byte("What?"))
		}
	})
	// This server fails the connection on the first message. That is allowed if a
	// violation follows the message.
	hasty := serve(t, func(r *http.Request, conn *ref.Conn) {
		_, _, _ = conn.Read(r.Context())
		_ = conn.Close(wire.StatusProtocolError, "")
	})
	gone := httptest.NewServer(nil)
	gone.Close()

	chopped := []string{
		"1.1.8 a text message of 65536 octets, in writes of 997 octets",
		"1.2.8 a binary message of 65536 octets, in writes of 997 octets",
	}
	for _, tt := range []struct {
		name, url, filter string
		strict            bool
		specs             []string
		// failure and warning list parts of each spec's message.
		failure, warning []string
	}{
		{
			name: "wrong echo", url: deaf, filter: "section:1 && level:MUST && RFC6455-6.2-1", specs: chopped,
			failure: []string{
				`came (RFC 6455 6.2).` + "\nverdicts: behaviour FAILED, close behaviour OK",
				"expected, from best to worst:\n  OK: ",
				"observed:\n  text message \"What?\"\n",
				"clauses:\n  RFC 6455 6.2 (RFC6455-6.2-1, MUST): ",
			},
		},
		{name: "unreachable", url: gone.URL, filter: "section:1 && RFC6455-6.2-1", specs: chopped, failure: []string{"The server could not be tested: cannot connect to "}},
		{
			name: "early close", url: hasty, filter: "section:3 && RFC6455-7.1.7-7 && !RFC6455-6.2-1",
			specs: []string{
				"3.2 a text frame, one with RSV2 set, a ping",
				"3.3 a text frame, one with RSV2 and RSV3 set, a ping, frame by frame",
				"3.4 a text frame, one with RSV1 set, a ping, octet by octet",
			},
			warning: []string{"Allowed, but not preferred. Preferred: ", "behaviour NON-STRICT, close behaviour OK"},
		},
		{
			name: "early close, strict", url: hasty, filter: "section:4 && RFC6455-7.1.7-7 && RFC6455-5.2-5", strict: true,
			specs: []string{
				"4.1.3 a text frame, a frame with the reserved non-control opcode 5, a ping",
				"4.1.4 a text frame, a frame with the reserved non-control opcode 6 and a payload, a ping",
				"4.1.5 a text frame, a frame with the reserved non-control opcode 7 and a payload, a ping, octet by octet",
				"4.2.3 a text frame, a frame with the reserved control opcode 13, a ping",
				"4.2.4 a text frame, a frame with the reserved control opcode 14 and a payload, a ping",
				"4.2.5 a text frame, a frame with the reserved control opcode 15 and a payload, a ping, octet by octet",
			},
			failure: []string{"behaviour NON-STRICT, close behaviour OK"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, passed := runSuite(t, tt.url, tt.filter, tt.strict)
			if want := len(tt.failure) == 0; passed != want {
				t.Errorf("the suite passed: %t, want %t", passed, want)
			}
			var names []string
			for _, s := range got {
				names = append(names, strings.TrimPrefix(s.Name, "[It] WebSocket server "))
				for _, part := range tt.failure {
					if !strings.Contains(s.Failure, part) {
						t.Errorf("%s: failure\n%s\nlacks %q", s.Name, s.Failure, part)
					}
				}
				for _, part := range tt.warning {
					if !strings.Contains(s.Err, part) {
						t.Errorf("%s: report\n%s\nlacks %q", s.Name, s.Err, part)
					}
				}
			}
			if d := cmp.Diff(tt.specs, names); d != "" {
				t.Errorf("specs (-want +got):\n%s", d)
			}
		})
	}
}

// serve starts a server that accepts each connection and passes it to do.
func serve(t *testing.T, do func(*http.Request, *ref.Conn)) (url string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := ref.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		do(r, conn)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// A spec is a test case in the JUnit report.
type spec struct {
	Name    string `xml:"name,attr"`
	Failure string `xml:"failure"`
	Skipped *struct {
		Why string `xml:"message,attr"`
	} `xml:"skipped"`
	Err string `xml:"system-err"`
}

// runSuite runs TestSpecs in a separate process, and returns the specs that were not skipped.
func runSuite(t *testing.T, url, filter string, strict bool) (ran []spec, passed bool) {
	t.Helper()
	env := []string{"WSSPEC_STRICT="}
	if strict {
		env = append(env, "WSSPEC_STRICT=1")
	}
	all, passed := runSpecs(t, url, filter, env...)
	return slices.DeleteFunc(all, func(s spec) bool { return s.Skipped != nil }), passed
}

// runSpecs runs TestSpecs in a separate process, with more variables in its environment.
func runSpecs(t *testing.T, url, filter string, env ...string) (all []spec, passed bool) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "junit.xml")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSpecs$", "-ginkgo.label-filter="+filter)
	cmd.Env = append(append(os.Environ(), "WSSPEC_TARGET="+url, "WSSPEC_JUNIT="+file), env...)
	output, err := cmd.CombinedOutput()
	octets, readErr := os.ReadFile(file)
	if readErr != nil {
		t.Fatalf("no JUnit: %v\n%s", readErr, output)
	}
	var document struct {
		Specs []spec `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(octets, &document); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(document.Specs, func(s spec) bool { return !strings.HasPrefix(s.Name, "[It] ") }), err == nil
}
