package ref_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/wsspec/wsspec/ref"
)

// One budget for the connections of several handlers.
func ExampleNewBufferBudget() {
	buffers := ref.NewBufferBudget(64 << 20)
	options := &ref.AcceptOptions{Buffers: buffers}
	mux := http.NewServeMux()
	mux.Handle("/a", ref.EchoHandler(options))
	mux.Handle("/b", ref.EchoHandler(options))
	fmt.Println(buffers.Used())
	// Output: 0
}

// Messages as JSON, a handler that returns an error, and a hook that hears of it.
func ExampleConn_ReadJSON() {
	type order struct {
		Item  string
		Count int
	}
	reported := make(chan error, 1)
	server := httptest.NewServer(&ref.Server{
		ErrorHandler: func(conn *ref.Conn, r *http.Request) error {
			for {
				var o order
				if err := conn.ReadJSON(r.Context(), &o); err != nil {
					return err
				}
				if o.Count < 1 {
					return &ref.CloseError{Code: ref.StatusPolicyViolation, Reason: "count of less than one"}
				}
				o.Count *= 2
				if err := conn.WriteJSON(r.Context(), o); err != nil {
					return err
				}
			}
		},
		OnError: func(_ string, err error) { reported <- err },
	})
	defer server.Close()

	ctx := context.Background()
	conn, _, err := ref.Dial(ctx, server.URL, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.WriteJSON(ctx, order{"tea", 2}); err != nil {
		log.Fatal(err)
	}
	var o order
	if err := conn.ReadJSON(ctx, &o); err != nil {
		log.Fatal(err)
	}
	fmt.Println(o.Item, o.Count)
	if err := conn.WriteJSON(ctx, order{"tea", 0}); err != nil {
		log.Fatal(err)
	}
	err = conn.ReadJSON(ctx, &o)
	var closed *ref.CloseError
	fmt.Println(errors.As(err, &closed), closed.Code, closed.Reason)
	fmt.Println((<-reported).Error() != "")
	// Output:
	// tea 4
	// true 1008 (policy violation) count of less than one
	// true
}

// A picture is compressed already.
func ExampleMessageType_Uncompressed() {
	ctx := context.Background()
	client, server, err := ref.Pipe(&ref.DialOptions{Compression: &ref.Compression{}}, &ref.AcceptOptions{Compression: &ref.Compression{}})
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseNow()
	defer server.CloseNow()
	picture := make([]byte, 1000)
	if err := client.Write(ctx, ref.Binary.Uncompressed(), picture); err != nil {
		log.Fatal(err)
	}
	typ, received, err := server.Read(ctx)
	fmt.Println(typ, len(received), err)
	// Output: binary 1000 <nil>
}
