package http3_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"net/http"

	quichttp3 "github.com/quic-go/quic-go/http3"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/http3"
)

// A server of quic-go with a handler for WebSockets, and a client.
func Example() {
	certificate, roots := testCertificate() // in place of your own
	listener, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer listener.Close()
	server := &quichttp3.Server{
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13},
		Handler:   http3.Handler(ref.EchoHandler(nil)),
	}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	transport := http3.NewTransport(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13})
	defer transport.Close()
	ctx := context.Background()
	conn, response, err := ref.Dial(ctx, "wss://"+listener.LocalAddr().String(), &ref.DialOptions{
		HTTPClient:      &http.Client{Transport: transport},
		ExtendedConnect: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow()
	fmt.Println(response.Proto, response.Status)
	if err := conn.Write(ctx, ref.Text, []byte("Hello")); err != nil {
		log.Fatal(err)
	}
	_, message, err := conn.Read(ctx)
	fmt.Printf("%s %v\n", message, err)
	fmt.Println(conn.Close(ref.StatusNormalClosure, ""))
	// Output:
	// HTTP/3.0 200 OK
	// Hello <nil>
	// <nil>
}
