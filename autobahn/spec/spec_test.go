package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// read parses a file that has to be sound.
func read(t *testing.T, mode Mode, text string) *File {
	t.Helper()
	f, err := Parse([]byte(text), mode, "")
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		mode       Mode
		want       File
	}{
		{
			name: "what Autobahn writes for its fuzzing client", mode: FuzzingClient,
			text: `{"options": {"failByDrop": false}, "outdir": "./reports/servers",
				"servers": [{"agent": "AutobahnServer", "url": "ws://localhost:9001", "options": {"version": 18}}],
				"cases": ["*"], "exclude-cases": [], "exclude-agent-cases": {}}`,
			want: File{OutDir: "./reports/servers", Servers: []Server{{Agent: "AutobahnServer", URL: "ws://localhost:9001"}}},
		},
		{
			name: "everything about a server", mode: FuzzingClient,
			text: `{"cases": ["1.*"], "servers": [{"url": "ws://a/"},
				{"agent": "b", "url": "ws://b/", "origin": "http://o", "protocols": ["x", "y"], "hostname": "h:1", "options": null}]}`,
			want: File{Servers: []Server{
				{URL: "ws://a/"},
				{Agent: "b", URL: "ws://b/", Origin: "http://o", Protocols: []string{"x", "y"}, Hostname: "h:1"},
			}},
		},
		{
			name: "what Autobahn writes for its fuzzing server", mode: FuzzingServer,
			text: `{"url": "ws://127.0.0.1:9001", "options": {"failByDrop": false}, "outdir": "./reports/clients", "webport": 8080,
				"cases": ["*"], "exclude-cases": [], "exclude-agent-cases": {}}`,
			want: File{
				URL: "ws://127.0.0.1:9001", OutDir: "./reports/clients",
				Warnings: []string{"webport has no effect: the page for browsers is served at the port of the url"},
			},
		},
		{
			name: "a fuzzing server with TLS and subprotocols", mode: FuzzingServer,
			text: `{"url": "wss://:9001", "key": "k.pem", "cert": "c.pem", "protocols": ["chat"], "cases": ["*"]}`,
			want: File{URL: "wss://:9001", Key: "k.pem", Cert: "c.pem", Protocols: []string{"chat"}},
		},
		{
			name: "members nobody knows", mode: FuzzingClient,
			text: "\xef\xbb\xbf" + `{"cases": ["*"], "exclude_cases": ["9.*"], "options": {"version": 13, "echoCloseCodeReason": true},
				"servers": [{"url": "ws://a/", "Agent": "x"}]}`,
			want: File{
				Servers: []Server{{URL: "ws://a/"}},
				Warnings: []string{
					"options.echoCloseCodeReason has no effect",
					"servers[0].Agent is unknown, and has no effect (is \"agent\" meant?)",
					"exclude_cases is unknown, and has no effect (is \"exclude-cases\" meant?)",
				},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Mode = tt.mode
			if d := cmp.Diff(&tt.want, read(t, tt.mode, tt.text), cmpopts.IgnoreUnexported(File{})); d != "" {
				t.Errorf("read (-want +got):\n%s", d)
			}
		})
	}
}

