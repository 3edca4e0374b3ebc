package command

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
)

func TestAServerThatPasses(t *testing.T) {
	o := wsspec(t, "server", reference(t), "--run", "1.1", "--run", "2.*", "--agent", "mine")
	o.want(t, exitPass, "mine: 19 cases\n", "mine: 19 of 19 cases: 19 passed\n")
	if o.stderr != "" || strings.Contains(o.stdout, "FAIL") {
		t.Errorf("a pass says %q and %q", o.stdout, o.stderr)
	}
}

func TestAServerThatFails(t *testing.T) {
	o := wsspec(t, "server", leaves(t), "--run", "1.1.2", "--run", "3.1", "--timeout", "200ms")
	o.want(t, exitNonconformant,
		"FAIL 1.1.2 a text message of 125 octets: Expected text message 125 × \"*\", and the server ended the connection (TCP ",
		"1 passed, 1 failed")
	if strings.Contains(o.stdout, "FAIL 3.1") {
		t.Errorf("3.1 passed and is named as failed: %s", o.stdout)
	}
}

func TestWarningsFailOnlyIfAsked(t *testing.T) {
	url := warns(t)
	wsspec(t, "server", url, "--run", "3.1").want(t, exitPass, "WARN 3.1 ", "The server closed with 1000 where 1002 fits.", "1 with a warning")
	wsspec(t, "server", url, "--run", "3.1", "--strict").want(t, exitNonconformant, "WARN 3.1 ")
	if o := wsspec(t, "server", url, "--run", "3.1", "--quiet"); o.code != exitPass || strings.Count(o.stdout, "\n") != 1 || !strings.Contains(o.stdout, "1 of 1 cases: 1 with a warning") || o.stderr != "" {
		t.Errorf("--quiet says %q, %q and ends with %d", o.stdout, o.stderr, o.code)
	}
}

// --quiet prints exactly one line, whatever happened.
func TestQuietPrintsOneLine(t *testing.T) {
	dir := t.TempDir()
	good, bad := reference(t), leaves(t)
	for _, tt := range []struct {
		name, want string
		code       int
		args       []string
	}{
		{"a pass", "good: 1 of 1 cases: 1 passed\n", exitPass, []string{"good=" + good}},
		{"a failure", "bad: 1 of 1 cases: 1 failed\n", exitNonconformant, []string{"bad=" + bad}},
		{"a report", "bad: 1 of 1 cases: 1 failed\n", exitNonconformant, []string{"bad=" + bad, "--out", dir, "--write-baseline", filepath.Join(dir, "known.json")}},
		{"two servers", "good: 1 of 1 cases: 1 passed; bad: 1 of 1 cases: 1 failed\n", exitNonconformant, []string{"good=" + good, "bad=" + bad}},
		{"a baseline", "bad: 1 of 1 cases: 1 failed\n", exitPass, []string{"bad=" + bad, "--baseline", filepath.Join(dir, "known.json")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := wsspec(t, append([]string{"server", "--quiet", "--run", "1.1.2", "--timeout", "200ms"}, tt.args...)...)
			if o.code != tt.code || o.stdout != tt.want || o.stderr != "" {
				t.Errorf("it ends with %d and says %q and %q, want %d and %q", o.code, o.stdout, o.stderr, tt.code, tt.want)
			}
		})
	}
	wsspec(t, "server", good, "--quiet", "-v").want(t, exitUsage, "leave out --verbose")
}

// What cannot be tested is a sentence and exit code 3, never a verdict.
func TestTargetsThatCannotBeTested(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	says := func(answer string) func(int, net.Conn) {
		return func(_ int, conn net.Conn) {
			buf := make([]byte, 4096)
			_, _ = conn.Read(buf)
			_, _ = io.WriteString(conn, answer)
			_ = conn.(*net.TCPConn).CloseWrite()
			drain(conn)
		}
	}
	for _, tt := range []struct {
		name, url string
		says      []string
	}{
		{"nobody listens", "ws://" + closed.Addr().String(), []string{"cannot connect to " + closed.Addr().String(), "Is the server running"}},
		{"TLS where there is none", strings.Replace(raw(t, says("HTTP/1.1 400 Bad Request\r\n\r\n")), "ws://", "wss://", 1), []string{"TLS handshake", "a ws:// URL"}},
		{"404", raw(t, says("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")), []string{"404 Not Found", "Check the path"}},
		{"silence", raw(t, func(_ int, conn net.Conn) { drain(conn) }), []string{"no answer to the opening request within ", "--slow gives more time"}},
		{"garbage", raw(t, says("\x00\x01\x02 hello")), []string{"no HTTP response"}},
		{"a name that does not exist", "ws://no-such-host.invalid/", []string{"cannot connect to no-such-host.invalid:80"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			o := wsspec(t, "server", tt.url, "--timeout", "200ms", "--out", dir)
			o.want(t, exitHarness, tt.says...)
			if strings.Contains(o.stdout, "?.") || strings.Contains(o.stdout, "..") {
				t.Errorf("a sentence ends twice: %s", o.stdout)
			}
			if !strings.HasPrefix(o.stderr, "wsspec: ") {
				t.Errorf("standard error is %q", o.stderr)
			}
			// An empty report would look green to who reads only that.
			for _, name := range files(t, dir) {
				t.Errorf("%s was written though nothing was tested", name)
			}
		})
	}
}

