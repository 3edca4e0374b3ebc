package dialogue_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/dialogue"
	"github.com/wsspec/wsspec/ref/wire"
)

// Each shipped dialogue can be read for both roles, says what it is, and links to its
// specification.
func TestShipped(t *testing.T) {
	if len(dialogue.Names()) != 16 {
		t.Errorf("%d dialogues: %q", len(dialogue.Names()), dialogue.Names())
	}
	for _, name := range dialogue.Names() {
		f, err := dialogue.Read(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if link, err := url.Parse(f.Specification); err != nil || link.Scheme != "https" || f.About == "" {
			t.Errorf("%s: about %q, specification %q", name, f.About, f.Specification)
		}
		for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
			d, q, err := f.To(role, "example.org")
			if err != nil || len(d.Greeting) != len(f.Greeting) || role == wire.RoleClient && q != nil {
				t.Errorf("%s, a %s: %v", name, role, err)
			}
		}
	}
}

// What one end says, the other one waits for.
func TestTo(t *testing.T) {
	f, err := dialogue.Parse("x.yaml", []byte("greeting:\n  - client: 'to {host}'\n  - server: '{\"a\":1}'\nask: '{host}?'\nanswer: yes it is\n"))
	if err != nil {
		t.Fatal(err)
	}
	for role, want := range map[wire.Role]string{
		wire.RoleServer: `send text "to a.example"; wait for a message with the fields {"a":1}`,
		wire.RoleClient: `wait for a message that matches "^to a\\.example$"; send text "{\"a\":1}"`,
	} {
		d, q, err := f.To(role, "a.example")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, turn := range d.Greeting {
			got = append(got, turn.String())
		}
		if text := strings.Join(got, "; "); text != want {
			t.Errorf("with a %s: %s", role, text)
		}
		if role == wire.RoleServer && string(q.Request.Payload.Bytes()) != "a.example?" {
			t.Errorf("asks %s", q.Request)
		}
	}
}

// What is wrong with a file is said with its name and line.
func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "x.yaml: the file has no dialogue"},
		{"a comment", "# nothing\n", "x.yaml: the file has no dialogue"},
		{"a list", "- a\n", "x.yaml:1: cannot unmarshal !!seq into dialogue.File"},
		{"no YAML", "a: [", "x.yaml:1: did not find expected node content"},
		{"octets", "\x00\x01\x02", "x.yaml: control characters are not allowed"},
		{"an unknown key", "about: x\ngreetings: []\n", "x.yaml:2: field greetings not found"},
		{"an unknown key of a turn", "greeting:\n  - client: a\n  - sever: b\n", "x.yaml:3: field sever not found in a turn of the greeting"},
		{"a key twice", "ask: a\nask: b\n", `x.yaml:2: mapping key "ask" already defined at line 1`},
		{"two documents", "ask: a\nanswer: b\n---\nask: a\n", "x.yaml: the file has more than one document"},
		{"nothing to say", "about: x\n", "x.yaml: a dialogue has a greeting, ask and answer, or subprotocols"},
		{"both ends at once", "greeting:\n  - client: a\n    server: b\n", "x.yaml:2: greeting, entry 1: a turn has either client or server"},
		{"no end", "greeting:\n  - client: a\n  - like: b\n", "x.yaml:3: greeting, entry 2: a turn has either client or server"},
		{"wrong octets", "greeting:\n  - client: 'hex:1'\n", "x.yaml:2: greeting, entry 1: encoding/hex: odd length hex string"},
		{"a wrong expression", "greeting:\n  - client: a\n    like: '('\n", "x.yaml:2: greeting, entry 1: it: error parsing regexp"},
		{"a form that does not fit", "greeting:\n  - client: a\n    like: b\n", "x.yaml:2: greeting, entry 1: like does not fit the message of its own turn"},
		{"a long message", "greeting:\n  - client: " + strings.Repeat("a", 4097) + "\n", "x.yaml:2: greeting, entry 1: a message has at most 4096 octets"},
		{"many turns", "greeting:\n" + strings.Repeat("  - client: a\n", 33), "x.yaml:1: greeting: it has 33 entries"},
		{"a wrong refusal", "ask: a\nanswer: b\nrefuses:\n  - '{'\n", "x.yaml:4: refuses, entry 1: it begins with a brace and is no JSON object"},
		{"an ask without an answer", "about: x\nask: a\n", "x.yaml:2: ask: the answer is empty"},
		{"an answer without an ask", "greeting:\n  - client: a\nanswer: b\n", "x.yaml:3: answer: the request is empty"},
		{"a heartbeat of nobody", "ask: a\nanswer: b\nheartbeats:\n  - like: a\n    answer: b\n", `x.yaml:4: heartbeats, entry 1: from ""`},
		{"a heartbeat without an answer", "ask: a\nanswer: b\nheartbeats:\n  - from: server\n    like: a\n", "x.yaml:4: heartbeats, entry 1: a heartbeat has an answer"},
		{"a heartbeat without a form", "ask: a\nanswer: b\nheartbeats:\n  - from: server\n    answer: b\n", "x.yaml:4: heartbeats, entry 1: like: it is empty"},
		{"a wrong subprotocol", "subprotocols: ['a b']\n", `x.yaml:1: subprotocols, entry 1: "a b" is no name`},
		{"a wrong field", "subprotocols: [a]\nheaders:\n  - \"A: b\\nC: d\"\n", "x.yaml:3: headers, entry 1: "},
		{"a large file", strings.Repeat("# comment\n", 7000), "x.yaml: a dialogue has at most 65536 octets"},
		{"too many aliases", "about: &a [x,x,x,x,x,x,x,x,x]\nnote: &b [*a,*a,*a]\n", "x.yaml:1: cannot unmarshal !!seq into string"},
	} {
		_, err := dialogue.Parse("x.yaml", []byte(tt.text))
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

// A name that nothing has gets the nearest ones; a file is read whatever its name.
func TestRead(t *testing.T) {
	if _, err := dialogue.Read("mqt"); err == nil || !strings.Contains(err.Error(), "mqtt") {
		t.Errorf("mqt: %v", err)
	}
	path := filepath.Join(t.TempDir(), "own.yaml")
	if _, err := dialogue.Read(path); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, []byte("ask: a\nanswer: b\nx: y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := dialogue.Read(path); err == nil || !strings.HasPrefix(err.Error(), path+":3: ") {
		t.Errorf("a file: %v", err)
	}
}
