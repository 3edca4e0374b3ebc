// Command talk is the smallest client: it sends each line of standard input as a text
// message, prints the answer, and closes the connection at the end of the input.
//
//	go run ./examples/talk ws://127.0.0.1:8080/
//	go run ./examples/talk -subprotocol words.count.example ws://127.0.0.1:8080/
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/wsspec/wsspec/ref"
)

func main() {
	subprotocol := flag.String("subprotocol", "", "`name` of the subprotocol to request")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: talk [-subprotocol NAME] URL, such as ws://127.0.0.1:8080/")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flag.Arg(0), *subprotocol, os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run sends lines until the input or the connection ends.
func run(ctx context.Context, url, subprotocol string, stdin io.Reader, stdout io.Writer) error {
	options := &ref.DialOptions{}
	if subprotocol != "" {
		options.Subprotocols = []string{subprotocol}
	}
	return ref.WithConn(ctx, url, options, func(conn *ref.Conn) error {
		lines := bufio.NewScanner(stdin)
		for lines.Scan() {
			if err := conn.Write(ctx, ref.Text, lines.Bytes()); err != nil {
				return err
			}
			_, answer, err := conn.Read(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(stdout, "%s\n", answer)
		}
		return lines.Err()
	})
}
