package ref

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/google/go-cmp/cmp"

	refhttp2 "github.com/wsspec/wsspec/ref/http2"
	"github.com/wsspec/wsspec/ref/wire"
)

// overHTTP2 are options for a dial over HTTP/2, with a connection of their own.
func overHTTP2(t testing.TB) *DialOptions {
	t.Helper()
	transport := refhttp2.NewTransport(nil)
	t.Cleanup(transport.CloseIdleConnections)
	return &DialOptions{HTTPClient: &http.Client{Transport: transport}, ExtendedConnect: true}
}

// A dialled is what Dial returned.
type dialled struct {
	conn     *Conn
	response *http.Response
	err      error
}

// dialStream dials a server that is an h2Peer, up to the HEADERS of the client.
func dialStream(t testing.TB, ctx context.Context, options *DialOptions, settings ...http2.Setting) (p *h2Peer, request string, result <-chan dialled) {
	t.Helper()
	l := listen(t)
	results := make(chan dialled, 1)
	go func() {
		conn, response, err := Dial(ctx, "ws://"+l.Addr().String()+"/chat?a=b", options)
		results <- dialled{conn, response, err}
	}()
	p = h2Server(t, l, settings...)
	_, request = p.head()
	return p, strings.ReplaceAll(request, l.Addr().String(), "server"), results
}

// openedStream is a Conn that Dial made of a stream, and the peer of that.
func openedStream(t testing.TB, options *DialOptions, settings ...http2.Setting) (*Conn, *h2Peer, *peer) {
	t.Helper()
	p, _, result := dialStream(t, testContext(t), options, append(settings, enable)...)
	p.headers(1, false, ":status 200")
	r := <-result
	must(t, r.err)
	t.Cleanup(r.conn.CloseNow)
	return r.conn, p, p.over(1, &peer{role: wire.RoleServer})
}

// The request is an extended CONNECT without anything of HTTP/1.1.
func TestDialStreamRequest(t *testing.T) {
	noLeaks(t)
	options := overHTTP2(t)
	options.Header = http.Header{"Authorization": {"x"}, "Origin": {"http://page.example"}}
	options.Subprotocols = []string{"a", "b"}
	options.Compression = &Compression{}
	p, request, result := dialStream(t, testContext(t), options, enable)
	want := `:authority server
:method CONNECT
:path /chat?a=b
:protocol websocket
:scheme http
authorization x
origin http://page.example
sec-websocket-extensions permessage-deflate; client_max_window_bits
sec-websocket-protocol a, b
sec-websocket-version 13
`
	if d := cmp.Diff(want, sorted(request)); d != "" {
		t.Errorf("request (-want +got):\n%s", d)
	}
	p.headers(1, false, ":status 200\nsec-websocket-protocol b\nsec-websocket-extensions permessage-deflate\nx-mine 1")
	r := <-result
	must(t, r.err)
	defer r.conn.CloseNow()
	if r.conn.Subprotocol() != "b" || !r.conn.Compressed() || r.response.Header.Get("X-Mine") != "1" || r.conn.Response() != r.response {
		t.Errorf("%q, compressed %v, %v", r.conn.Subprotocol(), r.conn.Compressed(), r.response)
	}
	if local, remote := r.conn.LocalAddr().String(), r.conn.RemoteAddr().String(); local != p.conn.RemoteAddr().String() || remote != p.conn.LocalAddr().String() {
		t.Errorf("addresses %s and %s", local, remote)
	}
}

func sorted(lines string) string {
	all := strings.SplitAfter(lines, "\n")
	slices.Sort(all)
	return strings.Join(all, "")
}

// What Dial makes of responses.
func TestDialStreamResponses(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name, response string
		want           string // of the error, "" for none
	}{
		{"200", ":status 200", ""},
		{"another 2xx", ":status 204", ""},
		{"behind an interim response", ":status 103\n\n:status 200", ""},
		{"an accept value has no meaning", ":status 200\nsec-websocket-accept x", ""},
		{"a refusal", ":status 403", "status 403, want 200"},
		{"not implemented", ":status 501", "status 501, want 200"},
		{"a subprotocol that was not asked for", ":status 200\nsec-websocket-protocol c", "subprotocol"},
		{"an extension that was not offered", ":status 200\nsec-websocket-extensions permessage-deflate", "permessage-deflate"},
		{"Connection", ":status 200\nconnection Upgrade", "HTTP/2 does not have"},
		{"Upgrade", ":status 200\nupgrade websocket", "HTTP/2 does not have"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			p, _, result := dialStream(t, testContext(t), overHTTP2(t), enable)
			for head := range strings.SplitSeq(tt.response, "\n\n") {
				p.headers(1, false, head)
			}
			over := p.over(1, &peer{role: wire.RoleServer})
			refused := strings.HasPrefix(tt.want, "status")
			if refused {
				must(t, p.framer.WriteData(1, true, []byte("why")))
			}
			r := <-result
			if tt.want == "" {
				must(t, r.err)
				r.conn.CloseNow()
				over.expectReset(http2.ErrCodeCancel)
				return
			}
			var failed *HandshakeError
			if !errors.As(r.err, &failed) || !strings.Contains(r.err.Error(), tt.want) {
				t.Errorf("%v, want %q", r.err, tt.want)
			}
			if !refused {
				return
			}
			body, err := io.ReadAll(r.response.Body)
			if string(body) != "why" || err != nil || failed.Status != r.response.StatusCode {
				t.Errorf("status %d, body %q, %v", failed.Status, body, err)
			}
		})
	}
}

