package ref

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// startServer lets a server listen and returns its ws URI and what Serve returns.
func startServer(t *testing.T, s *Server) (uri string, served <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	served = inBackground(func() error { return s.Serve(l) })
	t.Cleanup(func() { s.Close() })
	return "ws://" + l.Addr().String(), served
}

func dial(t *testing.T, uri string) *Conn {
	t.Helper()
	conn, _, err := Dial(testContext(t), uri, &DialOptions{NoProxy: true})
	must(t, err)
	t.Cleanup(conn.CloseNow)
	return conn
}

// echo is a handler.
func echo(c *Conn, r *http.Request) { _ = Echo(context.WithoutCancel(r.Context()), c) }

func nextError(t *testing.T, s *Server) error {
	t.Helper()
	select {
	case err := <-s.Errors():
		return err
	case <-time.After(testTimeout):
		t.Fatal("the server reported no error")
		return nil
	}
}

func TestServer(t *testing.T) {
	noLeaks(t)
	s := &Server{
		Handler: echo,
		HTTPHandler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "a page")
		}),
		Options: &AcceptOptions{Subprotocols: []string{"b", "a"}},
	}
	uri, served := startServer(t, s)

	response, _, _ := exchange(t, strings.TrimPrefix(uri, "ws://"), "GET / HTTP/1.0\r\n\r\n")
	if page, err := io.ReadAll(response.Body); err != nil || string(page) != "a page" {
		t.Errorf("page %q, %v", page, err)
	}
	conn, _, err := Dial(testContext(t), uri, &DialOptions{Subprotocols: []string{"a", "b"}, NoProxy: true})
	must(t, err)
	defer conn.CloseNow()
	if conn.Subprotocol() != "b" {
		t.Errorf("subprotocol %q, want the server's first", conn.Subprotocol())
	}
	must(t, conn.Write(testContext(t), Text, []byte("Hello")))
	checkRead(t, conn, Text, "Hello")
	if n := s.NumConns(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
	must(t, conn.Close(1000, ""))
	must(t, s.Shutdown(testContext(t)))
	if n := s.NumConns(); n != 0 {
		t.Errorf("%d connections, want none", n)
	}
	if err := awaitErr(t, served); err != http.ErrServerClosed {
		t.Errorf("Serve: %v", err)
	}
	if err := s.ListenAndServe("127.0.0.1:0"); err != http.ErrServerClosed {
		t.Errorf("serving after Shutdown: %v", err)
	}
	select {
	case err := <-s.Errors():
		t.Errorf("reported %v", err)
	default:
	}
}

func TestServerTLS(t *testing.T) {
	noLeaks(t)
	from := httptest.NewUnstartedServer(nil) // for its certificate
	from.StartTLS()
	defer from.Close()
	s := &Server{Handler: echo, TLS: &tls.Config{Certificates: from.TLS.Certificates}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	served := inBackground(func() error { return s.ServeTLS(l, "", "") })
	trusting := from.Client().Transport.(*http.Transport).TLSClientConfig
	conn, _, err := Dial(testContext(t), "wss://"+l.Addr().String(), &DialOptions{TLS: trusting, NoProxy: true})
	must(t, err)
	must(t, conn.Write(testContext(t), Text, []byte("Hello")))
	checkRead(t, conn, Text, "Hello")
	must(t, conn.Close(1000, ""))
	must(t, s.Shutdown(testContext(t)))
	if err := awaitErr(t, served); err != http.ErrServerClosed {
		t.Errorf("ServeTLS: %v", err)
	}
}

// However a handler ends, it ran once, its connection is closed and the server
// goes on.
func TestServerHandlerEnds(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name    string
		handler func(*Conn)
		code    wire.StatusCode
		report  string // "" for none
	}{
		{"returns", func(*Conn) {}, 1000, ""},
		{"closes by itself", func(c *Conn) { _ = c.Close(4000, "mine") }, 4000, ""},
		{"drops it", func(c *Conn) { c.CloseNow() }, 1006, ""},
		{"panics", func(*Conn) { panic("what now") }, 1011, "handler panicked: what now"},
		{"panics in a callback while it reads", func(c *Conn) {
			c.OnPing(func([]byte) { panic("what now") })
			_ = Echo(context.Background(), c)
		}, 1011, "handler panicked: what now"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			ran := make(chan struct{}, 10)
			s := &Server{Handler: func(c *Conn, _ *http.Request) {
				ran <- struct{}{}
				tt.handler(c)
			}}
			uri, _ := startServer(t, s)
			for range 2 {
				conn := dial(t, uri)
				_ = conn.SendPing(testContext(t), nil) // the connection may have ended already
				_, _, err := conn.Read(testContext(t))
				checkClosed(t, err, tt.code, true, ruleOfLoss(tt.code))
				if tt.report != "" {
					if err := nextError(t, s); !strings.Contains(err.Error(), tt.report) {
						t.Errorf("reported %v, want %q", err, tt.report)
					}
				}
			}
			must(t, s.Shutdown(testContext(t)))
			if n := len(ran); n != 2 {
				t.Errorf("the handler ran %d times for 2 connections", n)
			}
			if tt.report == "" {
				select {
				case err := <-s.Errors():
					t.Errorf("reported %v", err)
				default:
				}
			}
		})
	}
}

