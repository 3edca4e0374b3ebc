package ref_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// connected returns two ends of a connection, see ref.Pipe.
func connected() (client, server *ref.Conn) {
	client, server, err := ref.Pipe(nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	return client, server
}

func ExampleEcho() {
	ctx := context.Background()
	client, server := connected()
	defer client.CloseNow()
	ended := make(chan error)
	go func() { ended <- ref.Echo(ctx, server) }()

	if err := client.Write(ctx, ref.Text, []byte("Hello")); err != nil {
		log.Fatal(err)
	}
	_, message, err := client.Read(ctx)
	fmt.Printf("%s %v\n", message, err)
	fmt.Println(client.Close(wire.StatusNormalClosure, ""))
	fmt.Println(<-ended)
	// Output:
	// Hello <nil>
	// <nil>
	// <nil>
}

// A read that waits too long ends, the connection does not.
func ExampleConn_Read() {
	ctx := context.Background()
	client, server := connected()
	defer client.CloseNow()
	defer server.CloseNow()

	soon, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	_, _, err := client.Read(soon)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))

	if err := server.Write(ctx, ref.Text, []byte("at last")); err != nil {
		log.Fatal(err)
	}
	typ, message, err := client.Read(ctx)
	fmt.Printf("%v %q %v\n", typ, message, err)
	// Output:
	// true
	// text "at last" <nil>
}

// The loop ends by itself when the peer closes.
func ExampleConn_Messages() {
	ctx := context.Background()
	client, server := connected()
	defer client.CloseNow()
	go func() {
		for _, word := range []string{"one", "two", "three"} {
			if err := server.Write(ctx, ref.Text, []byte(word)); err != nil {
				log.Print(err)
			}
		}
		_ = server.Close(wire.StatusGoingAway, "that is all")
	}()
	for message, err := range client.Messages(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s\n", message.Data)
	}
	// Output:
	// one
	// two
	// three
}

// A message too large for memory is read piece by piece.
func ExampleConn_NextReader() {
	ctx := context.Background()
	client, server := connected()
	defer client.CloseNow()
	defer server.CloseNow()
	go func() { _ = server.Write(ctx, ref.Binary, make([]byte, 1_000_000)) }()

	typ, r, err := client.NextReader(ctx)
	if err != nil {
		log.Fatal(err)
	}
	n, err := io.Copy(io.Discard, r)
	fmt.Println(typ, n, err)
	// Output:
	// binary 1000000 <nil>
}

// Text has to be UTF-8, and what is not is refused before anything is sent.
func ExampleConn_Write() {
	ctx := context.Background()
	client, server := connected()
	defer client.CloseNow()
	defer server.CloseNow()
	fmt.Println(client.Write(ctx, ref.Text, []byte("caf\xe9")))
	fmt.Println(client.Write(ctx, ref.Binary, []byte("caf\xe9")))
	// Output:
	// write: text message of 4 octets that is not UTF-8 (RFC 6455 8.1)
	// <nil>
}

// What is written as it is made goes out in fragments.
func ExampleConn_NextWriter() {
	ctx := context.Background()
	client, server := connected()
	defer client.CloseNow()
	defer server.CloseNow()
	w, err := client.NextWriter(ctx, ref.Text)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(w).Encode(map[string]int{"answer": 42}); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	_, message, err := server.Read(ctx)
	fmt.Printf("%s%v\n", message, err)
	// Output:
	// {"answer":42}
	// <nil>
}

// Somebody has to be reading while Ping waits for its Pong.
func ExampleConn_Ping() {
	ctx := context.Background()
	client, server := connected()
	defer client.CloseNow()
	defer server.CloseNow()
	go func() { _, _, _ = server.Read(ctx) }() // answers the Ping
	go func() { _, _, _ = client.Read(ctx) }() // hears the Pong

	roundTrip, err := client.Ping(ctx)
	fmt.Println(roundTrip > 0, err)
	// Output:
	// true <nil>
}

// A heartbeat of one's own, beside what Ping and KeepAlive do.
func ExampleConn_OnPong() {
	ctx := context.Background()
	client, server := connected()
	defer client.CloseNow()
	defer server.CloseNow()
	go func() { _, _, _ = server.Read(ctx) }()

	heard := make(chan string)
	client.OnPong(func(data []byte) { heard <- string(data) })
	go func() { _, _, _ = client.Read(ctx) }()
	if err := client.SendPing(ctx, []byte("beat")); err != nil {
		log.Fatal(err)
	}
	fmt.Println(<-heard)
	// Output:
	// beat
}

