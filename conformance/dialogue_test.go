package conformance_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/dialogue"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// An applicationServer is a server of a protocol, written from the public specification of
// that protocol and not from the dialogue. It takes the client's messages in order.
type applicationServer struct {
	// subprotocol has to be asked for; empty means that there is none.
	subprotocol string
	// first is what the server says before the client does.
	first []string
	// steps are the client's messages of the greeting: each has to be right, and is then
	// followed by the server's answers. Until then, the server answers nothing.
	steps []greetingStep
	// ask answers a request; ok is false for what is none.
	ask func(message string) (answer string, ok bool)
	// plain: the server does not agree to permessage-deflate.
	plain bool
	// binary: the server's messages are binary.
	binary bool
}

type greetingStep struct {
	right   func(message string) bool
	answers []string
}

func isJSON(message string, want map[string]any) bool {
	var got map[string]any
	if json.Unmarshal([]byte(message), &got) != nil {
		return false
	}
	for name, value := range want {
		if got[name] != value {
			return false
		}
	}
	return true
}

// call reads a message of OCPP: [2, id, action, payload].
func call(message, action string, has ...string) (id string, ok bool) {
	var m []json.RawMessage
	var kind int
	var name string
	var payload map[string]any
	if json.Unmarshal([]byte(message), &m) != nil || len(m) != 4 ||
		json.Unmarshal(m[0], &kind) != nil || json.Unmarshal(m[1], &id) != nil || json.Unmarshal(m[2], &name) != nil || json.Unmarshal(m[3], &payload) != nil {
		return "", false
	}
	for _, field := range has {
		if _, there := payload[field]; !there {
			return "", false
		}
	}
	return id, kind == 2 && name == action && len(id) <= 36
}

// connect reads an MQTT CONNECT of a level, and reports whether it is right: MQTT 3.1.1 3.1,
// MQTT 5 3.1.
func connect(level byte) func(string) bool {
	return func(m string) bool {
		p := []byte(m)
		if len(p) < 14 || p[0] != 0x10 || int(p[1]) != len(p)-2 || string(p[2:8]) != "\x00\x04MQTT" || p[8] != level || p[9] != 0x02 {
			return false
		}
		rest := p[12:]
		if level == 5 {
			if rest[0] != 0 {
				return false
			}
			rest = rest[1:]
		}
		return len(rest) == 2 && binary.BigEndian.Uint16(rest) == 0
	}
}

func pingreq(m string) (string, bool) { return "\xd0\x00", m == "\xc0\x00" }

func ocpp(boot ...string) applicationServer {
	return applicationServer{
		steps: []greetingStep{{func(m string) bool { id, ok := call(m, "BootNotification", boot...); return ok && id == "wsspec-boot" },
			[]string{`[3,"wsspec-boot",{"currentTime":"2013-02-01T20:53:32.486Z","interval":300,"status":"Accepted"}]`}}},
		ask: func(m string) (string, bool) {
			id, ok := call(m, "Heartbeat")
			return `[3,"` + id + `",{"currentTime":"2013-02-01T20:53:32.486Z"}]`, ok
		},
	}
}

func with(s applicationServer, subprotocol string) applicationServer {
	s.subprotocol = subprotocol
	return s
}

