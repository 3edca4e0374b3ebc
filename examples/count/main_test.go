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

// start starts the program, which here logs to its standard output.
func start(t *testing.T) *trial.Program {
	t.Helper()
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		logger := slog.New(slog.NewJSONHandler(stdout, &slog.HandlerOptions{Level: slog.LevelDebug}))
		return run(ctx, "127.0.0.1:0", logger, stdout)
	})
}

// logged waits for a line of the log with a message and returns its fields.
func logged(t *testing.T, p *trial.Program, message string) (fields map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.Await(`"msg":"`+message+`"`)), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// What is counted is what the subprotocol says, and the server's first choice
// counts.
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
			t.Errorf("asked for %q: agreed on %q, want %q", tt.asked, got, tt.agreed)
		}
		trial.Say(t, conn, tt.text)
		trial.Hear(t, conn, tt.want)
	}
}

// Without a subprotocol there is nothing to count, and the log says who asked.
func TestNoSubprotocol(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	conn := p.Dial("/", &ref.DialOptions{Subprotocols: []string{"other.example"}})
	trial.Closed(t, conn, wire.StatusPolicyViolation)
	if line := logged(t, p, "no subprotocol"); line["level"] != "WARN" {
		t.Errorf("logged %v", line)
	}
}

// The log tells who came and went and how much was said, and never what.
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
		t.Errorf("the log says of the connection %v", who)
	}
	if closed := logged(t, p, "closed"); closed["messages"] != 2.0 || closed["octets"] != 18.0 {
		t.Errorf("the log says in the end %v", closed)
	}
	log := p.Printed()
	if n := strings.Count(log, `"msg":"counted"`); n != 2 {
		t.Errorf("the log has %d messages, want 2: %s", n, log)
	}
	if strings.Contains(log, "hidden") {
		t.Errorf("the log has what is nobody's business: %s", log)
	}
}

// A connection that is lost is in the log, with the clause.
func TestLost(t *testing.T) {
	trial.NoLeaks(t)
	p := start(t)
	conn := p.Dial("/", &ref.DialOptions{Subprotocols: []string{words}})
	trial.Say(t, conn, "one")
	trial.Hear(t, conn, "1")
	conn.CloseNow()
	p.Await("1006")
}
