package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/ref"
)

func newEcho() *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "echo",
		Short: "Run the reference server, which sends every message back",
		Long: `Run the reference server, which sends every message back. It prints

  listening on ws://127.0.0.1:9001/

when it is ready, and ends on Ctrl-C.`,
		Example: `  wsspec echo
  wsspec echo --addr 127.0.0.1:0`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := net.Listen("tcp", addr)
			if err != nil {
				return couldNot(fmt.Errorf("cannot listen on %s: %w (another port goes by --addr)", addr, err))
			}
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "listening on ws://%s/\n", l.Addr()); err != nil {
				return couldNot(err)
			}
			return serveEcho(cmd.Context(), l)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:9001", "listen on this `HOST:PORT`; port 0 takes a free one")
	return cmd
}

// serveEcho runs the reference echo server until the context ends.
func serveEcho(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: ref.EchoHandler(&ref.AcceptOptions{
			OriginPatterns: []string{"*"},
			Compression:    &ref.Compression{},
		}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return couldNot(err)
	}
	return nil
}
