package command

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// specFile writes a spec file.
func specFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spec.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// index reads Autobahn's index.json: the behaviours by agent and case.
func index(t *testing.T, dir string) map[string]map[string]string {
	t.Helper()
	octets, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]struct{ Behavior, BehaviorClose, ReportFile string }
	if err := json.Unmarshal(octets, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for agent, cases := range all {
		out[agent] = map[string]string{}
		for id, c := range cases {
			out[agent][id] = c.Behavior + "/" + c.BehaviorClose
			if _, err := os.Stat(filepath.Join(dir, c.ReportFile)); err != nil {
				t.Errorf("%s, %s: %v", agent, id, err)
			}
		}
	}
	return out
}

// ran names the cases of an agent's in an index.
func ran(cases map[string]string) string {
	var ids []string
	for id := range cases {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func TestSpecOfServers(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "servers")
	file := specFile(t, fmt.Sprintf(`{"outdir": %q, "options": {"failByDrop": false}, "extra": 1,
		"servers": [{"agent": "good one", "url": %q}, {"agent": "bad", "url": %q, "options": {"version": 18}}],
		"cases": ["1.1.*", "5.1"], "exclude-cases": ["1.1.3", "1.1.4"], "exclude-agent-cases": {"bad": ["1.1.[12]", "1.1.8"], "worse": ["*"]}}`,
		out, reference(t), leaves(t)))
	o := wsspec(t, "server", "--spec", file, "--skip", "1.1.7", "--timeout", "200ms")
	o.want(t, exitNonconformant, "FAIL bad 1.1.2 ", "report: "+filepath.Join(out, "index.json"),
		"warning: "+file+": extra is unknown, and has no effect\n", "exclude-agent-cases: no server is called worse\n")
	got := index(t, out)
	if ran(got["good one"]) != "1.1.1 1.1.2 1.1.5 1.1.6 1.1.8 5.1" || ran(got["bad"]) != "1.1.1 1.1.2 1.1.5 1.1.6 5.1" {
		t.Errorf("index %v", got)
	}
	if got["good one"]["1.1.2"] != "OK/OK" || !strings.HasPrefix(got["bad"]["1.1.2"], "FAILED/") {
		t.Errorf("index %v", got)
	}
	// --autobahn-out goes before the file's outdir, which is left alone.
	other := filepath.Join(dir, "other")
	if err := os.RemoveAll(out); err != nil {
		t.Fatal(err)
	}
	wsspec(t, "server", "--spec", file, "--run", "1.1.1", "--timeout", "200ms", "--autobahn-out", other)
	if got := index(t, other); ran(got["good one"]) != "1.1.1" || files(t, out) != nil {
		t.Errorf("index %v, and the file's own folder has %v", got, files(t, out))
	}
}

// Files of real projects name sections that are not there, such as 11.*. Autobahn
// runs the others, and so does wsspec, with a warning.
func TestSpecWithPatternsThatMatchNothing(t *testing.T) {
	for _, args := range [][]string{{"server", "--spec"}, {"wstest", "-m", "fuzzingclient", "-s"}} {
		out := t.TempDir()
		file := specFile(t, fmt.Sprintf(`{"outdir": %q, "servers": [{"agent": "a", "url": %q}], "cases": ["1.1.*", "11.*"], "exclude-cases": ["1.1", "1.1.2"]}`, out, reference(t)))
		wsspec(t, append(args, file)...).want(t, exitPass,
			`warning: `+file+`: cases: the pattern "11.*" matches no case`,
			`warning: `+file+`: exclude-cases: "1.1" is not the id of a case and excludes nothing (is "1.1.*" meant?)`)
		if got := index(t, out); ran(got["a"]) != "1.1.1 1.1.3 1.1.4 1.1.5 1.1.6 1.1.7 1.1.8" {
			t.Errorf("index %v", got)
		}
	}
}

// What a spec file says of a server reaches it.
func TestSpecReachesTheServer(t *testing.T) {
	requests := make(chan *http.Request, 10)
	url := raw(t, func(_ int, conn net.Conn) {
		if _, req, ok := shake(conn); ok {
			requests <- req
		}
	})
	file := specFile(t, fmt.Sprintf(`{"cases": ["3.1"], "servers": [{"url": %q, "origin": "http://o.example", "protocols": ["chat", "soap"], "hostname": "example.org"}]}`, url+"echo?x=1"))
	wsspec(t, "server", "--spec", file, "--header", "X-Also: this", "--origin", "http://not.example", "--profile", "plain", "--timeout", "200ms").want(t, exitPass)
	for range 2 { // the probe's, and that of the case
		req := <-requests
		if req.Host != "example.org:"+portOf(t, url) || req.RequestURI != "/echo?x=1" {
			t.Errorf("the request is for %s at %s", req.RequestURI, req.Host)
		}
		for name, want := range map[string]string{"Origin": "http://o.example", "Sec-Websocket-Protocol": "chat, soap", "X-Also": "this"} {
			if got := req.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}
}

func TestSpecOfClients(t *testing.T) {
	out := filepath.Join(t.TempDir(), "clients")
	file := specFile(t, fmt.Sprintf(`{"url": "ws://127.0.0.1:0", "outdir": %q, "webport": 8080, "protocols": ["chat"],
		"cases": ["1.1.*", "7.1.1"], "exclude-cases": ["1.1.8"], "exclude-agent-cases": {"spared*": ["1.1.*"]}}`, out))
	s := serves(t, "client", "--spec", file)
	s.drives("spared of 1")
	o := s.wait()
	o.want(t, exitPass, "spared of 1: 1 of 8 cases: 1 passed\n", "warning: "+file+": webport has no effect")
	if got := index(t, out); len(got) != 1 || ran(got["spared of 1"]) != "7.1.1" {
		t.Errorf("index %v", got)
	}
	// It listens on every interface, as Autobahn does, and says so by a name.
	if !strings.HasPrefix(s.url, "ws://localhost:") {
		t.Errorf("listens on %s", s.url)
	}
}

// Spawned clients, and drivers, go by the file too.
func TestSpecOfSpawnedClients(t *testing.T) {
	for _, how := range [][]string{nil, {"--driver"}} {
		t.Run(fmt.Sprint(how), func(t *testing.T) {
			out := t.TempDir()
			agent, kind := "mine", "echo"
			if how != nil {
				agent, kind = "ref", "driver"
			}
			file := specFile(t, fmt.Sprintf(`{"url": "ws://127.0.0.1:9", "outdir": %q, "cases": ["1.1.*"], "exclude-agent-cases": {%q: ["1.1.1"]}}`, out, agent))
			args := append([]string{"client", "--spec", file, "--agent", "mine"}, how...)
			if how != nil {
				args = append(args, "--listen", "127.0.0.1:0")
			}
			wsspec(t, append(args, client(t, kind, "{url}")...)...).want(t, exitPass)
			if got := index(t, out); ran(got[agent]) != "1.1.2 1.1.3 1.1.4 1.1.5 1.1.6 1.1.7 1.1.8" {
				t.Errorf("index %v", got)
			}
		})
	}
}

// A file that makes no sense is exit code 2 before anything is tested.
func TestSpecsThatAreRefused(t *testing.T) {
	const servers, url = `"servers": [{"agent": "a", "url": "ws://127.0.0.1:1"}]`, `"url": "ws://127.0.0.1:0"`
	for _, tt := range []struct{ name, command, text, says string }{
		{"garbage", "server", "\x00\xff", "no JSON: line 1"},
		{"no object", "client", "[]", "has to hold a JSON object"},
		{"typing mistakes in cases", "server", `{"cases": ["1.11.*", "l.*"], ` + servers + `}`, `no case matches "1.11.*", "l.*"`},
		{"a typing mistake in cases for clients", "client", `{"cases": ["l.*"], ` + url + `}`, `no case matches "l.*"`},
		{"everything excluded", "server", `{"cases": ["1.*"], "exclude-cases": ["1.*"], ` + servers + `}`, "excludes every case"},
		{"everything excluded for one", "server", `{"cases": ["1.*"], "exclude-agent-cases": {"a": ["*"]}, ` + servers + `}`, "exclude-agent-cases leaves no case for a"},
		{"two servers of one name", "server", `{"cases": ["*"], "servers": [{"agent": "a", "url": "ws://h:1"}, {"agent": "a", "url": "ws://h:2"}]}`, "two servers are called a"},
		{"a URL that is none", "server", `{"cases": ["*"], "servers": [{"url": "localhost:9001"}]}`, "no WebSocket URL"},
		{"a url to listen on that is none", "client", `{"cases": ["*"], "url": "127.0.0.1:9001"}`, "has to look like ws://127.0.0.1:9001"},
		{"TLS without a certificate", "client", `{"cases": ["*"], "url": "wss://127.0.0.1:9001"}`, "TLS needs both a certificate and its key"},
		{"the file of the other mode", "client", `{"cases": ["*"], ` + servers + `}`, "this is the file of a fuzzing client"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := wsspec(t, tt.command, "--spec", specFile(t, tt.text))
			o.want(t, exitUsage, tt.says)
			if o.stdout != "" {
				t.Errorf("something was done: %s", o.stdout)
			}
		})
	}
	file := specFile(t, `{"cases": ["1.*"], `+servers+`}`)
	wsspec(t, "server", "--spec", file, "ws://127.0.0.1:1").want(t, exitUsage, "the spec file lists the servers: leave out ws://127.0.0.1:1")
	wsspec(t, "server", "--spec", file, "--run", "2.*").want(t, exitUsage, "--run 2.* matches no case", "of those that "+file+" picks")
	wsspec(t, "server", "--spec", file+".not").want(t, exitUsage, file+".not")
}

// A server that cannot be reached does not keep the others from being tested,
// and its absence is no pass.
func TestSpecWithAServerThatIsDown(t *testing.T) {
	out := t.TempDir()
	file := specFile(t, fmt.Sprintf(`{"outdir": %q, "cases": ["1.1.1"], "servers": [{"agent": "down", "url": "ws://127.0.0.1:1"}, {"agent": "up", "url": %q}]}`, out, reference(t)))
	wsspec(t, "server", "--spec", file).want(t, exitHarness, "down: cannot connect", "up: 1 of 1 cases: 1 passed")
	if got := index(t, out); len(got) != 1 || got["up"]["1.1.1"] != "OK/OK" {
		t.Errorf("index %v", got)
	}
}

func TestAutobahnOutThatCannotBeWritten(t *testing.T) {
	file := specFile(t, "")
	wsspec(t, "server", reference(t), "--run", "1.1.1", "--autobahn-out", filepath.Join(file, "below a file")).
		want(t, exitHarness, "Autobahn's report")
}
