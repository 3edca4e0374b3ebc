// Command relay stands between clients and a server: it opens a connection of its
// own for each that comes, and passes on what is said in both directions, and how
// it ends.
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
	to := flag.String("to", "ws://127.0.0.1:8081/", "`URL` of the server behind")
	subprotocols := flag.String("subprotocols", "", "`names` that the server behind speaks, with commas between")
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
		return fmt.Errorf("%w (-addr takes another address)", err)
	}
	// Who holds no message needs no limits: those of the other side hold.
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
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // a few seconds at most
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// relay passes on until both connections have ended. The error is that of opening
// the one behind.
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
		return fmt.Errorf("the server behind does not speak %s (-subprotocols has what it does)", front.Subprotocol())
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

// pass sends what comes from one connection to the other, piece by piece, and
// closes the other as the one was closed, or with a code for its loss.
func pass(ctx context.Context, from, to *ref.Conn, lost wire.StatusCode) {
	for {
		typ, message, err := from.NextReader(ctx)
		if err != nil {
			code, reason := lost, ""
			var closed *ref.CloseError
			if errors.As(err, &closed) && closed.Remote && closed.Code != wire.StatusAbnormalClosure {
				code, reason = closed.Code, closed.Reason // 1005 is a frame with no code
			}
			_ = to.Close(code, reason)
			return
		}
		// When this fails one of the two has ended: from, then the next message says
		// so, or to, then whoever passes the other way closes from.
		if writer, err := to.NextWriter(ctx, typ); err == nil {
			if _, err := io.Copy(writer, message); err == nil {
				_ = writer.Close()
			}
		}
	}
}
