package standalone_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/gotest"
	"github.com/wsspec/wsspec/conformance/gotest/standalone"
	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

var thorough = flag.Int("thorough", 1, "how many cases that caught a fault are played against it")

// casesFor returns the cases that have a Go test for a peer of the role.
func casesFor(role wire.Role) []*script.Case {
	var cases []*script.Case
	for _, c := range catalog.Cases() {
		if gotest.Unavailable(c, role) == "" {
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

// failed is what there is to say where no connection came about.
func failed(why string) standalone.Result {
	return standalone.Result{Judgement: judge.Judgement{Verdict: verdict.Fail, Behavior: verdict.Failed, Close: verdict.CloseFailed, Explanation: why}}
}

// playServer plays the case's plain form against a server.
func playServer(t testing.TB, c *script.Case, u *url.URL) standalone.Result {
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Errorf("%s: %v", c.ID, err)
		return failed("no connection")
	}
	defer conn.Close()
	return standalone.Server(gotest.Standalone(c, wire.RoleServer), conn, u)
}

// playClient plays it with a client.
func playClient(t testing.TB, c *script.Case, connect func(ctx context.Context, url string)) standalone.Result {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Errorf("%s: %v", c.ID, err)
		return failed("no connection")
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
		return failed("the client did not connect")
	}
	defer conn.Close()
	return standalone.Client(gotest.Standalone(c, wire.RoleClient), conn)
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
	standalone.Timeout = 15 * time.Second // costs nothing where the peer answers, however busy the machine
	check := func(t *testing.T, c *script.Case, v standalone.Result) {
		if v.Failed() {
			t.Errorf("%s (%s): %s / %s: %s", c.ID, c.Title, v.Behavior, v.Close, v.Explanation)
		}
	}
	t.Run("the reference server", func(t *testing.T) {
		server := httptest.NewServer(ref.EchoHandler(&ref.AcceptOptions{Compression: &ref.Compression{}}))
		defer server.Close()
		u := &url.URL{Scheme: "ws", Host: strings.TrimPrefix(server.URL, "http://"), Path: "/"}
		all(casesFor(wire.RoleServer), func(c *script.Case) { check(t, c, playServer(t, c, u)) })
	})
	t.Run("another server", func(t *testing.T) {
		u := serve(t, faulty.Fault{})
		all(casesFor(wire.RoleServer), func(c *script.Case) {
			v := playServer(t, c, u)
			check(t, c, v)
			if v.Behavior != verdict.OK && v.Behavior != verdict.Informational {
				t.Errorf("%s (%s): %s, where the harness passes it: %s", c.ID, c.Title, v.Behavior, v.Explanation)
			}
		})
	})
	t.Run("the reference client", func(t *testing.T) {
		all(casesFor(wire.RoleClient), func(c *script.Case) {
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
		all(casesFor(wire.RoleClient), func(c *script.Case) {
			check(t, c, playClient(t, c, func(ctx context.Context, url string) { _ = faulty.Connect(ctx, url, faulty.Fault{}) }))
		})
	})
}

// A play is one case against one fault.
type play struct {
	fault faulty.Fault
	role  wire.Role
	c     *script.Case
}

// byHarness plays it with the harness.
func (p play) byHarness(t testing.TB, u *url.URL, timeout time.Duration) (conformance.Result, error) {
	opts := conformance.Options{Parallel: 1, Deadlines: conformance.NewDeadlines(timeout, 0, 1)}
	var results []conformance.Result
	var err error
	if p.role == wire.RoleServer {
		results, err = conformance.RunServer(t.Context(), &conformance.Target{Agent: "faulty", URL: u}, []*script.Case{p.c}, opts)
	} else {
		launch := func(ctx context.Context, url string) []string { _ = faulty.Connect(ctx, url, p.fault); return nil }
		results, err = conformance.RunClients(t.Context(), launch, []*script.Case{p.c}, opts)
	}
	if err != nil {
		return conformance.Result{}, err
	}
	return results[0], nil
}

// byGoTest plays it as the Go test does.
func (p play) byGoTest(t testing.TB, u *url.URL) standalone.Result {
	if p.role == wire.RoleServer {
		return playServer(t, p.c, u)
	}
	return playClient(t, p.c, func(ctx context.Context, url string) { _ = faulty.Connect(ctx, url, p.fault) })
}

// differs says how the harness and the Go test differ over a play, both with that
// timeout. It is empty if they agree, and if the peer does not do the same for
// the harness twice: a client draws its masking keys anew each time.
func (p play) differs(t testing.TB, u *url.URL, timeout time.Duration) string {
	var v standalone.Result
	var both sync.WaitGroup
	both.Go(func() { v = p.byGoTest(t, u) })
	r, err := p.byHarness(t, u, timeout)
	both.Wait()
	if err != nil {
		return err.Error()
	}
	sameWords := r.Verdict == v.Verdict && r.Behavior == v.Behavior && r.Close == v.Close
	switch {
	case r.Flaky, sameWords && (timeless(r.Explanation) == timeless(v.Explanation) || hasOwnWords(r.Explanation) || hasOwnWords(v.Explanation)):
		return ""
	case strings.Contains(p.fault.Name, "mask") && r.Verdict == v.Verdict:
		return "" // what comes of it depends on the keys, and wsspec draws others when it plays a failed case again
	}
	again, err := p.byHarness(t, u, timeout)
	if err == nil && (again.Behavior != r.Behavior || again.Close != r.Close || again.Explanation != r.Explanation) {
		return ""
	}
	return fmt.Sprintf("%s as %v, %s (%s):\nwsspec:  %s / %s: %s %q\nGo test: %s / %s: %s", p.fault.Name, p.role, p.c.ID, p.c.Title,
		r.Behavior, r.Close, r.Explanation, r.Observed, v.Behavior, v.Close, v.Explanation)
}

// waits are the times that explanations name, and what gives the peer more time. The
// harness waits longer when it plays a case again.
var waits = regexp.MustCompile(`[0-9.]+ s\b|(--slow|A larger Timeout) gives more time`)

// timeless is an explanation without them.
func timeless(explanation string) string { return waits.ReplaceAllString(explanation, "#") }

// hasOwnWords reports whether a Go test may say another sentence: it judges the opening
// handshake and inflates messages by code of its own, which tells less.
func hasOwnWords(explanation string) bool {
	return slices.ContainsFunc([]string{
		"The opening handshake failed: ", "No connection for this case: ", "an answer that is no HTTP", "a compressed message ",
		// A Go test keeps no transcript, so that it cannot say how far a frame was.
		"and only the beginning",
	}, func(part string) bool { return strings.Contains(explanation, part) })
}

// plays picks for every fault cases that failed for it, one that warned or took no
// notice, and one of those in which the script itself sends Close behind what the
// peer has to fail the connection for: there the end of the connection is the
// hardest to judge.
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
			var some []*script.Case
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
		if both := endsBothWays(role); len(both) > 0 {
			out = append(out, play{f, role, both[i%len(both)]})
		}
		if i%2 == 0 || caught > 1 {
			pick(row.Warns, true, 1)
		} else {
			pick(slices.Concat(row.Fails, row.Warns), false, 1)
		}
	}
	return out
}

// endsBothWays returns the cases whose script sends Close though the peer has to
// fail the connection first.
func endsBothWays(role wire.Role) []*script.Case {
	return slices.DeleteFunc(casesFor(role), func(c *script.Case) bool {
		plain := gotest.Standalone(c, role)
		sendsClose := slices.ContainsFunc(plain.Steps, func(s standalone.Step) bool {
			return slices.ContainsFunc(s.Send, func(f script.Frame) bool { return f.Opcode == wire.OpClose })
		})
		return !sendsClose || c.Script.Outcomes[0].Ending.By != script.ByPeer
	})
}

func matches(id string, globs []string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		group, open := strings.CutSuffix(g, "*")
		return id == group || open && strings.HasPrefix(id, group)
	})
}

// TestSameJudge: against peers that are wrong on purpose, a Go test gives the verdicts
// and the explanation of the harness.
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
