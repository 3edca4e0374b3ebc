// Command talk is the smallest client: it sends each line of its standard input
// as a text message, prints the answer, and closes when the input ends.
//
//	go run ./examples/talk ws://localhost:9001/
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: talk URL")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1], os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run talks until the input ends, or the connection does.
func run(ctx context.Context, url string, stdin io.Reader, stdout io.Writer) error {
	conn, _, err := ref.Dial(ctx, url, nil)
	if err != nil {
		return err
	}
	defer conn.CloseNow()

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
	if err := lines.Err(); err != nil {
		return err
	}
	return conn.Close(wire.StatusNormalClosure, "")
}
