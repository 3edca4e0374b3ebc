// Command broadcast is a server that sends every text message to everybody. Who
// does not keep up is closed, so that nobody waits for the slowest.
//
//	go run ./examples/broadcast
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *addr, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, addr string, stdout io.Writer) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (-addr takes another address)", err)
	}
	everybody := &room{members: map[*ref.Conn]chan []byte{}}
	server := &ref.Server{Handler: everybody.serve, MaxConns: 10_000}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // a few seconds at most
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// outbox is how many messages may wait for a member.
const outbox = 64

// A room is everybody who is there, each with the messages that wait for them.
type room struct {
	mu      sync.Mutex
	members map[*ref.Conn]chan []byte
}

// serve is one member's stay.
func (r *room) serve(conn *ref.Conn, request *http.Request) {
	ctx := request.Context()
	waiting := make(chan []byte, outbox)
	waiting <- []byte("welcome") // behind this, nothing is missed
	r.mu.Lock()
	r.members[conn] = waiting
	r.mu.Unlock()
	var writer sync.WaitGroup
	writer.Go(func() {
		for message := range waiting {
			_ = conn.Write(ctx, ref.Text, message) // an error ends the reading too
		}
	})
	for message, err := range conn.Messages(ctx) {
		if err != nil {
			break // the server's Errors have it
		}
		if message.Type == ref.Text {
			r.send(message.Data)
		}
	}
	r.mu.Lock()
	delete(r.members, conn)
	close(waiting)
	r.mu.Unlock()
	writer.Wait()
}

// send puts a message into every outbox, and closes who has no room left.
func (r *room) send(message []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for conn, waiting := range r.members {
		select {
		case waiting <- message:
		default:
			delete(r.members, conn)
			go conn.Close(wire.StatusPolicyViolation, "too slow")
		}
	}
}
