package ref_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/wsspec/wsspec/ref"
)

// A server that echoes, a client that tries it, and an end in good order.
func ExampleServer() {
	ctx := context.Background()
	server := &ref.Server{
		Handler: func(conn *ref.Conn, r *http.Request) {
			_ = ref.Echo(ctx, conn) // a loss comes from Errors
		},
		MaxConns: 1000,
		Rate:     ref.Rate{PerSecond: 10, Burst: 20},
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()

	conn, _, err := ref.Dial(ctx, "ws://"+listener.Addr().String(), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(ctx, ref.Text, []byte("Hello")); err != nil {
		log.Fatal(err)
	}
	_, message, err := conn.Read(ctx)
	fmt.Printf("%s %v\n", message, err)

	ended := make(chan error)
	go func() { ended <- server.Shutdown(ctx) }()
	_, _, err = conn.Read(ctx)
	fmt.Println(err)
	fmt.Println(<-ended)
	// Output:
	// Hello <nil>
	// closed by the peer: 1001 (going away)
	// <nil>
}
