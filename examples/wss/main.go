// Command wss is a server and a client that speak WebSocket over TLS with a
// self-signed certificate, as within a company or a test: the server makes a new
// one each time, whose key never leaves its memory, and writes it to a file; the
// client trusts that one certificate and no other.
//
//	go run ./examples/wss
//	go run ./examples/wss -talk wss://127.0.0.1:8443/
package main

import (
	"bufio"
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

	"github.com/wsspec/wsspec/ref"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8443", "`address` to listen on")
	certFile := flag.String("cert", "wss.pem", "`file` for the certificate, without its key")
	url := flag.String("talk", "", "send the standard input to this `URL` line by line, instead of serving")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *url != "" {
		err = talk(ctx, *url, *certFile, os.Stdin, os.Stdout)
	} else {
		err = run(ctx, *addr, *certFile, os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run echoes until ctx ends. The certificate is of no use then, and its file gone.
func run(ctx context.Context, addr, certFile string, stdout io.Writer) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (-addr takes another address)", err)
	}
	defer listener.Close()
	certificate, err := newCertificate(listener.Addr())
	if err != nil {
		return err
	}
	if err := os.WriteFile(certFile, encode(certificate), 0o644); err != nil {
		return fmt.Errorf("%w (-cert takes another file)", err)
	}
	defer os.Remove(certFile)
	server := &ref.Server{
		TLS: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13},
		Handler: func(conn *ref.Conn, r *http.Request) {
			_ = ref.Echo(r.Context(), conn) // the server's Errors have it
		},
	}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // a few seconds at most
	fmt.Fprintf(stdout, "listening on wss://%s/\n", listener.Addr())
	if err := server.ServeTLS(listener, "", ""); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

// talk sends lines and prints the answers.
func talk(ctx context.Context, url, certFile string, stdin io.Reader, stdout io.Writer) error {
	octets, err := os.ReadFile(certFile)
	if err != nil {
		return fmt.Errorf("%w (the server writes it; -cert has where)", err)
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(octets) {
		return errors.New(certFile + " has no certificate in it (-cert takes another file)")
	}
	// Never InsecureSkipVerify: it would take anybody for the server.
	options := &ref.DialOptions{TLS: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS13}}
	return ref.WithConn(ctx, url, options, func(conn *ref.Conn) error {
		lines := bufio.NewScanner(stdin)
		for lines.Scan() {
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
	})
}
