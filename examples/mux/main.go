// Command mux serves several WebSocket endpoints and ordinary pages from one
// http.ServeMux, as in a program that already has a web server.
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
		return fmt.Errorf("%w (choose another address with -addr)", err)
	}
	// Each kind of endpoint has its own limits and its own number of connections.
	echo := &ref.Server{Handler: echo, MaxConns: 1000}
	rooms := &ref.Server{Handler: room, MaxConns: 100, Options: &ref.AcceptOptions{Limits: ref.Limits{Message: 4096}}}
	mux := http.NewServeMux()
	mux.Handle("GET /echo", echo) // the opening request is a GET (RFC6455-4.2.1-3)
	mux.Handle("GET /rooms/{room}", rooms)
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "echo %d, rooms %d\n", echo.NumConns(), rooms.NumConns())
	})

	// The http.Server forgets upgraded connections, so all three servers must be shut
	// down. The http.Server comes first, because it accepts new connections.
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
	_ = ref.Echo(r.Context(), conn) // Server.Errors reports it
}

// room answers with the name of the room, which is in the path.
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
