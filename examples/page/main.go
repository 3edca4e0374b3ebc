// Command page is the smallest page with a socket: what is typed there goes to
// the server and comes back. The page connects again when the server was away.
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
		return fmt.Errorf("%w (-addr takes another address)", err)
	}
	server := &ref.Server{
		HTTPHandler: http.HandlerFunc(page),
		// Options that are left out let in pages of this host only (RFC 6455 10.2).
		Handler: func(conn *ref.Conn, r *http.Request) {
			_ = ref.Echo(r.Context(), conn) // the server's Errors have it
		},
	}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // a few seconds at most
	fmt.Fprintf(stdout, "open http://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// page serves the page and its parts. The browser is to take nothing from
// elsewhere, and to run no script that is not a file of ours.
func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; "+
		"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	http.FileServerFS(files).ServeHTTP(w, r)
}