// applications are the servers, by the name of their dialogue.
var applications = map[string]applicationServer{
	"actioncable": {subprotocol: "actioncable-v1-json", first: []string{`{"type":"welcome","sid":"x"}`}},
	"devtools": {ask: func(m string) (string, bool) {
		return `{"id":7,"result":{"protocolVersion":"1.3","product":"x"}}`, isJSON(m, map[string]any{"id": 7.0, "method": "Browser.getVersion"})
	}},
	"engine.io": {first: []string{`0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`}},
	"graphql-transport-ws": {
		subprotocol: "graphql-transport-ws",
		steps:       []greetingStep{{func(m string) bool { return isJSON(m, map[string]any{"type": "connection_init"}) }, []string{`{ "payload": {"x": 1}, "type": "connection_ack" }`}}},
		ask:         func(m string) (string, bool) { return `{"type":"pong"}`, isJSON(m, map[string]any{"type": "ping"}) },
	},
	"jsonrpc": {ask: func(m string) (string, bool) {
		return `{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": 7}`, isJSON(m, map[string]any{"jsonrpc": "2.0", "id": 7.0})
	}},
	"mqtt":  {subprotocol: "mqtt", binary: true, steps: []greetingStep{{connect(4), []string{"\x20\x02\x00\x00"}}}, ask: pingreq},
	"mqtt5": {subprotocol: "mqtt", binary: true, steps: []greetingStep{{connect(5), []string{"\x20\x06\x00\x00\x03\x22\x00\x0a"}}}, ask: pingreq},
	"nats": {
		binary: true, first: []string{"INFO {\"server_id\":\"Zk0GQ3JBSrg3oyxCRRlE09\",\"version\":\"1.2.0\",\"proto\":1,\"max_payload\":1048576}\r\n"},
		steps: []greetingStep{{func(m string) bool {
			options, ok := strings.CutPrefix(m, "CONNECT ")
			options, rest, _ := strings.Cut(options, "\r\n")
			return ok && isJSON(options, map[string]any{"verbose": false}) && rest == "PING\r\n"
		}, []string{"PONG\r\n"}}},
		ask: func(m string) (string, bool) { return "PONG\r\n", m == "PING\r\n" },
	},
	"nostr": {ask: func(m string) (string, bool) {
		var parts []any
		ok := json.Unmarshal([]byte(m), &parts) == nil && len(parts) == 3 && parts[0] == "REQ" && parts[1] == "wsspec"
		return `["EOSE", "wsspec"]`, ok
	}},
	"ocpp1.6":   with(ocpp("chargePointVendor", "chargePointModel"), "ocpp1.6"),
	"ocpp2.0.1": with(ocpp("reason", "chargingStation"), "ocpp2.0.1"),
	"phoenix": {ask: func(m string) (string, bool) {
		var parts []any
		ok := json.Unmarshal([]byte(m), &parts) == nil && len(parts) == 5 && parts[2] == "phoenix" && parts[3] == "heartbeat"
		if !ok {
			return "", false
		}
		answer, _ := json.Marshal([]any{parts[0], parts[1], "phoenix", "phx_reply", map[string]any{"response": map[string]any{}, "status": "ok"}})
		return string(answer), true
	}},
	"signalr": {steps: []greetingStep{{func(m string) bool {
		body, ok := strings.CutSuffix(m, "\x1e")
		return ok && isJSON(body, map[string]any{"protocol": "json", "version": 1.0})
	}, []string{"{}\x1e", "{\"type\":6}\x1e"}}}},
	"socket.io": {
		first: []string{`0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`},
		steps: []greetingStep{{func(m string) bool { return m == "40" }, []string{`40{"sid":"wZX3oN0bSVIhsaknAAAI"}`}}},
	},
	"stomp": {
		subprotocol: "v12.stomp",
		steps: []greetingStep{{func(m string) bool {
			lines := strings.Split(m, "\n")
			return lines[0] == "CONNECT" && strings.HasSuffix(m, "\n\n\x00") && slices.Contains(lines, "accept-version:1.0,1.1,1.2") && slices.Contains(lines, "host:127.0.0.1")
		}, []string{"CONNECTED\nversion:1.2\n\n\x00"}}},
	},
	"xmpp": {
		subprotocol: "xmpp",
		steps: []greetingStep{{func(m string) bool {
			var open struct {
				XMLName xml.Name `xml:"urn:ietf:params:xml:ns:xmpp-framing open"`
				To      string   `xml:"to,attr"`
				Version string   `xml:"version,attr"`
			}
			return xml.Unmarshal([]byte(m), &open) == nil && open.To == "127.0.0.1" && open.Version == "1.0"
		}, []string{
			`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0' from='example.org' id='++TR84Sm6A3hnt3Q065SnAbbk3Y=' xml:lang='en'/>`,
			`<stream:features xmlns:stream='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`,
		}}},
	},
}

// serveApplication starts such a server. Greeted counts connections whose greeting was right.
func serveApplication(t *testing.T, a applicationServer, greeted, answered *atomic.Int32) *conformance.Target {
	t.Helper()
	options := &ref.AcceptOptions{Compression: &ref.Compression{}}
	if a.plain {
		options.Compression = nil
	}
	if a.subprotocol != "" {
		options.Subprotocols, options.RequireSubprotocol = []string{a.subprotocol}, true
	}
	s := &ref.Server{Options: options, Handler: func(c *ref.Conn, _ *http.Request) {
		kind := ref.Text
		if a.binary {
			kind = ref.Binary
		}
		say := func(messages ...string) {
			for _, m := range messages {
				_ = c.Write(context.Background(), kind, []byte(m))
			}
		}
		say(a.first...)
		if len(a.steps) == 0 {
			greeted.Add(1)
		}
		for step := 0; ; {
			_, data, err := c.Read(context.Background())
			switch {
			case err != nil:
				return
			case step < len(a.steps):
				if a.steps[step].right(string(data)) {
					say(a.steps[step].answers...)
					if step++; step == len(a.steps) {
						greeted.Add(1)
					}
				}
			case a.ask != nil:
				if answer, ok := a.ask(string(data)); ok {
					answered.Add(1)
					say(answer)
				}
			}
		}
	}}
	return serveRef(t, s)
}

