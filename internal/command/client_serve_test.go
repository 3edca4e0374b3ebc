package command

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// A serving is a command that serves the cases.
type serving struct {
	t *testing.T
	// url is what it says it listens on.
	url       string
	interrupt context.CancelFunc
	ended     chan outcome
}

// serves starts a command that serves, and waits until it listens.
func serves(t *testing.T, args ...string) *serving {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	r, w := io.Pipe()
	s := &serving{t: t, interrupt: cancel, ended: make(chan outcome, 1)}
	var mu sync.Mutex
	var stdout, stderr bytes.Buffer
	go func() {
		code := run(ctx, args, strings.NewReader(""), w, &stderr)
		w.Close()
		mu.Lock()
		defer mu.Unlock()
		s.ended <- outcome{code, stdout.String(), stderr.String()}
	}()
	t.Cleanup(func() { cancel(); <-s.ended })
	lines := bufio.NewReader(r)
	line, err := lines.ReadString('\n')
	rest, ok := strings.CutPrefix(line, "listening on ")
	if err != nil || !ok {
		cancel()
		o := <-s.ended
		s.ended <- o
		t.Fatalf("printed %q, %v, and ended with %d: %s", line, err, o.code, o.stderr)
	}
	s.url, _, _ = strings.Cut(rest, " ")
	mu.Lock()
	go func() { defer mu.Unlock(); _, _ = io.Copy(&stdout, lines) }()
	return s
}

// wait waits for the command's end.
func (s *serving) wait() outcome {
	s.t.Helper()
	select {
	case o := <-s.ended:
		s.ended <- o
		return o
	case <-time.After(30 * time.Second):
		s.t.Fatal("the command does not end")
		panic("unreachable")
	}
}

// drives has the reference run everything, in the name of an agent.
func (s *serving) drives(agent string) {
	s.t.Helper()
	wsspec(s.t, "echo", "--drive", s.url, "--agent", agent).want(s.t, exitPass)
}

func TestServedDriver(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	s := serves(t, "client", "--listen", "127.0.0.1:0", "--run", "1.1", "--run", "3.2", "--out", dir, "--autobahn-out", filepath.Join(dir, "autobahn"))
	s.drives("my agent")
	o := s.wait() // for the driver asks to stop at the end
	o.want(t, exitPass, "my agent: 9 of 9 cases: 9 passed\n", "report: "+filepath.Join(dir, "index.html"))
	if r := readReport(t, dir); len(r.Results) != 9 || r.Targets[0].URL != s.url {
		t.Errorf("%d results of %v", len(r.Results), r.Targets)
	}
	if got := files(t, filepath.Join(dir, "autobahn")); len(got) != 11 {
		t.Errorf("Autobahn's folder has %v", got)
	}
}

// A driver's script reads the report as soon as updateReports is answered.
func TestUpdateReportsWrites(t *testing.T) {
	dir := t.TempDir()
	s := serves(t, "client", "--listen", "127.0.0.1:0", "--run", "1.1.1", "--run", "1.1.2", "--out", dir, "--autobahn-out", dir+"/autobahn")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for n, endpoint := range []string{"/runCase?case=1&agent=a", "/updateReports?agent=a", "/runCase?case=2&agent=b", "/updateReports?agent=b"} {
		if err := connectEcho(ctx, s.url+endpoint); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(endpoint, "/update") {
			if got := readReport(t, dir).Summary.Ran; got != n/2+1 {
				t.Errorf("%s: %d results in the report, want %d", endpoint, got, n/2+1)
			}
			if got := len(files(t, dir+"/autobahn")); got != n/2+3 {
				t.Errorf("%s: %d files in Autobahn's folder, want %d", endpoint, got, n/2+3)
			}
		}
	}
	s.interrupt() // Ctrl-C is how it ends, and neither has run all cases
	s.wait().want(t, exitHarness, "interrupted: a had run 1 of 2 cases when it ended; one other agent has not run all cases either", "a: 1 of 2 cases: 1 passed, 1 not run\n", "b: 1 of 2 cases: 1 passed, 1 not run\n")
}

// Ctrl-C before any case: no report, which would look green, and exit code 3.
func TestServedNobody(t *testing.T) {
	dir := t.TempDir()
	s := serves(t, "client", "--listen", "127.0.0.1:0", "--out", dir, "--autobahn-out", dir)
	s.interrupt()
	s.wait().want(t, exitHarness, "no client has run a case")
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("%v were written", got)
	}
}

