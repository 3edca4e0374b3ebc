package command

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// A watching is a `wsspec watch` under way.
type watching struct {
	url string
	// stop ends it as Ctrl-C does.
	stop context.CancelFunc
	over chan outcome
}

// watches starts `wsspec watch` before a server.
func watches(t *testing.T, to string, args ...string) *watching {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	r, w := io.Pipe()
	s := &watching{stop: cancel, over: make(chan outcome, 1)}
	var stderr strings.Builder
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, append([]string{"watch", "--listen", "127.0.0.1:0", "--to", to}, args...), strings.NewReader(""), w, &stderr)
		w.Close()
	}()
	lines := bufio.NewReader(r)
	first, _ := lines.ReadString('\n')
	url, ok := strings.CutPrefix(first, "listening on ")
	s.url, _, _ = strings.Cut(url, "/,")
	go func() {
		rest, _ := io.ReadAll(lines)
		s.over <- outcome{<-code, first + string(rest), stderr.String()}
	}()
	if !ok {
		t.Fatalf("wsspec watch printed %q: %+v", first, <-s.over)
	}
	t.Cleanup(cancel)
	return s
}

// echoes sends a message through a watch and closes.
func echoes(t *testing.T, url string, header http.Header) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, _, err := ref.Dial(ctx, url, &ref.DialOptions{Header: header, Compression: &ref.Compression{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Write(ctx, ref.Text.Uncompressed(), []byte("hello through the watch")); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.Read(ctx); err != nil || string(got) != "hello through the watch" {
		t.Fatalf("%q, %v", got, err)
	}
	if err := c.Close(wire.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
}

// Correct traffic passes, each frame has a line with -v, and no secret is printed or written
// unless that is wanted.
func TestWatchCorrectTraffic(t *testing.T) {
	server := reference(t)
	const token, password = "s3cr3tT0kenInTheQuery", "Pa55w0rdOfAField"
	for _, keep := range []bool{false, true} {
		dir := t.TempDir()
		args := []string{"--connections", "1", "-v", "--out", dir}
		if keep {
			args = append(args, "--keep-secrets")
		}
		w := watches(t, server, args...)
		echoes(t, w.url+"/chat?token="+token, http.Header{"Authorization": {"Bearer " + password}})
		o := <-w.over
		o.want(t, exitPass, "GET /chat?", "101 Switching Protocols", `text "hello through the watch"`, "close",
			"1 connections, 1 of them WebSocket", "client: 1 messages in 2 frames", "server: 1 messages in 2 frames", "violations: 0")
		all := o.stdout + o.stderr
		for _, name := range []string{"watch.jsonl", "watch.pcapng"} {
			octets, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all += string(octets)
		}
		if found := strings.Contains(all, password) && strings.Contains(all, token); found != keep {
			t.Errorf("--keep-secrets %t: found the secrets: %t", keep, found)
		}
		if !keep && (strings.Contains(all, password) || strings.Contains(all, token)) {
			t.Errorf("a secret was printed or written:\n%s", o.stdout)
		}
	}
}

// Violations of both sides have a line each, a line of watch.jsonl, and exit code 1.
func TestWatchTellsViolations(t *testing.T) {
	server := raw(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		_, _ = io.WriteString(conn, "\x83\x00")
		_, _ = io.Copy(io.Discard, r)
	}))
	dir := t.TempDir()
	w := watches(t, server, "--out", dir, "--connections", "1")
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "ws://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const request = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	for line := ""; line != "\r\n"; {
		if line, err = r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.ReadFull(r, make([]byte, 2)); err != nil { // the frame of the server
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "\x81\x01a"); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	o := <-w.over
	o.want(t, exitNonconformant,
		"#1 server violates RFC 6455 5.2 (RFC6455-5.2-5): a frame with the reserved opcode 0x3, at octet ",
		"#1 client violates RFC 6455 5.1 (RFC6455-5.1-3): an unmasked text frame from a client, at octet 141",
		"client: 1 messages in 1 frames, 143 octets; violations: 1", "(RFC6455-5.1-3), once: ")
	octets, err := os.ReadFile(filepath.Join(dir, "watch.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var line watchLine
	if err := json.Unmarshal(octets, &line); err != nil {
		t.Fatalf("%v: %s", err, octets)
	}
	if len(line.Violations) != 2 || !line.Opened || line.FromClient.Octets != 143 {
		t.Errorf("%s", octets)
	}
}

// Ctrl-C ends a watch with connections under way, and what was seen counts.
func TestWatchInterrupted(t *testing.T) {
	server := reference(t)
	w := watches(t, server)
	c, _, err := ref.Dial(t.Context(), w.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	w.stop()
	o := <-w.over
	o.want(t, exitPass, "1 connections, 1 of them WebSocket")

	w = watches(t, server)
	w.stop()
	o = <-w.over
	o.want(t, exitHarness, "no client connected")
}

// A server that is absent: the client is refused, and the exit code says that nothing was judged.
func TestWatchWithoutAServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	w := watches(t, "ws://"+l.Addr().String(), "--connections", "1")
	if conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "ws://")); err == nil {
		_, _ = io.Copy(io.Discard, conn)
		conn.Close()
	}
	o := <-w.over
	o.want(t, exitHarness, "#1 not passed on: cannot connect to", "could not be reached")
}

// A fault says what it did.
func TestWatchMakesFaults(t *testing.T) {
	w := watches(t, reference(t), "--connections", "1", "--cut", "server:20")
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "ws://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	got, _ := io.ReadAll(conn)
	if len(got) != 20 {
		t.Errorf("%d octets came, want 20: %q", len(got), got)
	}
	conn.Close()
	o := <-w.over
	o.want(t, exitHarness, "#1 server fault: cut behind 20 octets", "no WebSocket connection was opened")
}

func TestWatchUsage(t *testing.T) {
	for args, want := range map[string]string{
		"":                                   "--listen :9000",
		"--listen :0":                        "--to ws://localhost:8080",
		"--listen :0 --to localhost:1":       "ws://",
		"--listen :0 --to ws://h/chat":       "Leave all behind the port out",
		"--listen :0 --to ws://h --cut x":    "--cut x: ",
		"--listen :0 --to ws://h --delay 20": "no time",
		"--listen :0 --to ws://h --max-time 0s --connections -1": "--connections -1",
		"--listen :0 --to ws://h --quiet -v":                     "leave out --verbose",
		"--listen :0 --to ws://h --cert a.pem":                   "both a certificate and its key",
		"--listen :0 --to ws://h --ca /none":                     "--ca: ",
		"--listen :0 --to ws://h --timeout 0s":                   "--timeout 0s",
		"ws://h":                                                 "unknown command",
	} {
		o := wsspec(t, append([]string{"watch"}, strings.Fields(args)...)...)
		o.want(t, exitUsage, want)
	}
}
