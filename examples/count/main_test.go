package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// start starts the program, with its log on standard output.
func start(t *testing.T) *trial.Program {
	t.Helper()
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		logger := slog.New(slog.NewJSONHandler(stdout, &slog.HandlerOptions{Level: slog.LevelDebug}))
		return run(ctx, "127.0.0.1:0", logger, stdout)
	})
}

// logged waits for a log line with the message and returns its fields.
func logged(t *testing.T, p *trial.Program, message string) (fields map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.Await(`"msg":"`+message+`"`)), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// The subprotocol determines what is counted, and the preference of the server wins.
func TestCount(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	for _, tt := range []struct {
		asked      []string
		agreed     string
		text, want string
	}{
		{[]string{words}, words, "three little words", "3"},
		{[]string{words}, words, " \n", "0"},
		{[]string{letters}, letters, "über 90 °C", "5"},
		{[]string{letters}, letters, "", "0"},
		{[]string{letters, words}, words, "three little words", "3"},
		{[]string{"other.example", letters}, letters, "one", "3"},
	} {
		conn := p.Dial("/", &ref.DialOptions{Subprotocols: tt.asked})
		if got := conn.Subprotocol(); got != tt.agreed {
			t.Errorf("requested %q: got %q, want %q", tt.asked, got, tt.agreed)
		}
		trial.Say(t, conn, tt.text)
		trial.Hear(t, conn, tt.want)
	}
}

// A client without a subprotocol is closed, and the log has its address.
func TestNoSubprotocol(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	conn := p.Dial("/", &ref.DialOptions{Subprotocols: []string{"other.example"}})
	trial.Closed(t, conn, wire.StatusPolicyViolation)
	if line := logged(t, p, "no subprotocol"); line["level"] != "WARN" {
		t.Errorf("logged %v", line)
	}
}

// The log has connections and sizes of messages, but never their content.
func TestLog(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	conn := p.Dial("/?key=hidden", &ref.DialOptions{Subprotocols: []string{words}})
	trial.Say(t, conn, "hidden words")
	trial.Hear(t, conn, "2")
	trial.Say(t, conn, "hidden")
	trial.Hear(t, conn, "1")
	if err := conn.Close(wire.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	if who := logged(t, p, "opened")["conn"].(map[string]any); who["remote"] != conn.LocalAddr().String() || who["subprotocol"] != words {
		t.Errorf("the log has %v for the new connection", who)
	}
	if closed := logged(t, p, "closed"); closed["messages"] != 2.0 || closed["octets"] != 18.0 {
		t.Errorf("the log has %v for the closed connection", closed)
	}
	log := p.Printed()
	if n := strings.Count(log, `"msg":"counted"`); n != 2 {
		t.Errorf("the log has %d messages, want 2: %s", n, log)
	}
	if strings.Contains(log, "hidden") {
		t.Errorf("the log has the content of a message: %s", log)
	}
}

// A connection that is lost is in the log, with the clause.
func TestLostConnectionIsLogged(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	conn := p.Dial("/", &ref.DialOptions{Subprotocols: []string{words}})
	trial.Say(t, conn, "one")
	trial.Hear(t, conn, "1")
	conn.CloseNow()
	p.Await("1006")
}
