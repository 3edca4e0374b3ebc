// Command chat is a chat in the browser: it shows the members and their messages.
//
//	go run ./examples/chat
//
// and open http://127.0.0.1:8080/ in two tabs.
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
	everybody := &room{members: map[string]*member{}}
	server := &ref.Server{
		HTTPHandler: http.HandlerFunc(page),
		Handler:     everybody.serve,
		MaxConns:    200, // because each message goes to all connections
		Options:     &ref.AcceptOptions{Limits: ref.Limits{Message: 4096}},
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
