package ref

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

// serveHTTP2 serves a handler with prior knowledge of HTTP/2, and returns its address.
func serveHTTP2(t testing.TB, handler http.Handler) (address string) {
	t.Helper()
	l := listen(t)
	serveHTTP2On(t, l, handler)
	return l.Addr().String()
}

func serveHTTP2On(t testing.TB, l net.Listener, handler http.Handler) {
	t.Helper()
	server := &http.Server{Handler: handler, Protocols: new(http.Protocols), ErrorLog: log.New(io.Discard, "", 0)}
	server.Protocols.SetUnencryptedHTTP2(true)
	ended := make(chan struct{})
	go func() { _ = server.Serve(l); close(ended) }()
	t.Cleanup(func() { server.Close(); <-ended })
}

// acceptedStream is a Conn that Accept made of a stream, and the peer of that. The handler
// returns when the Conn has ended, and its end closes the channel.
func acceptedStream(t testing.TB, options *AcceptOptions, settings ...http2.Setting) (*Conn, *h2Peer, *peer) {
	t.Helper()
	accepted := make(chan *Conn, 1)
	address := serveHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Accept(w, r, options)
		accepted <- c
		if err == nil {
			<-c.Done()
			c.leaveHandler()
		}
	}))
	p := h2Client(t, address, settings...)
	p.headers(1, false, connect)
	if _, fields := p.head(); fields != ":status 200\n" {
		t.Fatalf("answered %s", fields)
	}
	c := <-accepted
	t.Cleanup(c.CloseNow)
	return c, p, p.over(1, &peer{role: wire.RoleClient})
}

// connect is a correct extended CONNECT.
const connect = `:method CONNECT
:protocol websocket
:scheme http
:path /chat
:authority server.example
sec-websocket-version 13
`

// What Accept answers to a request over HTTP/2.
func TestAcceptStream(t *testing.T) {
	noLeaks(t)
	options := &AcceptOptions{
		Subprotocols: []string{"b", "a"},
		Compression:  &Compression{},
		Header:       http.Header{"X-Mine": {"1"}},
	}
	without := func(line string) string {
		before, after, found := strings.Cut(connect, line)
		if !found {
			t.Fatalf("no line %s", line)
		}
		_, after, _ = strings.Cut(after, "\n")
		return before + after
	}
	const accepted = ":status 200\nx-mine 1\n"
	for _, tt := range []struct {
		name, request, want, body string
	}{
		{"accepted", connect, accepted, ""},
		{"a key has no meaning", connect + "sec-websocket-key dGhlIHNhbXBsZSBub25jZQ==", accepted, ""},
		{"nor has a wrong one", connect + "sec-websocket-key x", accepted, ""},
		{"the server's choice of subprotocols", connect + "sec-websocket-protocol a, b", "sec-websocket-protocol b\n", ""},
		{"none that is known", connect + "sec-websocket-protocol c", accepted, ""},
		{"an extension", connect + "sec-websocket-extensions permessage-deflate; client_max_window_bits", "sec-websocket-extensions permessage-deflate", ""},
		{"a page of the same origin", connect + "origin http://server.example", accepted, ""},
		{"a page of another origin", connect + "origin http://other.example", ":status 403\n", "origin is not permitted"},
		{"another protocol", strings.Replace(connect, "websocket", "connect-udp", 1), ":status 501\n", `:protocol "connect-udp", want websocket (RFC 8441 5)`},
		{"the protocol in other letters, as gateways pass it on", strings.Replace(connect, "websocket", "WebSocket", 1), accepted, ""},
		{"CONNECT to another host", ":method CONNECT\n:authority other.example:443\n", ":status 501\n", "CONNECT without :protocol asks for a tunnel"},
		{"GET", ":method GET\n:scheme http\n:path /chat\n:authority server.example\nsec-websocket-version 13\n", ":status 405\nallow CONNECT\n", "HTTP/2 has no Upgrade"},
		{"no version", without("sec-websocket-version"), ":status 400\n", "no Sec-WebSocket-Version field"},
		{"another version", strings.Replace(connect, "13", "8", 1), ":status 400\nsec-websocket-version 13\n", "version 8, want 13"},
		{"the version twice", connect + "sec-websocket-version 13", ":status 400\n", "more than one Sec-WebSocket-Version"},
		{"a subprotocol that is none", connect + "sec-websocket-protocol a b", ":status 400\n", "Sec-WebSocket-Protocol"},
		{"an extension that is none", connect + "sec-websocket-extensions =", ":status 400\n", "Sec-WebSocket-Extensions"},
		{"no authority", without(":authority"), ":status 400\n", "Host"},
		{"the same host twice", connect + "host Server.example", accepted, ""},
		{"another host", connect + "host other.example", ":status 400\n", `the Host field "other.example" is not the :authority "server.example"`},
		{"a length of the body", connect + "content-length 5", ":status 400\n", "with a length"},
		// net/http answers these itself.
		{"Upgrade", connect + "upgrade websocket", ":status 400\n", ""},
		{"Connection", connect + "connection Upgrade", ":status 400\n", ""},
		{"no path", without(":path"), "RST_STREAM PROTOCOL_ERROR\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			p := h2Client(t, serveHTTP2(t, EchoHandler(options)))
			p.headers(1, false, tt.request)
			_, fields := p.head()
			if strings.HasPrefix(tt.want, ":status 200") || strings.HasPrefix(tt.want, "RST") {
				if d := cmp.Diff(tt.want, fields); d != "" {
					t.Errorf("answered (-want +got):\n%s", d)
				}
			} else if !strings.Contains(fields, tt.want) {
				t.Errorf("answered %q, want %q in it", fields, tt.want)
			}
			if tt.body == "" {
				return
			}
			body, _ := io.ReadAll(p.over(1, &peer{}).Conn)
			if !strings.Contains(string(body), tt.body) {
				t.Errorf("body %q, want %q in it", body, tt.body)
			}
		})
	}
}

