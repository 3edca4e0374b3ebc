//go:build unix

package command

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/internal/freeport"
	"github.com/wsspec/wsspec/internal/planted"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
)

// reflects is a server that sends the opening request back as a message, with all that is
// secret in it, and so fails each case.
func reflects(t *testing.T) string {
	return raw(t, func(_ int, conn net.Conn) {
		_, req, ok := shake(conn)
		if !ok {
			return
		}
		head, err := httputil.DumpRequest(req, false)
		if err != nil {
			t.Error(err)
		}
		// 126 announces a length of 16 bits (RFC 6455 5.2).
		_, _ = conn.Write(append([]byte{0x81, 126, byte(len(head) >> 8), byte(len(head))}, head...))
		drain(conn)
	})
}

// secretSet are the secrets of one run.
var secretSet = []string{
	"Us3rname", "Passw0rd", "t0kenInQuery", "B3arerToken", "c00kieValue", "Pr0xyCredential", "fromTheF1le", "fromTheEnv1ronment",
	"eyJhbGciOiJIUzI1NiJ9.s1gnature", "h1ddenInFlag",
}

// runs runs the command as a process of its own, and puts what it printed into a file of
// the folder.
func runs(t *testing.T, dir string, code int, args ...string) {
	t.Helper()
	words := client(t, "wsspec", args...)[1:]
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), "WS_FIELD=X-Anything: fromTheEnv1ronment")
	octets, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("%q ends with %d, want %d: %s", args, got, code, octets)
	}
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("console%d", len(files(t, dir)))), octets, 0o600); err != nil {
		t.Fatal(err)
	}
}

// leave runs the command in each way that could show a secret, and returns the folder
// with all that came of it: what was printed, and every form.
func leave(t *testing.T, more ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	file := textFile(t, "X-Whatever: fromTheF1le\n")
	secretURL := func(url, path string) string {
		return strings.Replace(strings.TrimSuffix(url, "/"), "ws://", "ws://Us3rname:Passw0rd@", 1) + path + "?token=t0kenInQuery"
	}
	server := secretURL(reflects(t), "/echo")
	out := filepath.Join(dir, "server")
	fields := []string{"--header", "@" + file, "--header-env", "WS_FIELD", "--header", "Cookie: id=c00kieValue", "--header", "Proxy-Authorization: Basic Pr0xyCredential",
		"--subprotocol", "eyJhbGciOiJIUzI1NiJ9.s1gnature", "--timeout", "200ms", "--run", "1.1.2", "--run", "3.1"}
	all := slices.Concat([]string{"server", server}, fields, more,
		[]string{"--out", out, "--keep-journal", "--autobahn-out", filepath.Join(out, "autobahn"), "--transcripts", filepath.Join(out, "transcripts")})
	runs(t, dir, exitNonconformant, all...)
	// With a field of its own in place of the user's.
	runs(t, dir, exitNonconformant, slices.Concat([]string{"server", server, "--header", "Authorization: Bearer B3arerToken", "--out", filepath.Join(dir, "field")}, fields, more)...)
	// The frames, a form on standard output, and a file that says it all.
	for _, format := range []string{"json", "pcapng"} {
		runs(t, dir, exitNonconformant, slices.Concat([]string{"server", "mine=" + server, "-v", "--format", format}, fields, more)...)
	}
	config := textFile(t, "server:\n  targets:\n    - url: "+server+"\n      header: ['Cookie: id=c00kieValue', 'Authorization: Bearer B3arerToken', '@"+file+"']\n  timeout: 200ms\n  run: [1.1.2]\n")
	runs(t, dir, exitNonconformant, append([]string{"server", "--config", config, "-v", "--out", filepath.Join(dir, "config")}, more...)...)
	// What cannot be tested, and what a server says at its end.
	gone := secretURL("ws://"+freeport.Addr(t)+"/", "/")
	runs(t, dir, exitHarness, append([]string{"server", gone, "--timeout", "200ms"}, more...)...)
	runs(t, dir, exitUsage, append([]string{"server", gone + "#fragment"}, more...)...)
	runs(t, dir, exitUsage, "server", server, "--spec", file)
	runs(t, dir, exitUsage, server)
	runs(t, dir, exitHarness, append([]string{"server", gone, "--wait", "10s", "--start", "echo I got ws://Us3rname:Passw0rd@here/?t=t0kenInQuery and Passw0rd --password h1ddenInFlag >&2; exit 3"}, more...)...)
	// A client that says what it was given, and crashes.
	says := command(t, "ends with", "139", "panic: Passw0rd of ws://Us3rname:Passw0rd@here/?token=t0kenInQuery is h1ddenInFlag", "{url}")
	out = filepath.Join(dir, "client")
	runs(t, dir, exitNonconformant, slices.Concat([]string{"client", "--run", "1.1.2", "--out", out, "--keep-journal", "--transcripts", filepath.Join(out, "transcripts")}, more,
		[]string{"--", "sh", "-c", says, "echo", "ws://Us3rname:Passw0rd@here/?token=t0kenInQuery", "--password", "h1ddenInFlag"})...)
	for _, part := range []string{"server", "client"} {
		for _, from := range []string{"report.json", reports.JournalFile} {
			for _, f := range forms.All() {
				to := filepath.Join(dir, part, "forms", from+"-"+f.Name)
				wsspec(t, "report", filepath.Join(dir, part, from), "--format", f.Name, "-o", to).want(t, exitPass)
			}
		}
	}
	return dir
}

// Nothing that the command prints or writes has a secret.
func TestNothingShowsASecret(t *testing.T) {
	dir := leave(t)
	for _, secret := range secretSet {
		if found := planted.Files(t, dir, secret); len(found) > 0 {
			t.Errorf("%s is in %q", secret, found)
		}
	}
}

// With --keep-secrets they are there, and a warning is.
func TestKeepSecrets(t *testing.T) {
	dir := leave(t, "--keep-secrets")
	for _, secret := range secretSet {
		found := planted.Files(t, dir, secret)
		if len(found) == 0 {
			t.Errorf("%s is nowhere: the test above shows nothing of it", secret)
		}
	}
	for _, name := range files(t, dir) {
		if !strings.HasPrefix(name, "console") {
			continue
		}
		said := read(t, filepath.Join(dir, name))
		if run := !strings.HasPrefix(said, "wsspec: the spec file") && !strings.HasPrefix(said, "wsspec: there is no command"); run && !strings.Contains(said, "warning: --keep-secrets: ") {
			t.Errorf("no warning in %s: %s", name, said)
		}
	}
}

// A writer that hides secrets writes the rest as it is.
func TestHidingWriter(t *testing.T) {
	var b bytes.Buffer
	h := keeping{}
	h.hide(&b)
	w := bufio.NewWriter(h.hidden.writer(&b))
	fmt.Fprintf(w, "a: 1 of 2\r\x1b[Kws://me:pw@host/?a=b\n")
	if err := w.Flush(); err != nil || b.String() != "a: 1 of 2\r\x1b[Kws://REDACTED@host/?a=REDACTED\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}
