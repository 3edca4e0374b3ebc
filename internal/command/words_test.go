package command

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/gotest"
)

func TestListJSON(t *testing.T) {
	o := wsspec(t, "list", "--json")
	o.want(t, exitPass)
	var list struct {
		Cases []map[string]any `json:"cases"`
	}
	if err := json.Unmarshal([]byte(o.stdout), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Cases) != len(catalog.Cases()) {
		t.Errorf("%d cases listed of %d", len(list.Cases), len(catalog.Cases()))
	}
	for _, c := range list.Cases {
		for _, key := range []string{"id", "title", "level"} {
			if s, _ := c[key].(string); s == "" {
				t.Errorf("%v has no %s", c, key)
			}
		}
		for _, key := range []string{"roles", "requirements"} {
			if l, _ := c[key].([]any); len(l) == 0 {
				t.Errorf("%v has no %s", c, key)
			}
		}
	}
	want := map[string]any{
		"id": "2.5", "title": "a ping of 126 octets, one too many", "level": "MUST",
		"roles": []any{"server", "client"}, "requirements": []any{"RFC6455-5.5-2", "RFC6455-7.1.7-5"},
	}
	for _, c := range list.Cases {
		if c["id"] == "2.5" {
			if diff := cmp.Diff(want, c); diff != "" {
				t.Errorf("2.5 (-want +got):\n%s", diff)
			}
		}
	}
}

func TestListPicks(t *testing.T) {
	for args, want := range map[string]string{
		"--run 2.1":                                   "2.1",
		"--run 2.1* --skip 2.11":                      "2.1 2.10",
		"--rfc RFC6455-2-1":                           "",
		"--rfc RFC6455-5.5.1-10":                      "7.1.6 rfc6455/5.5/25",
		"--run 7.1 --rfc 5.5.2":                       "7.1.3",
		"--run 2.[12] --role client":                  "2.1 2.2",
		"--run 10 --run 2.2 --json":                   "json",
		"--run 1.1.1 --run 1.1.1 --rfc RFC6455-5.2-7": "1.1.1",
	} {
		o := wsspec(t, append([]string{"list"}, strings.Fields(args)...)...)
		switch want {
		case "":
			o.want(t, exitUsage, "matches no case")
			continue
		case "json":
			o.want(t, exitPass, `"id": "2.2"`, `"id": "10.1.1"`)
			continue
		}
		o.want(t, exitPass)
		var ids []string
		for line := range strings.Lines(o.stdout) {
			ids = append(ids, strings.Fields(line)[0])
		}
		if diff := cmp.Diff(want, strings.Join(ids, " ")); diff != "" {
			t.Errorf("list %s (-want +got):\n%s", args, diff)
		}
	}
}

// Every case can be explained: what is done, what is permitted, and which
// clause says so.
func TestExplain(t *testing.T) {
	o := wsspec(t, "explain", "3.2")
	o.want(t, exitPass,
		"3.2: a text frame, one with RSV2 set, a ping",
		`1. send text "Hello, world!"; text "Hello, world!", RSV2; ping, empty (in one write)`,
		`OK             text message "Hello, world!"; then the peer fails the connection with 1002, or closes TCP`,
		"NON-STRICT     no message and no pong; then the peer fails the connection with 1002, or closes TCP",
		"RFC6455-5.2-3  RFC 6455 5.2, MUST",
	)
	all := wsspec(t, "explain", "*")
	all.want(t, exitPass)
	explanations := strings.Split(all.stdout, "\n\nSteps\n")
	if len(explanations) != len(catalog.Cases())+1 {
		t.Fatalf("%d cases explained of %d", len(explanations)-1, len(catalog.Cases()))
	}
	for i, c := range catalog.Cases() {
		if !strings.HasSuffix(explanations[i], c.ID+": "+c.Title) {
			t.Errorf("the explanation of %s has no heading with its title", c.ID)
		}
		for _, text := range []string{c.Script.Outcomes[0].String(), "  " + c.Requires[0] + "  RFC ", c.Note} {
			if !strings.Contains(explanations[i+1], text) {
				t.Errorf("the explanation of %s does not mention %q", c.ID, text)
			}
		}
	}
}

func TestExplainSeveral(t *testing.T) {
	o := wsspec(t, "explain", "2.1", "7.1.*")
	o.want(t, exitPass)
	if n := strings.Count(o.stdout, "\nSteps\n"); n != 7 {
		t.Errorf("%d cases explained, want 2.1 and the six of 7.1", n)
	}
}

// A case can be had as a Go test, for either role, and several in one file.
func TestExplainAsGoTest(t *testing.T) {
	wsspec(t, "explain", "3.2", "--go").want(t, exitPass, "package websocket_test", "func TestCase_3_2(t *testing.T) {", gotest.DefaultURL)
	wsspec(t, "explain", "3.2", "--go", "--role", "client").want(t, exitPass, "func TestCase_3_2(t *testing.T) {", "WS_CLIENT")
	several := wsspec(t, "explain", "2.*", "9.1.1", "--go")
	several.want(t, exitPass, "func TestCase_2_11(t *testing.T) {")
	if n := strings.Count(several.stdout, "\nfunc TestCase_"); n != 11 || strings.Count(several.stdout, "\nfunc testServer(") != 1 {
		t.Errorf("%d tests in the file, want the eleven of 2 and the code behind them once", n)
	}
}

func TestVersion(t *testing.T) {
	o := wsspec(t, "version")
	o.want(t, exitPass, "wsspec ", "go1.")
	if strings.Count(o.stdout, "\n") != 1 {
		t.Errorf("the version is %q, want one line", o.stdout)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{nil, {"--help"}, {"help"}} {
		wsspec(t, args...).want(t, exitPass, "Exit codes: 0 pass, 1 nonconformant, 2 usage, 3 could not test", "server", "explain", "list")
	}
	wsspec(t, "server", "--help").want(t, exitPass, "--run GLOB", "--baseline FILE", "--header 'K: V'", "--slow FACTOR")
}
