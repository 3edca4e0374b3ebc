package main

import (
	"context"
	"net/http"

	"github.com/gorilla/websocket"
)

// The upgrader and the dialer have the default buffer sizes, which determine the
// fragmentation of a client's echo and of a compressed echo.
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
		return // Upgrade has responded
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

// echoGorilla does not check UTF-8, so it echoes invalid text: ReadMessage leaves the
// check to the application.
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
