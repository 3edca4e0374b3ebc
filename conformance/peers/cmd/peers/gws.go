package main

import (
	"context"
	"net/http"

	"github.com/lxzan/gws"
)

// gwsDeflate leaves the window bits to the library: 12 in both directions for
// a server that keeps its contexts, 15 for a client.
var gwsDeflate = gws.PermessageDeflate{
	Enabled:               true,
	ServerContextTakeover: true,
	ClientContextTakeover: true,
}

var gwsUpgrader = gws.NewUpgrader(gwsEcho{}, &gws.ServerOption{
	CheckUtf8Enabled:    true,
	Recovery:            gws.Recovery,
	PermessageDeflate:   gwsDeflate,
	ReadMaxPayloadSize:  maxMessage,
	WriteMaxPayloadSize: maxMessage,
})

// serveGWS reads in the request's own goroutine, where the documentation
// starts another to let go of the request: here the handler's end has to be
// the connection's.
func serveGWS(w http.ResponseWriter, r *http.Request) {
	conn, err := gwsUpgrader.Upgrade(w, r)
	if err != nil {
		return // Upgrade has answered the request
	}
	conn.ReadLoop()
}

// connectGWS has no use for a context: the library bounds the opening
// handshake itself, at 5 s for dialling and 5 s for the answer.
func connectGWS(_ context.Context, url string) error {
	conn, _, err := gws.NewClient(gwsEcho{}, &gws.ClientOption{
		Addr:                url,
		CheckUtf8Enabled:    true,
		PermessageDeflate:   gwsDeflate,
		ReadMaxPayloadSize:  maxMessage,
		WriteMaxPayloadSize: maxMessage,
	})
	if err != nil {
		return err
	}
	conn.ReadLoop()
	return nil
}

// gwsEcho is the event handler. The library leaves the pong to it.
type gwsEcho struct {
	gws.BuiltinEventHandler
}

func (gwsEcho) OnPing(conn *gws.Conn, payload []byte) {
	_ = conn.WritePong(payload)
}

func (gwsEcho) OnMessage(conn *gws.Conn, message *gws.Message) {
	defer message.Close()
	_ = conn.WriteMessage(message.Opcode, message.Bytes())
}