// Each end learns the code and the reason of the other.
func ExampleConn_Close() {
	ctx := context.Background()
	client, server := connected()
	go func() { _ = server.Close(4000, "room closed") }()

	_, _, err := client.Read(ctx)
	fmt.Println(err)
	fmt.Println(client.State(), client.Close(wire.StatusNormalClosure, "")) // too late, and no error

	// What may not be sent is refused, and nothing happens.
	_, other := connected()
	defer other.CloseNow()
	fmt.Println(other.Close(wire.StatusAbnormalClosure, ""))
	fmt.Println(other.State())
	// Output:
	// closed by the peer: 4000 (private use) "room closed"
	// closed <nil>
	// close: Close frame with status code 1006 (abnormal closure) (RFC 6455 7.4.1)
	// open
}

// A feed, which only writes: Pings and the peer's Close are seen to.
func ExampleConn_CloseRead() {
	client, server := connected()
	ctx := server.CloseRead(context.Background())
	go func() {
		for i := 0; ctx.Err() == nil; i++ {
			if err := server.Write(ctx, ref.Text, fmt.Append(nil, "news ", i)); err != nil {
				return
			}
		}
	}()
	_, message, err := client.Read(ctx)
	fmt.Printf("%s %v\n", message, err)
	fmt.Println(client.Close(wire.StatusGoingAway, "enough"))
	<-ctx.Done()
	fmt.Println(context.Cause(ctx))
	// Output:
	// news 0 <nil>
	// <nil>
	// closed by the peer: 1001 (going away) "enough"
}

// An audience, which only reads.
func ExampleConn_CloseWrite() {
	ctx := context.Background()
	client, server := connected()
	defer client.CloseNow()
	defer server.CloseNow()
	client.CloseWrite()
	fmt.Println(errors.Is(client.Write(ctx, ref.Text, []byte("boo")), ref.ErrReadOnly))
	if err := server.Write(ctx, ref.Text, []byte("To be, or not to be")); err != nil {
		log.Fatal(err)
	}
	_, message, err := client.Read(ctx)
	fmt.Printf("%s %v\n", message, err)
	// Output:
	// true
	// To be, or not to be <nil>
}

// One frame for everybody.
func ExampleNewPreparedMessage() {
	ctx := context.Background()
	message, err := ref.NewPreparedMessage(ref.Text, []byte(strings.Repeat("to everybody ", 3)))
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		client, server := connected()
		defer client.CloseNow()
		defer server.CloseNow()
		if err := server.WritePrepared(ctx, message); err != nil {
			log.Print(err) // one that is lost is no reason to stop
			continue
		}
		_, got, err := client.Read(ctx)
		fmt.Printf("%s%v\n", got, err)
	}
	// Output:
	// to everybody to everybody to everybody <nil>
	// to everybody to everybody to everybody <nil>
	// to everybody to everybody to everybody <nil>
}

func ExampleCloseStatus() {
	client, server := connected()
	go func() { _ = server.Close(wire.StatusServiceRestart, "") }()
	_, _, err := client.Read(context.Background())
	switch ref.CloseStatus(err) {
	case wire.StatusServiceRestart, wire.StatusTryAgainLater:
		fmt.Println("come again")
	case 0:
		fmt.Println("the connection is not closed")
	}
	// Output:
	// come again
}

// The ends that one expects are no reason for a line in the log.
func ExampleIsNormalClose() {
	for _, code := range []wire.StatusCode{wire.StatusNormalClosure, wire.StatusInternalServerError} {
		client, server := connected()
		go func() { _ = server.Close(code, "") }()
		_, _, err := client.Read(context.Background())
		fmt.Println(code, ref.IsNormalClose(err))
	}
	// Output:
	// 1000 (normal closure) true
	// 1011 (internal server error) false
}

// What somebody broke, by the clause.
func ExampleCloseError() {
	client, server, err := ref.Pipe(nil, &ref.AcceptOptions{Limits: ref.Limits{Message: 10}})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	if err := client.Write(ctx, ref.Text, []byte("more than ten octets")); err != nil {
		log.Fatal(err)
	}
	go func() { _, _, _ = client.Read(ctx) }() // takes the server's Close
	_, _, err = server.Read(ctx)
	var closed *ref.CloseError
	var broken *wire.Violation
	if errors.As(err, &closed) && errors.As(err, &broken) {
		fmt.Println(closed.Code, closed.Remote, broken.Rule.ID)
		fmt.Println(broken)
	}
	// Output:
	// 1009 (message too big) false RFC6455-10.4-1
	// text message of at least 20 octets, the limit is 10 (RFC 6455 10.4)
}