func TestThePage(t *testing.T) {
	s := serves(t, "client", "--listen", "127.0.0.1:0", "--run", "1.1.1")
	base := strings.Replace(s.url, "ws://", "http://", 1)
	get := func(path string) (int, string) {
		t.Helper()
		resp, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	wants := func(path string, code int, part string) {
		t.Helper()
		if got, body := get(path); got != code || !strings.Contains(body, part) {
			t.Errorf("%s: %d with %.100q, want %d with %q", path, got, body, code, part)
		}
	}
	wants("/?agent=x", 200, "<title>wsspec: this browser</title>")
	wants("/report", 404, "There is no report yet")
	wants("/favicon.ico", 404, "There are / ")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for _, endpoint := range []string{"/runCase?case=1&agent=tab", "/updateReports?agent=tab"} {
		if err := connectEcho(ctx, s.url+endpoint); err != nil {
			t.Fatal(err)
		}
	}
	wants("/report", 200, "1.1.1")
}

// ownCertificate is that of a test server's, as PEM files.
func ownCertificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	pair := server.TLS.Certificates[0]
	octets, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: octets}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return cert, key, pool
}

func TestServedByTLS(t *testing.T) {
	cert, key, pool := ownCertificate(t)
	s := serves(t, "client", "--listen", "127.0.0.1:0", "--run", "1.1.1", "--cert", cert, "--key", key)
	if !strings.HasPrefix(s.url, "wss://127.0.0.1:") {
		t.Errorf("listens on %s, want a wss: URL", s.url)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	// The answer to the second waits for the verdict on the first.
	for _, endpoint := range []string{"/runCase?case=1&agent=secure", "/updateReports?agent=secure"} {
		c, _, err := ref.Dial(ctx, s.url+endpoint, &ref.DialOptions{TLS: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}})
		if err != nil {
			t.Fatal(err)
		}
		_ = ref.Echo(ctx, c)
		c.CloseNow()
	}
	// Who speaks plainly is cut off, and disturbs nobody.
	plain, err := net.Dial("tcp", strings.TrimPrefix(s.url, "wss://"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(plain, "GET / HTTP/1.1\r\n\r\n")
	_, _ = io.Copy(io.Discard, plain)
	plain.Close()
	s.interrupt()
	s.wait().want(t, exitPass, "secure: 1 of 1 cases: 1 passed\n")
}

func TestAddressesThatCannotBeListenedOn(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cert, key, _ := ownCertificate(t)
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--listen", taken.Addr().String()}, exitHarness, "another port goes by --listen"},
		{[]string{"--listen", "nowhere"}, exitHarness, "cannot listen on nowhere"},
		{[]string{"--cert", cert}, exitUsage, "TLS needs both a certificate and its key"},
		{[]string{"--key", key}, exitUsage, "TLS needs both a certificate and its key"},
		{[]string{"--cert", key, "--key", cert}, exitUsage, "the certificate "},
	} {
		wsspec(t, append([]string{"client"}, tt.args...)...).want(t, tt.code, tt.says)
	}
}

// portOf is the port in a URL.
func portOf(t *testing.T, raw string) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}

// Agents that come by the hundred and run one case each do not fill the report with what
// they did not run; it says that they did not run all.
func TestManyAgentsThatRunOneCase(t *testing.T) {
	all, err := choose(conformance.Selection{}, wire.RoleClient)
	if err != nil {
		t.Fatal(err)
	}
	most := mostPlanned/len(all) + 1
	f := &clientFlags{runFlags: unsaid("")}
	rec, err := f.record()
	if err != nil {
		t.Fatal(err)
	}
	s := &served{flags: f, cases: all, record: rec, console: newConsole(io.Discard, true), failFast: func(conformance.Result) {}}
	for n := range 3 * most {
		s.done(fmt.Sprint("agent", n), conformance.Result{Case: all[0], Role: wire.RoleClient, Verdict: verdict.Pass, Behavior: verdict.OK, Close: verdict.CloseOK, Attempts: 1})
	}
	r := rec.Report()
	if r.Summary.Ran != 3*most || len(r.Results) != most*len(all)+2*most {
		t.Errorf("%d of %d results ran; want %d, and those that %d agents did not run", r.Summary.Ran, len(r.Results), 3*most, most)
	}
}
