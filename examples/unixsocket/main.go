// Command unixsocket is a server and a client on one machine that talk through a
// file: the server echoes, the client sends its standard input line by line.
//
//	go run ./examples/unixsocket serve echo.sock
//	go run ./examples/unixsocket talk echo.sock
package main

import (
	"bufio"
	"context"
	"errors"
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case len(os.Args) == 3 && os.Args[1] == "serve":
		err = serve(ctx, os.Args[2])
	case len(os.Args) == 3 && os.Args[1] == "talk":
		err = talk(ctx, os.Args[2], os.Stdin, os.Stdout)
	default:
		err = errors.New("usage: unixsocket serve|talk FILE")
	}
	if err != nil {
		log.Fatal(err)
	}
}

// serve echoes until ctx ends. The file is gone then.
func serve(ctx context.Context, file string) error {
	listener, err := net.Listen("unix", file)
	if err != nil {
		return err
	}
	server := &ref.Server{Handler: func(conn *ref.Conn, _ *http.Request) {
		_ = ref.Echo(context.Background(), conn) // the server's Errors have it
	}}
	shut := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		shut <- server.Shutdown(ending)
	})
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-shut
}

// talk sends lines and prints the answers. The URI's host is only a name here.
func talk(ctx context.Context, file string, stdin io.Reader, stdout io.Writer) error {
	options := &ref.DialOptions{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", file)
	}}
	return ref.WithConn(ctx, "ws://localhost/", options, func(conn *ref.Conn) error {
		lines := bufio.NewScanner(stdin)
		for lines.Scan() {
			if err := conn.Write(ctx, ref.Text, lines.Bytes()); err != nil {
				return err
			}
			_, answer, err := conn.Read(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(stdout, "%s\n", answer)
		}
		return lines.Err()
	})
}
