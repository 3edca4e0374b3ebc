// Command wss is a server and a client that use WebSocket over TLS with a self-signed
// certificate, as inside a company or in a test. The server makes a new certificate at
// each start and writes it to a file; its key stays in memory. The client trusts only
// this certificate.
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
	url := flag.String("talk", "", "send standard input to this `URL` line by line, instead of serving")
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

// run echoes until ctx ends, and then removes the file with the certificate.
func run(ctx context.Context, addr, certFile string, stdout io.Writer) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (choose another address with -addr)", err)
	}
	defer listener.Close()
	certificate, err := newCertificate(listener.Addr())
	if err != nil {
		return err
	}
	if err := os.WriteFile(certFile, encode(certificate), 0o644); err != nil {
		return fmt.Errorf("%w (choose another file with -cert)", err)
	}
	defer os.Remove(certFile)
	server := &ref.Server{
		TLS: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13},
		Handler: func(conn *ref.Conn, r *http.Request) {
			_ = ref.Echo(r.Context(), conn) // Server.Errors reports it
		},
	}
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { ended <- server.Shutdown(context.Background()) }) // takes a few seconds at most
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
		return fmt.Errorf("%w (the server writes the file; choose its name with -cert)", err)
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(octets) {
		return errors.New(certFile + " has no certificate (choose another file with -cert)")
	}
	// Never use InsecureSkipVerify: it would accept any server.
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
