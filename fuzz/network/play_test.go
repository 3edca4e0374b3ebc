package network

import (
	"context"
	"net"
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
	"github.com/wsspec/wsspec/ref/wire"
)

func echoServer(t testing.TB) *Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := ref.Accept(w, r, &ref.AcceptOptions{})
		if err != nil {
			return
		}
		defer c.CloseNow()
		for {
			op, p, err := c.Read(context.Background())
			if err != nil {
				return
			}
			if c.Write(context.Background(), op, p) != nil {
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	u, _ := url.Parse(s.URL)
	u.Scheme, u.Path = "ws", "/"
	return &Server{Target: &opening.Target{URL: u}, Deadlines: stream.NewDeadlines(0, 0, 1)}
}

// A correct server fails no seed.
func TestSeedsAgainstRef(t *testing.T) {
	peer := echoServer(t)
	seeds := Seeds(wire.RoleServer)
	t.Logf("%d seeds", len(seeds))
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for w := range 32 {
		wg.Go(func() {
			p := newPlayer(peer, uint64(w))
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
	t.Logf("%s: %.0f scripts a second", time.Since(began), float64(len(seeds))/time.Since(began).Seconds())
}

var _ net.Conn
