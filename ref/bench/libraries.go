package main

import (
	"context"
	"io"
	"net"
	"net/http"

	coder "github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/gorilla/websocket"
	"github.com/lxzan/gws"
	xnet "golang.org/x/net/websocket"

	"github.com/wsspec/wsspec/ref"
)

// A compression says how a server compresses.
type compression int

const (
	plain compression = iota
	takeover
	noTakeover
)

// A library is one way to write an echo server.
type library struct {
	name string
	// serve echoes on every connection of the listener until that is closed.
	serve func(l net.Listener, c compression)
	// compresses says which kinds of compression it can do.
	compresses map[compression]bool
}

const maxMessage = 64 << 20

// sunkSize is the size of the messages that no server answers, so that a stream
// in one direction can be measured.
const sunkSize = 16

func isSunk(size int) bool { return size == sunkSize }

var all = map[compression]bool{takeover: true, noTakeover: true}

var libraries = []library{
	{"floor", func(l net.Listener, _ compression) { serveFloor(l) }, nil},
	{"ref", serveRef(refEcho), all},
	{"ref-readwrite", serveRef(refReadWrite), all},
	{"ref-stream", serveRef(refStream), all}, // also answers messages that are sunk
	{"gorilla", serveGorilla, map[compression]bool{noTakeover: true}},
	{"coder", serveCoder(coderReadWrite), all},
	{"coder-stream", serveCoder(coderStream), all},
	{"gobwas", serveGobwas(gobwasMessages), nil},
	{"gobwas-low", serveGobwas(gobwasFrames), nil},
	{"gws", serveGWS, all},
	{"xnet", serveXNet, nil},
}

func serveRef(echo func(context.Context, *ref.Conn) error) func(net.Listener, compression) {
	return func(l net.Listener, c compression) {
		options := &ref.AcceptOptions{Limits: ref.Limits{Message: maxMessage}}
		if c != plain {
			options.Compression = &ref.Compression{Level: 1, ServerNoContextTakeover: c == noTakeover, ClientNoContextTakeover: c == noTakeover}
		}
		s := &ref.Server{Options: options, ErrorHandler: func(c *ref.Conn, r *http.Request) error {
			return echo(context.Background(), c)
		}}
		_ = s.Serve(l)
	}
}

func refReadWrite(ctx context.Context, c *ref.Conn) error {
	for {
		typ, message, err := c.Read(ctx)
		if err != nil {
			return err
		}
		if isSunk(len(message)) {
			continue
		}
		if err := c.Write(ctx, typ, message); err != nil {
			return err
		}
	}
}

// refEcho is ref.Echo, but for messages that are sunk.
func refEcho(ctx context.Context, c *ref.Conn) error {
	back := func(typ ref.MessageType, data []byte) error {
		if isSunk(len(data)) {
			return nil
		}
		return c.Write(ctx, typ, data)
	}
	for {
		if err := c.ReadFunc(ctx, back); err != nil {
			return err
		}
	}
}

func refStream(ctx context.Context, c *ref.Conn) error {
	buffer := make([]byte, 32<<10)
	for {
		typ, r, err := c.NextReader(ctx)
		if err != nil {
			return err
		}
		w, err := c.NextWriter(ctx, typ)
		if err != nil {
			return err
		}
		if _, err := io.CopyBuffer(w, r, buffer); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
}

// serveHTTP runs a handler the way each library's documentation does.
func serveHTTP(l net.Listener, handler http.HandlerFunc) {
	_ = (&http.Server{Handler: handler}).Serve(l)
}

func serveGorilla(l net.Listener, c compression) {
	upgrader := websocket.Upgrader{EnableCompression: c != plain}
	serveHTTP(l, func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			typ, message, err := conn.ReadMessage()
			if err != nil {
				return
			}
			if isSunk(len(message)) {
				continue
			}
			if err := conn.WriteMessage(typ, message); err != nil {
				return
			}
		}
	})
}

