package watch_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/watch"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// seen gathers what a Watcher tells.
type seen struct {
	mu         sync.Mutex
	violations []string
	unjudged   []string
	faults     []string
	unreached  int
	ended      []watch.Watched
}

func (s *seen) add(to *[]string, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*to = append(*to, text)
}

// watching runs a Watcher before a server, until the test calls end.
func watching(t *testing.T, address string, set func(*watch.Watcher)) (proxy string, s *seen, end func()) {
	t.Helper()
	s = &seen{}
	w := &watch.Watcher{
		Target:    &opening.Target{URL: &url.URL{Scheme: "ws", Host: address}},
		Deadlines: stream.NewDeadlines(5*time.Second, 0, 1),
		Judge: func(int) passive.Options {
			return passive.Options{
				Violation: func(v passive.Violation) { s.add(&s.violations, fmt.Sprintf("%s %s", v.Sender, v.Rule.ID)) },
				Unjudged:  func(u passive.Unjudged) { s.add(&s.unjudged, u.Why) },
			}
		},
		Faulted:   func(_ int, sender wire.Role, what string) { s.add(&s.faults, sender.String()+" "+what) },
		Unreached: func(int, error) { s.mu.Lock(); s.unreached++; s.mu.Unlock() },
		Ended:     func(c watch.Watched) { s.mu.Lock(); s.ended = append(s.ended, c); s.mu.Unlock() },
	}
	if set != nil {
		set(w)
	}
	l := listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Serve(ctx, l) }()
	var once sync.Once
	end = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(end)
	return l.Addr().String(), s, end
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// both are the two ends of a connection through a Watcher, as plain TCP.
func both(t *testing.T, set func(*watch.Watcher)) (client, server *net.TCPConn, s *seen, end func()) {
	t.Helper()
	l := listen(t)
	proxy, s, end := watching(t, l.Addr().String(), set)
	c := dial(t, proxy)
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { accepted.Close() })
	server = accepted.(*net.TCPConn)
	_ = server.SetDeadline(time.Now().Add(20 * time.Second))
	return c, server, s, end
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c.(*net.TCPConn)
}

// Octets of any kind go on unchanged in both directions, in any segments.
func TestOctetsGoOnUnchanged(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	client, server, _, _ := both(t, nil)
	var wg sync.WaitGroup
	for i, ends := range [][2]*net.TCPConn{{client, server}, {server, client}} {
		sent := make([]byte, 3<<20)
		for i := range sent {
			sent[i] = byte(rnd.Uint32())
		}
		own := rand.New(rand.NewPCG(3, uint64(i)))
		wg.Go(func() {
			for rest := sent; len(rest) > 0; {
				n := min(len(rest), 1+own.IntN(40_000))
				if _, err := ends[0].Write(rest[:n]); err != nil {
					t.Error(err)
					return
				}
				rest = rest[n:]
			}
			_ = ends[0].CloseWrite()
		})
		wg.Go(func() {
			got, err := io.ReadAll(ends[1])
			if err != nil || !bytes.Equal(got, sent) {
				t.Errorf("direction %d: %d octets of %d came, equal: %t, %v", i, len(got), len(sent), bytes.Equal(got, sent), err)
			}
		})
	}
	wg.Wait()
}

// A half-close goes on, and the other half stays open.
func TestHalfCloseGoesOn(t *testing.T) {
	client, server, _, _ := both(t, nil)
	_ = client.CloseWrite()
	if _, err := server.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatalf("the server has %v, want the end of TCP", err)
	}
	if _, err := server.Write([]byte("still")); err != nil {
		t.Fatal(err)
	}
	_ = server.Close()
	if got, err := io.ReadAll(client); string(got) != "still" || err != nil {
		t.Errorf("the client got %q, %v", got, err)
	}
}

// A reset goes on, in both directions.
func TestResetGoesOn(t *testing.T) {
	for _, fromClient := range []bool{true, false} {
		client, server, _, _ := both(t, nil)
		from, to := client, server
		if !fromClient {
			from, to = server, client
		}
		_ = from.SetLinger(0)
		_ = from.Close()
		if _, err := io.ReadAll(to); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("reset by the client %t: the other side has %v, want a reset", fromClient, err)
		}
	}
}

// echoServer is the reference, with compression.
func echoServer(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(ref.EchoHandler(&ref.AcceptOptions{Compression: &ref.Compression{}}))
	t.Cleanup(s.Close)
	return s
}