func ruleOfLoss(code wire.StatusCode) *wire.Rule {
	if code == wire.StatusAbnormalClosure {
		return wire.RuleConnectionLost
	}
	return nil
}

// Shutdown tells every client, and waits for the handlers.
func TestServerShutdown(t *testing.T) {
	noLeaks(t)
	leave := make(chan struct{})
	s := &Server{Handler: func(c *Conn, r *http.Request) {
		echo(c, r)
		<-leave // not without the test
	}}
	uri, served := startServer(t, s)
	var ends []<-chan error
	for range 3 {
		conn := dial(t, uri)
		must(t, conn.Write(testContext(t), Text, nil))
		checkRead(t, conn, Text, "") // its handler runs
		ends = append(ends, inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err }))
	}
	ctx, cancel := context.WithCancelCause(testContext(t))
	shut := inBackground(func() error { return s.Shutdown(ctx) })
	for _, end := range ends {
		checkClosed(t, awaitErr(t, end), 1001, true, nil)
	}
	if err := awaitErr(t, served); err != http.ErrServerClosed {
		t.Errorf("Serve: %v", err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d during the shutdown, want 503", w.Code)
	}
	select {
	case err := <-shut:
		t.Errorf("Shutdown did not wait for the handlers: %v", err)
	default:
	}
	enough := errors.New("enough")
	cancel(enough)
	if err := awaitErr(t, shut); err == nil || !errors.Is(err, enough) && !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: %v, want the context's error", err)
	}
	close(leave)
	must(t, s.Shutdown(testContext(t)))
	if n := s.NumConns(); n != 0 {
		t.Errorf("%d connections left", n)
	}
}

func TestServerClose(t *testing.T) {
	noLeaks(t)
	s := &Server{Handler: echo}
	uri, served := startServer(t, s)
	conn := dial(t, uri)
	must(t, conn.Write(testContext(t), Text, nil))
	checkRead(t, conn, Text, "")
	must(t, s.Close())
	_, _, err := conn.Read(testContext(t))
	checkClosed(t, err, 1006, true, wire.RuleConnectionLost)
	if err := awaitErr(t, served); err != http.ErrServerClosed {
		t.Errorf("Serve: %v", err)
	}
	must(t, s.Shutdown(testContext(t))) // now waits for the handler
}

// What the application is asked during a handshake may panic: the session ends
// with the request, and Shutdown does not wait for it.
func TestServerPanicDuringTheHandshake(t *testing.T) {
	noLeaks(t)
	s := &Server{
		Handler:  echo,
		MaxConns: 1,
		Options:  &AcceptOptions{CheckOrigin: func(*http.Request) bool { panic("what now") }},
	}
	uri, _ := startServer(t, s)
	for range 2 {
		_, response, err := Dial(testContext(t), uri, &DialOptions{NoProxy: true})
		if err == nil || response != nil {
			t.Fatalf("opened: response %v, error %v", response, err)
		}
	}
	must(t, s.Shutdown(testContext(t)))
	if n := s.NumConns(); n != 0 {
		t.Errorf("%d connections, want none", n)
	}
}

