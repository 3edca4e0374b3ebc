package command

import (
	"bufio"
	"bytes"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/reports/forms"
)

// --format writes one form to standard output, and nothing else; what people read goes to
// standard error.
func TestFormatToStandardOutput(t *testing.T) {
	bad := leaves(t)
	for _, f := range forms.All() {
		if f.Write == nil {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			o := wsspec(t, "server", bad, "--agent", "mine", "--run", "1.1.[12]", "--timeout", "200ms", "--format", f.Name)
			o.want(t, exitNonconformant)
			if !strings.Contains(o.stderr, "FAIL 1.1.1 ") || !strings.Contains(o.stderr, "mine: 2 of 2 cases: 2 failed\n") {
				t.Errorf("standard error has %q", o.stderr)
			}
			begins := map[string]string{
				"json": "{\n", "html": "<!doctype html>", "junit": "<?xml ", "markdown": "# ", "tap": "TAP version 14\n1..2\n", "sarif": "{\n",
				"badge": "{", "github": "::error title=wsspec 1.1.1", "text": "FAIL ", "pcapng": "\x0a\x0d\x0d\x0a",
			}[f.Name]
			if begins == "" || !strings.HasPrefix(strings.ToLower(o.stdout), strings.ToLower(begins)) || strings.Contains(o.stdout, "next: wsspec") {
				t.Errorf("standard output is %.200q, want it to begin with %q", o.stdout, begins)
			}
		})
	}
	wsspec(t, "server", bad, "--format", "autobahn").want(t, exitUsage, "--autobahn-out DIR")
	wsspec(t, "server", bad, "--format", "junitt").want(t, exitUsage, `did you mean "junit"`)
	// What was not tested has no report that could look like a pass.
	if o := wsspec(t, "server", "ws://127.0.0.1:1/", "--format", "junit"); o.code != exitHarness || o.stdout != "" {
		t.Errorf("it ends with %d and writes %q", o.code, o.stdout)
	}
}

// A capture on standard output has every frame, also of more than a run keeps in memory; the
// journal that it needs for that is gone behind it.
func TestACaptureOnStandardOutputIsWhole(t *testing.T) {
	const cases, frames = 16, 500
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("TMP", temporary) // Windows
	mark := []byte("a message that nobody asked for.")
	chatty := raw(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		message := append([]byte{0x82, 126, 1, 0}, bytes.Repeat(mark, 256/len(mark))...)
		_, _ = conn.Write(append(bytes.Repeat(message, frames), 0x88, 2, 0x03, 0xe8))
		_ = conn.(*net.TCPConn).CloseWrite()
		drain(conn)
	}))
	o := wsspec(t, "server", chatty, "--no-probe", "--run", "1.*", "--format", "pcapng")
	o.want(t, exitNonconformant)
	if got := strings.Count(o.stdout, strings.Repeat(string(mark), 256/len(mark))); got != cases*frames {
		t.Errorf("the capture has %d messages, want %d", got, cases*frames)
	}
	if left := files(t, temporary); len(left) > 0 {
		t.Errorf("the run leaves %v", left)
	}
	t.Setenv("TMPDIR", filepath.Join(temporary, "missing"))
	t.Setenv("TMP", filepath.Join(temporary, "missing"))
	wsspec(t, "server", chatty, "--no-probe", "--run", "1.*", "--format", "pcapng").want(t, exitHarness, "--format pcapng needs a temporary file, or --out DIR")
}

func TestFormatOfAClient(t *testing.T) {
	s := serves(t, "client", "--listen", "127.0.0.1:0", "--run", "1.1.1")
	s.drives("mine")
	s.wait().want(t, exitPass)
	args := append([]string{"client", "--driver", "--run", "1.1.1", "--format", "tap"}, client(t, "driver", "{url}")...)
	if o := wsspec(t, args...); o.code != exitPass || !strings.HasPrefix(o.stdout, "TAP version 14\n1..1\nok 1 - ") {
		t.Errorf("it ends with %d and writes %q, %q", o.code, o.stdout, o.stderr)
	}
}
