package overhttp2

import (
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/conformance/faulty"
)

// Serve accepts connections of HTTP/2 with prior knowledge (RFC 9113 3.3) and runs a server
// with the fault on each, until ctx ends or l is closed. It returns when every connection has
// ended. A listener that speaks TLS and selects h2 makes it a server of wss. Inside each
// stream there is a peer with the other fault, which may be the zero Fault.
func Serve(ctx context.Context, l net.Listener, f Fault, inside faulty.Fault) error {
	var all whole
	return faulty.Accept(ctx, l, func(ctx context.Context, conn net.Conn) { serveConn(ctx, conn, f, inside, &all) })
}

// whole is what all connections of a server share.
type whole struct {
	mu     sync.Mutex
	resets int
}

// A server is a server on one connection of HTTP/2. Each extended CONNECT gets a peer
// of its own, which reads an opening request of HTTP/1.1 and answers with a response of it:
// the stream translates both.
type server struct {
	habits
	ctx    context.Context
	conn   net.Conn
	inside faulty.Fault
	whole  *whole
	reader *http2.Framer
	fields *hpack.Decoder
	peers  sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond
	writer  *http2.Framer
	block   strings.Builder
	encoder *hpack.Encoder
	streams map[uint32]*stream
	window  int64
	initial int64
	closed  bool
}

// habits are what a fault can replace below WebSocket. A correct server leaves the
// optional ones nil.
type habits struct {
	// settings are those of the first SETTINGS frame.
	settings []http2.Setting
	// began runs behind it.
	began func()
	// forgives reports whether the server ignores what is wrong with a request.
	forgives func(what string) bool
	// response changes the fields of a response.
	response func(*[]hpack.HeaderField)
	// asked sees the fields of each request, and reports whether it is refused with 400.
	asked func([]hpack.HeaderField) bool
	// ends ends the server's half of a stream.
	ends func(*stream)
	// data gets the octets of a DATA frame and its padding, and returns those that count.
	data func(f *http2.DataFrame) []byte
	// frame sees each frame, and reports whether the connection ends.
	frame func(http2.Frame) bool
	// budget is how many octets of so many a stream may send now; 0 is to wait.
	budget func(s *stream, n int) int
	// plain answers a request that is no WebSocket.
	plain func(id uint32)
	// headers takes in a list of fields, and reports whether the connection goes on.
	headers func(*http2.HeadersFrame) bool
	// opens takes octets of a peer until its opening request or response is whole, and returns
	// those behind it.
	opens func(*stream, []byte) (rest []byte)
	// ending: a stream whose other half has ended is ended in order when it is closed.
	ending bool
}

// prefaceTime limits the wait for the preface of the client.
const prefaceTime = 10 * time.Second

