package command

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"bufio"
	"net"

	"github.com/spf13/pflag"
)

// configFiles are files for --config, with what is wrong with each.
var configFiles = map[string]struct {
	text, wrong string
	// schemaTakesIt: what is wrong is more than a schema can say.
	schemaTakesIt bool
}{
	"one server":        {text: "server:\n  targets: [ws://localhost:9001/]\n"},
	"many settings":     {text: "server:\n  targets:\n    - url: ws://localhost:1/\n      agent: one\n      header: 'A: b'\n    - {url: ws://localhost:2/, agent: two, subprotocol: [a, b]}\n  run: ['5.*', 7.1]\n  skip: 7.1.1\n  parallel: 4\n  slow: 2.5\n  timeout: 1s\n  strict: true\n  baseline: known.json\n"},
	"a client":          {text: "client:\n  command: [./client, '{url}']\n  agent: mine\n"},
	"both":              {text: "server: {quiet: true}\nclient: {quiet: true}\n"},
	"an alias":          {text: "server:\n  run: &all ['1.*']\nclient:\n  run: *all\n"},
	"an unknown key":    {text: "server:\n  targets: [ws://localhost:1/]\n  parallels: 4\n", wrong: `:3: server has no setting "parallels"; the nearest are parallel`},
	"a strange section": {text: "servers:\n  quiet: true\n", wrong: `:1: the file has no setting "servers"; the nearest are server`},
	"in the other one":  {text: "server: {quiet: true}\nclient:\n  wait: 1s\n", wrong: `:3: client has no setting "wait"`},
	"in a target":       {text: "server:\n  targets:\n    - url: ws://localhost:1/\n      name: x\n", wrong: `:4: a target has no setting "name"`},
	"config itself":     {text: "server:\n  config: other.yaml\n", wrong: `:2: server has no setting "config"`},
	"twice":             {text: "server:\n  quiet: true\n\n  quiet: false\n", wrong: ":4: quiet is there already, in line 2", schemaTakesIt: true},
	"no number":         {text: "server:\n  parallel: many\n", wrong: `:2: parallel: "many" is no int`},
	"no time":           {text: "server:\n  timeout: 5\n", wrong: `:2: timeout: "5" is no duration`},
	"no boolean":        {text: "server:\n  quiet: maybe\n", wrong: `:2: quiet: "maybe" is no bool`},
	"no value":          {text: "server:\n  out:\n", wrong: ":2: out has to have one value"},
	"a list for one":    {text: "server:\n  out: [a, b]\n", wrong: ":2: out has to have one value"},
	"an empty list":     {text: "server:\n  run: []\n", wrong: ":2: run is an empty list"},
	"no targets":        {text: "server:\n  targets: []\n", wrong: ":2: targets has to be a list of servers"},
	"no url":            {text: "server:\n  targets:\n    - agent: one\n", wrong: ":3: a target has no url"},
	"a list":            {text: "- server\n", wrong: ":1: the file has to be a list of settings"},
	"nothing":           {text: "", wrong: ": the file is empty"},
	"no YAML":           {text: "server: [\n", wrong: "config.yaml: line "},
	"two documents":     {text: "server: {quiet: true}\n---\nserver: {quiet: true}\n", wrong: "more than one document", schemaTakesIt: true},
}

func TestConfigFiles(t *testing.T) {
	for name, tt := range configFiles {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := readConfig(path)
			switch {
			case tt.wrong == "" && err != nil:
				t.Error(err)
			case tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)):
				t.Errorf("the error is %v, want one with %q", err, tt.wrong)
			}
		})
	}
}

// configured writes a file for --config, and returns the flags that name it.
func configured(t *testing.T, text string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "wsspec.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--config", path}
}

