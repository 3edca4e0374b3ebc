// Command channels turns a connection into two channels, an inbox and an outbox, so that
// a handler can wait for messages and for something else in one select statement. Here
// that is a ticker: each connection is a stopwatch.
//
//	go run ./examples/channels
//	go run ./examples/talk ws://127.0.0.1:8080/
//
// and type start, stop or reset.
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
	"time"

	"github.com/wsspec/wsspec/ref"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	every := flag.Duration("every", time.Second, "`time` between two ticks, greater than zero")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *addr, *every, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, addr string, every time.Duration, stdout io.Writer) error {
	if every <= 0 {
		return fmt.Errorf("-every %v: must be greater than zero", every)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (choose another address with -addr)", err)
	}
	server := &ref.Server{Handler: func(conn *ref.Conn, r *http.Request) {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		inbox, outbox := channels(r.Context(), conn)
		stopwatch(inbox, outbox, ticker.C)
	}}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// channels starts two goroutines that read and write the connection. The inbox is closed
// when the connection has ended. The caller must read the inbox until then, and close the
// outbox when it has nothing more to send. The channels have no buffer, so a slow side
// slows down the other one. Pings are answered only while the caller reads the inbox.
func channels(ctx context.Context, conn *ref.Conn) (<-chan string, chan<- string) {
	inbox, outbox := make(chan string), make(chan string)
	go func() {
		defer close(inbox)
		for message, err := range conn.Messages(ctx) {
			if err != nil {
				return // Server.Errors reports it
			}
			inbox <- string(message.Data)
		}
	}()
	go func() {
		for text := range outbox { // until it is closed, so that the sender never blocks
			late, cancel := context.WithTimeout(ctx, 10*time.Second)
			_ = conn.Write(late, ref.Text, []byte(text)) // an error also closes the inbox
			cancel()
		}
	}()
	return inbox, outbox
}

// stopwatch does not depend on WebSocket. It needs no lock, because only its goroutine
// uses its state.
func stopwatch(inbox <-chan string, outbox chan<- string, ticks <-chan time.Time) {
	defer close(outbox)
	running, n := false, 0
	for {
		select {
		case word, ok := <-inbox:
			switch {
			case !ok:
				return
			case word == "start":
				running = true
				outbox <- "started"
			case word == "stop":
				running = false
				outbox <- fmt.Sprintf("stopped at %d", n)
			case word == "reset":
				n = 0
				outbox <- "reset"
			default:
				outbox <- "say start, stop or reset"
			}
		case <-ticks:
			if running {
				n++
				outbox <- fmt.Sprint(n)
			}
		}
	}
}