func serveCoder(echo func(*coder.Conn) error) func(net.Listener, compression) {
	return func(l net.Listener, c compression) {
		options := &coder.AcceptOptions{CompressionMode: map[compression]coder.CompressionMode{
			plain: coder.CompressionDisabled, takeover: coder.CompressionContextTakeover, noTakeover: coder.CompressionNoContextTakeover,
		}[c]}
		serveHTTP(l, func(w http.ResponseWriter, r *http.Request) {
			conn, err := coder.Accept(w, r, options)
			if err != nil {
				return
			}
			defer conn.CloseNow()
			conn.SetReadLimit(maxMessage)
			_ = echo(conn)
		})
	}
}

func coderReadWrite(c *coder.Conn) error {
	for {
		typ, message, err := c.Read(context.Background())
		if err != nil {
			return err
		}
		if isSunk(len(message)) {
			continue
		}
		if err := c.Write(context.Background(), typ, message); err != nil {
			return err
		}
	}
}

func coderStream(c *coder.Conn) error {
	buffer := make([]byte, 32<<10)
	for {
		typ, r, err := c.Reader(context.Background())
		if err != nil {
			return err
		}
		w, err := c.Writer(context.Background(), typ)
		if err != nil {
			return err
		}
		if _, err := io.CopyBuffer(w, r, buffer); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
}

func serveGobwas(echo func(net.Conn) error) func(net.Listener, compression) {
	return func(l net.Listener, _ compression) {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := ws.Upgrade(conn); err == nil {
					_ = echo(conn)
				}
			}()
		}
	}
}

func gobwasMessages(conn net.Conn) error {
	for {
		message, op, err := wsutil.ReadClientData(conn)
		if err != nil {
			return err
		}
		if isSunk(len(message)) {
			continue
		}
		if err := wsutil.WriteServerMessage(conn, op, message); err != nil {
			return err
		}
	}
}

// gobwasFrames is the low-level loop of the library's README, with its own
// buffer for each connection.
func gobwasFrames(conn net.Conn) error {
	buffered := newReader(conn, 4096)
	var payload []byte
	for {
		h, err := ws.ReadHeader(buffered)
		if err != nil {
			return err
		}
		if int64(cap(payload)) < h.Length {
			payload = make([]byte, h.Length)
		}
		payload = payload[:h.Length]
		if _, err := io.ReadFull(buffered, payload); err != nil {
			return err
		}
		if h.Masked {
			ws.Cipher(payload, h.Mask, 0)
		}
		h.Masked = false
		if h.OpCode == ws.OpClose {
			return nil
		}
		if isSunk(len(payload)) {
			continue
		}
		if err := ws.WriteFrame(conn, ws.Frame{Header: h, Payload: payload}); err != nil {
			return err
		}
	}
}

type gwsEcho struct{ gws.BuiltinEventHandler }

func (gwsEcho) OnPing(c *gws.Conn, p []byte) { _ = c.WritePong(p) }

func (gwsEcho) OnMessage(c *gws.Conn, m *gws.Message) {
	defer m.Close()
	if isSunk(len(m.Bytes())) {
		return
	}
	_ = c.WriteMessage(m.Opcode, m.Bytes())
}

func serveGWS(l net.Listener, c compression) {
	upgrader := gws.NewUpgrader(gwsEcho{}, &gws.ServerOption{
		CheckUtf8Enabled:    true,
		ReadMaxPayloadSize:  maxMessage,
		WriteMaxPayloadSize: maxMessage,
		PermessageDeflate: gws.PermessageDeflate{
			Enabled: c != plain, ServerContextTakeover: c == takeover, ClientContextTakeover: c == takeover,
			ServerMaxWindowBits: 15, ClientMaxWindowBits: 15,
		},
	})
	serveHTTP(l, func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r)
		if err != nil {
			return
		}
		go conn.ReadLoop() // as its documentation does, so that the request is let go of
	})
}

func serveXNet(l net.Listener, _ compression) {
	s := xnet.Server{Handler: func(conn *xnet.Conn) {
		conn.MaxPayloadBytes = maxMessage
		var message []byte
		for {
			if err := xnet.Message.Receive(conn, &message); err != nil {
				return
			}
			if isSunk(len(message)) {
				continue
			}
			if err := xnet.Message.Send(conn, message); err != nil {
				return
			}
		}
	}}
	_ = (&http.Server{Handler: s}).Serve(l)
}
