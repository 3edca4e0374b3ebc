package check

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// archive is an entry of a HAR as Chrome writes it, changed by edit.
func archive(t *testing.T, edit func(entry map[string]any)) string {
	t.Helper()
	field := func(name, value string) map[string]string { return map[string]string{"name": name, "value": value} }
	entry := map[string]any{
		"_resourceType": "websocket", "startedDateTime": "2026-11-26T12:00:00.000Z",
		"request": map[string]any{"method": "GET", "url": "ws://localhost:9001/chat", "httpVersion": "HTTP/1.1", "headers": []any{
			field("Host", "localhost:9001"), field("Upgrade", "websocket"), field("Connection", "Upgrade"), field("Sec-WebSocket-Key", key), field("Sec-WebSocket-Version", "13"),
			field("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"), field("Sec-WebSocket-Protocol", "chat"),
		}},
		"response": map[string]any{"status": 101, "httpVersion": "HTTP/1.1", "headers": []any{
			field("Upgrade", "websocket"), field("Connection", "Upgrade"), field("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), field("Sec-WebSocket-Protocol", "chat"),
		}},
		"_webSocketMessages": []any{message("send", 1, "hello"), message("receive", 1, "grüße"), message("receive", 2, "AAEC")},
	}
	edit(entry)
	text, err := json.Marshal(map[string]any{"log": map[string]any{"version": "1.2", "entries": []any{map[string]any{"request": map[string]any{"url": "http://localhost/"}}, entry}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func message(kind string, opcode int, data string) map[string]any {
	return map[string]any{"type": kind, "time": 1795694400.5, "opcode": opcode, "data": data}
}

// setField sets a field of a request or response, or removes it if the value is empty.
func setField(entry map[string]any, head, name, value string) {
	fields := entry[head].(map[string]any)["headers"].([]any)
	var out []any
	for _, f := range fields {
		if f.(map[string]string)["name"] != name {
			out = append(out, f)
		}
	}
	if value != "" {
		out = append(out, map[string]string{"name": name, "value": value})
	}
	entry[head].(map[string]any)["headers"] = out
}

func TestHAR(t *testing.T) {
	add := func(m ...any) func(map[string]any) {
		return func(e map[string]any) { e["_webSocketMessages"] = append(e["_webSocketMessages"].([]any), m...) }
	}
	set := func(head, name, value string) func(map[string]any) {
		return func(e map[string]any) { setField(e, head, name, value) }
	}
	const opened = "opened=true chat 1/2 messages, 5/10 octets"
	for _, tt := range []struct {
		name string
		edit func(map[string]any)
		want []string
	}{
		{"correct", add(), []string{opened}},
		{"names in small letters, values on two lines", func(e map[string]any) {
			setField(e, "response", "Connection", "")
			setField(e, "response", "connection", "Upgrade")
			setField(e, "request", "Cookie", "a=b\nc=d")
		}, []string{opened}},
		{"a wrong accept", set("response", "Sec-WebSocket-Accept", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="), []string{opened, "server RFC6455-4.1-53 octet -1 message 0"}},
		{"a subprotocol that nobody asked for", set("request", "Sec-WebSocket-Protocol", ""), []string{opened, "server RFC6455-4.1-56 octet -1 message 0"}},
		{"an extension that nobody offered", set("response", "Sec-WebSocket-Extensions", "x-webkit"), []string{opened, "server RFC6455-4.1-55 octet -1 message 0"}},
		{"no key", set("request", "Sec-WebSocket-Key", ""), []string{opened, "not judged: the archive does not have the field Sec-WebSocket-Key of the request: the opening handshake is not judged"}},
		{"a key that was blanked", set("request", "Sec-WebSocket-Key", "[REDACTED]"), []string{opened, "not judged: the archive does not have the field Sec-WebSocket-Key of the request: the opening handshake is not judged"}},
		{"no fields of the response", func(e map[string]any) { e["response"].(map[string]any)["headers"] = nil }, []string{
			strings.Replace(opened, "chat", "", 1), "not judged: the archive does not have the field Upgrade of the response, the field Connection of the response, the field Sec-WebSocket-Accept of the response: the opening handshake is not judged",
		}},
		{"refused", func(e map[string]any) {
			e["response"].(map[string]any)["status"] = 403
			e["_webSocketMessages"] = []any{}
		}, []string{"opened=false  0/0 messages, 0/0 octets"}},
		{"HTTP/2", func(e map[string]any) { e["request"].(map[string]any)["httpVersion"] = "h2" }, []string{opened, "not judged: the opening handshake is over h2 (RFC 8441, RFC 9220), which is not judged"}},
		{"no list of messages", func(e map[string]any) { delete(e, "_webSocketMessages") }, []string{"opened=true chat 0/0 messages, 0/0 octets", "not judged: the archive has no list of messages; Chrome writes one"}},
		{"wrong base64", add(message("receive", 2, "*"), message("receive", 2, "*")), []string{opened, "not judged: a message whose data cannot be read"}},
		{"not UTF-8, as the browser reports", add(message("error", -1, "Could not decode a text frame as UTF-8.")), []string{opened, "server RFC6455-8.1-1 octet -1 message 4"}},
		{"a masked frame, as the browser reports", add(message("error", -1, "A server must not mask any frames that it sends to the client.")), []string{opened, "server RFC6455-5.1-6 octet -1 message 4"}},
		{"another error of the browser", add(message("error", -1, "Connection\nlost")), []string{opened, "ended: the browser reports: Connection lost"}},
		{"a text after Close, from a browser that lists control frames", add(message("receive", 8, "\x03\u0001"), message("receive", 1, "late")), []string{"opened=true chat 1/4 messages, 5/16 octets", "server RFC6455-7.4.2-1 octet -1 message 4", "server RFC6455-5.5.1-6 octet -1 message 5", `ended: close 769 from the server`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := HAR("", strings.NewReader(archive(t, tt.edit)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Connections) != 1 || len(f.Others) != 1 || f.Others[0].Count != 1 {
				t.Fatalf("%d connections, others %+v", len(f.Connections), f.Others)
			}
			c := f.Connections[0]
			got := []string{fmt.Sprintf("opened=%t %s %d/%d messages, %d/%d octets", c.Opened, c.Subprotocol, c.FromClient.Messages, c.FromServer.Messages, c.FromClient.Octets, c.FromServer.Octets)}
			for _, v := range c.Violations {
				got = append(got, fmt.Sprintf("%s %s octet %d message %d", v.Sender, v.Requirement, v.Octet, v.Message))
			}
			if c.NotJudged[0].Why != whatHARLacks {
				t.Errorf("it does not say what no archive has: %+v", c.NotJudged[0])
			}
			for _, n := range c.NotJudged[1:] {
				got = append(got, "not judged: "+n.Why)
			}
			for _, e := range c.Ended {
				got = append(got, "ended: "+e)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// An archive that is cut anywhere is an error, and gives what is before the cut.
func TestHARCutAnywhere(t *testing.T) {
	whole := archive(t, func(map[string]any) {})
	for n := range len(whole) {
		f, err := HAR("", strings.NewReader(whole[:n]), Options{})
		if err == nil {
			t.Errorf("cut at %d: no error", n)
		}
		if n >= len(whole)-3 && len(f.Connections) != 1 {
			t.Errorf("cut at %d: %d connections", n, len(f.Connections))
		}
	}
	for _, other := range []string{"[]", "1", `{"log":1}`, `{"log":{"entries":1}}`, `{"log":{"entries":[1]}}`, `{"a":{}}`} {
		if _, err := HAR("", strings.NewReader(other), Options{}); err == nil {
			t.Errorf("%s is no error", other)
		}
	}
}
