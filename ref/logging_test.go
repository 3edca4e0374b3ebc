package ref

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// plainLogger logs lines without times.
func plainLogger() (*slog.Logger, *bytes.Buffer) {
	var out bytes.Buffer
	return slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey, "local", "remote":
				if a.Value.Kind() != slog.KindBool {
					return slog.Attr{}
				}
			}
			return a
		},
	})), &out
}

func TestGuarded(t *testing.T) {
	noLeaks(t)
	logger, out := plainLogger()
	bothRoles(t, config{logger: logger}, func(t *testing.T, conn *Conn, p *peer) {
		out.Reset()
		p.send(whole(wire.OpText, "Hello"))
		if data, ok := conn.ReadGuarded(testContext(t)); !ok || string(data) != "Hello" {
			t.Errorf("read %q %v", data, ok)
		}
		if !conn.WriteGuarded(testContext(t), Text, []byte("Hello")) {
			t.Error("not written")
		}
		p.expect(whole(wire.OpText, "Hello"))
		if out.Len() > 0 {
			t.Errorf("logged %s", out)
		}
		if conn.WriteGuarded(testContext(t), Text, []byte("\xff")) {
			t.Error("written, and no UTF-8")
		}
		want := "level=WARN msg=\"write failed\" conn.role=" + conn.role.String() + " conn.state=open error="
		if got := out.String(); !strings.HasPrefix(got, want) || !strings.Contains(got, "RFC 6455") {
			t.Errorf("logged %s, want %s… with the clause", got, want)
		}
		out.Reset()
		p.send(closing(1000, ""))
		must(t, p.Close())
		if data, ok := conn.ReadGuarded(testContext(t)); ok {
			t.Errorf("read %q", data)
		}
		if out.Len() > 0 {
			t.Errorf("the normal end was logged: %s", out)
		}
	})
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, _ *peer) {
		conn.CloseNow()
		if _, ok := conn.ReadGuarded(testContext(t)); ok { // and no logger
			t.Error("read from a closed connection")
		}
	})
}

func TestLogValues(t *testing.T) {
	noLeaks(t)
	agreed := config{subprotocol: "chat", compression: &Compression{}, agreed: &wire.DeflateParams{}}
	conn, _ := endpoint(t, wire.RoleServer, agreed)
	for _, tt := range []struct {
		value slog.LogValuer
		want  string
	}{
		{conn, "v.role=server v.state=open v.subprotocol=chat v.compressed=true"},
		{&Server{}, "v.conns=0 v.droppedErrors=0"},
		{&CloseError{Code: 1001, Reason: "bye", Remote: true}, "v.code=1001 v.remote=true v.reason=bye"},
		{&CloseError{Code: 1006, Err: errors.New("reset")}, "v.code=1006 v.remote=false v.cause=reset"},
	} {
		logger, out := plainLogger()
		logger.Info("", "v", tt.value)
		if got := strings.TrimSpace(strings.TrimPrefix(out.String(), `level=INFO msg=""`)); got != tt.want {
			t.Errorf("logged %s, want %s", got, tt.want)
		}
	}
}

func TestServerLogs(t *testing.T) {
	noLeaks(t)
	logger, out := plainLogger()
	s := &Server{Handler: echo, Options: &AcceptOptions{Logger: logger}}
	s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	if got := out.String(); !strings.HasPrefix(got, `level=INFO msg="handshake refused" error="opening handshake failed, status 426`) {
		t.Errorf("logged %s", got)
	}
}

// What Dial and Accept are given reaches the connection.
func TestLoggerOption(t *testing.T) {
	noLeaks(t)
	logger, _ := plainLogger()
	ran := make(chan *slog.Logger, 1)
	s := serve(t, &AcceptOptions{Logger: logger}, func(_ context.Context, c *Conn) error {
		ran <- c.logger
		return nil
	})
	conn, _, err := Dial(testContext(t), s.url, &DialOptions{Logger: logger})
	must(t, err)
	defer conn.CloseNow()
	if conn.logger != logger || <-ran != logger {
		t.Error("an option was lost")
	}
}
