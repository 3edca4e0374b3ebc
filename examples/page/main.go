// Command page is the smallest page with a WebSocket: it sends your input to the server
// and shows the echo. It reconnects if it loses the server.
//
//	go run ./examples/page
//
// and open http://127.0.0.1:8080/.
package main

import (
	"context"
	"embed"
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

//go:embed index.html page.css page.js
var files embed.FS

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
	server := &ref.Server{
		HTTPHandler: http.HandlerFunc(page),
		// The default options accept only pages of this host (RFC 6455 10.2).
		Handler: func(conn *ref.Conn, r *http.Request) {
			_ = ref.Echo(r.Context(), conn) // Server.Errors reports it
		},
	}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
	fmt.Fprintf(stdout, "open http://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// page serves the page and its files. The content security policy allows the browser to
// load only these files.
func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; "+
		"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	http.FileServerFS(files).ServeHTTP(w, r)
}
