// Command count counts words or letters, as the client requests with a subprotocol. It
// logs connections and the sizes of messages, but never their content. With -log json,
// the log is machine-readable. With -v, it has an entry for every message.
//
//	go run ./examples/count -v
//	go run ./examples/talk -subprotocol words.count.example ws://127.0.0.1:8080/
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// The subprotocols. Each name contains the domain of its originator, so that it is unique
// (RFC 6455 1.9).
const (
	words   = "words.count.example"
	letters = "letters.count.example"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	format := flag.String("log", "text", "`format` of the log, text or json")
	verbose := flag.Bool("v", false, "log every message")
	flag.Parse()
	options := &slog.HandlerOptions{}
	if *verbose {
		options.Level = slog.LevelDebug
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, options))
	switch *format {
	case "text":
	case "json":
		logger = slog.New(slog.NewJSONHandler(os.Stderr, options))
	default:
		log.Fatalf("-log %s: want text or json", *format)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *addr, logger, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, addr string, logger *slog.Logger, stdout io.Writer) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (choose another address with -addr)", err)
	}
	server := &ref.Server{
		Options: &ref.AcceptOptions{
			Subprotocols: []string{words, letters}, // the server prefers words
			Logger:       logger,                   // logs rejected handshakes and lost connections
		},
		Handler: func(conn *ref.Conn, r *http.Request) { count(r.Context(), conn, logger) },
	}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
	fmt.Fprintf(stdout, "listening on ws://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// count answers each message with a number.
func count(ctx context.Context, conn *ref.Conn, logger *slog.Logger) {
	var counted func(string) int
	switch conn.Subprotocol() {
	case words:
		counted = func(text string) int { return len(strings.Fields(text)) }
	case letters:
		counted = func(text string) int { return len(slices.DeleteFunc([]rune(text), notLetter)) }
	default:
		// The handshake does not need a subprotocol (RFC6455-4.2.2-15), but this server does.
		logger.Warn("no subprotocol", "conn", conn)
		_ = conn.Close(wire.StatusPolicyViolation, "ask for "+words+" or "+letters)
		return
	}
	logger.Info("opened", "conn", conn)
	messages, octets := 0, 0
	for message, err := range conn.Messages(ctx) {
		if err != nil {
			break // the server logs it
		}
		n := counted(string(message.Data))
		messages, octets = messages+1, octets+len(message.Data)
		logger.Debug("counted", "remote", conn.RemoteAddr(), "octets", len(message.Data), "count", n)
		if !conn.WriteGuarded(ctx, ref.Text, strconv.AppendInt(nil, int64(n), 10)) {
			break
		}
	}
	logger.Info("closed", "conn", conn, "messages", messages, "octets", octets)
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }
