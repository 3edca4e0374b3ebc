package standalone_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/standalone"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

var thorough = flag.Int("thorough", 1, "how many cases that caught a fault are played against it")

// casesFor returns the cases that have a Go test for a peer of the role.
func casesFor(role wire.Role) []*conformance.Case {
	var cases []*conformance.Case
	for _, c := range catalog.Cases() {
		if c.NoGoTest(role) == "" {
			cases = append(cases, c)
		}
	}
	return cases
}

// serve runs a faulty server for the time of a test.
func serve(t testing.TB, f faulty.Fault) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := faulty.Serve(ctx, l, f); err != nil {
			t.Errorf("serving %s: %v", f.Name, err)
		}
	}()
	t.Cleanup(func() { cancel(); <-served })
	return &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}
}

// playServer plays the case's plain form against a server.
func playServer(t testing.TB, c *conformance.Case, u *url.URL) standalone.Verdict {
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Errorf("%s: %v", c.ID, err)
		return standalone.Verdict{}
	}
	defer conn.Close()
	return standalone.Server(c.Standalone(wire.RoleServer), conn, u)
}

// playClient plays it with a client.
func playClient(t testing.TB, c *conformance.Case, connect func(ctx context.Context, url string)) standalone.Verdict {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Errorf("%s: %v", c.ID, err)
		return standalone.Verdict{}
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	var client sync.WaitGroup
	defer client.Wait()
	defer cancel()
	client.Go(func() {
		connect(ctx, "ws://"+l.Addr().String()+standalone.Resource(c.ID))
		_ = l.(*net.TCPListener).SetDeadline(time.Now()) // it will not come any more
	})
	conn, err := l.Accept()
	if err != nil {
		return standalone.Verdict{Behavior: "FAILED", Close: "FAILED", Sentence: "the client did not connect"}
	}
	defer conn.Close()
	return standalone.Client(c.Standalone(wire.RoleClient), conn)
}

// all calls do for each of a list, many at a time: what takes long is waiting.
func all[T any](list []T, do func(T)) {
	next := make(chan T)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for c := range next {
				do(c)
			}
		})
	}
	for _, c := range list {
		next <- c
	}
	close(next)
	wg.Wait()
}

// TestCorrectPeersPass: every case that has a Go test passes the correct peers of
// this repository, in both roles.
func TestCorrectPeersPass(t *testing.T) {
	standalone.Timeout = 2 * time.Second // costs nothing where the peer answers
	check := func(t *testing.T, c *conformance.Case, v standalone.Verdict) {
		if v.Failed() {
			t.Errorf("%s (%s): %s / %s: %s", c.ID, c.Title, v.Behavior, v.Close, v.Sentence)
		}
	}
	t.Run("the reference server", func(t *testing.T) {
		server := httptest.NewServer(ref.EchoHandler(&ref.AcceptOptions{Compression: &ref.Compression{}}))
		defer server.Close()
		u := &url.URL{Scheme: "ws", Host: strings.TrimPrefix(server.URL, "http://"), Path: "/"}
		all(casesFor(wire.RoleServer), func(c *conformance.Case) { check(t, c, playServer(t, c, u)) })
	})
	t.Run("another server", func(t *testing.T) {
		u := serve(t, faulty.Fault{})
		all(casesFor(wire.RoleServer), func(c *conformance.Case) {
			v := playServer(t, c, u)
			check(t, c, v)
			if v.Behavior != "OK" && v.Behavior != "INFORMATIONAL" {
				t.Errorf("%s (%s): %s, where the harness passes it: %s", c.ID, c.Title, v.Behavior, v.Sentence)
			}
		})
	})
	t.Run("the reference client", func(t *testing.T) {
		all(casesFor(wire.RoleClient), func(c *conformance.Case) {
			check(t, c, playClient(t, c, func(ctx context.Context, url string) {
				conn, _, err := ref.Dial(ctx, url, &ref.DialOptions{Compression: &ref.Compression{}})
				if err != nil {
					return
				}
				defer conn.CloseNow()
				_ = ref.Echo(ctx, conn)
			}))
		})
	})
	t.Run("another client", func(t *testing.T) {
		all(casesFor(wire.RoleClient), func(c *conformance.Case) {
			check(t, c, playClient(t, c, func(ctx context.Context, url string) { _ = faulty.Connect(ctx, url, faulty.Fault{}) }))
		})
	})
}

