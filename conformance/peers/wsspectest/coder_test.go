package wsspectest_test

import (
	"context"
	"flag"
	"io"
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"github.com/wsspec/wsspec/conformance/wsspectest"
)

var renew = flag.Bool("renew", false, "write the known failures anew")

func TestCoder(t *testing.T) {
	t.Parallel() // with the test of the other library
	known := []wsspectest.Option{wsspectest.Agent("coder"), wsspectest.Baseline("testdata/known.json"), wsspectest.RenewBaseline(*renew)}
	wsspectest.Server(t, http.HandlerFunc(serve), known...)
	wsspectest.Client(t, dial, known...)
}

func serve(w http.ResponseWriter, r *http.Request) {
	if conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover}); err == nil {
		echo(conn)
	}
}

func dial(ctx context.Context, url string) error {
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover})
	if err == nil {
		echo(conn)
	}
	return err
}

func echo(conn *websocket.Conn) {
	defer conn.CloseNow()
	conn.SetReadLimit(32 << 20)
	for {
		kind, r, err := conn.Reader(context.Background())
		if err != nil {
			return
		}
		w, err := conn.Writer(context.Background(), kind)
		if err != nil {
			return
		}
		if _, err := io.Copy(w, r); err != nil || w.Close() != nil {
			return
		}
	}
}
