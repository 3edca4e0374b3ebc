// Command livesvg draws a clock and pushes each drawing to the page, which only
// shows it.
//
//	go run ./examples/livesvg
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
	"time"

	"github.com/wsspec/wsspec/ref"
)

//go:embed index.html page.css page.js
var files embed.FS

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	every := flag.Duration("every", time.Second, "`time` between two drawings, more than zero")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *addr, *every, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, addr string, every time.Duration, stdout io.Writer) error {
	if every <= 0 {
		return fmt.Errorf("-every %v: want more than zero", every)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (-addr takes another address)", err)
	}
	server := &ref.Server{
		HTTPHandler: http.HandlerFunc(page),
		Handler:     func(conn *ref.Conn, r *http.Request) { push(r.Context(), conn, every) },
		// Each drawing is nearly the one before, so compressed with what came before
		// it is a tenth of its size; each connection's compressor takes 1 MiB.
		Options:  &ref.AcceptOptions{Compression: &ref.Compression{}},
		MaxConns: 100,
	}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // a few seconds at most
	fmt.Fprintf(stdout, "open http://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// push sends a drawing again and again until the connection ends. For a page that
// does not keep up the ticker drops ticks: it gets fewer drawings, not older ones.
func push(ctx context.Context, conn *ref.Conn, every time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // the page says nothing, but Pings and the Close come to who reads
		defer cancel()
		for _, err := range conn.Messages(ctx) {
			if err != nil {
				return // the server's Errors have it
			}
		}
	}()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for now := time.Now(); ; {
		if conn.Write(ctx, ref.Text, draw(now)) != nil {
			return
		}
		select {
		case now = <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// page serves the page and its parts. The browser is to take nothing from
// elsewhere, and to run no script that is not a file of ours, nor one in a drawing.
func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; "+
		"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	http.FileServerFS(files).ServeHTTP(w, r)
}
