package faulty

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/quic-go/qpack"
	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/quicvarint"

	inner "github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/faulty/overhttp2"
	"github.com/wsspec/wsspec/ref/wire"
)

// Types of frames (RFC 9114 7.2), the setting (RFC 9220 5) and error codes (RFC 9114 8.1).
const (
	frameData     = 0x0
	frameHeaders  = 0x1
	frameSettings = 0x4
	frameGoAway   = 0x7
	// frameMaxPushID is the last type that is defined.
	frameMaxPushID = 0xd

	connectProtocol = 0x8

	codeNo       = 0x100
	codeProtocol = 0x101
	codeMessage  = 0x10e
	codeCanceled = 0x10c
)

// Serve accepts connections of QUIC on the socket and runs a server of HTTP/3 with the fault on
// each, until ctx ends. It returns when every connection has ended. Inside each stream there is
// a peer with the other fault, which may be the zero Fault.
func Serve(ctx context.Context, socket net.PacketConn, config *tls.Config, f Fault, inside inner.Fault) error {
	config = config.Clone()
	config.NextProtos = []string{"h3"}
	l, err := quic.Listen(socket, config, nil)
	if err != nil {
		return err
	}
	var conns sync.WaitGroup
	defer conns.Wait()
	defer l.Close()
	for {
		conn, err := l.Accept(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		conns.Go(func() { serveConn(ctx, conn, f, inside) })
	}
}

// A server is a server on one connection. Each extended CONNECT gets a peer of its own, which
// reads an opening request of HTTP/1.1 and answers with a response of it: the stream translates
// both.
type server struct {
	habits
	conn   *quic.Conn
	inside inner.Fault
	peers  sync.WaitGroup
}

// habits are what a fault can replace. A correct server has those of correct.
type habits struct {
	// control is what the server sends on its control stream; began runs behind it.
	control []byte
	began   func(control *quic.SendStream)
	// settings sees the settings of the client, frame each frame, with its stream or nil for
	// the control stream, and unknown each unidirectional stream that is not the control
	// stream: they report whether the connection ends.
	settings func(map[uint64]uint64) bool
	frame    func(s *stream, kind uint64, payload []byte) bool
	unknown  func(kind uint64) bool
	// forgives reports whether the server ignores what is wrong with a request.
	forgives func(what string) bool
	// asked sees the fields of each request, and reports whether it is refused with 400.
	asked func(wire.Fields) bool
	// response changes the fields of a response.
	response func(*wire.Fields)
	// data returns what counts of the payload of a DATA frame.
	data func([]byte) []byte
	// answered runs behind the response.
	answered func(*stream)
	// ends ends the server's half of a stream; reset runs when the client has reset one.
	ends  func(*stream)
	reset func(*stream)
	// unsupported is the status for another :protocol.
	unsupported string
	// plain answers a request that is no WebSocket.
	plain func(*stream)
}

// correct returns the habits of a correct server.
func correct() habits {
	return habits{
		control:     appendFrame([]byte{0}, frameSettings, settings(connectProtocol, 1)),
		began:       func(*quic.SendStream) {},
		settings:    func(map[uint64]uint64) bool { return false },
		frame:       func(*stream, uint64, []byte) bool { return false },
		unknown:     func(uint64) bool { return false },
		forgives:    func(string) bool { return false },
		asked:       func(wire.Fields) bool { return false },
		response:    func(*wire.Fields) {},
		data:        func(p []byte) []byte { return p },
		answered:    func(s *stream) { _, _ = s.quic.Write(appendFrame(nil, unknownType, []byte("grease"))) }, // RFC 9114 7.2.8
		ends:        func(s *stream) { _ = s.quic.Close() },
		reset:       func(*stream) {},
		unsupported: "501",
		plain:       func(s *stream) { s.refuse("404") },
	}
}

// settings is the payload of a SETTINGS frame: ids and values in turn.
func settings(numbers ...uint64) (payload []byte) {
	for _, n := range numbers {
		payload = quicvarint.Append(payload, n)
	}
	return payload
}

func appendFrame(b []byte, kind uint64, payload []byte) []byte {
	return append(quicvarint.Append(quicvarint.Append(b, kind), uint64(len(payload))), payload...)
}

// readFrame reads a frame whole.
func readFrame(r io.Reader) (kind uint64, payload []byte, err error) {
	b := quicvarint.NewReader(r)
	if kind, err = quicvarint.Read(b); err != nil {
		return 0, nil, err
	}
	n, err := quicvarint.Read(b)
	const most = 32 << 20
	if err != nil || n > most {
		return 0, nil, io.ErrUnexpectedEOF
	}
	payload = make([]byte, n)
	if _, err = io.ReadFull(r, payload); errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return kind, payload, err
}

func serveConn(ctx context.Context, conn *quic.Conn, f Fault, inside inner.Fault) {
	h := &server{habits: correct(), conn: conn, inside: inside}
	if f.alter != nil {
		f.alter(h)
	}
	defer h.peers.Wait()
	defer context.AfterFunc(ctx, func() { h.end(codeNo) })()
	control, err := conn.OpenUniStream()
	if err != nil {
		return
	}
	if _, err := control.Write(h.control); err != nil {
		return
	}
	h.began(control)
	h.peers.Go(h.takeStreams)
	for {
		s, err := conn.AcceptStream(ctx)
		if err != nil {
			h.end(codeNo)
			return
		}
		h.peers.Go(func() { h.serveStream(ctx, &stream{server: h, quic: s}) })
	}
}

// end ends the connection.
func (h *server) end(code quic.ApplicationErrorCode) { _ = h.conn.CloseWithError(code, "") }

// takeStreams reads the unidirectional streams of the client.
func (h *server) takeStreams() {
	for {
		s, err := h.conn.AcceptUniStream(context.Background())
		if err != nil {
			return
		}
		h.peers.Go(func() { h.takeStream(s) })
	}
}

// takeStream reads one of them.
func (h *server) takeStream(s *quic.ReceiveStream) {
	kind, err := quicvarint.Read(quicvarint.NewReader(s))
	if err != nil {
		return
	}
	if kind != 0 {
		if h.unknown(kind) {
			h.end(codeProtocol)
		}
		_, _ = io.Copy(io.Discard, s)
		return
	}
	for first := true; ; first = false {
		frame, payload, err := readFrame(s)
		switch {
		case err != nil:
			return
		case first && h.settings(parse(payload)), !first && h.frame(nil, frame, payload):
			h.end(codeProtocol)
		}
	}
}

// parse reads the payload of a SETTINGS frame.
func parse(payload []byte) map[uint64]uint64 {
	found := map[uint64]uint64{}
	for len(payload) > 0 {
		id, n, err := quicvarint.Parse(payload)
		if err != nil {
			break
		}
		value, m, err := quicvarint.Parse(payload[n:])
		if err != nil {
			break
		}
		found[id], payload = value, payload[n+m:]
	}
	return found
}

// serveStream serves one request.
func (h *server) serveStream(ctx context.Context, s *stream) {
	kind, block, err := readFrame(s.quic)
	if err != nil || kind != frameHeaders {
		h.end(codeProtocol)
		return
	}
	var fields wire.Fields
	next := qpack.NewDecoder().Decode(block)
	for {
		f, err := next()
		if err != nil {
			break
		}
		fields = append(fields, wire.Field{Name: f.Name, Value: f.Value})
	}
	request, wrong := overhttp2.Request(fields)
	protocol, _ := fields.Get(":protocol")
	switch {
	case h.frame(s, kind, block):
		h.end(codeProtocol)
	case wrong != "" && !h.forgives(wrong):
		s.quic.CancelWrite(codeMessage)
		s.quic.CancelRead(codeMessage)
	case protocol == "" && !h.forgives("no :protocol"):
		h.plain(s)
	case protocol != "websocket" && !h.forgives("another :protocol") && !h.forgives("no :protocol"):
		s.refuse(h.unsupported)
	case h.asked(fields):
		s.refuse("400")
	default:
		s.in = request
		inner.ServeConn(ctx, s, h.inside)
	}
}

// encode compresses a list of fields.
func encode(fields wire.Fields) []byte {
	var b bytes.Buffer
	e := qpack.NewEncoder(&b)
	for _, f := range fields {
		_ = e.WriteField(qpack.HeaderField{Name: f.Name, Value: f.Value})
	}
	return b.Bytes()
}
