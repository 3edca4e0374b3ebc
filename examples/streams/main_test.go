package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// The lines go over WebSockets of one connection. A client of HTTP/1.1 has one of its own.
func TestTalk(t *testing.T) {
	trial.NoLeaks(t)
	p := trial.Start(t, func(ctx context.Context, stdout io.Writer) error { return run(ctx, "127.0.0.1:0", stdout) })
	var stdout strings.Builder
	if err := talk(trial.Context(t), p.URL, strings.NewReader("one\ntwo\n"), &stdout); err != nil {
		t.Fatal(err)
	}
	if stdout.String() != "one\ntwo\n" {
		t.Errorf("printed %q", &stdout)
	}
	conn := p.Dial("/", nil)
	p.Await("HTTP/1.1 from 127.0.0.1") // behind the others
	if clients := regexp.MustCompile("HTTP/2.0 from (.*)").FindAllString(p.Printed(), -1); len(clients) != 2 || clients[0] != clients[1] {
		t.Errorf("the clients were %q, want one connection for two WebSockets", clients)
	}
	p.Interrupt()
	trial.Closed(t, conn, wire.StatusGoingAway)
}

// The client that echoes does so until the server closes.
func TestEcho(t *testing.T) {
	trial.NoLeaks(t)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := ref.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		trial.Say(t, conn, "Hello")
		trial.Hear(t, conn, "Hello")
		if err := conn.Close(ref.StatusNormalClosure, ""); err != nil {
			t.Error(err)
		}
	})
	s := httptest.NewUnstartedServer(handler)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	defer s.Close()
	if err := echo(trial.Context(t), s.URL); err != nil {
		t.Error(err)
	}
}