// A play is one case against one fault.
type play struct {
	fault faulty.Fault
	role  wire.Role
	c     *conformance.Case
}

// differs says how the two judges differ over a play, with so much patience; it
// is empty if they agree.
func (p play) differs(t testing.TB, u *url.URL, patience time.Duration) string {
	opts := conformance.Options{Parallel: 1, Deadlines: conformance.NewDeadlines(patience, 0, 1)}
	connect := func(ctx context.Context, url string) { _ = faulty.Connect(ctx, url, p.fault) }
	var results []conformance.Result
	var err error
	var v standalone.Verdict
	var both sync.WaitGroup
	if p.role == wire.RoleServer {
		both.Go(func() { v = playServer(t, p.c, u) })
		results, err = conformance.RunServer(t.Context(), &conformance.Target{Agent: "faulty", URL: u}, []*conformance.Case{p.c}, opts)
	} else {
		launch := func(ctx context.Context, url string) []string { connect(ctx, url); return nil }
		both.Go(func() { v = playClient(t, p.c, connect) })
		results, err = conformance.RunClients(t.Context(), launch, []*conformance.Case{p.c}, opts)
	}
	both.Wait()
	if err != nil {
		return err.Error()
	}
	r := results[0]
	if r.Flaky { // the fault shows when it likes
		return ""
	}
	if ours := r.Verdict == conformance.Fail; ours != v.Failed() || !ours && (string(r.Behavior) != v.Behavior || string(r.Close) != v.Close) {
		return fmt.Sprintf("%s as %v, %s (%s):\nwsspec: %s / %s: %s %q\nGo test: %s / %s: %s", p.fault.Name, p.role, p.c.ID, p.c.Title,
			r.Behavior, r.Close, r.Explanation, r.Observed, v.Behavior, v.Close, v.Sentence)
	}
	return ""
}

// plays picks for every fault cases that failed for it, and one that warned or took
// no notice.
func plays(caught int) []play {
	var out []play
	for i, row := range faulty.Catches().Rows {
		f, err := faulty.ByName(row.Fault)
		if err != nil {
			continue // TestMatrix says so
		}
		role := wire.RoleServer
		if row.Role == "client" {
			role = wire.RoleClient
		}
		pick := func(globs []string, wanted bool, most int) {
			var some []*conformance.Case
			for _, c := range casesFor(role) {
				if matches(c.ID, globs) == wanted {
					some = append(some, c)
				}
			}
			for k := range min(most, len(some)) {
				out = append(out, play{f, role, some[(i*7+k*len(some)/most)%len(some)]})
			}
		}
		pick(row.Fails, true, caught)
		if i%2 == 0 || caught > 1 {
			pick(row.Warns, true, 1)
		} else {
			pick(slices.Concat(row.Fails, row.Warns), false, 1)
		}
	}
	return out
}

func matches(id string, globs []string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		group, open := strings.CutSuffix(g, "*")
		return id == group || open && strings.HasPrefix(id, group)
	})
}

// TestSameJudge: against peers that are wrong on purpose, a Go test fails where
// the harness says FAIL and passes where it passes or warns.
func TestSameJudge(t *testing.T) {
	var mu sync.Mutex
	servers := map[string]*url.URL{}
	server := func(p play) *url.URL {
		mu.Lock()
		defer mu.Unlock()
		if servers[p.fault.Name] == nil && p.role == wire.RoleServer {
			servers[p.fault.Name] = serve(t, p.fault)
		}
		return servers[p.fault.Name]
	}
	standalone.Timeout = 400 * time.Millisecond
	var doubtful []play
	todo := plays(*thorough)
	began := time.Now()
	all(todo, func(p play) {
		if p.differs(t, server(p), standalone.Timeout) != "" {
			mu.Lock()
			doubtful = append(doubtful, p)
			mu.Unlock()
		}
	})
	t.Logf("%d plays in %v, %d of them doubtful", len(todo), time.Since(began).Round(time.Millisecond), len(doubtful))
	// A machine with much to do is no difference between the judges.
	standalone.Timeout = 2 * time.Second
	all(doubtful, func(p play) {
		diff := ""
		for range 4 { // nor is a fault that shows when it likes
			if diff = p.differs(t, server(p), standalone.Timeout); diff == "" {
				return
			}
		}
		t.Error(diff)
	})
}
