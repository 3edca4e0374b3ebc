package ref_test

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/wsspec/wsspec/ref"
)

// A protocol of lines, which knows nothing of messages.
func ExampleNetConn() {
	s := httptest.NewServer(ref.EchoHandler(nil))
	defer s.Close()
	conn, _, err := ref.Dial(context.Background(), s.URL, nil)
	if err != nil {
		log.Fatal(err)
	}
	stream, err := ref.NetConn(conn, ref.Binary)
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	fmt.Fprint(stream, "Hel")
	fmt.Fprint(stream, "lo\n")
	line, err := bufio.NewReader(stream).ReadString('\n')
	fmt.Printf("%q %v\n", line, err)
	// Output:
	// "Hello\n" <nil>
}
