package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/examples/internal/trial"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// All of a thousand clients receive the message of one client.
func TestBroadcastToAThousand(t *testing.T) {
	trial.NoLeaks(t)
	p := trial.Start(t, func(ctx context.Context, stdout io.Writer) error {
		return run(ctx, "127.0.0.1:0", stdout)
	})

	const members = 1000
	var conns []*ref.Conn
	for range members {
		conns = append(conns, p.Dial("/", nil))
	}
	for _, conn := range conns {
		trial.Hear(t, conn, "welcome")
	}
	for _, said := range []string{"Hello, all", "and good bye"} {
		trial.Say(t, conns[members/2], said)
		for _, conn := range conns {
			trial.Hear(t, conn, said)
		}
	}
	p.Interrupt()
	var readers sync.WaitGroup
	for _, conn := range conns {
		readers.Go(func() { trial.Closed(t, conn, wire.StatusGoingAway) })
	}
	readers.Wait()
}

// A client that does not read is closed, and does not delay the others.
func TestTooSlow(t *testing.T) {
	trial.NoLeaks(t)
	r := &room{members: map[*ref.Conn]chan []byte{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		conn, err := ref.Accept(w, request, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		r.members[conn] = make(chan []byte, 1) // without a writer
		r.send([]byte("one"))
		r.send([]byte("two"))
		<-conn.Done()
	}))
	defer s.Close()
	conn, _, err := ref.Dial(trial.Context(t), s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	trial.Closed(t, conn, wire.StatusPolicyViolation)
}
