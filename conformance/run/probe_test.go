package run

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/internal/freeport"
	"github.com/wsspec/wsspec/ref/wire"
)

// probed starts a server that gives each connection to handle, and examines it.
func probed(t *testing.T, handle func(conn net.Conn), opts Options) (Endpoint, error) {
	t.Helper()
	l := listen(t)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				handle(conn)
			})
		}
	})
	t.Cleanup(func() { l.Close(); running.Wait() })
	return examined(t, l, opts)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func examined(t *testing.T, l net.Listener, opts Options) (Endpoint, error) {
	t.Helper()
	target, err := opening.ParseTarget("ws://" + l.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return Examine(ctx, target, opts)
}

// briefly are deadlines with which the probe waits 50 ms.
func briefly() Options {
	return Options{Deadlines: stream.NewDeadlines(200*time.Millisecond, 0, 0), Wait: 100 * time.Millisecond}
}

// switched answers the opening handshake, sends these octets, and reads until the client
// ends.
func switched(octets string, then func(conn net.Conn, r *bufio.Reader)) func(net.Conn) {
	return func(conn net.Conn) {
		r := bufio.NewReader(conn)
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
			wire.AcceptKey(req.Header.Get("Sec-WebSocket-Key"))+"\r\n\r\n"+octets)
		if then != nil {
			then(conn, r)
			return
		}
		_, _ = io.Copy(io.Discard, r)
	}
}

// Each kind of endpoint is told from the others, in one connection.
func TestExamine(t *testing.T) {
	for _, tt := range []struct {
		name   string
		handle func(net.Conn)
		kind   EndpointKind
		says   string
		advice string
	}{
		{"silent", switched("", nil), Silent, "sent nothing back within 50ms of a text message", "most libraries have one among their examples"},
		{"a greeting, and no more", switched("\x81\x05hello", nil), Answers, `sent text message "hello", and did not send a text message back within 50ms`, "most libraries"},
		{"a greeting, and an echo", switched("\x81\x05hello\x81\x1c"+probeText, nil), Greets, `begins with text message "hello" of its own`, "Turn off"},
		{"another type", switched("\x82\x1c"+probeText, nil), Answers, "sent binary message", "most libraries"},
		{"a ping", switched("\x89\x00", nil), Silent, "of a text message, and pings its peer", "Type --no-echo"},
		{"a Close", switched("\x88\x02\x03\xe8", nil), Closes, "closed the connection with Close 1000", "Type --no-echo"},
		{"a Close for a text", switched("\x88\x1c\x03\xeb"+"text frames are not for me", nil), Closes, "Close 1003", "Type --no-echo"},
		{"a Close as of HTTP 401", switched("\x88\x02\x11\x31", nil), Closes, "Close 4401", "--header 'Authorization: …'"},
		{"a Close for a subprotocol", switched("\x88\x1b\x03\xea"+"Subprotocol is required!!", nil), Closes, `Close 1002 "Subprotocol is required!!"`, "--subprotocol"},
		{"a Close for credentials", switched("\x88\x02\x03\xf0", nil), Closes, "Close 1008", "--header"},
		{"the end of TCP", switched("", func(net.Conn, *bufio.Reader) {}), Leaves, "ended the connection (TCP ", "Type --no-echo"},
		{"what is no frame", switched("\xff\xff\xff\xff", nil), Breaks, "sent what the RFC does not permit", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var conns atomic.Int32
			e, err := probed(t, func(conn net.Conn) { conns.Add(1); tt.handle(conn) }, briefly())
			if err != nil {
				t.Fatal(err)
			}
			if e.Kind != tt.kind || !strings.Contains(e.Sentence(), tt.says) {
				t.Errorf("kind %d: it %s; want kind %d, %q", e.Kind, e.Sentence(), tt.kind, tt.says)
			}
			if advice := e.Advice(); !strings.Contains(advice, tt.advice) || (advice == "") != (tt.advice == "") {
				t.Errorf("the advice is %q, want %q", advice, tt.advice)
			}
			if n := conns.Load(); n != 1 && e.Kind != Leaves && e.Kind != Closes {
				t.Errorf("%d connections, want one", n)
			}
			if e.RoundTrip <= 0 {
				t.Errorf("the round trip is %s", e.RoundTrip)
			}
		})
	}
}