// A server without faults passes all cases with the dialogue of its protocol, and is greeted
// on each connection.
func TestDialogues(t *testing.T) {
	cases, err := conformance.Choose(conformance.Selection{Run: []string{"1.1.1", "1.1.6", "1.2.3", "2.*", "3.*", "5.*", "6.3.*", "7.*", "10.*", "12.1.1", "rfc6455/4.2.1/[1-9]"}}, catalog.Cases(), wire.RoleServer)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range dialogue.Names() {
		t.Run(name, func(t *testing.T) {
			a, ok := applications[name]
			if !ok {
				t.Fatal("no server of this protocol is tested")
			}
			f := mustRead(t, name)
			var greeted, answered atomic.Int32
			target := serveApplication(t, a, &greeted, &answered)
			target.Subprotocols, target.Fields = f.Subprotocols, f.Fields()
			said, asked, err := f.To(wire.RoleServer, target.URL.Hostname())
			if err != nil {
				t.Fatal(err)
			}
			if (asked == nil) != (a.ask == nil) {
				t.Fatalf("the dialogue asks: %t", asked != nil)
			}
			opts := conformance.Options{Dialogue: said, Ask: asked, Deadlines: conformance.NewDeadlines(0, 0, 1)}
			if talk, err := conformance.Converse(t.Context(), target, opts); err != nil || talk.Stopped != "" {
				t.Fatalf("%v: %s, after %q", err, talk.Stopped, talk.Steps)
			}
			results, err := conformance.RunServer(t.Context(), target, cases, opts)
			if err != nil {
				t.Fatal(err)
			}
			asks, greets := 0, 0
			for _, r := range results {
				if r.Verdict != verdict.Pass {
					t.Errorf("%s: %s: %s", r.Case.ID, r.Verdict, r.Explanation)
				}
				if r.Judged.Script.Application.Question != nil {
					asks++
				}
				if r.Judged.Script.Application.Dialogue != nil {
					greets++
				}
			}
			if greets < 80 || int(greeted.Load()) < greets {
				t.Errorf("%d cases greet, and %d connections were greeted", greets, greeted.Load())
			}
			if a.ask != nil && (asks < 10 || int(answered.Load()) < asks) {
				t.Errorf("%d cases ask, and %d questions were answered", asks, answered.Load())
			}
		})
	}
}

// What a case says of a server that does not take part in the greeting.
func TestNoGreeting(t *testing.T) {
	said, asked := spoken(t, "graphql-transport-ws", wire.RoleServer)
	deadlines := conformance.NewDeadlines(200*time.Millisecond, 0, 1)
	for _, tt := range []struct {
		name    string
		answer  []byte // to the first frame
		want    verdict.Verdict
		explain string
	}{
		{"it ends the connection", frame(0x88, "\x11\x30Unauthorized"), verdict.Skip, "Not judged: the greeting of the dialogue stopped: the peer ended the connection in turn 2 of 2"},
		{"it breaks the framing", []byte{0xC1, 0x01, 'x'}, verdict.Fail, "RSV"},
		{"it sends something else, and answers no ping", frame(0x81, "hello"), verdict.Fail, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := serve(t, sending(tt.answer))
			results, err := conformance.RunServer(t.Context(), target, named(t, "2.2"), conformance.Options{Dialogue: said, Ask: asked, Deadlines: deadlines})
			if err != nil {
				t.Fatal(err)
			}
			if r := results[0]; r.Verdict != tt.want || !strings.Contains(r.Explanation, tt.explain) {
				t.Errorf("%s: %s", r.Verdict, r.Explanation)
			}
			talk, err := conformance.Converse(t.Context(), target, conformance.Options{Dialogue: said, Ask: asked, Deadlines: deadlines})
			if err != nil || talk.Stopped == "" || len(talk.Steps) != 2 {
				t.Errorf("the check: %v, %q after %q", err, talk.Stopped, talk.Steps)
			}
		})
	}
	t.Run("it answers pings alone", func(t *testing.T) {
		var greeted, answered atomic.Int32
		target := serveApplication(t, applicationServer{steps: []greetingStep{{func(string) bool { return false }, nil}}}, &greeted, &answered)
		results, err := conformance.RunServer(t.Context(), target, named(t, "2.2"), conformance.Options{Dialogue: said, Ask: asked, Deadlines: conformance.NewDeadlines(time.Second, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		if r := results[0]; r.Verdict != verdict.Skip || !strings.Contains(r.Explanation, "did not come") {
			t.Errorf("%s: %s", r.Verdict, r.Explanation)
		}
	})
}

// A server that looks whether its peer is there gets its answer before the case goes on.
func TestHeartbeats(t *testing.T) {
	said, _ := spoken(t, "socket.io", wire.RoleServer)
	alive := false
	a := applicationServer{first: []string{`0{"sid":"x"}`, "2"}, steps: []greetingStep{
		{func(m string) bool { return m == "40" }, []string{`40{"sid":"y"}`}},
		{func(m string) bool { alive = m == "3"; return alive }, nil},
	}}
	var greeted, answered atomic.Int32
	target := serveApplication(t, a, &greeted, &answered)
	results, err := conformance.RunServer(t.Context(), target, named(t, "1.1.2"), conformance.Options{Dialogue: said})
	if err != nil {
		t.Fatal(err)
	}
	if r := results[0]; r.Verdict != verdict.Pass || greeted.Load() != 1 {
		t.Errorf("%s: %s; answered: %d", r.Verdict, r.Explanation, greeted.Load())
	}
}

// A client of an application gets the greeting of its server.
func TestDialogueWithClients(t *testing.T) {
	said, asked := spoken(t, "graphql-transport-ws", wire.RoleClient)
	if asked != nil {
		t.Fatal(asked)
	}
	var acknowledged atomic.Int32
	launch := func(ctx context.Context, url string) []string {
		c, _, err := ref.Dial(ctx, url, &ref.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, RequireSubprotocol: true})
		if err != nil {
			return []string{err.Error()}
		}
		defer c.CloseNow()
		if err := c.Write(ctx, ref.Text, []byte(`{"type":"connection_init","payload":{"token":"x"}}`)); err != nil {
			return nil
		}
		if _, data, err := c.Read(ctx); err == nil && isJSON(string(data), map[string]any{"type": "connection_ack"}) {
			acknowledged.Add(1)
		}
		for {
			if _, _, err := c.Read(ctx); err != nil {
				return nil
			}
		}
	}
	results, err := conformance.RunClients(within(t, 30*time.Second), launch, named(t, "1.1.2", "2.2", "3.2", "5.1", "7.1.1"), conformance.Options{Dialogue: said, Subprotocols: mustRead(t, "graphql-transport-ws").Subprotocols})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Verdict != verdict.Pass {
			t.Errorf("%s: %s: %s", r.Case.ID, r.Verdict, r.Explanation)
		}
	}
	if int(acknowledged.Load()) < len(results) {
		t.Errorf("%d clients were greeted", acknowledged.Load())
	}
}

