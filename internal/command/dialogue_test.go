package command

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/dialogue"
	"github.com/wsspec/wsspec/ref"
)

// subscriptions starts a server that wants a subprotocol, a field and a greeting, and that
// answers pings of the application. Without the greeting it closes with 4401.
func subscriptions(t *testing.T) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &ref.Server{
		Options: &ref.AcceptOptions{Subprotocols: []string{"graphql-transport-ws"}, RequireSubprotocol: true},
		Handler: func(c *ref.Conn, _ *http.Request) {
			greeted := false
			for {
				_, data, err := c.Read(context.Background())
				switch text := string(data); {
				case err != nil:
					return
				case !greeted && text != `{"type":"connection_init"}`:
					_ = c.Close(4401, "Unauthorized")
					return
				case !greeted:
					greeted = true
					_ = c.Write(context.Background(), ref.Text, []byte(`{"type":"connection_ack"}`))
				case strings.TrimRight(text, " ") == `{"type":"ping"}`:
					_ = c.Write(context.Background(), ref.Text, []byte(`{"type":"pong"}`))
				}
			}
		},
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return "ws://" + l.Addr().String() + "/"
}

// The flag greets the server on each connection, and asks it what the dialogue asks.
func TestServerWithADialogue(t *testing.T) {
	url := subscriptions(t)
	run := func(flags ...string) outcome {
		return wsspec(t, append([]string{"server", url, "--run", "1.1.2", "--run", "2.2", "--run", "5.3", "--profile", "plain"}, flags...)...)
	}
	run("--dialogue", "graphql-transport-ws").want(t, exitPass, "3 of 3 cases: 3 passed", "Judged without echoes: 3 in full, 0 by whether the connection lives, 0 not at all.")
	own := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(own, []byte("subprotocols: [graphql-transport-ws]\ngreeting:\n  - client: '{\"type\":\"connection_init\"}'\n  - server: '{\"type\":\"connection_ack\"}'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run("--dialogue", own).want(t, exitPass, "3 of 3 cases: 3 passed", "Judged without echoes: 1 in full, 2 by whether the connection lives, 0 not at all.")
	run("--dialogue", own, "--ask", `{"type":"ping"}`, "--answer", `{"type":"pong"}`).want(t, exitPass, "Judged without echoes: 3 in full")
	run("--dialogue", "jsonrpc", "--subprotocol", "graphql-transport-ws").want(t, exitHarness, "the dialogue jsonrpc stopped: the answer did not come", "Close 4401", "wsspec dialogue check")
	run("--dialogue", "graphql").want(t, exitUsage, `--dialogue: there is no dialogue and no file "graphql"`)
	if err := os.WriteFile(own, []byte("greting: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run("--dialogue", own).want(t, exitUsage, own+":1: field greting not found")
}

// The commands about dialogues.
func TestDialogueCommands(t *testing.T) {
	list := wsspec(t, "dialogue", "list")
	list.want(t, exitPass)
	for _, name := range dialogue.Names() {
		if !strings.Contains(list.stdout, name+" ") {
			t.Errorf("the list lacks %s", name)
		}
	}
	wsspec(t, "dialogue", "show", "mqtt").want(t, exitPass, "\nsubprotocols: [mqtt]\n")
	wsspec(t, "dialogue", "show", "mqt").want(t, exitUsage, "the nearest dialogues are mqtt")
	url := subscriptions(t)
	wsspec(t, "dialogue", "check", "graphql-transport-ws", url).want(t, exitPass, "1. opened the connection (subprotocol graphql-transport-ws)\n", "2. sent text", "3. got text message", "4. asked: text", "5. got the answer: text message", "went to its end")
	wsspec(t, "dialogue", "check", "jsonrpc", "--subprotocol", "graphql-transport-ws", url).want(t, exitHarness, "2. asked: text", `the answer did not come`, `Close 4401 "Unauthorized"`)
	wsspec(t, "dialogue", "check", "jsonrpc", url).want(t, exitHarness, "400")
	wsspec(t, "dialogue", "check", "mqtt").want(t, exitUsage)
	if o := wsspec(t, "__complete", "server", "--dialogue", "grap"); !strings.HasPrefix(o.stdout, "graphql-transport-ws\t") || !strings.Contains(o.stdout, ":0") {
		t.Errorf("--dialogue is completed by %s", o.stdout)
	}
	if o := wsspec(t, "__complete", "dialogue", "check", "st"); !strings.HasPrefix(o.stdout, "stomp\t") {
		t.Errorf("check is completed by %s", o.stdout)
	}
}

// subscribe is a client that wants a greeting, sends no message back, and stays until the
// end of the connection. It returns false if it was not greeted.
func subscribe(ctx context.Context, url string) bool {
	c, _, err := ref.Dial(ctx, url, &ref.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, RequireSubprotocol: true})
	if err != nil {
		return false
	}
	defer c.CloseNow()
	if err := c.Write(ctx, ref.Text, []byte(`{"type":"connection_init"}`)); err != nil {
		return false
	}
	_, data, err := c.Read(ctx)
	if err != nil || string(data) != `{"type":"connection_ack"}` {
		return false
	}
	for err == nil {
		_, _, err = c.Read(ctx)
	}
	return true
}

// With a client, wsspec says what the server of the application says.
func TestClientWithADialogue(t *testing.T) {
	flags := []string{"client", "--dialogue", "graphql-transport-ws", "--run", "1.1.2", "--run", "2.2", "--run", "5.1", "--profile", "plain"}
	wsspec(t, append(flags, client(t, "subscriber", "{url}")...)...).want(t, exitPass, "client: 3 of 3 cases: 3 passed", "Judged without echoes: 2 in full, 1 by whether the connection lives")
	s := serves(t, append(flags, "--listen", "127.0.0.1:0", "--each-connection")...)
	for range 3 {
		if !subscribe(t.Context(), s.url) {
			t.Error("a client that connects by itself is not greeted")
		}
	}
	s.wait().want(t, exitPass, "3 passed")
}
