package wsspectest_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/wsspec/wsspec/conformance/wsspectest"
)

var upgrader = websocket.Upgrader{EnableCompression: true, CheckOrigin: func(*http.Request) bool { return true }}

func TestGorilla(t *testing.T) {
	t.Parallel() // with the test of the other library
	known := []wsspectest.Option{wsspectest.Agent("gorilla"), wsspectest.Baseline("testdata/known.json"), wsspectest.RenewBaseline(*renew)}
	wsspectest.Server(t, func(w http.ResponseWriter, r *http.Request) {
		if conn, err := upgrader.Upgrade(w, r, nil); err == nil {
			echoGorilla(conn)
		}
	}, known...)
	wsspectest.Client(t, func(ctx context.Context, url string) error {
		dialer := websocket.Dialer{EnableCompression: true}
		conn, _, err := dialer.DialContext(ctx, url, nil)
		if err == nil {
			echoGorilla(conn)
		}
		return err
	}, known...)
}

func echoGorilla(conn *websocket.Conn) {
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil || conn.WriteMessage(kind, message) != nil {
			return
		}
	}
}