// A server without a fault echoes, and so does one that is wrong in other ways. Nobody
// waits for it.
func TestExamineAnEcho(t *testing.T) {
	for _, name := range []string{"", "pong-never", "accepts-rsv2"} {
		var fault faulty.Fault
		if name != "" {
			var err error
			if fault, err = faulty.ByName(name); err != nil {
				t.Fatal(err)
			}
		}
		l := listen(t)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = faulty.Serve(ctx, l, fault) })
		// The deadline is far beyond the time of the test: who waits for it fails.
		e, err := examined(t, l, Options{Deadlines: stream.NewDeadlines(time.Hour, 0, 0)})
		if err != nil || e.Kind != Echoes || e.Advice() != "" {
			t.Errorf("fault %q: kind %d, %v, advice %q", name, e.Kind, err, e.Advice())
		}
		stop()
		running.Wait()
	}
}

// A refusal is the error of the opening handshake, as of any case.
func TestExamineARefusal(t *testing.T) {
	for answer, says := range map[string]string{
		"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n": "--header",
		"HTTP/1.1 400 Bad Request\r\nContent-Length: 26\r\n\r\nmissing subprotocol 'v1.x'":          "The server wants a subprotocol, which it gets by --subprotocol NAME.",
		"HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Protocol: v1, v2\r\nContent-Length: 0\r\n\r\n":   "--subprotocol NAME",
		"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n":                                       "Check the path of the URL",
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":                                              "200 OK instead of 101",
	} {
		_, err := probed(t, func(conn net.Conn) {
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.WriteString(conn, answer)
			}
		}, briefly())
		var refused *opening.TargetError
		if !errors.As(err, &refused) || refused.Problem != opening.NotUpgraded || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: the error is %v, want one with %q", answer, err, says)
		}
	}
}

// A server that the probe's message ends is waited for. One that serves again is tested;
// one that does not is no server without a culprit.
func TestExamineAServerThatStops(t *testing.T) {
	dies := func(again bool) (net.Listener, func()) {
		address := freeport.Addr(t)
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		var running sync.WaitGroup
		serve := func(l net.Listener, handle func(net.Listener, net.Conn)) {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				running.Go(func() {
					defer conn.Close()
					handle(l, conn)
				})
			}
		}
		next := make(chan net.Listener, 1) // the second listener
		running.Go(func() {
			defer close(next)
			serve(l, func(l net.Listener, conn net.Conn) {
				switched("", func(conn net.Conn, r *bufio.Reader) {
					_, _ = r.ReadByte()
					l.Close()
				})(conn)
			})
			if again {
				second, err := net.Listen("tcp", address)
				if err != nil {
					t.Error(err)
					return
				}
				next <- second
				serve(second, func(_ net.Listener, conn net.Conn) { switched("", nil)(conn) })
			}
		})
		return l, func() {
			l.Close()
			if second := <-next; second != nil {
				second.Close()
			}
			running.Wait()
		}
	}
	t.Run("for good", func(t *testing.T) {
		l, end := dies(false)
		defer end()
		_, err := examined(t, l, briefly())
		var stopped *ProbeError
		if !errors.As(err, &stopped) || !strings.Contains(err.Error(), "stopped serving when the probe had sent it one text message") {
			t.Errorf("the error is %v", err)
		}
	})
	t.Run("and serves again", func(t *testing.T) {
		l, end := dies(true)
		defer end()
		opts := briefly()
		opts.Wait = 10 * time.Second
		if e, err := examined(t, l, opts); err != nil || e.Kind != Leaves {
			t.Errorf("kind %d, %v", e.Kind, err)
		}
	})
	t.Run("and is started again", func(t *testing.T) {
		l, end := dies(false)
		defer end()
		opts := briefly()
		revived := 0
		opts.Revive = func(context.Context) ([]string, error) { revived++; return nil, nil }
		if e, err := examined(t, l, opts); err != nil || e.Kind != Leaves || revived != 1 {
			t.Errorf("kind %d, %v, revived %d times", e.Kind, err, revived)
		}
	})
}
