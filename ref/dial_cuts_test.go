package ref

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// How a relay ends what it passes on to the client.
const (
	ends   = "ends"
	resets = "resets"
	mute   = "goes mute" // and says so, so that the test can end the context
)

// A relay stands between a client and a server, and passes on only so many octets of
// the server.
type relay struct {
	net.Listener
	upstream string
	octets   int // of the server; negative for all
	how      string
	isMute   func()

	mu      sync.Mutex
	passed  int
	clients []net.Conn
	done    sync.WaitGroup
}

func newRelay(t *testing.T, upstream string, octets int, how string, isMute func()) *relay {
	t.Helper()
	r := &relay{Listener: listen(t), upstream: upstream, octets: octets, how: how, isMute: isMute}
	r.done.Go(func() {
		for {
			client, err := r.Accept()
			if err != nil {
				return
			}
			r.done.Go(func() { r.serve(client) })
		}
	})
	return r
}

// serve ends when the client has closed the connection.
func (r *relay) serve(client net.Conn) {
	defer client.Close()
	r.mu.Lock()
	r.clients = append(r.clients, client)
	r.mu.Unlock()
	server, err := net.Dial("tcp", r.upstream)
	if err != nil {
		return
	}
	defer server.Close()
	r.done.Go(func() {
		r.pass(client, server)
		server.Close()
	})
	_, _ = io.Copy(server, client)
}

// pass passes on what the server sends.
func (r *relay) pass(client, server net.Conn) {
	room := make([]byte, 4096)
	for {
		n, err := server.Read(room)
		r.mu.Lock()
		left := n
		if r.octets >= 0 {
			left = min(n, r.octets-r.passed)
		}
		r.passed += left
		cut := r.octets >= 0 && r.passed == r.octets
		r.mu.Unlock()
		_, _ = client.Write(room[:left])
		switch {
		case cut && r.how == mute:
			r.isMute()
			return
		case cut || err != nil:
			if r.how == resets {
				_ = client.(*net.TCPConn).SetLinger(0)
			}
			client.Close()
			return
		}
	}
}

// A way is one of the ways in which Dial reaches a server.
type way struct {
	name     string
	upstream string // what the client connects to
	options  func(address string) (uri string, options *DialOptions)
	// goesOn says that an http.Transport goes on with the TLS handshake when the context
	// ends, until its own TLSHandshakeTimeout.
	goesOn bool
}

// waysToDial returns all ways, each to an echo server or to one that refuses.
func waysToDial(t *testing.T) []way {
	t.Helper()
	host := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	open := httptest.NewUnstartedServer(EchoHandler(nil))
	secret := httptest.NewUnstartedServer(EchoHandler(nil))
	refusing := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, strings.Repeat("no ", 1000), http.StatusForbidden)
	}))
	proxy := proxyServer(t, make(chan *http.Request, 10_000))
	for _, s := range []*httptest.Server{open, secret, refusing} {
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		if s == secret {
			s.StartTLS()
		} else {
			s.Start()
		}
		t.Cleanup(s.Close)
	}
	roots := &tls.Config{RootCAs: secret.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	through := func(address string) func(*http.Request) (*url.URL, error) {
		return http.ProxyURL(&url.URL{Scheme: "http", Host: address, User: url.UserPassword("a", "b")})
	}
	byClient := func(config *tls.Config) *DialOptions {
		return &DialOptions{HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}}
	}
	return []way{
		{"directly", host(open), func(address string) (string, *DialOptions) {
			return "ws://" + address, &DialOptions{NoProxy: true}
		}, false},
		{"by TLS", host(secret), func(address string) (string, *DialOptions) {
			return "wss://" + address, &DialOptions{NoProxy: true, TLS: roots}
		}, false},
		{"to a server that refuses", host(refusing), func(address string) (string, *DialOptions) {
			return "ws://" + address, &DialOptions{NoProxy: true}
		}, false},
		{"through a proxy", host(proxy), func(address string) (string, *DialOptions) {
			return "ws://" + host(open), &DialOptions{Proxy: through(address)}
		}, false},
		{"by TLS through a proxy", host(proxy), func(address string) (string, *DialOptions) {
			return "wss://" + host(secret), &DialOptions{Proxy: through(address), TLS: roots}
		}, false},
		{"by an HTTP client", host(open), func(address string) (string, *DialOptions) {
			return "ws://" + address, byClient(nil)
		}, false},
		{"by an HTTP client and TLS", host(secret), func(address string) (string, *DialOptions) {
			return "wss://" + address, byClient(roots)
		}, true},
		{"by an HTTP client to a server that refuses", host(refusing), func(address string) (string, *DialOptions) {
			return "ws://" + address, byClient(nil)
		}, false},
	}
}

// The server may end the connection, reset it or go mute at any octet, on whatever
// way: Dial returns, closes TCP, and lets the next one dial. No goroutine stays.
func TestDialWithAPeerThatDies(t *testing.T) {
	noLeaks(t)
	enough := errors.New("enough")
	dialed := func(t *testing.T, w way, octets int, how string) (passed int) {
		ctx, cancel := context.WithCancelCause(testContext(t))
		r := newRelay(t, w.upstream, octets, how, func() { cancel(enough) })
		uri, options := w.options(r.Addr().String())
		conn, response, err := Dial(ctx, uri, options)
		switch {
		case err == nil:
			conn.CloseNow()
		case how == mute && response == nil && !errors.Is(err, enough):
			t.Errorf("%d octets, then it %s: %v, want the cause of the context", octets, how, err)
		}
		cancel(nil)
		must(t, r.Close())
		if how == mute && w.goesOn {
			r.mu.Lock()
			for _, client := range r.clients {
				client.Close()
			}
			r.mu.Unlock()
		}
		r.done.Wait() // for the client to close TCP
		dialQueues.mu.Lock()
		n := len(dialQueues.waiting)
		dialQueues.mu.Unlock()
		if n > 0 {
			t.Fatalf("%d octets, then it %s: %d addresses are still being dialed", octets, how, n)
		}
		return r.passed
	}
	for _, w := range waysToDial(t) {
		t.Run(w.name, func(t *testing.T) {
			noLeaks(t)
			most := dialed(t, w, -1, ends)
			if most == 0 {
				t.Fatal("nothing came")
			}
			for _, how := range []string{ends, resets, mute} {
				for octets := range strides(most, 25) {
					dialed(t, w, octets, how)
				}
			}
		})
	}
}

// strides are about n numbers from 0 up to most.
func strides(most, n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for at := 0; at < most; at += most/n + 1 {
			if !yield(at) {
				return
			}
		}
	}
}
