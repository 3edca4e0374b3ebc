package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// start starts a server that passes its connections to the test, and a relay to it.
func start(t *testing.T, subprotocols ...string) (p *trial.Program, accepted <-chan *ref.Conn) {
	t.Helper()
	conns := make(chan *ref.Conn)
	back := httptest.NewServer(&ref.Server{
		Options: &ref.AcceptOptions{Subprotocols: []string{"one.example", "two.example"}},
		Handler: func(conn *ref.Conn, _ *http.Request) {
			conns <- conn
			<-conn.Done()
		},
	})
	t.Cleanup(back.Close)
	return startTo(t, back.URL, subprotocols...), conns
}

func startTo(t *testing.T, url string, subprotocols ...string) *trial.Program {
	t.Helper()
	return trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		return run(ctx, "127.0.0.1:0", url, subprotocols, stdout)
	})
}

// next returns the server's connection for the client that has connected.
func next(t *testing.T, accepted <-chan *ref.Conn) *ref.Conn {
	t.Helper()
	select {
	case conn := <-accepted:
		t.Cleanup(conn.CloseNow)
		return conn
	case <-trial.Context(t).Done():
		t.Fatal("the relay did not connect")
		return nil
	}
}

func TestMessages(t *testing.T) {
	trial.NoLeaks(t)
	p, accepted := start(t)
	front := p.Dial("/", nil)
	back := next(t, accepted)
	trial.Say(t, front, "Hello")
	trial.Hear(t, back, "Hello")
	trial.Say(t, back, "and back")
	trial.Say(t, back, "")
	trial.Hear(t, front, "and back")
	trial.Hear(t, front, "")

	// One message that is larger than all buffers on the way.
	ctx, big := trial.Context(t), bytes.Repeat([]byte{0, 1, 2, 0xff}, 1<<20)
	sent := make(chan error, 1)
	go func() { sent <- front.Write(ctx, ref.Binary, big) }()
	if typ, got, err := back.Read(ctx); err != nil || typ != ref.Binary || !bytes.Equal(got, big) {
		t.Errorf("read %v of %d octets, %v", typ, len(got), err)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

// The relay forwards the close code and reason, or reports a lost connection.
func TestCloseIsForwarded(t *testing.T) {
	const private wire.StatusCode = 4321
	closes := func(code wire.StatusCode) func(*ref.Conn) {
		return func(conn *ref.Conn) { go conn.Close(code, "") }
	}
	for _, tt := range []struct {
		name    string
		atFront bool
		end     func(*ref.Conn)
		other   wire.StatusCode
	}{
		{"the client is done", true, closes(wire.StatusNormalClosure), wire.StatusNormalClosure},
		{"the client gives no code", true, closes(wire.StatusNoStatusRcvd), wire.StatusNoStatusRcvd},
		{"the client is lost", true, (*ref.Conn).CloseNow, wire.StatusGoingAway},
		{"the server has a code of its own", false, closes(private), private},
		{"the server is lost", false, (*ref.Conn).CloseNow, wire.StatusBadGateway},
	} {
		t.Run(tt.name, func(t *testing.T) {
			trial.NoLeaks(t)
			p, accepted := start(t)
			one := p.Dial("/", nil)
			other := next(t, accepted)
			if !tt.atFront {
				one, other = other, one
			}
			tt.end(one)
			trial.Closed(t, other, tt.other)
		})
	}
}

// An incomplete message is not forwarded as a complete one.
func TestIncompleteMessageIsNotForwarded(t *testing.T) {
	trial.NoLeaks(t)
	p, accepted := start(t)
	front := p.Dial("/", nil)
	back := next(t, accepted)
	writer, err := front.NextWriter(trial.Context(t), ref.Text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Write(bytes.Repeat([]byte("x"), 10_000)); err != nil {
		t.Fatal(err)
	}
	front.CloseNow()
	if _, got, err := back.Read(trial.Context(t)); ref.CloseStatus(err) != wire.StatusGoingAway {
		t.Errorf("read %d octets, %v; want a Close with 1001", len(got), err)
	}
}

func TestSubprotocol(t *testing.T) {
	trial.NoLeaks(t)
	p, accepted := start(t, "two.example", "three.example")
	front := p.Dial("/", &ref.DialOptions{Subprotocols: []string{"two.example"}})
	if back := next(t, accepted); front.Subprotocol() != "two.example" || back.Subprotocol() != "two.example" {
		t.Errorf("the subprotocols are %q for the client and %q for the server", front.Subprotocol(), back.Subprotocol())
	}
	front = p.Dial("/", &ref.DialOptions{Subprotocols: []string{"three.example"}})
	trial.Closed(t, next(t, accepted), wire.StatusNormalClosure)
	trial.Closed(t, front, wire.StatusBadGateway)
}

// The relay closes both sides when it stops.
func TestInterrupt(t *testing.T) {
	trial.NoLeaks(t)
	p, accepted := start(t)
	front := p.Dial("/", nil)
	back := next(t, accepted)
	p.Interrupt()
	ended := make(chan struct{})
	go func() {
		trial.Closed(t, back, wire.StatusGoingAway)
		close(ended)
	}()
	trial.Closed(t, front, wire.StatusGoingAway)
	<-ended
}

func TestServerUnreachable(t *testing.T) {
	trial.NoLeaks(t)
	back := httptest.NewServer(http.NotFoundHandler())
	defer back.Close()
	trial.Closed(t, startTo(t, back.URL).Dial("/", nil), wire.StatusBadGateway)
}
