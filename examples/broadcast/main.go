// Command broadcast is a server that sends every text message to all clients. It closes
// the connections of slow clients, so that the others do not wait for them.
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
		return fmt.Errorf("%w (choose another address with -addr)", err)
	}
	everybody := &room{members: map[*ref.Conn]chan []byte{}}
	server := &ref.Server{Handler: everybody.serve, MaxConns: 10_000}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// outbox is the maximum number of unsent messages for a member.
const outbox = 64

// A room has the connected members, each with its unsent messages.
type room struct {
	mu      sync.Mutex
	members map[*ref.Conn]chan []byte
}

// serve handles the connection of one member.
func (r *room) serve(conn *ref.Conn, request *http.Request) {
	ctx := request.Context()
	waiting := make(chan []byte, outbox)
	waiting <- []byte("welcome") // the member gets all messages after this one
	r.mu.Lock()
	r.members[conn] = waiting
	r.mu.Unlock()
	var writer sync.WaitGroup
	writer.Go(func() {
		for message := range waiting {
			_ = conn.Write(ctx, ref.Text, message) // an error also ends the loop below
		}
	})
	for message, err := range conn.Messages(ctx) {
		if err != nil {
			break // Server.Errors reports it
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

// send puts a message into every outbox. It closes the connection if its outbox is full.
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