// One connection too many is refused, and may come again when another has gone.
func TestServerMaxConns(t *testing.T) {
	noLeaks(t)
	s := &Server{Handler: echo, MaxConns: 1}
	uri, _ := startServer(t, s)
	first := dial(t, uri)
	_, response, err := Dial(testContext(t), uri, &DialOptions{NoProxy: true})
	if err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Fatalf("second connection: %v, %v, want 503 with a Retry-After", response, err)
	}
	var refused *HandshakeError
	if err := nextError(t, s); !errors.As(err, &refused) || refused.Status != 503 {
		t.Errorf("reported %v", err)
	}
	must(t, first.Close(1000, ""))
	for end := time.Now().Add(testTimeout); s.NumConns() > 0; { // until its handler is gone
		if time.Now().After(end) {
			t.Fatal("the first connection stays")
		}
	}
	must(t, dial(t, uri).Close(1000, ""))
	must(t, s.Shutdown(testContext(t)))
}

func TestServerRate(t *testing.T) {
	noLeaks(t)
	s := &Server{Handler: echo, Rate: Rate{PerSecond: 1e-9, Burst: 2}}
	uri, _ := startServer(t, s)
	for range 2 {
		must(t, dial(t, uri).Close(1000, ""))
	}
	_, response, err := Dial(testContext(t), uri, &DialOptions{NoProxy: true})
	if err == nil || response == nil || response.StatusCode != http.StatusTooManyRequests {
		t.Errorf("third connection: %v, %v, want 429", response, err)
	}
	must(t, s.Shutdown(testContext(t)))
}

func TestServerAcceptConn(t *testing.T) {
	noLeaks(t)
	asked := 0
	s := &Server{Handler: echo, AcceptConn: func(conn net.Conn) bool { asked++; return asked > 1 }}
	uri, _ := startServer(t, s)
	if _, response, err := Dial(testContext(t), uri, &DialOptions{NoProxy: true}); err == nil || response != nil {
		t.Errorf("%v, %v, want no answer at all", response, err)
	}
	must(t, dial(t, uri).Close(1000, ""))
	must(t, s.Shutdown(testContext(t)))
}

func TestServerTimeouts(t *testing.T) {
	noLeaks(t)
	s := &Server{Handler: echo, HandshakeTimeout: 50 * time.Millisecond, IdleTimeout: 50 * time.Millisecond}
	uri, _ := startServer(t, s)

	_, _, err := dial(t, uri).Read(testContext(t))
	checkClosed(t, err, 1001, true, nil)
	if !strings.Contains(err.Error(), "nothing came for 50ms") {
		t.Errorf("an idle connection: %v", err)
	}
	mute, err := net.Dial("tcp", strings.TrimPrefix(uri, "ws://"))
	must(t, err)
	defer mute.Close()
	must(t, mute.SetDeadline(time.Now().Add(testTimeout)))
	if _, err := io.WriteString(mute, "GET / HTTP/1.1\r\nHost:"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(mute); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("half a handshake is waited for")
	}
	must(t, s.Shutdown(testContext(t)))
}

// So is half a handshake of TLS.
func TestServerTimeoutOfTLS(t *testing.T) {
	noLeaks(t)
	from := httptest.NewUnstartedServer(nil) // for its certificate
	from.StartTLS()
	defer from.Close()
	s := &Server{Handler: echo, HandshakeTimeout: 30 * time.Millisecond, TLS: &tls.Config{Certificates: from.TLS.Certificates}}
	l := listen(t)
	served := inBackground(func() error { return s.ServeTLS(l, "", "") })
	mute, err := net.Dial("tcp", l.Addr().String())
	must(t, err)
	defer mute.Close()
	must(t, mute.SetDeadline(time.Now().Add(testTimeout)))
	if _, err := io.ReadAll(mute); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("TLS is waited for")
	}
	must(t, s.Shutdown(testContext(t)))
	if err := awaitErr(t, served); err != http.ErrServerClosed {
		t.Errorf("ServeTLS: %v", err)
	}
}

// A handshake has a size.
func TestServerHandshakeSize(t *testing.T) {
	noLeaks(t)
	s := &Server{Handler: echo}
	uri, _ := startServer(t, s)
	for _, tt := range []struct{ size, status int }{
		{wire.MaxHandshakeLen - 1000, 101},
		{wire.MaxHandshakeLen + 8000, 431}, // net/http looks away for 4,096
	} {
		response, _, conn := exchange(t, strings.TrimPrefix(uri, "ws://"), opening+"X: "+strings.Repeat("y", tt.size)+"\r\n\r\n")
		if response.StatusCode != tt.status {
			t.Errorf("%d octets: status %d, want %d", tt.size, response.StatusCode, tt.status)
		}
		must(t, conn.Close())
	}
	must(t, s.Shutdown(testContext(t)))
}