// One server that cannot be tested does not cost the other its report.
func TestOneOfTwoServersCannotBeTested(t *testing.T) {
	dir := t.TempDir()
	o := wsspec(t, "server", "good="+reference(t), "bad="+raw(t, speechless), "--run", "1.1.1", "--timeout", "200ms", "--out", dir)
	o.want(t, exitHarness, "good: 1 of 1 cases: 1 passed", "wsspec: bad: the server closed the connection")
	r := readReport(t, dir)
	if len(r.Results) != 2 || r.Summary.Ran != 1 {
		t.Fatalf("the report has %d results of %d cases, want one, and one that was not run", r.Summary.Ran, len(r.Results))
	}
	for _, res := range r.Results {
		if notRun := res.Verdict == verdict.NotRun; notRun != (res.Agent == "bad") || notRun && !strings.Contains(res.Explanation, "the server closed the connection") {
			t.Errorf("%s: %s %s", res.Agent, res.Verdict, res.Explanation)
		}
	}
}

// A command line that makes no sense is exit code 2, and says what would.
func TestUsage(t *testing.T) {
	for _, tt := range []struct {
		name string
		args string
		says []string
	}{
		{"an unknown command", "sever ws://localhost:1", []string{`no command "sever"`, `"server"`}},
		{"an unknown flag", "server ws://localhost:1 --rum 1.1", []string{"--rum", "--run"}},
		{"an unknown flag of list", "list --jsn", []string{"--jsn", "--json"}},
		{"a glob that matches nothing", "server ws://localhost:1 --run 1.1.9", []string{"--run 1.1.9 matches no case", "1.1.1"}},
		{"a skip that matches nothing", "server ws://localhost:1 --skip 8.*", []string{"--skip 8.* matches no case"}},
		{"a clause that no case checks", "server ws://localhost:1 --rfc 5.5.9", []string{"--rfc 5.5.9 matches no case", "5.5.1"}},
		{"nothing left", "server ws://localhost:1 --run 1.1 --skip 1.*", []string{"no case is left"}},
		{"an unknown id", "explain 3.22", []string{"3.22 matches no case", "3.2"}},
		{"a case that is no Go test", "explain 9.1.1 --go", []string{"9.1.1 has no Go test", "streams of messages", "wsspec server … --run 9.1.1"}},
		{"a Go test of the other role", "explain rfc6455/5.1/6 --go", []string{"does not test a server", "--go --role client"}},
		{"a Go test of no role", "explain 3.2 --go --role proxy", []string{"--role proxy", "server or client"}},
		{"a role without a Go test", "explain 3.2 --role client", []string{"add --go"}},
		{"explain without an id", "explain", []string{"requires at least 1 arg"}},
		{"no server", "server", []string{"wsspec server ws://localhost:9001/"}},
		{"a URL that is none", "server localhost:9001", []string{"no WebSocket URL", "ws://localhost:9001/"}},
		{"another scheme", "server ftp://localhost/", []string{"no WebSocket URL"}},
		{"a fragment", "server ws://localhost/#x", []string{"fragment"}},
		{"a profile that is none", "server ws://localhost:1 --profile slow", []string{"--profile slow", "quick, full or deep"}},
		{"no parallelism", "server ws://localhost:1 --parallel 0", []string{"--parallel 0"}},
		{"no time", "server ws://localhost:1 --timeout 0s", []string{"--timeout"}},
		{"a time that is none", "server ws://localhost:1 --timeout soon", []string{"--timeout", "soon"}},
		{"a negative factor", "server ws://localhost:1 --slow=-1", []string{"--slow -1"}},
		{"a header without a colon", "server ws://localhost:1 --header Authorization", []string{"--header", "Name: value"}},
		{"a certificate file that is not there", "server ws://localhost:1 --ca /no/such/file.pem", []string{"--ca", "/no/such/file.pem"}},
		{"a baseline that is not there", "server ws://localhost:1 --baseline /no/such/file.json", []string{"--baseline", "/no/such/file.json"}},
		{"two servers of one name", "server a=ws://localhost:1 a=ws://localhost:2", []string{"two servers are called a"}},
		{"one name for two servers", "server ws://localhost:1 ws://localhost:2 --agent x", []string{"NAME=URL"}},
		{"a role that is none", "list --role proxy", []string{"--role proxy"}},
		{"arguments for list", "list everything", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := wsspec(t, strings.Fields(tt.args)...)
			o.want(t, exitUsage, tt.says...)
			if o.stdout != "" || !strings.HasPrefix(o.stderr, "wsspec: ") || !strings.Contains(o.stderr, "--help") {
				t.Errorf("stdout %q, stderr %q: want the error and a hint on standard error alone", o.stdout, o.stderr)
			}
		})
	}
}
