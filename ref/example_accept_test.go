package ref_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// A WebSocket beside pages, in any mux and behind any router.
func ExampleAccept() {
	mux := http.NewServeMux()
	mux.HandleFunc("/rooms/{room}", func(w http.ResponseWriter, r *http.Request) {
		conn, err := ref.Accept(w, r, &ref.AcceptOptions{OriginPatterns: []string{"*.example.com"}})
		if err != nil {
			return // the client has been told
		}
		defer conn.CloseNow()
		welcome := "welcome to " + r.PathValue("room")
		if err := conn.Write(r.Context(), ref.Text, []byte(welcome)); err != nil {
			log.Print(err)
		}
		_ = conn.Close(wire.StatusNormalClosure, "")
	})
	s := httptest.NewServer(mux)
	defer s.Close()

	ctx := context.Background()
	conn, _, err := ref.Dial(ctx, s.URL+"/rooms/7", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow()
	for message, err := range conn.Messages(ctx) {
		fmt.Printf("%s %v\n", message.Data, err)
	}
	// Output:
	// welcome to 7 <nil>
}

// One path for both: a page, and the socket that it opens.
func ExampleIsUpgrade() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ref.IsUpgrade(r) {
			fmt.Fprint(w, "a page")
			return
		}
		ref.EchoHandler(nil).ServeHTTP(w, r)
	}))
	defer s.Close()
	response, err := http.Get(s.URL)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	fmt.Printf("%s %v\n", page, err)
	// Output:
	// a page <nil>
}

// The server's order of preference counts, and who speaks none of them is refused.
func ExampleAcceptOptions() {
	s := httptest.NewServer(ref.EchoHandler(&ref.AcceptOptions{
		Subprotocols:       []string{"chat.v2", "chat.v1"},
		RequireSubprotocol: true,
	}))
	defer s.Close()
	ctx := context.Background()
	conn, _, err := ref.Dial(ctx, s.URL, &ref.DialOptions{Subprotocols: []string{"chat.v1", "chat.v2"}})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.CloseNow()
	fmt.Println(conn.Subprotocol())

	_, response, err := ref.Dial(ctx, s.URL, nil)
	var refused *ref.HandshakeError
	fmt.Println(errors.As(err, &refused), refused.Status)
	why, _ := io.ReadAll(response.Body)
	fmt.Printf("%s", why)
	// Output:
	// chat.v2
	// true 400
	// subprotocol required, one of: chat.v2, chat.v1 (RFC 6455 4.2.2)
}

// A client that says more than it has to.
func ExampleDial() {
	s := httptest.NewServer(ref.EchoHandler(&ref.AcceptOptions{Compression: &ref.Compression{}}))
	defer s.Close()
	ctx := context.Background()
	conn, response, err := ref.Dial(ctx, s.URL, &ref.DialOptions{
		Header:      http.Header{"Authorization": {"Bearer 123"}},
		Compression: &ref.Compression{},
		Limits:      ref.Limits{Message: 1 << 20},
		Redirects:   3,
	})
	if err != nil {
		log.Fatal(err) // the response, if there is one, says more
	}
	defer conn.CloseNow()
	fmt.Println(response.Status, conn.Compressed())
	if err := conn.Write(ctx, ref.Text, []byte("Hello")); err != nil {
		log.Fatal(err)
	}
	typ, message, err := conn.Read(ctx)
	fmt.Printf("%v %s %v\n", typ, message, err)
	fmt.Println(conn.Close(wire.StatusNormalClosure, ""))
	// Output:
	// 101 Switching Protocols true
	// text Hello <nil>
	// <nil>
}

// A response that refuses is there to be read.
func ExampleHandshakeError() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "not today", http.StatusForbidden)
	}))
	defer s.Close()
	_, response, err := ref.Dial(context.Background(), s.URL, nil)
	why, _ := io.ReadAll(response.Body)
	fmt.Printf("%v\n%s", err, why)
	// Output:
	// opening handshake failed, status 403 Forbidden: status 403, want 101 (RFC 6455 4.1)
	// not today
}

func ExampleEchoHandler() {
	s := httptest.NewServer(ref.EchoHandler(nil))
	defer s.Close()
	ctx := context.Background()
	err := ref.WithConn(ctx, s.URL, nil, func(conn *ref.Conn) error {
		if err := conn.Write(ctx, ref.Binary, []byte{1, 2, 3}); err != nil {
			return err
		}
		typ, message, err := conn.Read(ctx)
		fmt.Println(typ, message)
		return err
	})
	fmt.Println(err)
	// Output:
	// binary [1 2 3]
	// <nil>
}
