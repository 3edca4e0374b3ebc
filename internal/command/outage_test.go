package command

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// dies is a server that ends, with its listener and all its connections, when a
// connection brings these octets. It does not come back.
func dies(t *testing.T, octets string) string {
	t.Helper()
	return diesBesides(t, octets, 0)
}

// diesBesides is as dies. With others, the server keeps back what other connections bring
// behind their opening requests, and ends only when so many of them have brought something:
// their cases are under way then.
func diesBesides(t *testing.T, octets string, others int) string {
	t.Helper()
	behind := reference(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mortal{listener: l, behind: behind, octets: []byte(octets), others: others, underWay: make(chan struct{}), ended: make(chan struct{})}
	m.die = m.end
	m.running.Go(m.serve)
	t.Cleanup(func() { m.end(); m.running.Wait() })
	return "ws://" + l.Addr().String() + "/"
}

// A mortal server hands every octet to the server behind it, until a connection brings
// those that end it.
type mortal struct {
	listener net.Listener
	behind   string
	octets   []byte
	// others is how many connections have to be under way when the server ends. Each of
	// them sends to underWay, and waits until ended is closed.
	others          int
	underWay, ended chan struct{}
	die             func()

	mu      sync.Mutex
	conns   []net.Conn
	over    bool
	running sync.WaitGroup
}

// end closes the listener and all connections.
func (m *mortal) end() {
	m.listener.Close()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.over && m.ended != nil {
		close(m.ended)
	}
	m.over = true
	for _, conn := range m.conns {
		conn.Close()
	}
}

func (m *mortal) serve() {
	for {
		conn, err := m.listener.Accept()
		if err != nil {
			return
		}
		m.mu.Lock()
		m.conns = append(m.conns, conn)
		m.mu.Unlock()
		m.running.Go(func() { m.relay(conn) })
	}
}

func (m *mortal) relay(conn net.Conn) {
	defer conn.Close()
	address, _, _ := strings.Cut(strings.TrimPrefix(m.behind, "ws://"), "/")
	up, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer up.Close()
	m.running.Go(func() {
		_, _ = io.Copy(conn, up)
		_ = conn.(*net.TCPConn).CloseWrite()
	})
	buf := make([]byte, 32<<10)
	for {
		n, err := conn.Read(buf)
		if bytes.Contains(buf[:n], m.octets) {
			for range m.others {
				<-m.underWay
			}
			m.die()
			return
		}
		if m.others > 0 && n > 0 && !bytes.HasPrefix(buf[:n], []byte("GET ")) {
			select {
			case m.underWay <- struct{}{}:
				<-m.ended
			case <-m.ended:
			}
			return
		}
		if _, wrote := up.Write(buf[:n]); err != nil || wrote != nil {
			_ = up.(*net.TCPConn).CloseWrite()
			return
		}
	}
}

// The octets of a text frame of 125 octets: case 1.1.2 alone of 1.1 sends them.
const frameOf125 = "\x81\xfd"

// A server that stops serving: the case that stopped it fails, those behind it are
// counted as not run, and the exit code says that a case failed.
func TestAServerThatStopsServing(t *testing.T) {
	o := wsspec(t, "server", dies(t, frameOf125), "--run", "1.1", "--parallel", "1", "--timeout", "500ms", "--wait", "100ms")
	o.want(t, exitNonconformant,
		"8 of 8 cases: 1 passed, 1 failed, 6 not run\n",
		"FAIL 1.1.2 ", "The server stopped serving after this case",
		"NOT RUN 6 cases: the server no longer served after case 1.1.2.\n")
	if n := strings.Count(o.stdout, "NOT RUN"); n != 1 {
		t.Errorf("%d lines about cases that were not run, want one", n)
	}
}

// A server that stops serving while several cases are under way: if it does not come
// back, none of them can be named. Nothing failed, and the run is not a pass.
func TestAnOutageWithoutACulprit(t *testing.T) {
	dir := t.TempDir()
	o := wsspec(t, "server", diesBesides(t, frameOf125, 3), "--no-probe", "--agent", "mine", "--run", "1.1.2", "--run", "1.2.2", "--run", "1.1.3", "--run", "1.1.4", "--parallel", "4", "--timeout", "10s", "--wait", "100ms", "--transcripts", dir, "--out", dir)
	o.want(t, exitHarness, "stopped serving while these cases were under way", "not run", "--start COMMAND")
	if strings.Contains(o.stdout, "FAIL") {
		t.Errorf("a case is blamed: %s", o.stdout)
	}
	if r := readReport(t, dir); r.Summary.Ran != 0 || r.Summary.Cases != 4 || len(r.Results[0].Transcript) == 0 {
		t.Errorf("the report has %d of %d cases, and %d entries of the first", r.Summary.Ran, r.Summary.Cases, len(r.Results[0].Transcript))
	}
	sends125(t, filepath.Join(dir, "mine-server", "1.1.2.jsonl"))
}

// sends125 checks that a transcript has the frame that ended the server.
func sends125(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the transcript of the case that ended the server: %v", err)
		return
	}
	if !slices.ContainsFunc(entriesOf(t, path), func(e reports.Entry) bool {
		return e.Dir == reports.Sent && bytes.HasPrefix(e.Octets, []byte(frameOf125))
	}) {
		t.Errorf("the frame that ended the server is not in %s: %s", path, read(t, path))
	}
}

// The exit code of every mixture of verdicts.
func TestExitCodes(t *testing.T) {
	outage := error(&conformance.OutageError{Suspects: []string{"1.1.1"}})
	for _, tt := range []struct {
		name     string
		verdicts []verdict.Verdict
		failures []error
		code     int
	}{
		{"all pass", []verdict.Verdict{verdict.Pass, verdict.Skip}, nil, exitPass},
		{"one was not run", []verdict.Verdict{verdict.Pass, verdict.NotRun}, nil, exitHarness},
		{"one failed and one was not run", []verdict.Verdict{verdict.Fail, verdict.NotRun}, nil, exitNonconformant},
		{"one was not judged", []verdict.Verdict{verdict.Fail, verdict.Error}, nil, exitHarness},
		{"an outage", []verdict.Verdict{verdict.Pass}, []error{outage}, exitHarness},
		{"an outage, and a case failed", []verdict.Verdict{verdict.Fail}, []error{outage}, exitNonconformant},
		{"another server cannot be tested", []verdict.Verdict{verdict.Fail}, []error{outage, errors.New("no connection")}, exitHarness},
		{"interrupted", []verdict.Verdict{verdict.Fail}, []error{errors.New("interrupted")}, exitHarness},
	} {
		t.Run(tt.name, func(t *testing.T) {
			flags := unsaid("")
			rec, err := flags.record()
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range tt.verdicts {
				rec.Add("mine", conformance.Result{Case: someCases(t)[i], Role: wire.RoleServer, Verdict: v})
			}
			err = flags.finish(newConsole(io.Discard, true), rec, nil, tt.failures...)
			var exit *exitError
			code := exitPass
			if errors.As(err, &exit) {
				code = exit.code
			}
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if len(tt.failures) > 0 && !errors.Is(err, tt.failures[0]) {
				t.Errorf("the error is %v, want one with %v", err, tt.failures[0])
			}
		})
	}
}

// A regression outweighs what was not run.
func TestExitCodeOfARegression(t *testing.T) {
	worse := reports.Comparison{Worse: []reports.Difference{{}}}
	r := &reports.Report{Results: []reports.Result{{Verdict: verdict.NotRun}}}
	if code := exitCode(r, nil, worse, false); code != exitRegression {
		t.Errorf("exit code %d, want %d", code, exitRegression)
	}
}
