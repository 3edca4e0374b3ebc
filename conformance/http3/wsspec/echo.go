package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	nethttp "net/http"

	quichttp3 "github.com/quic-go/quic-go/http3"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/http3"
)

// echo runs the reference server over HTTP/3 until ctx ends.
func echo(ctx context.Context, socket net.PacketConn, config *tls.Config) error {
	server := &quichttp3.Server{
		TLSConfig: config,
		Handler:   http3.Handler(ref.EchoHandler(&ref.AcceptOptions{OriginPatterns: []string{"*"}, Compression: &ref.Compression{}})),
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(socket); !errors.Is(err, nethttp.ErrServerClosed) {
		return err
	}
	return nil
}
