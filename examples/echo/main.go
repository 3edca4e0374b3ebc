// Command echo is the smallest server: it sends every message back to whoever
// sent it. Ctrl-C ends it, each connection with a Close frame.
//
//	go run ./examples/echo localhost:9001
package main

import (
	"context"
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	address := "localhost:9001"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	if err := run(ctx, address, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, address string, stdout io.Writer) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())

	var open sync.WaitGroup // http.Server forgets connections that are taken over
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		open.Add(1)
		defer open.Done()
		conn, err := ref.Accept(w, r, nil)
		if err != nil {
			return // the client has its answer
		}
		defer conn.CloseNow()
		goAway := context.AfterFunc(ctx, func() { _ = conn.Close(wire.StatusGoingAway, "the server shuts down") })
		defer goAway()
		if err := ref.Echo(context.Background(), conn); err != nil && ctx.Err() == nil {
			log.Printf("%s: %v", conn.RemoteAddr(), err)
		}
	})}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	err = server.Serve(listener)
	open.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}