// A client asks only a server that allows it.
func TestDialStreamWaitsForTheSetting(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name     string
		settings []http2.Setting
	}{
		{"no such setting", []http2.Setting{{ID: http2.SettingMaxConcurrentStreams, Val: 100}}},
		{"the setting is 0", []http2.Setting{{ID: http2.SettingEnableConnectProtocol, Val: 0}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			l := listen(t)
			options := overHTTP2(t)
			result := make(chan error, 1)
			go func() {
				_, _, err := Dial(testContext(t), "ws://"+l.Addr().String(), options)
				options.HTTPClient.CloseIdleConnections()
				result <- err
			}()
			p := h2Server(t, l, tt.settings...)
			// TCP is reset if the client closes it before it has read the acknowledgement.
			if f, err := p.next(); !endedByPeer(err) {
				t.Errorf("peer got %v, %v, want the end of TCP and no request", f, err)
			}
			if err := <-result; err == nil || !strings.Contains(err.Error(), "not supported by peer") {
				t.Errorf("%v, want that the server does not allow it", err)
			}
		})
	}
}

// Options that cannot work together are found before anything is sent.
func TestDialStreamOptions(t *testing.T) {
	noLeaks(t)
	_, _, err := Dial(testContext(t), "ws://localhost:1", &DialOptions{ExtendedConnect: true})
	if err == nil || !strings.Contains(err.Error(), "needs an HTTPClient") {
		t.Errorf("%v", err)
	}
	var wrong *HandshakeError
	_, _, err = Dial(testContext(t), "ws://localhost:1", &DialOptions{ExtendedConnect: true, HTTPClient: &http.Client{}})
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), ":protocol") {
		t.Errorf("%v, want that http.Transport has no :protocol", err)
	}
}

// The end of a context in the middle of a dial resets the stream.
func TestDialStreamCancelled(t *testing.T) {
	noLeaks(t)
	ctx, cancel := context.WithCancel(context.Background())
	p, _, result := dialStream(t, ctx, overHTTP2(t), enable)
	cancel()
	if r := <-result; !errors.Is(r.err, context.Canceled) {
		t.Errorf("%v, want the end of the context", r.err)
	}
	p.over(1, &peer{role: wire.RoleServer}).expectReset(http2.ErrCodeCancel)
}

// A client sends what it should on a stream, and ends it as it should.
func TestDialledStreamEnds(t *testing.T) {
	noLeaks(t)
	for _, tt := range append(lostStreams("server"), []streamEnding{
		{"closed by the server", func(t *testing.T, c *Conn, p *h2Peer, over *peer) {
			over.send(closing(1000, "bye"))
			read := reading(c)
			over.expect(closing(1000, ""))
			must(t, p.framer.WriteData(1, true, nil))
			checkClosed(t, <-read, 1000, true, nil)
			over.expectEnd()
		}},
		{"closed by the client", func(t *testing.T, c *Conn, p *h2Peer, over *peer) {
			ended := make(chan error, 1)
			go func() { ended <- c.Close(1001, "later") }()
			over.expect(closing(1001, "later"))
			over.send(closing(1001, ""))
			must(t, p.framer.WriteData(1, true, nil))
			over.expectEnd()
			must(t, <-ended)
		}},
		{"failed by the client", func(t *testing.T, c *Conn, p *h2Peer, over *peer) {
			over.send(whole(wire.OpText, "\xff"))
			read := reading(c)
			over.expectClose(1007)
			over.expectEnd()
			must(t, p.framer.WriteData(1, true, nil))
			checkClosed(t, <-read, 1007, false, wire.RuleText)
		}},
		{"aborted by the client", func(t *testing.T, c *Conn, _ *h2Peer, over *peer) {
			c.CloseNow()
			over.expectReset(http2.ErrCodeCancel)
		}},
		{"no answer to Close", func(t *testing.T, c *Conn, _ *h2Peer, over *peer) {
			c.closeTimeout = 50 * time.Millisecond
			if err := c.Close(1000, ""); err == nil {
				t.Error("closed without the server's Close frame")
			}
			f, err := over.next()
			if err == nil && f.String() == closing(1000, "").String() { // unless the reset overtook it
				f, err = over.next()
			}
			if err == nil || err.Error() != "RST_STREAM CANCEL" {
				t.Errorf("peer got %v, %v, want RST_STREAM with CANCEL", f, err)
			}
		}},
		{"GOAWAY lets the stream live", func(t *testing.T, c *Conn, p *h2Peer, over *peer) {
			must(t, p.framer.WriteGoAway(1, http2.ErrCodeNo, nil))
			must(t, c.Write(testContext(t), Text, []byte("Hello")))
			over.expect(whole(wire.OpText, "Hello"))
			over.send(whole(wire.OpText, "World"))
			checkRead(t, c, Text, "World")
		}},
	}...) {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			c, p, over := openedStream(t, overHTTP2(t))
			tt.do(t, c, p, over)
		})
	}
}

