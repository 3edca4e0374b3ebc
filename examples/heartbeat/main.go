// Command heartbeat pings its clients, to find those that have lost the network. Without
// data to send, TCP alone does not notice a pulled plug or a closed laptop.
//
//	go run ./examples/heartbeat -every 2s -deadline 1s
//	go run ./examples/talk ws://127.0.0.1:8080/
//
// and stop the client with Ctrl-Z, as if it had lost the network.
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
	"time"

	"github.com/wsspec/wsspec/ref"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	every := flag.Duration("every", 30*time.Second, "`time` between a Pong and the next Ping")
	deadline := flag.Duration("deadline", 10*time.Second, "maximum `time` to wait for a Pong")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *addr, *every, *deadline, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, addr string, every, deadline time.Duration, stdout io.Writer) error {
	if every <= 0 || deadline <= 0 {
		return fmt.Errorf("-every %v -deadline %v: both must be greater than zero", every, deadline)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (choose another address with -addr)", err)
	}
	logger := log.New(stdout, "", 0)
	server := &ref.Server{Handler: func(conn *ref.Conn, r *http.Request) {
		logger.Printf("%s is there", conn.RemoteAddr())
		if err := listen(r.Context(), conn, every, deadline); err != nil {
			logger.Printf("%s is lost: %v", conn.RemoteAddr(), err)
			return
		}
		logger.Printf("%s has left", conn.RemoteAddr())
	}}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
	logger.Printf("listening on ws://%s/", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// listen echoes messages and pings the client. The server sends the Pings, because a
// script in a browser cannot; all clients answer them automatically.
func listen(ctx context.Context, conn *ref.Conn, every, deadline time.Duration) error {
	var heart sync.WaitGroup
	defer heart.Wait()
	// This goroutine sends the Pings. The loop below receives the Pongs while it reads
	// messages. A lost connection ends both.
	heart.Go(func() { _ = conn.KeepAlive(ctx, every, deadline) })
	return ref.Echo(ctx, conn)
}
