package command

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// outcome is what a command left behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// wsspec runs the command in this process. A command that takes longer than any
// of these tests needs has hung: it ends as if interrupted, and fails the test
// by its exit code.
func wsspec(t *testing.T, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return wsspecUntil(ctx, args...)
}

func wsspecUntil(ctx context.Context, args ...string) outcome {
	var stdout, stderr bytes.Buffer
	code := run(ctx, args, strings.NewReader(""), &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

// want checks the exit code, and that standard output and standard error have
// what they should.
func (o outcome) want(t *testing.T, code int, texts ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", o.code, code, o.stdout, o.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(o.stdout+o.stderr, text) {
			t.Errorf("the output does not mention %q\nstdout: %s\nstderr: %s", text, o.stdout, o.stderr)
		}
	}
}

// reference starts `wsspec echo` and returns its URL.
func reference(t *testing.T, flags ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, append([]string{"echo", "--addr", "127.0.0.1:0"}, flags...), strings.NewReader(""), w, &stderr)
		w.Close()
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case c := <-code:
			if c != exitPass {
				t.Errorf("wsspec echo ended with %d: %s", c, stderr.String())
			}
		case <-time.After(10 * time.Second):
			t.Error("wsspec echo did not end when it was told to")
		}
	})
	line, err := bufio.NewReader(r).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatalf("wsspec echo printed %q, %v", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	return url
}

// raw starts a server that gives each connection to handle, numbered from 1,
// and returns its URL.
func raw(t *testing.T, handle func(n int, conn net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var conns []net.Conn
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			wg.Go(func() {
				defer conn.Close()
				handle(n, conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, conn := range conns {
			conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return fmt.Sprintf("ws://%s/", l.Addr())
}

// shaken answers the opening handshake and then hands over.
func shaken(then func(conn net.Conn, r *bufio.Reader)) func(int, net.Conn) {
	return func(_ int, conn net.Conn) {
		if r, _, ok := shake(conn); ok {
			then(conn, r)
		}
	}
}

func shake(conn net.Conn) (*bufio.Reader, *http.Request, bool) {
	r := bufio.NewReader(conn)
	req, err := http.ReadRequest(r)
	if err != nil {
		return r, nil, false
	}
	_, err = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		wire.AcceptKey(req.Header.Get("Sec-WebSocket-Key")))
	return r, req, err == nil
}

func drain(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// leaves is a server that closes TCP behind the handshake: it fails every case
// that expects an answer, at once.
func leaves(t *testing.T) string { return raw(t, shaken(func(net.Conn, *bufio.Reader) {})) }

// warns is a server that ends each connection with Close 1000, which earns a
// warning where another code fits.
func warns(t *testing.T) string {
	return raw(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		_, _ = r.ReadByte()
		_, _ = conn.Write([]byte{0x88, 2, 0x03, 0xe8})
		_ = conn.(*net.TCPConn).CloseWrite()
		drain(conn)
	}))
}

// speechless is a server that reads the opening request and closes TCP.
func speechless(_ int, conn net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(conn)) }

// someCases are cases that judge a server.
func someCases(t *testing.T) []*script.Case {
	t.Helper()
	cases, err := choose(conformance.Selection{Run: []string{"1.1"}}, wire.RoleServer)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}
