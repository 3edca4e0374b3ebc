// Command channels gives a connection to its handler as two channels, an inbox
// and an outbox, so that it can wait for messages and for something else at once.
// Here that is a clock: each connection is a stopwatch.
//
//	go run ./examples/channels
//	go run ./examples/talk ws://127.0.0.1:8080/
//
// and say start, stop or reset.
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
	every := flag.Duration("every", time.Second, "`time` between two ticks, more than zero")
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
		return fmt.Errorf("-every %v: want more than zero", every)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (-addr takes another address)", err)
	}
	server := &ref.Server{Handler: func(conn *ref.Conn, r *http.Request) {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		inbox, outbox := channels(r.Context(), conn)
		stopwatch(inbox, outbox, ticker.C)
	}}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // a few seconds at most
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// channels lets two goroutines have the connection. The inbox is closed when the
// connection has ended; whoever has the two has to read the inbox until then, and
// to close the outbox when nothing more is to be sent. Neither has room for more
// than is on its way: who is slow slows the other side down. Note that Pings are
// only answered while the inbox is emptied.
func channels(ctx context.Context, conn *ref.Conn) (<-chan string, chan<- string) {
	inbox, outbox := make(chan string), make(chan string)
	go func() {
		defer close(inbox)
		for message, err := range conn.Messages(ctx) {
			if err != nil {
				return // the server's Errors have it
			}
			inbox <- string(message.Data)
		}
	}()
	go func() {
		for text := range outbox { // to its end, so that nobody hangs on sending
			late, cancel := context.WithTimeout(ctx, 10*time.Second)
			_ = conn.Write(late, ref.Text, []byte(text)) // an error ends the inbox too
			cancel()
		}
	}()
	return inbox, outbox
}

// stopwatch knows nothing of sockets. It needs no lock either, for what it knows
// is its own.
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
