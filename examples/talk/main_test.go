package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

func TestTalk(t *testing.T) {
	trial.NoLeaks(t)
	leaves := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := ref.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		_, _, _ = conn.Read(r.Context())
		_ = conn.Close(wire.StatusInternalServerError, "")
	})
	for _, tt := range []struct {
		name   string
		server http.Handler
		stdin  io.Reader
		stdout string
		err    string // a part of the error
	}{
		{"every line comes back", ref.EchoHandler(nil), strings.NewReader("one\ntwo\n"), "one\ntwo\n", ""},
		{"nothing to say", ref.EchoHandler(nil), strings.NewReader(""), "", ""},
		{"the server leaves", leaves, strings.NewReader("one\ntwo\n"), "", "1011"},
		{"no WebSocket", http.NotFoundHandler(), strings.NewReader("one\n"), "", "404"},
		{"the input fails", ref.EchoHandler(nil), iotest.ErrReader(errors.New("torn")), "", "torn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(tt.server)
			defer s.Close()
			var stdout strings.Builder
			err := run(trial.Context(t), strings.Replace(s.URL, "http", "ws", 1), "", tt.stdin, &stdout)
			if stdout.String() != tt.stdout {
				t.Errorf("printed %q, want %q", &stdout, tt.stdout)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

// The client requests the subprotocol.
func TestSubprotocol(t *testing.T) {
	trial.NoLeaks(t)
	agreed := make(chan string, 1)
	s := httptest.NewServer(&ref.Server{
		Options: &ref.AcceptOptions{Subprotocols: []string{"first", "second"}},
		Handler: func(conn *ref.Conn, r *http.Request) {
			agreed <- conn.Subprotocol()
			_, _, _ = conn.Read(r.Context()) // the Close frame
		},
	})
	defer s.Close()
	if err := run(trial.Context(t), s.URL, "second", strings.NewReader(""), io.Discard); err != nil {
		t.Fatal(err)
	}
	if got := <-agreed; got != "second" {
		t.Errorf("the subprotocol is %q", got)
	}
}

// Ctrl-C ends the wait for an answer.
func TestInterrupt(t *testing.T) {
	trial.NoLeaks(t)
	heard := make(chan struct{})
	s := httptest.NewServer(&ref.Server{Handler: func(conn *ref.Conn, r *http.Request) {
		_, _, _ = conn.Read(r.Context())
		close(heard)
		_, _, _ = conn.Read(r.Context()) // without an answer
	}})
	defer s.Close()
	ctx, stop := context.WithCancel(trial.Context(t))
	defer stop()
	go func() {
		<-heard
		stop()
	}()
	if err := run(ctx, s.URL, "", strings.NewReader("one\n"), io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the interruption", err)
	}
}