// A server sends what it should on a stream, and ends it as it should.
func TestAcceptedStreamEnds(t *testing.T) {
	noLeaks(t)
	for _, tt := range append(lostStreams("client"), []streamEnding{
		{"closed by the client", func(t *testing.T, c *Conn, _ *h2Peer, over *peer) {
			over.send(closing(1000, "bye"))
			_, _, err := c.Read(testContext(t))
			checkClosed(t, err, 1000, true, nil)
			over.expect(closing(1000, ""))
			over.expectEnd()
		}},
		{"closed by the server", func(t *testing.T, c *Conn, _ *h2Peer, over *peer) {
			ended := make(chan error, 1)
			go func() { ended <- c.Close(1001, "later") }()
			over.expect(closing(1001, "later"))
			over.send(closing(1001, ""))
			over.expectEnd()
			must(t, <-ended)
		}},
		{"failed by the server", func(t *testing.T, c *Conn, _ *h2Peer, over *peer) {
			over.send(whole(wire.OpText, "\xff"))
			_, _, err := c.Read(testContext(t))
			checkClosed(t, err, 1007, false, wire.RuleText)
			over.expectClose(1007)
			over.expectEnd()
		}},
		{"aborted by the server", func(t *testing.T, c *Conn, _ *h2Peer, over *peer) {
			c.CloseNow()
			over.expectReset(http2.ErrCodeInternal) // net/http has no CANCEL
		}},
	}...) {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			c, p, over := acceptedStream(t, nil)
			tt.do(t, c, p, over)
		})
	}
}

// DATA frames have nothing to do with those of WebSocket: octets may come one in a frame,
// with padding, and between frames without any.
func TestAcceptedStreamTakesAnyDATA(t *testing.T) {
	noLeaks(t)
	c, p, over := acceptedStream(t, nil)
	for _, octet := range over.octets(part(wire.OpText, "Hel"), whole(wire.OpPing, "p"), whole(wire.OpContinuation, "lo")) {
		must(t, p.framer.WriteData(1, false, nil))
		must(t, p.framer.WriteDataPadded(1, false, []byte{octet}, make([]byte, 3)))
	}
	checkRead(t, c, Text, "Hello")
	over.expect(whole(wire.OpPong, "p"))
}

// A read whose context ends leaves the stream as it was, as over TCP.
func TestAcceptedStreamDeadlineOfReading(t *testing.T) {
	noLeaks(t)
	c, _, over := acceptedStream(t, nil)
	for range 2 {
		ctx, cancel := context.WithCancel(context.Background())
		read := make(chan error, 1)
		go func() { _, _, err := c.Read(ctx); read <- err }()
		untilHeld(t, &c.reading)
		cancel()
		if err := <-read; !errors.Is(err, context.Canceled) {
			t.Fatalf("%v, want the end of the context", err)
		}
		over.send(whole(wire.OpText, "Hello"))
		checkRead(t, c, Text, "Hello")
	}
}

// A client whose window is full stops the server. The deadline ends the connection, and
// frees the handler at once.
func TestAcceptedStreamDeadlineOfWriting(t *testing.T) {
	noLeaks(t)
	full := http2.Setting{ID: http2.SettingInitialWindowSize, Val: 10}
	c, _, over := acceptedStream(t, &AcceptOptions{WriteTimeout: 50 * time.Millisecond}, full)
	err := c.Write(testContext(t), Binary, make([]byte, 1<<20))
	checkClosed(t, err, 1006, false, nil)
	if !strings.Contains(err.Error(), "the peer does not take what is sent") {
		t.Errorf("%v", err)
	}
	over.expectReset(http2.ErrCodeInternal)
}

