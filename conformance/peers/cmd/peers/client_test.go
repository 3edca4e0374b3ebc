package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// clients lists the differences between the plain echo clients.
var clients = []struct {
	name    string
	offer   string // the Sec-WebSocket-Extensions of its request
	deflate string // a response that accepts the offer
}{
	{
		name:    "gorilla",
		offer:   "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
		deflate: "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
	},
	{
		name:    "coder",
		offer:   "permessage-deflate",
		deflate: "permessage-deflate",
	},
	{
		name:    "gobwas",
		offer:   "permessage-deflate;server_no_context_takeover;client_no_context_takeover",
		deflate: "permessage-deflate;server_no_context_takeover;client_no_context_takeover",
	},
	{
		name:    "gws",
		offer:   "permessage-deflate; client_max_window_bits",
		deflate: "permessage-deflate",
	},
}

// startClient runs the client with the name against the test's listener. ended receives
// its result.
func startClient(t *testing.T, name string) (listener net.Listener, ended chan error) {
	t.Helper()
	p, ok := find(name)
	if !ok || p.connect == nil {
		t.Fatalf("no client %q", name)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	ended = make(chan error, 1)
	go func() {
		// The end of the context must not end the connection, because the context
		// limits only the opening handshake.
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		ended <- p.connect(ctx, "ws://"+listener.Addr().String()+"/echo")
	}()
	return listener, ended
}

// wantReturn fails the test unless the client returns without an error.
func wantReturn(t *testing.T, ended chan error) {
	t.Helper()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("connect returned %v after a connection", err)
		}
	case <-time.After(patience):
		t.Error("connect does not return")
	}
}

func TestClient(t *testing.T) {
	for _, tt := range clients {
		t.Run(tt.name, func(t *testing.T) {
			t.Run("echoes text and binary, then closes", func(t *testing.T) {
				listener, ended := startClient(t, tt.name)
				r := acceptRaw(t, listener, "", nil)
				r.wantEcho(textFrame, []byte("Grüße"))
				r.wantEcho(binFrame, []byte{0x00, 0xff, 0x80})
				r.send(fin|closeFrame, status(1000))
				r.wantClose(1000)
				r.conn.Close()
				wantReturn(t, ended)
			})
			t.Run("reads frames that came with the handshake", func(t *testing.T) {
				listener, ended := startClient(t, tt.name)
				early := frame(fin|textFrame, []byte("early"), false)
				r := acceptRaw(t, listener, "", append(early, frame(fin|pingFrame, []byte("and"), false)...))
				r.wantMessage(textFrame, []byte("early"))
				r.wantMessage(pongFrame, []byte("and"))
				r.wantEcho(textFrame, []byte("late"))
				r.conn.Close()
				wantReturn(t, ended)
			})
			t.Run("echoes 16 MiB", func(t *testing.T) {
				listener, ended := startClient(t, tt.name)
				r := acceptRaw(t, listener, "", nil)
				r.wantEcho(binFrame, bytes.Repeat([]byte("0123456789abcdef"), 1<<20))
				r.conn.Close()
				wantReturn(t, ended)
			})
			t.Run("inflates and deflates", func(t *testing.T) {
				listener, ended := startClient(t, tt.name)
				r := acceptRaw(t, listener, tt.deflate, nil)
				if r.extension != tt.offer {
					t.Errorf("offered %q, want %q", r.extension, tt.offer)
				}
				r.send(fin|rsv1|textFrame, deflatedHello)
				r.wantMessage(textFrame, []byte("Hello"))
				r.conn.Close()
				wantReturn(t, ended)
			})
		})
	}
}

// A worker plays a conversation with each URL of its input, and goes on behind one that fails.
func TestWorker(t *testing.T) {
	for _, tt := range clients {
		t.Run(tt.name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			input, urls := io.Pipe()
			answers, output := io.Pipe()
			code := make(chan int, 1)
			go func() {
				code <- run([]string{"connect", "--peer", tt.name, "-"}, input, output, io.Discard)
				output.Close()
			}()
			lines := bufio.NewReader(answers)
			for _, want := range []string{"ok", "failed " + tt.name + " could not connect: ", "ok"} {
				if want == "ok" {
					fmt.Fprintf(urls, "ws://%s/echo\n", listener.Addr())
					r := acceptRaw(t, listener, "", nil)
					r.wantEcho(textFrame, []byte("Grüße"))
					r.conn.Close()
				} else {
					fmt.Fprintln(urls, "ws://127.0.0.1:1/")
				}
				if got, err := lines.ReadString('\n'); err != nil || !strings.HasPrefix(got, want) {
					t.Errorf("the answer is %q, %v; want %s", got, err, want)
				}
			}
			urls.Close()
			if c := <-code; c != 0 {
				t.Errorf("it ends with %d", c)
			}
		})
	}
}

func TestClientThatCannotConnectSaysSo(t *testing.T) {
	refusing, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing.Close()
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	urls := map[string]string{
		"closed port": "ws://" + refusing.Addr().String(),
		"status 404":  strings.Replace(web.URL, "http", "ws", 1),
		"not a URL":   "ws://%",
	}
	for _, tt := range clients {
		p, _ := find(tt.name)
		for why, url := range urls {
			t.Run(tt.name+", "+why, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(context.Background(), patience)
				defer cancel()
				if err := p.connect(ctx, url); err == nil {
					t.Error("connect returned no error")
				}
			})
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
