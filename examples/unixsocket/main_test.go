package main

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestUnixSocket(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	dir, err := os.MkdirTemp("", "ws") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "socket")
	serving, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- serve(serving, file) }()
	for { // until it listens
		conn, err := net.Dial("unix", file)
		if err == nil {
			conn.Close()
			break
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
	var stdout strings.Builder
	if err := talk(ctx, file, strings.NewReader("one\ntwo\n"), &stdout); err != nil {
		t.Fatal(err)
	}
	if stdout.String() != "one\ntwo\n" {
		t.Errorf("printed %q", &stdout)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket's file is left: %v", err)
	}
	if err := talk(ctx, file, strings.NewReader(""), &stdout); err == nil {
		t.Error("talking to nobody")
	}
}
