// Command echo is the smallest server: it echoes every message. Ctrl-C stops it, and it
// sends a Close frame on each connection.
//
//	go run ./examples/echo
//	go run ./examples/talk ws://127.0.0.1:8080/
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

	"github.com/wsspec/wsspec/ref"
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
	server := &ref.Server{Handler: func(conn *ref.Conn, r *http.Request) {
		if err := ref.Echo(r.Context(), conn); err != nil && ctx.Err() == nil {
			log.Printf("%s: %v", conn.RemoteAddr(), err)
		}
	}}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}
