// Command relay is a proxy between clients and a server. It opens a connection to the
// server for each client, and forwards the messages and the close in both directions.
//
//	go run ./examples/echo -addr 127.0.0.1:8081
//	go run ./examples/relay -to ws://127.0.0.1:8081/
//	go run ./examples/talk ws://127.0.0.1:8080/
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
	"strings"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	to := flag.String("to", "ws://127.0.0.1:8081/", "`URL` of the server")
	subprotocols := flag.String("subprotocols", "", "comma-separated `names` of the subprotocols that the server supports")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	names := strings.FieldsFunc(*subprotocols, func(r rune) bool { return r == ',' })
	if err := run(ctx, *addr, *to, names, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, addr, to string, subprotocols []string, stdout io.Writer) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (choose another address with -addr)", err)
	}
	// The relay stores no messages, so it needs no limits; those of the endpoints apply.
	limits := ref.Limits{Message: -1, Fragments: -1}
	server := &ref.Server{
		Options: &ref.AcceptOptions{Subprotocols: subprotocols, Limits: limits},
		Handler: func(conn *ref.Conn, r *http.Request) {
			if err := relay(r.Context(), conn, to, limits); err != nil {
				log.Printf("%s: %v", conn.RemoteAddr(), err)
				_ = conn.Close(wire.StatusBadGateway, "")
			}
		},
	}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// relay forwards until both connections have ended. The error is that of connecting to
// the server.
func relay(ctx context.Context, front *ref.Conn, to string, limits ref.Limits) error {
	options := &ref.DialOptions{Limits: limits}
	if front.Subprotocol() != "" {
		options.Subprotocols = []string{front.Subprotocol()}
	}
	back, _, err := ref.Dial(ctx, to, options)
	if err != nil {
		return err
	}
	defer back.CloseNow()
	if back.Subprotocol() != front.Subprotocol() {
		_ = back.Close(wire.StatusNormalClosure, "")
		return fmt.Errorf("the server does not support the subprotocol %q (see -subprotocols)", front.Subprotocol())
	}
	answered := make(chan struct{})
	go func() {
		pass(ctx, back, front, wire.StatusBadGateway)
		close(answered)
	}()
	pass(ctx, front, back, wire.StatusGoingAway)
	<-answered
	return nil
}

// pass forwards messages from one connection to the other, piece by piece. When from is
// closed or lost, it closes to with the same code or with a code for the loss.
func pass(ctx context.Context, from, to *ref.Conn, lost wire.StatusCode) {
	for {
		typ, message, err := from.NextReader(ctx)
		if err != nil {
			code, reason := lost, ""
			var closed *ref.CloseError
			if errors.As(err, &closed) && closed.Remote && closed.Code != wire.StatusAbnormalClosure {
				code, reason = closed.Code, closed.Reason // 1005 sends a Close frame without a code
			}
			_ = to.Close(code, reason)
			return
		}
		// If this fails, one connection has ended. If it is from, reading the next message
		// fails. If it is to, the other call of pass closes from.
		if writer, err := to.NextWriter(ctx, typ); err == nil {
			if _, err := io.Copy(writer, message); err == nil {
				_ = writer.Close()
			}
		}
	}
}