// A URL of the command line takes the place of that in the file.
func TestParseWithAURL(t *testing.T) {
	const url = "ws://new/"
	for _, tt := range []struct {
		text string
		mode Mode
		want File
		err  string
	}{
		{text: `{"cases": ["*"]}`, mode: FuzzingClient, want: File{Servers: []Server{{URL: url}}}},
		{text: `{"cases": ["*"], "servers": []}`, mode: FuzzingClient, want: File{Servers: []Server{{URL: url}}}},
		{text: `{"cases": ["*"], "servers": [{"agent": "a", "url": "ws://old/"}]}`, mode: FuzzingClient, want: File{Servers: []Server{{Agent: "a", URL: url}}}},
		{text: `{"cases": ["*"], "servers": [{"agent": "a"}]}`, mode: FuzzingClient, want: File{Servers: []Server{{Agent: "a", URL: url}}}},
		{text: `{"cases": ["*"], "servers": [{"url": "ws://a/"}, {"url": "ws://b/"}]}`, mode: FuzzingClient, err: `"servers" has 2 servers`},
		{text: `{"cases": ["*"], "url": "ws://old/"}`, mode: FuzzingClient, err: "this is the file of a fuzzing server"},
		{text: `{"cases": ["*"]}`, mode: FuzzingServer, want: File{URL: url}},
		{text: `{"cases": ["*"], "url": "ws://old/"}`, mode: FuzzingServer, want: File{URL: url}},
		{text: `{"url": "ws://old/"}`, mode: FuzzingServer, err: `"cases" is missing`},
	} {
		t.Run(string(tt.mode)+" "+tt.text, func(t *testing.T) {
			got, err := Parse([]byte(tt.text), tt.mode, url)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("read %v with error %v, want one with %q", got, err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Mode = tt.mode
			if d := cmp.Diff(&tt.want, got, cmpopts.IgnoreUnexported(File{})); d != "" {
				t.Errorf("read (-want +got):\n%s", d)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		mode       Mode
		err        string // a part of it
	}{
		{"nothing", " \n", FuzzingClient, "the file is empty"},
		{"no JSON", "{\n\"cases\": [\"*\"],\n}", FuzzingClient, "no JSON: line 3: "},
		{"cut off", `{"cases": ["*"]`, FuzzingClient, "no JSON: line 1: "},
		{"a list", `["*"]`, FuzzingClient, "has to hold a JSON object"},
		{"null", `null`, FuzzingClient, "has to hold a JSON object"},
		{"no cases", `{"url": "ws://:1", "Case": ["*"]}`, FuzzingServer, `"cases" is missing (is "Case" meant?)`},
		{"cases that are no list", `{"url": "ws://:1", "cases": "*"}`, FuzzingServer, `"cases" has to be a list of strings`},
		{"a list of numbers", `{"url": "ws://:1", "cases": ["*"], "exclude-cases": [9.1]}`, FuzzingServer, `"exclude-cases" has to be a list of strings`},
		{"a list of agents", `{"url": "ws://:1", "cases": ["*"], "exclude-agent-cases": ["a"]}`, FuzzingServer, `"exclude-agent-cases" has to be an object of lists`},
		{"no url", `{"cases": ["*"]}`, FuzzingServer, `"url" is missing`},
		{"a url of a wrong kind", `{"cases": ["*"], "url": 9001}`, FuzzingServer, `"url" has to be a string`},
		{"no servers", `{"cases": ["*"], "server": []}`, FuzzingClient, `"servers" is missing (is "server" meant?)`},
		{"an empty list of servers", `{"cases": ["*"], "servers": []}`, FuzzingClient, `"servers" is an empty list`},
		{"servers of a wrong kind", `{"cases": ["*"], "servers": ["ws://a/"]}`, FuzzingClient, `"servers" has to be a list of objects`},
		{"a server without a url", `{"cases": ["*"], "servers": [{"url": "ws://a/"}, {"agent": "b"}]}`, FuzzingClient, `servers[1]: "url" is missing`},
		{"an older draft", `{"cases": ["*"], "servers": [{"url": "ws://a/", "options": {"version": 10}}]}`, FuzzingClient, `options.version is 10`},
		{"the other mode's: a client's", `{"cases": ["*"], "servers": []}`, FuzzingServer, `this is the file of a fuzzing client`},
		{"the other mode's: a server's", `{"cases": ["*"], "url": "ws://:1"}`, FuzzingClient, `this is the file of a fuzzing server`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte(tt.text), tt.mode, "")
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("read %v with error %v, want one with %q", f, err, tt.err)
			}
		})
	}
}

func TestReadFileNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	bad, large := filepath.Join(dir, "bad.json"), filepath.Join(dir, "large.json")
	for path, text := range map[string]string{bad: "{", large: strings.Repeat(" ", mostOctets+1)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{bad, large, filepath.Join(dir, "none.json")} {
		if _, err := ReadFile(path, FuzzingClient, ""); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want one that names %s", err, path)
		}
	}
}

// ids are enough of Autobahn's, in their order, to tell the patterns apart, and
// two of ours.
var ids = []string{
	"1.1.1", "1.1.2", "1.2.1", "5.1", "5.2", "5.10", "5.19", "6.1.1", "6.2.1", "6.20.1", "7.1.1", "7.1.10", "7.13.1", "9.1.1",
	"rfc6455/5.5/1", "robust/slow",
}