// A file lists servers, each with what belongs to it alone, and the flags for all.
func TestConfigOfServers(t *testing.T) {
	dir := t.TempDir()
	var mu sync.Mutex
	seen := map[string]http.Header{}
	keeps := func(name string) string {
		return raw(t, func(_ int, conn net.Conn) {
			r := bufio.NewReader(conn)
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			mu.Lock()
			seen[name] = req.Header
			mu.Unlock()
		})
	}
	one, two := keeps("one"), keeps("two")
	args := append([]string{"server"}, configured(t, `
server:
  targets:
    - url: `+one+`
      agent: one
      header: ["X-Own: 1"]
      origin: https://one.example
    - {agent: two, url: `+two+`}
  header: ["X-All: 2"]
  run: ["1.1.1", "1.1.2"]
  timeout: 200ms
  out: `+dir+`
`)...)
	wsspec(t, args...).want(t, exitHarness, "one: ", "two: ")
	mu.Lock()
	defer mu.Unlock()
	for name, want := range map[string][]string{"one": {"1", "2", "https://one.example"}, "two": {"", "2", ""}} {
		h := seen[name]
		if got := []string{h.Get("X-Own"), h.Get("X-All"), h.Get("Origin")}; !slices.Equal(got, want) {
			t.Errorf("%s got the fields %q, want %q", name, got, want)
		}
	}
}

// What the command line says wins, also over a list.
func TestTheCommandLineWinsOverTheFile(t *testing.T) {
	url, bad := reference(t), leaves(t)
	file := configured(t, "server:\n  targets: [{url: "+bad+", agent: bad}]\n  run: ['1.*', '2.*']\n  quiet: true\n  agent: named\n")
	with := func(args ...string) outcome { return wsspec(t, slices.Concat([]string{"server"}, file, args)...) }
	if o := with(url, "--run", "1.1.1"); o.code != exitPass || o.stdout != "named: 1 of 1 cases: 1 passed\n" {
		t.Errorf("it ends with %d and says %q, %q", o.code, o.stdout, o.stderr)
	}
	with(url, "--run", "1.1.1", "--quiet=false", "--agent", "mine").want(t, exitPass, "mine: 1 cases\n")
	with("--spec", specFile(t, `{"servers": [{"url": "`+url+`"}], "cases": ["1.1.1"]}`), "--run", "1.1.1").want(t, exitPass, "1 of 1 cases: 1 passed")
	wsspec(t, "server", "--config", "no-such-file.yaml").want(t, exitUsage, "--config: open no-such-file.yaml")
}

func TestConfigOfAClient(t *testing.T) {
	command := client(t, "driver", "{url}")
	words := command[slices.Index(command, "--")+1:]
	file := configured(t, "client:\n  driver: true\n  run: 1.1.1\n  command: ['"+strings.Join(words, "', '")+"']\n")
	wsspec(t, append([]string{"client"}, file...)...).want(t, exitPass, "ref: 1 of 1 cases: 1 passed")
}

// Each flag can be set by a file, whatever its type.
func TestEveryFlagIsASetting(t *testing.T) {
	values := map[string]string{"bool": "true", "int": "3", "float64": "3", "duration": "3s", "string": "text", "stringArray": "text"}
	for _, cmd := range []string{"server", "client"} {
		c, text := newServer(), "server:\n"
		if cmd == "client" {
			c, text = newClient(), "client:\n"
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !slices.Contains(noSettings, f.Name) {
				text += "  " + f.Name + ": " + values[f.Value.Type()] + "\n"
			}
		})
		file, err := readConfig(configured(t, text)[1])
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := file.apply(c); err != nil {
			t.Fatal(err)
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Changed && !slices.Contains(noSettings, f.Name) {
				t.Errorf("%s: --%s is not set", cmd, f.Name)
			}
		})
	}
}

// The file that the documentation shows is one that the command takes.
func TestTheConfigOfTheDocumentation(t *testing.T) {
	octets, err := os.ReadFile("../../ci/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(octets), "```yaml\n# yaml-language-server: ")
	text, _, ends := strings.Cut(text, "```\n")
	if !found || !ends {
		t.Fatal("ci/README.md shows no file")
	}
	if _, err := readConfig(configured(t, "# "+text)[1]); err != nil {
		t.Error(err)
	}
}
