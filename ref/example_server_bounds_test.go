package ref_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/wsspec/wsspec/ref"
)

// A server that is not to be overrun. What it refuses is told to the client, and
// comes from Errors.
func ExampleServer_Errors() {
	ctx := context.Background()
	server := &ref.Server{
		Handler:          func(conn *ref.Conn, _ *http.Request) { _ = ref.Echo(ctx, conn) },
		MaxConns:         1,
		IdleTimeout:      time.Minute,
		HandshakeTimeout: 5 * time.Second,
		AcceptConn:       func(conn net.Conn) bool { return conn.RemoteAddr().(*net.TCPAddr).IP.IsLoopback() },
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	uri := "ws://" + listener.Addr().String()

	first, _, err := ref.Dial(ctx, uri, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer first.CloseNow()
	_, response, _ := ref.Dial(ctx, uri, nil)
	fmt.Println(response.Status, "with", server.NumConns(), "connection")
	reported := <-server.Errors()
	fmt.Println(reported != nil, server.DroppedErrors())
	// Output:
	// 503 Service Unavailable with 1 connection
	// true 0
}

// Two at once and one more every ten seconds, for each address.
func ExampleRate() {
	s := httptest.NewServer(&ref.Server{
		Handler: func(*ref.Conn, *http.Request) {},
		Rate:    ref.Rate{PerSecond: 0.1, Burst: 2},
	})
	defer s.Close()
	for range 3 {
		_, response, err := ref.Dial(context.Background(), s.URL, nil)
		if response == nil {
			log.Fatal(err)
		}
		fmt.Println(response.Status)
	}
	// Output:
	// 101 Switching Protocols
	// 101 Switching Protocols
	// 429 Too Many Requests
}

// wss, with a certificate that is at hand; ListenAndServeTLS takes it from files.
func ExampleServer_tls() {
	certified := httptest.NewUnstartedServer(nil) // for its certificate
	certified.StartTLS()
	defer certified.Close()
	server := &ref.Server{
		Handler: func(conn *ref.Conn, r *http.Request) {
			_ = conn.Write(r.Context(), ref.Text, []byte("a secret"))
		},
		TLS: &tls.Config{Certificates: certified.TLS.Certificates},
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	defer server.Close()

	ctx := context.Background()
	conn, _, err := ref.Dial(ctx, "wss://"+listener.Addr().String(), &ref.DialOptions{
		TLS: certified.Client().Transport.(*http.Transport).TLSClientConfig,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow()
	_, message, err := conn.Read(ctx)
	fmt.Printf("%s %v\n", message, err)
	// Output:
	// a secret <nil>
}