func TestSelect(t *testing.T) {
	for _, tt := range []struct {
		cases, exclude string
		want           string
	}{
		{`["*"]`, `[]`, "1.1.1 1.1.2 1.2.1 5.1 5.2 5.10 5.19 6.1.1 6.2.1 6.20.1 7.1.1 7.1.10 7.13.1 9.1.1"},
		{`["*"]`, `["5.*", "6.*", "7.*"]`, "1.1.1 1.1.2 1.2.1 9.1.1"},
		{`["7.*", "1.1.2", "1.1.*"]`, `[]`, "1.1.1 1.1.2 7.1.1 7.1.10 7.13.1"}, // once each, in the order of the ids
		{`["5.1"]`, `[]`, "5.1"}, // an id is that case alone
		{`["5.*"]`, `["5.1"]`, "5.2 5.10 5.19"},
		{`["5.1*"]`, `[]`, "5.1 5.10 5.19"},
		{`["1.1"]`, `[]`, "1.1.1 1.1.2"},                      // no id: a beginning
		{`["6.2"]`, `[]`, "6.2.1 6.20.1"},                     // of characters, not of numbers
		{`["*.1.1"]`, `[]`, "1.1.1 6.1.1 7.1.1 7.1.10 9.1.1"}, // goes on behind a pattern that does not end in *
		{`["7.*.1"]`, `[]`, "7.1.1 7.1.10 7.13.1"},
		{`["rfc6455/*"]`, `[]`, "rfc6455/5.5/1"}, // ours have to be named
		{`["*", "*/*"]`, `["1.*", "5.*", "6.*", "7.*", "rfc6455/*"]`, "9.1.1 robust/slow"},
		{`["1.1.1"]`, `["99.*", ""]`, "1.1.1"},                // nothing to exclude
		{`["1.*", "11.*", "8.1"]`, `[]`, "1.1.1 1.1.2 1.2.1"}, // some patterns take nothing
		{`["6.*"]`, `["6.2"]`, "6.1.1 6.2.1 6.20.1"},          // Autobahn excludes ids, not beginnings
		{`["6.*"]`, `["6.2.1"]`, "6.1.1 6.20.1"},              // an id
		{`["6.*"]`, `["6.2*"]`, "6.1.1"},                      // a * makes it a pattern
		{`["rfc6455/*"]`, `["rfc6455/5.5"]`, "rfc6455/5.5/1"}, // named cases alike
	} {
		t.Run(tt.cases+" without "+tt.exclude, func(t *testing.T) {
			f := read(t, FuzzingServer, `{"url": "ws://:1", "cases": `+tt.cases+`, "exclude-cases": `+tt.exclude+`}`)
			got, err := f.Select(ids)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.Fields(tt.want), got); d != "" {
				t.Errorf("selected (-want +got):\n%s", d)
			}
		})
	}
}

func TestSelectRefuses(t *testing.T) {
	for _, tt := range []struct{ cases, exclude, err string }{
		{`["8.*"]`, `[]`, `no case matches "8.*"`},
		{`["8.*", "1,1.*"]`, `[]`, `no case matches "8.*", "1,1.*"`},
		{`["a", "b", "c", "d", "e", "f"]`, `[]`, `"d", "e", …`},
		{`["[15].*"]`, `[]`, `no case matches`}, // Autobahn has no sets
		{`["1.1.1x"]`, `[]`, `no case matches`},
		{`[""]`, `[]`, `no case matches`},
		{`[]`, `[]`, `the list is empty`},
		{`["1.*"]`, `["*"]`, `"exclude-cases" excludes every case`},
	} {
		t.Run(tt.cases+" without "+tt.exclude, func(t *testing.T) {
			f := read(t, FuzzingServer, `{"url": "ws://:1", "cases": `+tt.cases+`, "exclude-cases": `+tt.exclude+`}`)
			if got, err := f.Select(ids); err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("selected %v with error %v, want one with %q", got, err, tt.err)
			}
		})
	}
}

// A pattern that takes nothing beside others that do is a warning.
func TestUnmatched(t *testing.T) {
	f := read(t, FuzzingServer, `{"url": "ws://:1", "cases": ["1.*", "11.*", "6.2", "l.1"], "exclude-cases": ["6.2", "6.2.1", "99.*", "99", "rfc6455"]}`)
	want := []string{
		`cases: the pattern "11.*" matches no case`,
		`cases: the pattern "l.1" matches no case`,
		`exclude-cases: "6.2" is not the id of a case and excludes nothing (is "6.2.*" meant?)`,
		`exclude-cases: the pattern "99.*" matches no case`,
		`exclude-cases: the pattern "99" matches no case`,
		`exclude-cases: the pattern "rfc6455" matches no case`,
	}
	if d := cmp.Diff(want, f.Unmatched(ids)); d != "" {
		t.Errorf("warnings (-want +got):\n%s", d)
	}
	got, err := f.Select(ids)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"1.1.1", "1.1.2", "1.2.1", "6.20.1"}, got); d != "" {
		t.Errorf("selected (-want +got):\n%s", d)
	}
}

func TestExcludes(t *testing.T) {
	f := read(t, FuzzingServer, `{"url": "ws://:1", "cases": ["*"], "exclude-agent-cases": {"My.Client*": ["9.*", "6.2.1"], "other": ["*"]}}`)
	for _, tt := range []struct {
		agent, id string
		want      bool
	}{
		{"My.Client", "9.1.1", true},
		{"My.Client/2.0 (x)", "9.1.1", true},
		{"My.Client", "6.2.1", true},
		{"My.Client", "6.2.10", false}, // in whole, other than in "cases"
		{"My.Client", "1.1.1", false},
		{"MyxClient", "9.1.1", false}, // a dot is a dot
		{"a My.Client", "9.1.1", false},
		{"other", "1.1.1", true},
		{"others", "1.1.1", false},
		{"", "1.1.1", false},
	} {
		if got := f.Excludes(tt.agent, tt.id); got != tt.want {
			t.Errorf("agent %q, case %s: excluded %t, want %t", tt.agent, tt.id, got, tt.want)
		}
	}
	if d := cmp.Diff([]string{"other"}, f.Unused([]string{"My.Client", "third"})); d != "" {
		t.Errorf("patterns that take no agent (-want +got):\n%s", d)
	}
}
