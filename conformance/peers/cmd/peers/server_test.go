package main

import (
	"bytes"
	"context"
	"net"
	"testing"
	"time"
)

// A reaction is the reaction of a plain echo server to an invalid frame or a Close
// frame.
type reaction int

const (
	echoes  reaction = iota // echoes the message
	closes                  // sends a Close frame with the code of the table's column, then closes TCP
	endsTCP                 // closes TCP without a Close frame
)

// offer is the offer of Autobahn's cases 12.* and 13.1.*.
const offer = "permessage-deflate; client_no_context_takeover; client_max_window_bits"

// servers lists the differences between the plain echo servers.
var servers = []struct {
	name     string
	deflate  string   // the response to offer
	badText  reaction // to invalid UTF-8; the code is 1007
	closing  reaction // to a Close frame with 1000; the code is 1000
	fragment bool     // whether it echoes a fragmented message as one message
}{
	{
		name:    "gorilla",
		deflate: "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
		badText: echoes, closing: closes, fragment: true,
	},
	{
		name:    "coder",
		deflate: "permessage-deflate; client_no_context_takeover",
		badText: echoes, closing: closes, fragment: true,
	},
	{
		name:    "gobwas",
		deflate: "permessage-deflate;server_no_context_takeover;client_no_context_takeover",
		badText: endsTCP, closing: closes, fragment: true,
	},
	{
		name:    "gws",
		deflate: "permessage-deflate; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12",
		badText: closes, closing: closes, fragment: true,
	},
	{
		name:    "xnet",
		deflate: "",
		badText: echoes, closing: endsTCP, fragment: false,
	},
}

// start serves the peer with the name until the test ends.
func start(t *testing.T, name string) (addr string, s *server) {
	t.Helper()
	p, ok := find(name)
	if !ok {
		t.Fatalf("no peer %q", name)
	}
	s, err := listen(p, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.serve() }()
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
		select {
		case err := <-served:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Error("serve does not return after close")
		}
	})
	return s.listener.Addr().String(), s
}

func TestEveryPeerIsTested(t *testing.T) {
	if len(servers) != len(peers) {
		t.Errorf("%d servers are tested, %d exist", len(servers), len(peers))
	}
	if got, want := len(clients), len(namesOf("client")); got != want {
		t.Errorf("%d clients are tested, %d exist", got, want)
	}
}

func TestServer(t *testing.T) {
	for _, tt := range servers {
		t.Run(tt.name, func(t *testing.T) {
			addr, _ := start(t, tt.name)

			// react fails the test unless the server reacts as wanted.
			react := func(t *testing.T, r *raw, want reaction, code uint16, echo []byte) {
				t.Helper()
				switch want {
				case echoes:
					r.wantMessage(textFrame, echo)
				case closes:
					r.wantClose(code)
				case endsTCP:
					r.wantEnd()
				}
			}

			t.Run("echoes text and binary, then closes", func(t *testing.T) {
				r := dialRaw(t, addr, "")
				r.wantEcho(textFrame, []byte("Grüße"))
				r.wantEcho(binFrame, []byte{0x00, 0xff, 0x80})
				r.wantEcho(textFrame, nil)
				r.send(fin|closeFrame, status(1000))
				react(t, r, tt.closing, 1000, nil)
			})
			t.Run("answers a ping", func(t *testing.T) {
				r := dialRaw(t, addr, "")
				r.send(fin|pingFrame, []byte("still there?"))
				r.wantMessage(pongFrame, []byte("still there?"))
			})
			t.Run("echoes 16 MiB", func(t *testing.T) {
				r := dialRaw(t, addr, "")
				r.wantEcho(binFrame, bytes.Repeat([]byte("0123456789abcdef"), 1<<20))
			})
			t.Run("echoes a fragmented message", func(t *testing.T) {
				r := dialRaw(t, addr, "")
				r.send(textFrame, []byte("two "))
				if !tt.fragment { // the library treats each frame as a message
					r.wantMessage(textFrame, []byte("two "))
				}
				r.send(fin, []byte("halves"))
				if tt.fragment {
					r.wantMessage(textFrame, []byte("two halves"))
				} else {
					r.wantMessage(textFrame, []byte("halves"))
				}
			})
			t.Run("does not ask for the origin", func(t *testing.T) {
				r := dialRaw(t, addr, "", "Origin: http://elsewhere.example")
				r.wantEcho(textFrame, []byte("hello"))
			})
			t.Run("inflates and deflates", func(t *testing.T) {
				r := dialRaw(t, addr, offer)
				if r.extension != tt.deflate {
					t.Fatalf("answered %q, want %q", r.extension, tt.deflate)
				}
				if tt.deflate != "" {
					r.send(fin|rsv1|textFrame, deflatedHello)
					r.wantMessage(textFrame, []byte("Hello"))
				}
				r.wantEcho(binFrame, []byte("not compressed, as the sender may"))
			})
			t.Run("reacts to text that is not UTF-8", func(t *testing.T) {
				r := dialRaw(t, addr, "")
				r.send(fin|textFrame, []byte("\xc0\xaf"))
				react(t, r, tt.badText, 1007, []byte("\xc0\xaf"))
			})
		})
	}
}

// deflatedHello is the example of RFC 7692 7.2.3.1.
var deflatedHello = []byte{0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}

func TestServerCloseEndsItsConnections(t *testing.T) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			addr, s := start(t, p.name)
			r := dialRaw(t, addr, "")
			r.wantEcho(textFrame, []byte("up and running"))

			if err := s.close(); err != nil {
				t.Error(err)
			}
			s.mu.Lock()
			if len(s.open) != 0 {
				t.Errorf("%d handlers have not returned", len(s.open))
			}
			s.mu.Unlock()
			r.wantEnd()
			if conn, err := net.Dial("tcp", addr); err == nil {
				conn.Close()
				t.Error("the port still accepts")
			}
		})
	}
}

func TestServeUntilReportsAnAddressInUse(t *testing.T) {
	addr, _ := start(t, "gorilla")
	p, _ := find("gws")
	err := serveUntil(context.Background(), []peer{p}, addr, func(*server) { t.Error("it listens") })
	if err == nil {
		t.Fatal("no error")
	}
}
