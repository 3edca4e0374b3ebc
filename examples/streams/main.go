// Command streams is a server and clients that use WebSockets over HTTP/2 (RFC 8441). All
// WebSockets of a client are streams of one connection. The server takes HTTP/1.1 as well.
// Without TLS a client has to know that a server speaks HTTP/2; with TLS both find out.
//
//	go run ./examples/streams
//	go run ./examples/streams -talk ws://127.0.0.1:8080/
//	wsspec server --http2 ws://127.0.0.1:8080/
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
	"github.com/wsspec/wsspec/ref/http2"
	_ "github.com/wsspec/wsspec/ref/xconnect" // net/http takes WebSockets over HTTP/2
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	talking := flag.String("talk", "", "send each line of standard input to this `URL`, on a WebSocket of its own")
	echoing := flag.String("echo", "", "return what the server at this `URL` sends, on one WebSocket")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case *talking != "":
		err = talk(ctx, *talking, os.Stdin, os.Stdout)
	case *echoing != "":
		err = echo(ctx, *echoing)
	default:
		err = run(ctx, *addr, os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run echoes until ctx ends.
func run(ctx context.Context, addr string, stdout io.Writer) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (choose another address with -addr)", err)
	}
	server := &ref.Server{
		Protocols: new(http.Protocols),
		Handler: func(conn *ref.Conn, r *http.Request) {
			fmt.Fprintf(stdout, "%s from %s\n", r.Proto, conn.RemoteAddr())
			_ = ref.Echo(r.Context(), conn) // Server.Errors reports it
		},
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true) // "with prior knowledge"
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// talk opens a WebSocket for each line, and closes all of them at the end.
func talk(ctx context.Context, url string, stdin io.Reader, stdout io.Writer) error {
	options, end := overHTTP2()
	defer end()
	lines := bufio.NewScanner(stdin)
	for lines.Scan() {
		conn, _, err := ref.Dial(ctx, url, options)
		if err != nil {
			return err
		}
		defer conn.Close(ref.StatusNormalClosure, "") // before the end of the connection
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
}

// echo returns every message until the server closes.
func echo(ctx context.Context, url string) error {
	options, end := overHTTP2()
	defer end()
	options.Compression = &ref.Compression{}
	return ref.WithConn(ctx, url, options, func(conn *ref.Conn) error { return ref.Echo(ctx, conn) })
}

// overHTTP2 returns options for dials that share a connection. end closes it.
func overHTTP2() (options *ref.DialOptions, end func()) {
	client := &http.Client{Transport: http2.NewTransport(nil)}
	return &ref.DialOptions{HTTPClient: client, ExtendedConnect: true}, client.CloseIdleConnections
}
