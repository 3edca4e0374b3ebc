package command

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/freeport"
)

// securely is the wss: URL by name of a server at an address.
func securely(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return "wss://localhost:" + port + "/"
}

// verdicts are those of the cases of a report about TLS, by id.
func verdicts(t *testing.T, dir string) map[string]verdict.Verdict {
	t.Helper()
	found := map[string]verdict.Verdict{}
	for _, res := range readReport(t, dir).Results {
		if strings.HasPrefix(res.ID, "rfc6455/10.6/") {
			found[res.ID] = res.Verdict
		}
	}
	return found
}

// A server that wsspec starts gets a certificate, which wsspec trusts: in its command, or in
// its environment. Every case about TLS is then played. Nothing of it stays.
func TestStartOverTLS(t *testing.T) {
	for _, tt := range []struct{ name, kind string }{
		{"names in the command", "server over TLS"},
		{"names in the environment", "server by environment"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			temporary := t.TempDir()
			t.Setenv("TMPDIR", temporary)
			addr, dir := freeport.Addr(t), t.TempDir()
			line := command(t, tt.kind, addr)
			if tt.kind == "server over TLS" {
				line = command(t, tt.kind, addr, "{cert}", "{key}")
			}
			o := wsspec(t, "server", "--start", line, securely(addr), "--run", "rfc6455/10.6/*", "--out", dir, "--agent", "mine")
			o.want(t, exitPass, "mine: 17 of 17 cases: 17 passed\n")
			for id, v := range verdicts(t, dir) {
				if v != verdict.Pass {
					t.Errorf("%s: %s, want a pass", id, v)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(temporary, "wsspec-tls-*")); len(left) > 0 {
				t.Errorf("%q are left behind", left)
			}
		})
	}
}

// With --tls-url, the cases about TLS are played at the one port and all others at the other.
func TestTLSAtAnotherPort(t *testing.T) {
	plain, secure, dir := freeport.Addr(t), freeport.Addr(t), t.TempDir()
	_, port, _ := net.SplitHostPort(plain)
	line := command(t, "server on two ports", secure, "{cert}", "{key}", plain)
	o := wsspec(t, "server", "--start", line, "ws://localhost:"+port+"/", "--tls-url", securely(secure), "--run", "rfc6455/10.6/*", "--run", "1.1", "--out", dir, "--agent", "mine")
	o.want(t, exitPass, "mine: 25 of 25 cases: 25 passed\n")
	asked := map[string]int{}
	for _, res := range readReport(t, dir).Results {
		own := "Host: " + strings.TrimSuffix(strings.TrimPrefix(securely(secure), "wss://"), "/") + "\r\n"
		if !strings.HasPrefix(res.ID, "rfc6455/10.6/") {
			own = "Host: localhost:" + port + "\r\n"
		}
		for _, e := range res.Transcript {
			if !strings.Contains(string(e.Octets), "Host: ") {
				continue
			}
			if asked[own]++; !strings.Contains(string(e.Octets), own) {
				t.Errorf("%s: the request is\n%s\nwant %q in it", res.ID, e.Octets, own)
			}
		}
	}
	if len(asked) != 2 {
		t.Errorf("requests by Host: %v, want some for both ports", asked)
	}
}

// A server with a fault over TLS fails the case about it.
func TestStartedServersFailOverTLS(t *testing.T) {
	for id, fault := range map[string]string{"rfc6455/10.6/13": "tls-selects-h2", "rfc6455/10.6/17": "tls-record-in-one-segment"} {
		addr := freeport.Addr(t)
		o := wsspec(t, "server", "--start", command(t, "server over TLS", addr, "{cert}", "{key}", fault), securely(addr), "--run", "rfc6455/10.6/1", "--run", id, "--agent", "mine")
		o.want(t, exitNonconformant, "FAIL "+id+" ", "1 failed")
	}
}

// Without TLS, the cases about it are not tested, and the report says what to type.
func TestWithoutTLSTheReportSaysWhatToType(t *testing.T) {
	addr, dir := freeport.Addr(t), t.TempDir()
	o := wsspec(t, "server", "--start", command(t, "server", addr), "ws://"+addr+"/", "--run", "rfc6455/10.6/*", "--run", "1.1.1", "--out", dir, "--agent", "mine")
	o.want(t, exitPass, "17 skipped")
	for _, res := range readReport(t, dir).Results {
		if res.ID == "1.1.1" {
			continue
		}
		for _, says := range []string{"A wss: URL", "--tls-url", "{cert} and {key}"} {
			if res.Verdict != verdict.Skip || !strings.Contains(res.Explanation, says) {
				t.Errorf("%s: %s: %s; want a skip that says %s", res.ID, res.Verdict, res.Explanation, says)
			}
		}
	}
}

// What --tls-url cannot be is an error that says so.
func TestTLSURLs(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		says string
	}{
		{"not secure", []string{"ws://localhost:1/", "--tls-url", "ws://localhost:2/"}, "has to begin with wss://"},
		{"no URL", []string{"ws://localhost:1/", "--tls-url", "localhost"}, "--tls-url"},
		{"another host", []string{"ws://localhost:1/", "--tls-url", "wss://other.example/"}, "its host is not localhost"},
		{"beside a wss: URL", []string{"wss://localhost:1/", "--tls-url", "wss://localhost:2/"}, "is a wss: URL already"},
		{"of several servers", []string{"a=ws://localhost:1/", "b=ws://localhost:2/", "--tls-url", "wss://localhost:3/"}, "belongs to one server"},
		{"with a password", []string{"ws://localhost:1/", "--tls-url", "wss://me:secret@localhost:3/"}, "the user and the password stand in the URL of the server"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wsspec(t, append([]string{"server"}, tt.args...)...).want(t, exitUsage, tt.says)
		})
	}
}

// {cert} becomes the path of the file, in quotes where the shell would take it apart;
// ${cert} is a variable of the shell.
func TestPlacesInTheCommand(t *testing.T) {
	for _, tt := range []struct{ command, path, want string }{
		{"serve --cert {cert}", "/tmp/a/cert.pem", "serve --cert /tmp/a/cert.pem"},
		{"serve --cert={cert} {cert}", "/c", "serve --cert=/c /c"},
		{"serve {cert}", "/tmp/my files/c", `serve "/tmp/my files/c"`},
		{"cert=x; serve ${cert} {cert}", "/c", "cert=x; serve ${cert} /c"},
		{"serve", "/c", "serve"},
	} {
		if got := replacePlace(tt.command, certPlace, tt.path); got != tt.want {
			t.Errorf("%s with %s: %s, want %s", tt.command, tt.path, got, tt.want)
		}
	}
}

// The key that wsspec makes is for the user's eyes only.
func TestTheKeyIsPrivate(t *testing.T) {
	f := serverFlags{start: "serve {cert} {key}"}
	made, err := f.certify(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer made.remove()
	for _, path := range []string{made.cert, made.key} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if os.PathSeparator == '/' && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
	}
}
