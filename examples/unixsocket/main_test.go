package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/examples/internal/trial"
)

func TestUnixSocket(t *testing.T) {
	trial.NoLeaks(t)
	dir, err := os.MkdirTemp("", "ws") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "socket")
	p := trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		return serve(ctx, file, stdout)
	})
	ctx := trial.Context(t)
	var stdout strings.Builder
	if err := talk(ctx, file, strings.NewReader("one\ntwo\n"), &stdout); err != nil {
		t.Fatal(err)
	}
	if stdout.String() != "one\ntwo\n" {
		t.Errorf("printed %q", &stdout)
	}
	if err := serve(ctx, file, io.Discard); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("%v, want an error that says what to do", err)
	}
	p.Stop()
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file of the socket still exists: %v", err)
	}
	if err := talk(ctx, file, strings.NewReader(""), &stdout); err == nil {
		t.Error("connected without a server")
	}
}
