package ref_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"

	"github.com/wsspec/wsspec/ref"
)

// A write that fails is logged, with the clause; the program need not look.
func ExampleConn_WriteGuarded() {
	s := httptest.NewServer(ref.EchoHandler(nil))
	defer s.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case "time", "local", "remote": // they differ from run to run
				return slog.Attr{}
			}
			return a
		},
	}))
	ctx := context.Background()
	_ = ref.WithConn(ctx, s.URL, &ref.DialOptions{Logger: logger}, func(conn *ref.Conn) error {
		conn.WriteGuarded(ctx, ref.Text, []byte("\xff"))
		return nil
	})
	// Output:
	// level=WARN msg="write failed" conn.role=client conn.state=open error="write: text message of 1 octets that is not UTF-8 (RFC 6455 8.1)"
}