func serveConn(ctx context.Context, conn net.Conn, f Fault, inside faulty.Fault, all *whole) {
	h := newServer(ctx, conn, inside, all)
	if f.alter != nil {
		f.alter(h)
	}
	defer h.peers.Wait()
	defer h.end()
	defer context.AfterFunc(ctx, h.end)()
	preface := make([]byte, len(http2.ClientPreface))
	_ = conn.SetReadDeadline(time.Now().Add(prefaceTime))
	if _, err := io.ReadFull(conn, preface); err != nil || string(preface) != http2.ClientPreface {
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	h.write(func(w *http2.Framer) error { return w.WriteSettings(h.settings...) })
	h.began()
	h.readAll()
}

// newServer makes a correct server, which has not read anything yet.
func newServer(ctx context.Context, conn net.Conn, inside faulty.Fault, all *whole) *server {
	h := &server{
		ctx: ctx, conn: conn, inside: inside, whole: all, fields: hpack.NewDecoder(4096, nil),
		streams: map[uint32]*stream{}, window: 65535, initial: 65535,
	}
	h.fields.SetMaxStringLength(1 << 16)
	h.changed = sync.NewCond(&h.mu)
	h.writer, h.reader = http2.NewFramer(conn, nil), http2.NewFramer(nil, conn)
	h.writer.AllowIllegalWrites = true
	h.encoder = hpack.NewEncoder(&h.block)
	h.habits = h.correct()
	return h
}

// readAll reads frames until the connection ends.
func (h *server) readAll() {
	for {
		f, err := h.reader.ReadFrame()
		if err != nil || h.frame != nil && h.frame(f) || !h.handle(f) {
			return
		}
	}
}

// correct returns the habits of a correct server.
func (h *server) correct() habits {
	return habits{
		settings: []http2.Setting{{ID: http2.SettingEnableConnectProtocol, Val: 1}},
		began:    func() {},
		forgives: func(string) bool { return false },
		response: func(*[]hpack.HeaderField) {},
		asked:    func([]hpack.HeaderField) bool { return false },
		ends:     func(s *stream) { s.sendEnd() },
		data:     (*http2.DataFrame).Data,
		budget:   func(s *stream, n int) int { return min(n, int(min(s.window, h.window)), 16<<10) },
		plain: func(id uint32) {
			h.respond(id, []hpack.HeaderField{{Name: ":status", Value: "404"}}, true)
		},
		headers: h.takeRequest,
		opens:   (*stream).takeResponse,
	}
}

// end ends the connection, and wakes the streams.
func (h *server) end() {
	_ = h.conn.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.changed.Broadcast()
}

// write writes a frame.
func (h *server) write(frame func(*http2.Framer) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_ = frame(h.writer)
}

// handle handles a frame, and reports whether the connection goes on.
func (h *server) handle(f http2.Frame) bool {
	id := f.Header().StreamID
	switch f := f.(type) {
	case *http2.SettingsFrame:
		if f.IsAck() {
			return true
		}
		if v, ok := f.Value(http2.SettingInitialWindowSize); ok {
			h.mu.Lock()
			for _, s := range h.streams {
				s.window += int64(v) - h.initial
			}
			h.initial = int64(v)
			h.changed.Broadcast()
			h.mu.Unlock()
		}
		h.write((*http2.Framer).WriteSettingsAck)
	case *http2.PingFrame:
		if !f.IsAck() {
			h.write(func(w *http2.Framer) error { return w.WritePing(true, f.Data) })
		}
	case *http2.WindowUpdateFrame:
		h.mu.Lock()
		if s := h.streams[id]; s != nil {
			s.window += int64(f.Increment)
		} else if id == 0 {
			h.window += int64(f.Increment)
		}
		h.changed.Broadcast()
		h.mu.Unlock()
	case *http2.HeadersFrame:
		return h.headers(f)
	case *http2.DataFrame:
		h.takeData(f)
	case *http2.RSTStreamFrame:
		h.mu.Lock()
		if s := h.streams[id]; s != nil {
			s.reset = true
			delete(h.streams, id)
		}
		h.changed.Broadcast()
		h.mu.Unlock()
	}
	return true
}

// takeData gives the octets of a DATA frame to its stream, and the client new windows.
func (h *server) takeData(f *http2.DataFrame) {
	id, size := f.StreamID, f.Length
	octets := slices.Clone(h.data(f))
	h.mu.Lock()
	s := h.streams[id]
	if s != nil {
		s.in = append(s.in, octets...)
		s.ended = s.ended || f.StreamEnded()
		h.changed.Broadcast()
	}
	h.mu.Unlock()
	if size == 0 {
		return
	}
	h.write(func(w *http2.Framer) error {
		if s != nil && !f.StreamEnded() {
			_ = w.WriteWindowUpdate(id, size)
		}
		return w.WriteWindowUpdate(0, size)
	})
}

// readFields reads the list of fields that a HEADERS frame begins.
func (h *server) readFields(f *http2.HeadersFrame) (fields []hpack.HeaderField, ok bool) {
	block, more := slices.Clone(f.HeaderBlockFragment()), !f.HeadersEnded()
	for more {
		next, err := h.reader.ReadFrame() // the framer takes nothing else here
		c, ok := next.(*http2.ContinuationFrame)
		if err != nil || !ok || h.frame != nil && h.frame(c) || len(block) > 64<<10 {
			return nil, false
		}
		block, more = append(block, c.HeaderBlockFragment()...), !c.HeadersEnded()
	}
	fields, err := h.fields.DecodeFull(block)
	return fields, err == nil
}

// takeRequest reads the list of fields of a request, and opens its stream.
func (h *server) takeRequest(f *http2.HeadersFrame) bool {
	id, ends := f.StreamID, f.StreamEnded()
	fields, ok := h.readFields(f)
	if !ok {
		return false
	}
	what := wrongWith(fields)
	switch {
	case what != "" && !h.forgives(what):
		h.write(func(w *http2.Framer) error { return w.WriteRSTStream(id, http2.ErrCodeProtocol) })
	case valueOf(fields, ":protocol") == "" && !h.forgives("no :protocol"):
		h.plain(id)
	case valueOf(fields, ":protocol") != "websocket" && !h.forgives("another :protocol") && !h.forgives("no :protocol"):
		h.respond(id, []hpack.HeaderField{{Name: ":status", Value: "501"}}, true)
	case h.asked(fields):
		h.respond(id, []hpack.HeaderField{{Name: ":status", Value: "400"}}, true)
	default:
		s := &stream{server: h, id: id, window: h.initial, in: requestOf(fields), ended: ends}
		h.mu.Lock()
		h.streams[id] = s
		h.mu.Unlock()
		h.peers.Go(func() { faulty.ServeConn(h.ctx, s, h.inside) })
	}
	return true
}

// respond writes the fields of a response.
func (h *server) respond(id uint32, fields []hpack.HeaderField, ends bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.block.Reset()
	for _, f := range fields {
		_ = h.encoder.WriteField(f)
	}
	_ = h.writer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: []byte(h.block.String()), EndHeaders: true, EndStream: ends})
}
