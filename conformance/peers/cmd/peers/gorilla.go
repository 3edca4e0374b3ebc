package main

import (
	"context"
	"net/http"

	"github.com/gorilla/websocket"
)

// The upgrader and the dialer keep the default buffer sizes: they decide into
// how many fragments a client's, or a compressed, echo is cut.
var (
	gorillaUpgrader = websocket.Upgrader{
		EnableCompression: true,
		CheckOrigin:       func(*http.Request) bool { return true },
	}
	gorillaDialer = websocket.Dialer{
		EnableCompression: true,
	}
)

func serveGorilla(w http.ResponseWriter, r *http.Request) {
	conn, err := gorillaUpgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered the request
	}
	echoGorilla(conn)
}

func connectGorilla(ctx context.Context, url string) error {
	conn, _, err := gorillaDialer.DialContext(ctx, url, nil)
	if err != nil {
		return err
	}
	echoGorilla(conn)
	return nil
}

// echoGorilla does not look at the text it echoes, so text that is not UTF-8
// goes back as it came: ReadMessage leaves that check to the application.
func echoGorilla(conn *websocket.Conn) {
	defer conn.Close()
	for {
		messageType, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if err := conn.WriteMessage(messageType, message); err != nil {
			return
		}
	}
}