func reading(c *Conn) <-chan error {
	read := make(chan error, 1)
	go func() { _, _, err := c.Read(context.Background()); read <- err }()
	return read
}

// A read whose context ends leaves the stream as it was. The context of Dial has ended by
// then, too.
func TestDialledStreamDeadlineOfReading(t *testing.T) {
	noLeaks(t)
	dialling, cancel := context.WithCancel(context.Background())
	p, _, result := dialStream(t, dialling, overHTTP2(t), enable)
	p.headers(1, false, ":status 200")
	r := <-result
	must(t, r.err)
	defer r.conn.CloseNow()
	cancel()
	over := p.over(1, &peer{role: wire.RoleServer})
	for range 2 {
		ctx, cancel := context.WithCancel(context.Background())
		read := make(chan error, 1)
		go func() { _, _, err := r.conn.Read(ctx); read <- err }()
		untilHeld(t, &r.conn.reading)
		cancel()
		if err := <-read; !errors.Is(err, context.Canceled) {
			t.Fatalf("%v, want the end of the context", err)
		}
		over.send(whole(wire.OpText, "Hello"))
		checkRead(t, r.conn, Text, "Hello")
		must(t, r.conn.Write(testContext(t), Text, []byte("World")))
		over.expect(whole(wire.OpText, "World"))
	}
}

// A server whose window is full stops the client until the deadline.
func TestDialledStreamDeadlineOfWriting(t *testing.T) {
	noLeaks(t)
	options := overHTTP2(t)
	options.WriteTimeout = 50 * time.Millisecond
	c, _, over := openedStream(t, options, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 10})
	err := c.Write(testContext(t), Binary, make([]byte, 1<<20))
	checkClosed(t, err, 1006, false, nil)
	if !strings.Contains(err.Error(), "the peer does not take what is sent") {
		t.Errorf("%v", err)
	}
	over.expectReset(http2.ErrCodeCancel)
}

// The two roles with each other: messages of every kind, and more than flow control lets
// pass at once.
func TestStreamOfBothRoles(t *testing.T) {
	noLeaks(t)
	address := serveHTTP2(t, EchoHandler(&AcceptOptions{Compression: &Compression{}}))
	long := bytes.Repeat([]byte("0123456789abcdef"), 1<<18) // 4 MiB, past every window
	for _, compression := range []*Compression{nil, {}} {
		t.Run(fmt.Sprintf("compressed %v", compression != nil), func(t *testing.T) {
			noLeaks(t)
			options := overHTTP2(t)
			options.Compression = compression
			c, _, err := Dial(testContext(t), "ws://"+address, options)
			must(t, err)
			defer c.CloseNow()
			if c.Compressed() != (compression != nil) {
				t.Errorf("compressed: %v", c.Compressed())
			}
			for _, message := range []string{"", "Hello", string(long)} {
				must(t, c.Write(testContext(t), Text, []byte(message)))
				checkRead(t, c, Text, message)
			}
			w, err := c.NextWriter(testContext(t), Binary)
			must(t, err)
			for _, fragment := range []string{"a", "", "b"} {
				_, err = io.WriteString(w, fragment)
				must(t, err)
			}
			must(t, w.Close())
			checkRead(t, c, Binary, "ab")
			must(t, c.Close(1000, ""))
		})
	}
}

// One connection carries many WebSockets. Those that do not read stop nobody else.
func TestManyStreamsBesideOnesThatAreBlocked(t *testing.T) {
	noLeaks(t)
	s := &Server{Protocols: new(http.Protocols), Handler: func(c *Conn, r *http.Request) {
		if r.URL.Path == "/blocked" {
			<-c.Done()
			return
		}
		echo(c, r)
	}}
	s.Protocols.SetUnencryptedHTTP2(true)
	l := listen(t)
	connections := 0
	s.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { connections++; return ctx }
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	defer func() {
		_ = s.Close()
		if err := <-served; err != http.ErrServerClosed {
			t.Error(err)
		}
	}()
	options := overHTTP2(t)
	options.AllowConcurrentDials = true
	dial := func(path string) *Conn {
		c, _, err := Dial(testContext(t), "ws://"+l.Addr().String()+path, options)
		must(t, err)
		return c
	}
	var writers sync.WaitGroup
	defer writers.Wait()
	for range 10 {
		blocked := dial("/blocked")
		defer blocked.CloseNow()
		writers.Go(func() { _ = blocked.Write(context.Background(), Binary, make([]byte, 4<<20)) })
	}
	message := strings.Repeat("x", 100_000) // more than a stream may have on its way
	for range 20 {
		c := dial("/")
		defer c.CloseNow()
		must(t, c.Write(testContext(t), Text, []byte(message)))
		checkRead(t, c, Text, message)
		must(t, c.Close(1000, ""))
	}
	if connections != 1 {
		t.Errorf("%d connections, want one", connections)
	}
}
