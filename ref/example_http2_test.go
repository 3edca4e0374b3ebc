package ref_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httptest"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/http2"
	_ "github.com/wsspec/wsspec/ref/xconnect" // net/http takes WebSockets over HTTP/2
)

// The handler is the same for HTTP/1.1 and HTTP/2. Over HTTP/2 it returns when its
// connection is closed, not before.
func ExampleAccept_http2() {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := ref.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered the request
		}
		defer conn.CloseNow()
		_ = conn.Write(r.Context(), ref.Text, []byte("over "+conn.Request().Proto[:6]))
		_ = conn.Close(ref.StatusNormalClosure, "")
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	trusting := s.Client().Transport.(*http.Transport).TLSClientConfig

	read := func(options *ref.DialOptions) {
		ctx := context.Background()
		conn, _, err := ref.Dial(ctx, s.URL, options)
		if err != nil {
			log.Fatal(err)
		}
		defer conn.CloseNow()
		_, message, err := conn.Read(ctx)
		fmt.Printf("%s %v\n", message, err)
		_, _, err = conn.Read(ctx)
		fmt.Println(err)
	}
	client := &http.Client{Transport: http2.NewTransport(trusting)}
	defer client.CloseIdleConnections()
	read(&ref.DialOptions{HTTPClient: client, ExtendedConnect: true})
	read(&ref.DialOptions{TLS: trusting})
	// Output:
	// over HTTP/2 <nil>
	// closed by the peer: 1000 (normal closure)
	// over HTTP/1 <nil>
	// closed by the peer: 1000 (normal closure)
}

// Two WebSockets and a request for a page share one HTTP/2 connection. With prior
// knowledge it needs no TLS.
func ExampleServer_http2() {
	versions := new(http.Protocols)
	versions.SetHTTP1(true)
	versions.SetUnencryptedHTTP2(true)
	ctx := context.Background()
	server := &ref.Server{
		Protocols:   versions,
		Handler:     func(conn *ref.Conn, _ *http.Request) { _ = ref.Echo(ctx, conn) },
		HTTPHandler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "a page") }),
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	client := &http.Client{Transport: http2.NewTransport(nil)}
	defer client.CloseIdleConnections()
	address := listener.Addr().String()
	options := &ref.DialOptions{HTTPClient: client, ExtendedConnect: true, AllowConcurrentDials: true}
	a, _, err := ref.Dial(ctx, "ws://"+address, options)
	if err != nil {
		log.Fatal(err)
	}
	defer a.CloseNow()
	b, _, err := ref.Dial(ctx, "ws://"+address, options)
	if err != nil {
		log.Fatal(err)
	}
	defer b.CloseNow()
	page, err := client.Get("http://" + address)
	if err != nil {
		log.Fatal(err)
	}
	defer page.Body.Close()
	fmt.Println(page.Proto, page.Status)
	fmt.Println("one connection:", a.LocalAddr().String() == b.LocalAddr().String())
	if err := b.Write(ctx, ref.Text, []byte("Hello")); err != nil {
		log.Fatal(err)
	}
	_, message, err := b.Read(ctx)
	fmt.Printf("%s %v\n", message, err)
	// Output:
	// HTTP/2.0 200 OK
	// one connection: true
	// Hello <nil>
}

// A server of net/http with handlers for WebSockets, over TLS.
func ExampleHTTP2Config() {
	mux := http.NewServeMux()
	mux.Handle("/echo", ref.EchoHandler(nil))
	s := httptest.NewUnstartedServer(mux)
	s.Config.HTTP2 = ref.HTTP2Config()
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()

	client := &http.Client{Transport: http2.NewTransport(s.Client().Transport.(*http.Transport).TLSClientConfig)}
	defer client.CloseIdleConnections()
	conn, response, err := ref.Dial(context.Background(), s.URL+"/echo", &ref.DialOptions{HTTPClient: client, ExtendedConnect: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Proto, response.Status)
	fmt.Println(conn.Close(ref.StatusNormalClosure, ""))
	// Output:
	// HTTP/2.0 200 OK
	// <nil>
}