// A handler that returns too early ends the stream, and the Conn says so.
func TestAcceptedStreamEndsWithTheHandler(t *testing.T) {
	noLeaks(t)
	accepted := make(chan *Conn, 1)
	address := serveHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Accept(w, r, nil)
		if err != nil {
			t.Error(err)
		}
		accepted <- c
	}))
	p := h2Client(t, address)
	p.headers(1, false, connect)
	p.head()
	c := <-accepted
	defer c.CloseNow()
	p.over(1, &peer{role: wire.RoleClient}).expectEnd()
	_, _, err := c.Read(testContext(t))
	checkClosed(t, err, 1006, false, wire.RuleConnectionLost)
	checkClosed(t, c.Write(testContext(t), Text, []byte("Hello")), 1006, false, wire.RuleConnectionLost)
}

// A server of its own ends its sessions over HTTP/2 in good order.
func TestServerOverHTTP2(t *testing.T) {
	noLeaks(t)
	entered := make(chan *Conn, 2)
	s := &Server{Protocols: new(http.Protocols), Handler: func(c *Conn, r *http.Request) {
		entered <- c
		_ = Echo(context.WithoutCancel(r.Context()), c)
	}}
	s.Protocols.SetUnencryptedHTTP2(true)
	l := listen(t)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	p := h2Client(t, l.Addr().String())
	p.headers(1, false, connect)
	p.head()
	p.headers(3, false, connect)
	p.head()
	<-entered
	<-entered
	if n := s.NumConns(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
	one := p.over(1, &peer{role: wire.RoleClient})
	one.send(whole(wire.OpText, "Hello"))
	one.expect(whole(wire.OpText, "Hello"))
	ended := make(chan error, 1)
	go func() { ended <- s.Shutdown(testContext(t)) }()
	open := map[uint32]bool{1: true, 3: true}
	for len(open) > 0 {
		f, err := p.next()
		must(t, err)
		data, ok := f.(*http2.DataFrame)
		switch {
		case !ok: // GOAWAY, and RST_STREAM behind the end
		case data.StreamEnded():
			delete(open, f.Header().StreamID)
		default:
			over := p.over(f.Header().StreamID, &peer{role: wire.RoleClient})
			over.got = append(over.got, data.Data()...)
			over.expect(closing(1001, ""))
			over.send(closing(1001, ""))
		}
	}
	must(t, p.conn.Close()) // net/http waits a second for this
	must(t, <-ended)
	if err := <-served; err != http.ErrServerClosed {
		t.Error(err)
	}
}

// How long a client may take nothing follows the WriteTimeout of the server.
func TestServerHTTP2WriteByteTimeout(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		options *AcceptOptions
		want    time.Duration
	}{
		{nil, DefaultWriteTimeout},
		{&AcceptOptions{}, DefaultWriteTimeout},
		{&AcceptOptions{WriteTimeout: time.Second}, time.Second},
		{&AcceptOptions{WriteTimeout: -1}, 0}, // no limit
	} {
		if got := (&Server{Options: tt.options}).http2Config().WriteByteTimeout; got != tt.want {
			t.Errorf("%+v: %v, want %v", tt.options, got, tt.want)
		}
	}
}

// A stuckListener accepts connections that take nothing more once stuck is closed.
type stuckListener struct {
	net.Listener
	stuck chan struct{}
}

func (l stuckListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return &stuckConn{Conn: conn, stuck: l.stuck, closed: make(chan struct{})}, err
}

type stuckConn struct {
	net.Conn
	stuck, closed chan struct{}
	once          sync.Once
}

func (c *stuckConn) Write(p []byte) (int, error) {
	select {
	case <-c.stuck:
		<-c.closed
		return 0, net.ErrClosed
	default:
		return c.Conn.Write(p)
	}
}

func (c *stuckConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// A client that takes nothing off TCP keeps net/http from sending even a reset. The handler
// is let go all the same. It is aborted, because net/http still uses what it would finish.
func TestAcceptedStreamOfAClientThatTakesNothing(t *testing.T) {
	noLeaks(t)
	l := stuckListener{listen(t), make(chan struct{})}
	wrote, left := make(chan error, 1), make(chan any, 1)
	serveHTTP2On(t, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			aborted := recover()
			left <- aborted
			panic(aborted)
		}()
		c, err := Accept(w, r, &AcceptOptions{WriteTimeout: 50 * time.Millisecond})
		if err != nil {
			t.Error(err)
			return
		}
		defer c.leaveHandler()
		defer c.CloseNow()
		<-l.stuck
		wrote <- c.Write(testContext(t), Binary, make([]byte, 1<<20))
	}))
	p := h2Client(t, l.Addr().String())
	p.headers(1, false, connect)
	p.head()
	close(l.stuck)
	checkClosed(t, <-wrote, 1006, false, nil)
	if aborted := <-left; aborted != http.ErrAbortHandler {
		t.Errorf("the handler ended with %v, want %v", aborted, http.ErrAbortHandler)
	}
	must(t, p.conn.Close())
}
