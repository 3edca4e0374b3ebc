package main

import (
	"context"
	"net/http"

	"github.com/lxzan/gws"
)

// gwsDeflate uses the default window bits of the library: 12 in both directions for a
// server with context takeover, 15 for a client.
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

// serveGWS reads in the goroutine of the request. The documentation starts another
// goroutine, but here the handler must run until the connection ends.
func serveGWS(w http.ResponseWriter, r *http.Request) {
	conn, err := gwsUpgrader.Upgrade(w, r)
	if err != nil {
		return // Upgrade has responded
	}
	conn.ReadLoop()
}

// connectGWS ignores its context, because the library limits the opening handshake
// itself: 5 s for dialling and 5 s for the response.
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

// gwsEcho is the event handler. The library leaves the answer to a Ping to it.
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
