package main

import (
	"fmt"
	"net/http"

	"golang.org/x/net/websocket"
)

// xnetServer has no Handshake function and thus no origin check. The package
// knows no extension.
var xnetServer = websocket.Server{Handler: echoXNet}

func serveXNet(w http.ResponseWriter, r *http.Request) {
	xnetServer.ServeHTTP(w, r)
}

// echoXNet receives and sends through a codec: the documentation's io.Copy
// sends binary data back as text, and cuts it at the copy's buffer.
//
// As there, nothing answers a Close frame: the package ends the connection
// when the handler returns.
func echoXNet(conn *websocket.Conn) {
	for {
		var message xnetMessage
		if err := xnetCodec.Receive(conn, &message); err != nil {
			return
		}
		if err := xnetCodec.Send(conn, message); err != nil {
			return
		}
	}
}

type xnetMessage struct {
	payloadType byte
	data        []byte
}

// xnetCodec keeps what websocket.Message drops: whether it was text or binary.
var xnetCodec = websocket.Codec{
	Marshal: func(v any) ([]byte, byte, error) {
		message, ok := v.(xnetMessage)
		if !ok {
			return nil, websocket.UnknownFrame, fmt.Errorf("cannot send a %T", v)
		}
		return message.data, message.payloadType, nil
	},
	Unmarshal: func(data []byte, payloadType byte, v any) error {
		message, ok := v.(*xnetMessage)
		if !ok {
			return fmt.Errorf("cannot receive into a %T", v)
		}
		*message = xnetMessage{payloadType, data}
		return nil
	},
}
