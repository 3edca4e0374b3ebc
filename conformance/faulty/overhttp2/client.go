package overhttp2

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/ref/wire"
)

// A client is a client on one connection of HTTP/2, with one stream. Its peer writes an opening
// request of HTTP/1.1 and reads a response of it: the stream translates both. Frames, windows
// and the end of the stream are those of a server.
type client struct {
	*server
	url *url.URL
	// settled: the first SETTINGS of the server have come. permitted: so has the setting.
	settled, permitted bool
	// key is that of the request of HTTP/1.1.
	key string

	// premature: the request waits for no SETTINGS. unpermitted: it does not need the setting.
	premature, unpermitted bool
	// asked begins to read.
	asked func()
	// asks changes the fields of the request.
	asks func(*[]hpack.HeaderField)
	// overlooks reports whether the client ignores what is wrong with a response.
	overlooks func(what string) bool
	// wants reports whether the client takes a response that opens the connection.
	wants func([]hpack.HeaderField) bool
}

// errNotPermitted is how a client ends that may not send an extended CONNECT.
var errNotPermitted = errors.New("the server does not permit extended CONNECT")

// Connect connects to a ws: URL over HTTP/2 with prior knowledge (RFC 9113 3.3) and runs a client
// with the fault, until the connection or ctx ends. Inside the stream there is a peer with the
// other fault, which may be the zero Fault. The error says why it could not connect.
func Connect(ctx context.Context, rawURL string, f Fault, inside faulty.Fault) error {
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme != "ws" {
		return fmt.Errorf("unsupported URL %q: it must begin with ws://", rawURL)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return err
	}
	h := newServer(ctx, conn, inside, &whole{})
	h.settings = []http2.Setting{{ID: http2.SettingEnablePush, Val: 0}}
	c := &client{
		server: h, url: u, asks: func(*[]hpack.HeaderField) {}, overlooks: func(string) bool { return false },
		wants: func([]hpack.HeaderField) bool { return true },
	}
	if f.alter != nil {
		f.alter(h)
	}
	if f.client != nil {
		f.client(c)
	}
	c.listen()
	defer h.peers.Wait()
	defer h.end()
	defer context.AfterFunc(ctx, h.end)()
	h.write(func(w *http2.Framer) error {
		_, _ = conn.Write([]byte(http2.ClientPreface))
		return w.WriteSettings(h.settings...)
	})
	c.asked = sync.OnceFunc(func() { h.peers.Go(func() { h.readAll(); h.end() }) })
	if !c.premature {
		c.asked()
	}
	h.began()
	if !c.mayAsk() {
		return errNotPermitted
	}
	s := &stream{server: h, id: 1}
	h.mu.Lock()
	s.window = h.initial
	h.streams[s.id] = s
	h.mu.Unlock()
	return faulty.ConnectConn(ctx, s, u, inside)
}

// listen makes the client take in what only a client does.
func (c *client) listen() {
	c.headers, c.opens, c.ending = c.takeAnswer, c.takeRequest, true
	ends := c.frame
	c.frame = func(f http2.Frame) bool {
		if f, ok := f.(*http2.SettingsFrame); ok && !f.IsAck() {
			v, _ := f.Value(http2.SettingEnableConnectProtocol)
			c.mu.Lock()
			c.settled, c.permitted = true, c.permitted || v == 1
			c.changed.Broadcast()
			c.mu.Unlock()
		}
		return ends != nil && ends(f)
	}
}

// mayAsk waits for the SETTINGS of the server, and reports whether they permit the request
// (RFC8441-3-3).
func (c *client) mayAsk() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.settled && !c.closed && !c.premature {
		c.changed.Wait()
	}
	return c.premature || c.settled && (c.permitted || c.unpermitted)
}

// takeRequest takes octets of a request of HTTP/1.1, and sends an extended CONNECT when it is
// whole. It returns the octets behind it.
func (c *client) takeRequest(s *stream, p []byte) (rest []byte) {
	s.head = append(s.head, p...)
	r, n, err := wire.ParseRequest(s.head)
	if err != nil {
		return nil
	}
	s.answered = true
	c.key, _ = r.Fields.Get("Sec-WebSocket-Key")
	fields := []hpack.HeaderField{
		{Name: ":method", Value: "CONNECT"}, {Name: ":protocol", Value: "websocket"}, {Name: ":scheme", Value: "http"},
		{Name: ":path", Value: r.Target}, {Name: ":authority", Value: c.url.Host},
	}
	for _, f := range r.Fields {
		switch name := strings.ToLower(f.Name); name {
		case "host", "connection", "upgrade", "sec-websocket-key":
		default:
			fields = append(fields, hpack.HeaderField{Name: name, Value: f.Value})
		}
	}
	c.asks(&fields)
	c.respond(s.id, fields, false)
	c.asked()
	return s.head[n:]
}

// takeAnswer reads the list of fields of a response, and gives it to the peer as one of
// HTTP/1.1. A malformed one resets the stream (RFC 9113 8.1.1).
func (c *client) takeAnswer(f *http2.HeadersFrame) bool {
	fields, ok := c.readFields(f)
	if !ok {
		return false
	}
	c.mu.Lock()
	s := c.streams[f.StreamID]
	c.mu.Unlock()
	status, _ := strconv.Atoi(valueOf(fields, ":status"))
	what := wrongWithResponse(fields)
	switch {
	case s == nil:
		return true
	case what != "" && !c.overlooks(what), status/100 == 2 && !c.wants(fields):
		s.sendReset(http2.ErrCodeProtocol)
		return true
	case status/100 == 1 && status != 101:
		return true
	}
	r := wire.Response{Version: "HTTP/1.1", Status: status}
	if status/100 == 2 || what != "" {
		r.Status = 101
		r.Fields = wire.Fields{{Name: "Upgrade", Value: "websocket"}, {Name: "Connection", Value: "Upgrade"}, {Name: "Sec-WebSocket-Accept", Value: wire.AcceptKey(c.key)}}
	}
	for _, f := range fields {
		if strings.HasPrefix(f.Name, "sec-websocket-") && f.Name != "sec-websocket-accept" || f.Name == "content-length" {
			r.Fields = append(r.Fields, wire.Field{Name: f.Name, Value: f.Value})
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.in, s.ended = append(s.in, r.Append(nil)...), f.StreamEnded()
	c.changed.Broadcast()
	return true
}

// wrongWithResponse says what is wrong with a response (RFC 9113 8.1.1, 8.6); empty if nothing
// is.
func wrongWithResponse(fields []hpack.HeaderField) string {
	for i, f := range fields {
		switch {
		case strings.HasPrefix(f.Name, ":") && (i > 0 || f.Name != ":status"):
			return "pseudo-header field"
		case f.Name != strings.ToLower(f.Name):
			return "capitals"
		case strings.ContainsAny(f.Value, "\r\n\x00"):
			return "line ends"
		case f.Name == "connection", f.Name == "upgrade", f.Name == "transfer-encoding":
			return "connection fields"
		}
	}
	switch valueOf(fields, ":status") {
	case "":
		return "no :status"
	case "101":
		return "101"
	}
	return ""
}