// frame is a frame of a server.
func frame(first byte, payload string) []byte {
	return append([]byte{first, byte(len(payload))}, payload...)
}

// sending sends octets when something has come, and then only waits for the end.
func sending(octets []byte) func(net.Conn) {
	return shaken(func(conn net.Conn, r *bufio.Reader) {
		if _, err := r.ReadByte(); err != nil {
			return
		}
		_, _ = conn.Write(octets)
		_, _ = io.Copy(io.Discard, r)
	})
}

// What a server says first is no failure of a case that does not apply to it.
func TestDialogueWhereACaseDoesNotApply(t *testing.T) {
	said, _ := spoken(t, "socket.io", wire.RoleServer)
	a := applications["socket.io"]
	a.plain = true
	var greeted, answered atomic.Int32
	results, err := conformance.RunServer(t.Context(), serveApplication(t, a, &greeted, &answered), named(t, "12.1.1", "13.1.1", "rfc7692/7.2/1"), conformance.Options{Dialogue: said})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Verdict != verdict.Skip {
			t.Errorf("%s: %s: %s", r.Case.ID, r.Verdict, r.Explanation)
		}
	}
	// A client that speaks first, and a case about an extension that it does not offer.
	asServer, _, err := mustRead(t, "graphql-transport-ws").To(wire.RoleClient, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var result conformance.Result
	s := &conformance.Service{Cases: named(t, "12.1.1"), Dialogue: asServer, EachConnection: true, Done: func(_ string, r conformance.Result) { result = r }}
	served := make(chan error, 1)
	go func() { served <- s.Serve(within(t, 20*time.Second), l) }()
	if conn, _, err := ref.Dial(t.Context(), "ws://"+l.Addr().String()+"/", nil); err != nil {
		t.Error(err)
	} else {
		_ = conn.Write(t.Context(), ref.Text, []byte(`{"type":"connection_init"}`))
		for err == nil {
			_, _, err = conn.Read(t.Context())
		}
	}
	if err := <-served; err != nil || result.Verdict != verdict.Skip {
		t.Errorf("a client: %v, %s: %s", err, result.Verdict, result.Explanation)
	}
}

func mustRead(t *testing.T, name string) *dialogue.File {
	t.Helper()
	f, err := dialogue.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// spoken is what is said and asked with a peer in a role.
func spoken(t *testing.T, name string, peer wire.Role) (*conformance.Dialogue, *conformance.Question) {
	t.Helper()
	said, asked, err := mustRead(t, name).To(peer, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	return said, asked
}
