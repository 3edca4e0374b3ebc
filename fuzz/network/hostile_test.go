package network

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref"
)

// serverAt is the server under test at an address.
func serverAt(address string) *Server {
	return &Server{Target: &opening.Target{URL: &url.URL{Scheme: "ws", Host: address, Path: "/"}}, Deadlines: stream.NewDeadlines(time.Second, 0, 1)}
}

// Servers that do as little as they can end a campaign soon, and with the right words.
func TestHostileServers(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0") // the kernel takes the connections
	if err != nil {
		t.Fatal(err)
	}
	waits := httptest.NewServer(waiting())
	ends := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
	}))
	t.Cleanup(func() {
		mute.Close()
		waits.CloseClientConnections()
		waits.Close()
		ends.Close()
	})
	for _, test := range []struct {
		name, address string
		class         Class
		err           string
	}{
		{"never answers the handshake", mute.Addr().String(), "", "a plain opening handshake fails: the server sent no response"},
		{"never answers a frame", waits.Listener.Addr().String(), Hang, ""},
		{"ends each connection at once", ends.Listener.Addr().String(), "", "a plain opening handshake fails: the server ended TCP"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			var classes []Class
			_, err := Run(t.Context(), serverAt(test.address), Options{
				Seed: 1, Seeds: []*Script{{}}, MostScripts: 1, First: true, Parallel: firstRound, Deadlines: stream.NewDeadlines(300*time.Millisecond, 0, 1),
				Found: func(f *Finding) { classes = append(classes, f.Class) },
			})
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("the error is %v, want %q", err, test.err)
			}
			if test.class == "" && len(classes) > 0 || test.class != "" && (len(classes) == 0 || classes[0] != test.class) {
				t.Errorf("found %v, want %q", classes, test.class)
			}
		})
	}
}

// A server whose process keeps a megabyte of each connection has a leak.
func TestAServerThatLeaks(t *testing.T) {
	t.Parallel() // it waits for some thousand scripts
	var connections atomic.Uint64
	server := httptest.NewServer(echoing(func(*ref.Conn) { connections.Add(1) }))
	t.Cleanup(server.Close)
	var found []*Finding
	_, err := Run(t.Context(), serverAt(server.Listener.Addr().String()), Options{
		Seed: 1, Seeds: []*Script{{}}, MostScripts: 6 * roundSize, First: true,
		Usage: func() (Usage, bool) { return Usage{Memory: 20<<20 + connections.Load()<<20}, true },
		Found: func(f *Finding) { found = append(found, f) },
	})
	if err != nil || len(found) == 0 || found[0].Class != Leak || !strings.Contains(found[0].Why, "octets of memory") {
		t.Fatalf("found %v, %v", found, err)
	}
}