// Correct traffic of the reference in both roles breaks no rule, plain and compressed, and
// every message is counted.
func TestCorrectTrafficBreaksNoRule(t *testing.T) {
	server := echoServer(t)
	proxy, s, end := watching(t, server.Listener.Addr().String(), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	const messages = 20
	for _, compression := range []*ref.Compression{nil, {}} {
		c, _, err := ref.Dial(ctx, "ws://"+proxy, &ref.DialOptions{Compression: compression})
		if err != nil {
			t.Fatal(err)
		}
		for i := range messages {
			sent := strings.Repeat("Grüße ", i*i*20)
			if err := c.Write(ctx, ref.Text, []byte(sent)); err != nil {
				t.Fatal(err)
			}
			if _, got, err := c.Read(ctx); err != nil || string(got) != sent {
				t.Fatalf("message %d: %d octets of %d, %v", i, len(got), len(sent), err)
			}
		}
		if err := c.Close(wire.StatusNormalClosure, ""); err != nil {
			t.Fatal(err)
		}
	}
	end()
	if len(s.violations) > 0 || len(s.unjudged) > 0 || len(s.ended) != 2 {
		t.Fatalf("violations %q, not judged %q, %d connections", s.violations, s.unjudged, len(s.ended))
	}
	for _, c := range s.ended {
		if c.Client.Messages != messages || c.Server.Messages != messages || c.Client.CloseCode != 1000 || c.Server.CloseCode != 1000 {
			t.Errorf("connection %d: %+v", c.Number, c.Summary)
		}
	}
	if (s.ended[0].Agreed.Deflate != nil) == (s.ended[1].Agreed.Deflate != nil) {
		t.Error("permessage-deflate was agreed on by both connections, or by none")
	}
}

const (
	request = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	accept  = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)

// say writes, and reads it at the other end.
func say(t *testing.T, from, to net.Conn, octets string) {
	t.Helper()
	if _, err := io.WriteString(from, octets); err != nil {
		t.Fatal(err)
	}
	takes(t, to, octets)
}

// takes reads what has to come.
func takes(t *testing.T, to net.Conn, octets string) {
	t.Helper()
	got := make([]byte, len(octets))
	if _, err := io.ReadFull(to, got); err != nil || string(got) != octets {
		t.Fatalf("%.100q came as %.100q, %v", octets, got, err)
	}
}

// Violations of both sides are told, and go on as everything does. So does what cannot be
// judged any more.
func TestViolationsAreToldAndGoOn(t *testing.T) {
	client, server, s, end := both(t, nil)
	say(t, client, server, request)
	say(t, server, client, accept)
	say(t, client, server, "\x81\x01a")                 // not masked
	say(t, server, client, "\x81\x81\x00\x00\x00\x00a") // masked
	say(t, server, client, "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00and anything behind it")
	_ = client.Close()
	end()
	slices.Sort(s.violations)
	if want := []string{"client RFC6455-5.1-3", "server RFC6455-5.1-6", "server RFC6455-5.2-8"}; !slices.Equal(s.violations, want) {
		t.Errorf("violations %q, want %q", s.violations, want)
	}
	if want := []string{"where the next frame begins is unknown"}; !slices.Equal(s.unjudged, want) {
		t.Errorf("not judged %q, want %q", s.unjudged, want)
	}
}

// A server that is absent, mute, or dies halfway.
func TestServersThatFail(t *testing.T) {
	gone := listen(t)
	gone.Close()
	proxy, s, end := watching(t, gone.Addr().String(), nil)
	refused, err := net.Dial("tcp", proxy)
	if err == nil { // the reset may come before Dial has returned
		_, err = io.ReadAll(refused)
		refused.Close()
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("without a server the client has %v, want a reset", err)
	}
	end()
	if s.unreached != 1 || len(s.ended) != 0 {
		t.Errorf("%d connections not passed on, %d passed on; want 1 and 0", s.unreached, len(s.ended))
	}

	client, server, s, end := both(t, nil)
	say(t, client, server, request) // and no answer
	end()
	if len(s.violations) > 0 || len(s.ended) != 1 || s.ended[0].Opened {
		t.Errorf("a mute server: %q, %+v", s.violations, s.ended)
	}

	client, server, s, end = both(t, nil)
	say(t, client, server, request)
	say(t, server, client, accept+"\x81\x05He")
	_ = server.SetLinger(0)
	_ = server.Close()
	if _, err := io.ReadAll(client); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the server died, and the client has %v, want a reset", err)
	}
	end()
	if len(s.violations) > 0 || len(s.ended) != 1 || s.ended[0].Server.End != passive.Reset {
		t.Errorf("a server that died: %q, %+v", s.violations, s.ended)
	}
}

// A client that never reads blocks its own connection and no other, and the Watcher ends.
func TestAClientThatNeverReads(t *testing.T) {
	l := listen(t)
	proxy, s, end := watching(t, l.Addr().String(), nil)
	client := dial(t, proxy)
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	say(t, client, server, request)
	say(t, server, client, accept)
	flood := wire.AppendHeader(nil, wire.Header{Fin: true, Opcode: wire.OpBinary, Length: 1 << 40})
	flood = append(flood, make([]byte, 1<<20)...)
	for err == nil { // until nothing more goes on
		_ = server.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
		_, err = server.Write(flood)
	}
	other := dial(t, proxy)
	second, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	say(t, other, second, request)
	say(t, second, other, accept)
	end()
	if len(s.ended) != 2 || len(s.violations) > 0 {
		t.Errorf("%d connections, violations %q", len(s.ended), s.violations)
	}
}

// TLS on both sides: the Watcher judges what is inside.
func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(ref.EchoHandler(nil))
	defer server.Close()
	trust := server.Client().Transport.(*http.Transport).TLSClientConfig
	w := &watch.Watcher{
		Target:      &opening.Target{URL: &url.URL{Scheme: "wss", Host: server.Listener.Addr().String()}, TLS: trust},
		Deadlines:   stream.NewDeadlines(5*time.Second, 0, 1),
		Connections: 1,
	}
	var ended []watch.Watched
	w.Ended = func(c watch.Watched) { ended = append(ended, c) }
	l := listen(t)
	done := make(chan error, 1)
	go func() {
		done <- w.Serve(t.Context(), tls.NewListener(l, &tls.Config{Certificates: server.TLS.Certificates}))
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, _, err := ref.Dial(ctx, "wss://"+l.Addr().String(), &ref.DialOptions{TLS: trust})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Write(ctx, ref.Text, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.Read(ctx); err != nil || string(got) != "hello" {
		t.Fatalf("%q, %v", got, err)
	}
	if err := c.Close(wire.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(ended) != 1 || ended[0].Server.Messages != 1 || ended[0].Client.CloseCode != 1000 {
		t.Errorf("%+v", ended)
	}
}
