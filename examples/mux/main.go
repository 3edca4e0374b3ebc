// Command mux has several sockets beside ordinary pages in one http.ServeMux,
// as in a program that has a web server already.
//
//	go run ./examples/mux
//	go run ./examples/talk ws://127.0.0.1:8080/echo
//	go run ./examples/talk ws://127.0.0.1:8080/rooms/kitchen
//	curl http://127.0.0.1:8080/health
package main

import (
	"context"
	"errors"
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
	// Each kind of socket has its own bounds, and its own count.
	echo := &ref.Server{Handler: echo, MaxConns: 1000}
	rooms := &ref.Server{Handler: room, MaxConns: 100, Options: &ref.AcceptOptions{Limits: ref.Limits{Message: 4096}}}
	mux := http.NewServeMux()
	mux.Handle("GET /echo", echo) // an opening handshake is a GET (RFC6455-4.2.1-3)
	mux.Handle("GET /rooms/{room}", rooms)
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "echo %d, rooms %d\n", echo.NumConns(), rooms.NumConns())
	})

	// The http.Server forgets a connection that has become a socket, so all three
	// are to be ended: it first, for it lets newcomers in.
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		ended <- errors.Join(server.Shutdown(ending), echo.Shutdown(ending), rooms.Shutdown(ending))
	})
	fmt.Fprintf(stdout, "listening on http://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

func echo(conn *ref.Conn, r *http.Request) {
	_ = ref.Echo(r.Context(), conn) // the server's Errors have it
}

// room answers in the name of the room, which the path has.
func room(conn *ref.Conn, r *http.Request) {
	for message, err := range conn.Messages(r.Context()) {
		if err != nil {
			return
		}
		answer := fmt.Sprintf("%s: %d octets of %v", r.PathValue("room"), len(message.Data), message.Type)
		if conn.Write(r.Context(), ref.Text, []byte(answer)) != nil {
			return
		}
	}
}
