package main

import (
	"fmt"
	"net/http"

	"golang.org/x/net/websocket"
)

// xnetServer has no Handshake function, so it does not check the origin. The package
// supports no extensions.
var xnetServer = websocket.Server{Handler: echoXNet}

func serveXNet(w http.ResponseWriter, r *http.Request) {
	xnetServer.ServeHTTP(w, r)
}

// echoXNet uses a codec, because the io.Copy of the documentation echoes binary messages
// as text and splits them at the size of its buffer.
//
// As in the documentation, nothing answers a Close frame: the package closes the
// connection when the handler returns.
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

// xnetCodec keeps the type of a message, text or binary, which websocket.Message loses.
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
