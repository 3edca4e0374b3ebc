//go:build unix

package command

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// comes connects to a service as a device does that sends no message back, once, and
// reports whether the service took it.
func comes(t *testing.T, url, path string) bool {
	t.Helper()
	f, err := faulty.ByName("none")
	if err != nil {
		t.Fatal(err)
	}
	return faulty.Connect(t.Context(), url+path, f.WithoutEcho()) == nil
}

// underWay has a case under way when it returns: the opening handshake is over, and nothing
// is sent then.
func underWay(t *testing.T, url string) {
	t.Helper()
	addr := strings.TrimPrefix(url, "ws://")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET /any HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", addr)
	if status, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(status, " 101 ") {
		t.Fatalf("the service answered %q, %v", status, err)
	}
}

// eachConnection starts a service that gives each connection a case. lines are what it prints
// before the first result.
func eachConnection(t *testing.T, args ...string) (p *ownProcess, url, lines string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	p = startOwn(t, w, append([]string{"client", "--listen", "127.0.0.1:0", "--no-echo", "--each-connection"}, args...)...)
	w.Close()
	out := bufio.NewReader(r)
	for !strings.Contains(lines, "with a client that connects") {
		line, err := out.ReadString('\n')
		if err != nil {
			t.Fatalf("it printed %q, then %v", lines, err)
		}
		lines += line
	}
	go func() { _, _ = out.WriteTo(discard{}) }()
	url, _, _ = strings.Cut(strings.TrimPrefix(lines, "listening on "), " ")
	return p, url, lines
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// A run that is interrupted, by whatever, goes on with the next case when the same command
// is typed again. Its report is whole, and each case has been played once, or twice if it
// was under way.
func TestEachConnectionGoesOn(t *testing.T) {
	for name, s := range map[string]os.Signal{"killed": syscall.SIGKILL, "interrupted": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			journal := filepath.Join(dir, reports.JournalFile)
			args := []string{"--run", "2.*", "--run", "rfc6455/3/*", "--agent", "my  device", "--out", dir}
			const all = 12
			p, url, said := eachConnection(t, args...)
			if !strings.Contains(said, fmt.Sprintf("the %d cases that are left take about 6 min", all)) {
				t.Errorf("it printed %q", said)
			}
			for i := range 4 {
				comes(t, url, fmt.Sprintf("/devices/%d", i))
			}
			underWay(t, url)
			before := map[string]bool{}
			for len(before) < 4 { // the results of what has ended are on their way to the journal
				if r, err := reports.ReadJournal(journal); err == nil {
					before = withTranscript(r)
				}
			}
			p.signal(s)
			_ = p.cmd.Wait()
			torn, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := torn.WriteString(`{"result":{"agent":"my dev`); err != nil || torn.Close() != nil {
				t.Fatal(err)
			}

			p, url, said = eachConnection(t, args...)
			if !strings.Contains(said, "going on with the run that was interrupted: ") || !strings.Contains(said, fmt.Sprintf("the %d cases that are left", all-4)) {
				t.Errorf("it printed %q", said)
			}
			came := 0                              // connections that come while the last case ends are refused, and count too: a slow machine has many
			for comes(t, url, "/getCaseCount?x") { // any path is right
				came++
			}
			p.ends(exitPass)
			if came < all-4 {
				t.Errorf("%d connections for %d cases", came, all-4)
			}
			r := readReport(t, dir)
			if r.Interrupted != "" || r.Summary.Verdicts[verdict.NotRun] > 0 || r.Summary.Cases != 23 {
				t.Errorf("the report is not whole: %q, %+v", r.Interrupted, r.Summary)
			}
			now := withTranscript(r)
			for id := range before {
				if !now[id] {
					t.Errorf("%s is lost", id)
				}
			}
			if len(now) != all {
				t.Errorf("%d cases were played, want %d", len(now), all)
			}
			for i := range r.Results {
				if res := &r.Results[i]; now[res.ID] && res.Attempts != 1 {
					t.Errorf("%s was played %d times", res.ID, res.Attempts)
				}
			}
			if got := files(t, dir); slices.Contains(got, reports.JournalFile) {
				t.Errorf("the run is over, and the folder has %v", got)
			}
		})
	}
}

// withTranscript are the cases of a report that a connection has played.
func withTranscript(r *reports.Report) map[string]bool {
	ids := map[string]bool{}
	for i := range r.Results {
		if res := &r.Results[i]; res.Verdict != verdict.NotRun && len(res.Transcript) > 0 {
			ids[res.ID] = true
		}
	}
	return ids
}

// Who waits for a client learns why it does not play: a page of another origin, and a client
// that wants a subprotocol. Each is said once.
func TestEachConnectionSaysWhyNoneComes(t *testing.T) {
	p, url, _ := eachConnection(t, "--run", "2.*")
	addr := strings.TrimPrefix(url, "ws://")
	for _, field := range []string{"Origin: http://localhost:3000", "Sec-WebSocket-Protocol: chat.v1, chat.v2"} {
		for range 2 {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "GET /any HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n\r\n", addr, field)
			_, _ = bufio.NewReader(conn).ReadString('\n')
			conn.Close()
		}
	}
	p.signal(os.Interrupt)
	_ = p.cmd.Wait()
	for _, want := range []string{"--allow-origin http://localhost:3000 lets it connect.\n", `asks for the subprotocols "chat.v1, chat.v2", and gets none`} {
		if n := strings.Count(p.stderr.String(), want); n != 1 {
			t.Errorf("%q is said %d times: %s", want, n, p.stderr.String())
		}
	}
}

// The results of another command are not mixed with those of this one, nor lost.
func TestEachConnectionGoesOnWithItsOwnCommand(t *testing.T) {
	dir := t.TempDir()
	p, url, _ := eachConnection(t, "--run", "2.*", "--out", dir)
	comes(t, url, "/")
	for {
		if r, err := reports.ReadJournal(filepath.Join(dir, reports.JournalFile)); err == nil && len(withTranscript(r)) == 1 {
			break
		}
	}
	p.signal(syscall.SIGKILL)
	_ = p.cmd.Wait()
	o := wsspec(t, "client", "--listen", "127.0.0.1:0", "--no-echo", "--each-connection", "--run", "2.*", "--out", dir)
	o.want(t, exitHarness, filepath.Join(dir, reports.JournalFile)+" has a run that was interrupted", "to begin anew, remove the file, or use another folder")
	wsspec(t, "report", dir).want(t, exitPass, "Incomplete: 1 of 11 cases")
}
