// Command livesvg draws a clock and pushes each drawing to a page, which displays it.
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
	every := flag.Duration("every", time.Second, "`time` between two drawings, greater than zero")
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
		return fmt.Errorf("-every %v: must be greater than zero", every)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (choose another address with -addr)", err)
	}
	server := &ref.Server{
		HTTPHandler: http.HandlerFunc(page),
		Handler:     func(conn *ref.Conn, r *http.Request) { push(r.Context(), conn, every) },
		// Each drawing is similar to the previous one, so context takeover compresses it
		// to a tenth of its size. The compressor uses 1 MiB for each connection.
		Options:  &ref.AcceptOptions{Compression: &ref.Compression{}},
		MaxConns: 100,
	}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
	fmt.Fprintf(stdout, "open http://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// push sends drawings until the connection ends. For a slow page, the ticker drops ticks:
// the page gets fewer drawings, but no outdated ones.
func push(ctx context.Context, conn *ref.Conn, every time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // the page sends no messages, but its Pings and its Close frame must be read
		defer cancel()
		for _, err := range conn.Messages(ctx) {
			if err != nil {
				return // Server.Errors reports it
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

// page serves the page and its files. The content security policy allows the browser to
// load only these files, and to run no script in a drawing.
func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; "+
		"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	http.FileServerFS(files).ServeHTTP(w, r)
}
