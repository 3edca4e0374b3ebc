package ref_test

import (
	"context"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// untimed leaves out the times, which differ from run to run.
type untimed struct{ slog.Handler }

func (h untimed) Handle(ctx context.Context, r slog.Record) error {
	r.Time = time.Time{}
	return h.Handler.Handle(ctx, r)
}

// What a client sends and gets, frame by frame. In a program it is
// slog.New(ref.NewFrameHandler(os.Stderr, nil)).
func ExampleNewFrameHandler() {
	ctx := context.Background()
	logger := slog.New(untimed{ref.NewFrameHandler(os.Stdout, nil)})
	client, server, err := ref.Pipe(&ref.DialOptions{Logger: logger}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseNow()
	defer server.CloseNow()
	go func() { _ = ref.Echo(ctx, server) }()

	if err := client.Write(ctx, ref.Text, []byte("Hello")); err != nil {
		log.Fatal(err)
	}
	if _, _, err := client.Read(ctx); err != nil {
		log.Fatal(err)
	}
	if err := client.Write(ctx, ref.Binary, []byte{0xca, 0xfe}); err != nil {
		log.Fatal(err)
	}
	if _, _, err := client.Read(ctx); err != nil {
		log.Fatal(err)
	}
	if err := client.Close(wire.StatusNormalClosure, "bye"); err != nil {
		log.Fatal(err)
	}
	// Output:
	// client → pipe text 5 "Hello"
	// client ← pipe text 5 "Hello"
	// client → pipe binary 2 cafe
	// client ← pipe binary 2 cafe
	// client → pipe close 1000 (normal closure) "bye"
	// client ← pipe close 1000 (normal closure)
}
