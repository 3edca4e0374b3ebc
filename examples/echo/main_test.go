package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// The server sends messages back, and when it ends tells its clients so.
func TestRun(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	serving, stop := context.WithCancel(ctx)
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(serving, "127.0.0.1:0", in)
		in.CloseWithError(err)
		ended <- err
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		t.Fatalf("printed %q, want where it listens", line)
	}

	conn, _, err := ref.Dial(ctx, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(ctx, ref.Text, []byte("Hello")); err != nil {
		t.Fatal(err)
	}
	if typ, message, err := conn.Read(ctx); err != nil || typ != ref.Text || string(message) != "Hello" {
		t.Errorf("read %v %q %v, want the text Hello", typ, message, err)
	}

	stop()
	_, _, err = conn.Read(ctx)
	var closed *ref.CloseError
	if !errors.As(err, &closed) || closed.Code != wire.StatusGoingAway {
		t.Errorf("the server's end gave %v, want a Close with 1001", err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Error("the server did not end")
	}
}
