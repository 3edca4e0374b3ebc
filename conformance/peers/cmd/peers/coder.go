package main

import (
	"context"
	"io"
	"net/http"

	"github.com/coder/websocket"
)

func serveCoder(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // skips the origin check, not a TLS check
		CompressionMode:    websocket.CompressionContextTakeover,
	})
	if err != nil {
		return // Accept has responded
	}
	echoCoder(conn)
}

func connectCoder(ctx context.Context, url string) error {
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		CompressionMode: websocket.CompressionContextTakeover,
	})
	if err != nil {
		return err
	}
	echoCoder(conn)
	return nil
}

func echoCoder(conn *websocket.Conn) {
	defer conn.CloseNow()
	conn.SetReadLimit(maxMessage)
	for {
		if err := echoCoderMessage(context.Background(), conn); err != nil {
			return
		}
	}
}

func echoCoderMessage(ctx context.Context, conn *websocket.Conn) error {
	messageType, r, err := conn.Reader(ctx)
	if err != nil {
		return err
	}
	w, err := conn.Writer(ctx, messageType)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, r); err != nil {
		return err
	}
	return w.Close()
}
