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
	"time"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

func TestRun(t *testing.T) {
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
		err    string // a part of it
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
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			var stdout strings.Builder
			err := run(ctx, strings.Replace(s.URL, "http", "ws", 1), tt.stdin, &stdout)
			if stdout.String() != tt.stdout {
				t.Errorf("printed %q, want %q", &stdout, tt.stdout)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}
