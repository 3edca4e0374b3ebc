package ref_test

import (
	"context"
	"fmt"
	"log"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// greet is some code that has a connection, and is to be tested.
func greet(ctx context.Context, conn *ref.Conn) error {
	_, name, err := conn.Read(ctx)
	if err != nil {
		return err
	}
	return conn.Write(ctx, ref.Text, []byte("Hello, "+string(name)))
}

// A test without a network: no port, no listener, no certificate.
func ExamplePipe() {
	ctx := context.Background()
	client, server, err := ref.Pipe(
		&ref.DialOptions{Subprotocols: []string{"greeting"}},
		&ref.AcceptOptions{Subprotocols: []string{"greeting"}})
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseNow()
	defer server.CloseNow()

	// Little messages fit into the buffers, so one goroutine is enough.
	if err := client.Write(ctx, ref.Text, []byte("World")); err != nil {
		log.Fatal(err)
	}
	if err := greet(ctx, server); err != nil {
		log.Fatal(err)
	}
	_, greeting, err := client.Read(ctx)
	fmt.Printf("%s, %v, as %s\n", greeting, err, server.Subprotocol())

	// A closing handshake takes two.
	go func() { _ = server.Close(wire.StatusNormalClosure, "done") }()
	_, _, err = client.Read(ctx)
	fmt.Println(err)
	// Output:
	// Hello, World, <nil>, as greeting
	// closed by the peer: 1000 (normal closure) "done"
}
