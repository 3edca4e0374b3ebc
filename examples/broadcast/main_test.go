package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// What one of a thousand says, all thousand hear.
func TestBroadcastToAThousand(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	serving, stop := context.WithCancel(ctx)
	defer stop()
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
	url := strings.TrimPrefix(strings.TrimSpace(line), "listening on ")

	const members = 1000
	var conns []*ref.Conn
	for range members {
		conn, _, err := ref.Dial(ctx, url, &ref.DialOptions{NoProxy: true})
		if err != nil {
			t.Fatalf("member %d: %v", len(conns), err)
		}
		defer conn.CloseNow()
		conns = append(conns, conn)
	}
	read := func(conn *ref.Conn, want string) {
		t.Helper()
		if _, message, err := conn.Read(ctx); err != nil || string(message) != want {
			t.Fatalf("read %q, %v, want %q", message, err, want)
		}
	}
	for _, conn := range conns {
		read(conn, "welcome")
	}
	for _, said := range []string{"Hello, all", "and good bye"} {
		if err := conns[members/2].Write(ctx, ref.Text, []byte(said)); err != nil {
			t.Fatal(err)
		}
		for _, conn := range conns {
			read(conn, said)
		}
	}
	stop()
	closed := make(chan error, members)
	for _, conn := range conns {
		go func() {
			_, _, err := conn.Read(ctx)
			closed <- err
		}()
	}
	for range members {
		if err := <-closed; ref.CloseStatus(err) != wire.StatusGoingAway {
			t.Errorf("the server's end gave %v, want a Close with 1001", err)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Who does not read is closed, and holds nobody up.
func TestTooSlow(t *testing.T) {
	r := &room{members: map[*ref.Conn]chan []byte{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		conn, err := ref.Accept(w, request, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		r.members[conn] = make(chan []byte, 1) // and no writer
		r.send([]byte("one"))
		r.send([]byte("two"))
		<-conn.Done()
	}))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, _, err := ref.Dial(ctx, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if _, _, err := conn.Read(ctx); ref.CloseStatus(err) != wire.StatusPolicyViolation {
		t.Errorf("the slow one got %v, want a Close with 1008", err)
	}
}
