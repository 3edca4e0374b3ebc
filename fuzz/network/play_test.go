package network

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref"
)

// echoing sends messages back. It tells begin of each connection.
func echoing(begin func(*ref.Conn)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := ref.Accept(w, r, &ref.AcceptOptions{Compression: &ref.Compression{}})
		if err != nil {
			return
		}
		defer c.CloseNow()
		if begin != nil {
			begin(c)
		}
		for {
			typ, p, err := c.Read(r.Context())
			if err != nil || c.Write(r.Context(), typ, p) != nil {
				return
			}
		}
	})
}

// echoServer is a correct server.
func echoServer(t testing.TB) *Server {
	t.Helper()
	s := httptest.NewServer(echoing(nil))
	t.Cleanup(s.Close)
	u := &url.URL{Scheme: "ws", Host: s.Listener.Addr().String(), Path: "/"}
	return &Server{Target: &opening.Target{URL: u}, Deadlines: stream.NewDeadlines(0, 0, 1)}
}

// A correct server fails no seed.
func TestSeedsAgainstRef(t *testing.T) {
	peer := echoServer(t)
	seeds := Seeds()
	if len(seeds) < 2000 {
		t.Errorf("there are %d seeds; the catalogue and its variants are more", len(seeds))
	}
	failsNone(t, peer, seeds)
}

// failsNone checks that a correct peer fails no script.
func failsNone(t *testing.T, peer Peer, seeds []*Script) {
	t.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			p := newPlayer(peer)
			p.patience = patience{answer: 2 * time.Second, pause: 2 * time.Millisecond}
			for {
				i := int(next.Add(1)) - 1
				if i >= len(seeds) {
					return
				}
				out := p.play(t.Context(), seeds[i])
				if out.wrong != nil || out.lost != nil {
					t.Errorf("%s\n  %v %v\n  course %s", seeds[i], out.wrong, out.lost, out.course)
				}
			}
		})
	}
	wg.Wait()
}
