// Command unixsocket is a server and a client that use a Unix domain socket: the server
// echoes, the client sends standard input line by line.
//
//	go run ./examples/unixsocket
//	go run ./examples/unixsocket -talk
package main

import (
	"bufio"
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
	file := flag.String("socket", "echo.sock", "`file` of the socket")
	talking := flag.Bool("talk", false, "run the client instead of the server")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *talking {
		err = talk(ctx, *file, os.Stdin, os.Stdout)
	} else {
		err = serve(ctx, *file, os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// serve echoes until ctx ends, and then removes the file.
func serve(ctx context.Context, file string, stdout io.Writer) error {
	listener, err := net.Listen("unix", file)
	if err != nil {
		return fmt.Errorf("%w (if no server uses the file, remove it)", err)
	}
	server := &ref.Server{Handler: func(conn *ref.Conn, r *http.Request) {
		_ = ref.Echo(r.Context(), conn) // Server.Errors reports it
	}}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
	fmt.Fprintf(stdout, "listening on unix://%s\n", file)
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// talk sends lines and prints the answers. The host in the URI is not used to connect.
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
