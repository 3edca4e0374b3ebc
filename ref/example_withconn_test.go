package ref_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/wsspec/wsspec/ref"
)

// The connection is closed with 1000, or with 1011 if the function fails.
func ExampleWithConn() {
	s := httptest.NewServer(ref.EchoHandler(nil))
	defer s.Close()
	ctx := context.Background()
	err := ref.WithConn(ctx, s.URL, nil, func(conn *ref.Conn) error {
		if err := conn.Write(ctx, ref.Text, []byte("Hello")); err != nil {
			return err
		}
		_, message, err := conn.Read(ctx)
		fmt.Printf("%s\n", message)
		return err
	})
	fmt.Println(err)
	// Output:
	// Hello
	// <nil>
}

// Nobody is there, and nobody comes.
func ExampleRetry() {
	s := httptest.NewServer(nil)
	s.Close()
	_, _, err := ref.Retry{Attempts: 3, Wait: time.Millisecond}.Dial(context.Background(), s.URL, nil)
	var refused *ref.HandshakeError
	fmt.Println(errors.As(err, &refused))
	// Output:
	// true
}
