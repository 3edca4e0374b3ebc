package h2

import (
	"context"
	"io"
	"net"
	"slices"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// mostStreams is how many streams a client may have open at a time. The harness says so in its
// SETTINGS.
const mostStreams = 100

const (
	settingMaxStreams = 0x3
	codeRefusedStream = 0x7
)

// Server begins an HTTP/2 connection as a server, on a connection whose client is known to
// speak HTTP/2 (RFC 9113 3.2, 3.3). It sends SETTINGS, which permit extended CONNECT unless
// the case says otherwise (RFC8441-3-1), and waits for the preface of the client. The error is
// a [*wire.Violation], or that of the network. It closes nothing if it fails.
func Server(ctx context.Context, conn net.Conn, how script.HTTP2, atMost time.Duration) (*Conn, error) {
	c, deadline := newConn(conn, how), time.Now().Add(atMost)
	c.server = true
	c.permitted = slices.Contains(c.settings(), permission)
	if err := c.begin(nil, deadline); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { c.end(net.ErrClosed) })
	defer stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c, c.awaitPreface(deadline)
}

// permission is the setting that permits extended CONNECT.
var permission = script.HTTP2Setting{ID: script.SettingConnectEnabled, Value: 1}

// serverSettings are the settings of a server. Those of the case come last.
func (c *Conn) serverSettings() []script.HTTP2Setting {
	settings := []script.HTTP2Setting{{ID: settingMaxStreams, Value: mostStreams}, {ID: script.SettingInitialWindow, Value: uint32(c.window())}}
	if c.how.Permission == script.PermitAtOnce {
		settings = append(settings, permission)
	}
	return append(settings, c.how.Settings...)
}

// takeAcknowledgement takes in the acknowledgement of the harness's SETTINGS; the lock is held.
// Where the case permits extended CONNECT late, that is when the permission follows.
func (c *Conn) takeAcknowledgement() error {
	if !c.server || c.permitted || c.how.Permission != script.PermitLate {
		return nil
	}
	c.permitted = true // before it is sent: a request that crosses it is not blamed
	return c.enqueue(settingsFrame([]script.HTTP2Setting{permission}))
}

// readPreface reads the first octets of a client (RFC 9113 3.4).
func (c *Conn) readPreface() error {
	if !c.server {
		return nil
	}
	got := make([]byte, len(Preface))
	if _, err := io.ReadFull(c.reader, got); err != nil {
		return err
	}
	if string(got) != Preface {
		return rulePreface.Violation("the client begins with %q, and not with the preface of HTTP/2", got)
	}
	return nil
}

// takeRequest takes in the HEADERS frame that opens a stream; the lock is held.
func (c *Conn) takeRequest(f frame, fields wire.Fields) error {
	if f.stream%2 == 0 {
		return ruleFrame.Violation("a client that opens the stream %d, where its streams have odd numbers (RFC 9113 5.1.1)", f.stream)
	}
	c.nextID = f.stream + 2
	if c.users >= mostStreams { // it may not know the limit yet
		return c.enqueue(numbered(script.FrameRSTSTREAM, f.stream, codeRefusedStream))
	}
	c.users++
	s := &Stream{
		conn: c, id: f.stream, fields: fields, receiveWindow: c.window(), sendWindow: c.peer.initialWindow,
		ended: f.has(script.FlagEndStream), unpermitted: !c.permitted,
	}
	c.streams[s.id] = s
	c.opened = append(c.opened, s)
	return nil
}

// Accept returns the next stream that the client has opened, with its request. The error says
// why no more come: that of the context, or how the connection ended.
func (c *Conn) Accept(ctx context.Context) (*Stream, error) {
	stop := context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.broadcast()
	})
	defer stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.await(func() time.Time { return time.Time{} }, func() bool { return len(c.opened) > 0 || c.err != nil || ctx.Err() != nil })
	switch {
	case len(c.opened) > 0:
		s := c.opened[0]
		c.opened = c.opened[1:]
		return s, nil
	case c.err != nil:
		return nil, c.err
	}
	return nil, ctx.Err()
}

// Leave tells the client by GOAWAY that the server is about to end the connection. Open
// streams go on.
func (c *Conn) Leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.enqueue(c.leaves())
}

// Close ends the connection, with a GOAWAY frame as far as that needs no wait.
func (c *Conn) Close() { c.close() }

// Fields are those of the request, in their order.
func (s *Stream) Fields() wire.Fields { return s.fields }

// Shape gives a stream of a client the case's own part of it: into how many frames the
// response is cut, and how octets go into DATA frames.
func (s *Stream) Shape(how script.HTTP2) { s.how = how }

// Waiting is how many octets have come that nobody has read.
func (s *Stream) Waiting() int {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	return len(s.in)
}

// Respond sends a response with these fields, in this order and as they are; end says that
// nothing follows it (END_STREAM).
func (s *Stream) Respond(fields wire.Fields, end bool) error {
	c := s.conn
	c.mu.Lock()
	over := s.over()
	s.sentEnd = s.sentEnd || end
	c.mu.Unlock()
	if over != nil {
		return over
	}
	return c.write(s.writeUntil(), func(b []byte) []byte { return s.headers(b, c.encode(fields), end) })
}
