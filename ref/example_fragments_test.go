package ref_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"slices"
	"time"

	"github.com/wsspec/wsspec/ref"
)

// Each piece is a frame of its own; who reads gets one message.
func ExampleConn_WriteFragments() {
	s := httptest.NewServer(ref.EchoHandler(nil))
	defer s.Close()
	ctx := context.Background()
	err := ref.WithConn(ctx, s.URL, nil, func(conn *ref.Conn) error {
		pieces := [][]byte{[]byte("in "), []byte("three "), []byte("pieces")}
		if err := conn.WriteFragments(ctx, ref.Text, slices.Values(pieces)); err != nil {
			return err
		}
		_, message, err := conn.Read(ctx)
		fmt.Printf("%s\n", message)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// in three pieces
}

// One goroutine reads, another sees to it that the peer is still there.
func ExampleConn_KeepAlive() {
	s := httptest.NewServer(ref.EchoHandler(nil))
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := ref.WithConn(ctx, s.URL, nil, func(conn *ref.Conn) error {
		pong := make(chan struct{}, 1)
		conn.OnPong(func([]byte) { pong <- struct{}{} })
		go func() { _ = conn.KeepAlive(ctx, time.Minute, 10*time.Second) }()
		go func() { _, _, _ = conn.Read(ctx) }()
		<-pong
		fmt.Println("the peer is there")
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// the peer is there
}