// The rate is that of one address, whatever others do.
func TestServerRatePerAddress(t *testing.T) {
	noLeaks(t)
	s := &Server{Handler: echo, Rate: Rate{PerSecond: 1e-9, Burst: 2}}
	for _, tt := range []struct {
		remote string
		status int
	}{
		{"192.0.2.1:1", 426}, {"192.0.2.1:2", 426}, {"192.0.2.1:3", 429}, {"192.0.2.2:1", 426},
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.remote
		s.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.remote, w.Code, tt.status)
		}
	}
}

// The server may be shut down at any point of a session's beginning.
func TestShutdownOfASessionThatBegins(t *testing.T) {
	noLeaks(t)
	for range 20 {
		s := &Server{IdleTimeout: time.Minute, Handler: echo, Options: &AcceptOptions{CloseTimeout: time.Second}}
		uri, served := startServer(t, s)
		var dialling sync.WaitGroup
		for range 4 {
			dialling.Go(func() {
				conn, _, err := Dial(testContext(t), uri, &DialOptions{AllowConcurrentDials: true})
				if err == nil { // else it came too late
					_, _, _ = conn.Read(testContext(t))
					conn.CloseNow()
				}
			})
		}
		for s.NumConns() < 2 {
			runtime.Gosched()
		}
		must(t, s.Shutdown(testContext(t)))
		dialling.Wait()
		if err := awaitErr(t, served); err != http.ErrServerClosed {
			t.Error(err)
		}
	}
}

// What comes is what keeps a connection from being idle.
func TestIdleWatch(t *testing.T) {
	noLeaks(t)
	start := time.Now()
	w := idleWatch{timeout: time.Minute, started: start}
	if left := w.left(start.Add(40 * time.Second)); left != 20*time.Second {
		t.Errorf("%v left after 40 s of a minute", left)
	}
	w.note(start.Add(30 * time.Second))
	if left := w.left(start.Add(time.Minute)); left != 30*time.Second {
		t.Errorf("%v left, want what the octets at 30 s gave", left)
	}
	conn, p := endpoint(t, wire.RoleServer, config{idleTimeout: time.Minute})
	p.send(whole(wire.OpText, "x"))
	checkRead(t, conn, Text, "x")
	if conn.idle.heard.Load() == 0 {
		t.Error("octets came and were not noted")
	}
}

// Nobody has to take the errors.
func TestServerErrorsBlockNobody(t *testing.T) {
	noLeaks(t)
	s := &Server{Handler: echo}
	for range errorBacklog + 10 {
		s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}
	if n := s.DroppedErrors(); n != 10 {
		t.Errorf("%d errors dropped, want 10", n)
	}
	var refused *HandshakeError
	if err := nextError(t, s); !errors.As(err, &refused) || !strings.HasPrefix(err.Error(), "192.0.2.1:1234: ") {
		t.Errorf("reported %v, want the address and the reason", err)
	}
}

func TestServerThatCannotServe(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		server *Server
		want   string
	}{
		{"no handler", &Server{}, "no Handler"},
		{"a negative cap", &Server{Handler: echo, MaxConns: -1}, "at most -1 connections"},
		{"a negative timeout", &Server{Handler: echo, IdleTimeout: -1}, "idle timeout of -1ns"},
		{"a negative rate", &Server{Handler: echo, Rate: Rate{PerSecond: -1}}, "rate of -1"},
		{"a burst of nothing", &Server{Handler: echo, Rate: Rate{Burst: 5}}, "nothing per second"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for how, err := range map[string]error{
				"ListenAndServe":    tt.server.ListenAndServe("127.0.0.1:0"),
				"ListenAndServeTLS": tt.server.ListenAndServeTLS("127.0.0.1:0", "", ""),
			} {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s: %v, want %q", how, err, tt.want)
				}
			}
			w := httptest.NewRecorder()
			tt.server.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			if w.Code != 500 || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
		})
	}
}
