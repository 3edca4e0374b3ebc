// Command echo is a server that returns every message over HTTP/3, and with -connect a
// client that does. It is a peer to test with:
//
//	cd ref/http3 && go run ./echo -cert cert.pem -key key.pem
//	cd ref/http3 && go run ./echo -connect wss://127.0.0.1:9443/ -trust cert.pem
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"

	quichttp3 "github.com/quic-go/quic-go/http3"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/http3"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:9443", "UDP `address` to listen on")
	cert := flag.String("cert", "cert.pem", "PEM `file` with the certificate")
	key := flag.String("key", "key.pem", "PEM `file` with its private key")
	url := flag.String("connect", "", "be a client of the server at this `URL`")
	trust := flag.String("trust", "", "PEM `file` with the certificates that the client trusts; the system's if empty")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *url != "" {
		err = connect(ctx, *url, *trust)
	} else {
		err = serve(ctx, *addr, *cert, *key, os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// serve echoes until ctx ends.
func serve(ctx context.Context, addr, cert, key string, stdout io.Writer) error {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return err
	}
	listener, err := net.ListenPacket("udp", addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	server := &quichttp3.Server{
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13},
		Handler:   http3.Handler(ref.EchoHandler(&ref.AcceptOptions{OriginPatterns: []string{"*"}, Compression: &ref.Compression{}})),
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if _, err := fmt.Fprintf(stdout, "listening on wss://%s/\n", listener.LocalAddr()); err != nil {
		return err
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// connect returns every message until the server closes.
func connect(ctx context.Context, url, trust string) error {
	config := &tls.Config{MinVersion: tls.VersionTLS13}
	if trust != "" {
		octets, err := os.ReadFile(trust)
		if err != nil {
			return err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(octets) {
			return errors.New(trust + " has no certificate")
		}
	}
	transport := http3.NewTransport(config)
	defer transport.Close()
	options := &ref.DialOptions{HTTPClient: &http.Client{Transport: transport}, ExtendedConnect: true, Compression: &ref.Compression{}}
	return ref.WithConn(ctx, url, options, func(conn *ref.Conn) error { return ref.Echo(ctx, conn) })
}
