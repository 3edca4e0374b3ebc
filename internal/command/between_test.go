package command

import (
	"encoding/json"
	"net"
	"strings"
	"testing"
)

// A watch is a gateway that passes everything on. Each result has a line, and with --json a
// JSON line.
func TestBetween(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := l.Addr().String()
	l.Close()
	w := watches(t, "ws://"+server)
	gateway := []string{"between", "--client-side", w.url + "/chat?token=s3cr3tT0kenOfTheURL", "--server-side", server}
	o := wsspec(t, append(gateway, "--run", "messages/text", "--run", "illegal/unmasked", "--run", "handshake/request")...)
	o.want(t, exitPass, "PASS messages/text, from the client: It comes out as it was sent.", "PASS messages/text, from the server: ",
		"PASS illegal/unmasked, from the client: The gateway passes it on as it is", ": 4 passed")
	if strings.Contains(o.stdout+o.stderr, "s3cr3tT0kenOfTheURL") {
		t.Errorf("the token is printed: %s%s", o.stdout, o.stderr)
	}
	o = wsspec(t, append(gateway, "--run", "messages/text", "--json")...)
	o.want(t, exitPass)
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	for _, line := range lines {
		var result map[string]any
		if err := json.Unmarshal([]byte(line), &result); err != nil || result["id"] != "messages/text" || result["verdict"] != "pass" {
			t.Errorf("%s: %v", line, err)
		}
	}
	if len(lines) != 2 {
		t.Errorf("%d lines, want one for each side", len(lines))
	}
}

// What cannot be tested, and mistakes of usage.
func TestBetweenUsage(t *testing.T) {
	for args, want := range map[string]string{
		"":                                   "--client-side ws://localhost:8080/",
		"--client-side ws://h/":              "--server-side 127.0.0.1:9001",
		"--client-side h:1 --server-side :0": "ws://",
		"--client-side ws://h/ --server-side :0 --run none/*": "no case has such an id",
		"--client-side ws://h/ --server-side :0 --slow 0":     "--slow 0",
		"--client-side ws://h/ --server-side :0 --cert a.pem": "both a certificate and its key",
	} {
		wsspec(t, append([]string{"between"}, strings.Fields(args)...)...).want(t, exitUsage, want)
	}
	wsspec(t, "between", "--list", "--run", "closing/*").want(t, exitPass, "closing/fin-inside", "the end of TCP inside a frame")
	wsspec(t, "between", "--client-side", "ws://127.0.0.1:1/", "--server-side", "127.0.0.1:0").want(t, exitHarness, "cannot connect to 127.0.0.1:1")
	wsspec(t, "between", "--client-side", reference(t), "--server-side", "127.0.0.1:0", "--timeout", "200ms").want(t, exitHarness, "made no WebSocket connection to the server side", "Does the gateway forward")
}
