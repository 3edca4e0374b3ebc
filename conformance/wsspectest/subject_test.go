package wsspectest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/wsspectest"
	"github.com/wsspec/wsspec/ref"
)

// A subject is what TestSubject tests, in a process of its own: its failures are what the
// other tests want to see.
type subject struct {
	// Peer names the peer in peers or, for another name, a fault of package faulty.
	Peer, Role string

	Agent, Baseline, Report       string
	Renew, StrictBaseline, Strict bool
	Run                           []string
	// Patient: deadlines are not shortened.
	Patient bool
	// Hurried: the time for the run is soon over, and that of the test binary is not.
	Hurried bool
	// Deep: every variant is played.
	Deep bool
}

// subjectVariable has the subject as JSON.
const subjectVariable = "WSSPECTEST_SUBJECT"

// TestSubject tests the subject. In a process that has none, it does nothing.
func TestSubject(t *testing.T) {
	text := os.Getenv(subjectVariable)
	if text == "" {
		t.Skip("only the other tests call this one, in a process of its own")
	}
	var s subject
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	if s.Hurried {
		wsspectest.EndRunsAfter(time.Second)
	}
	list := []wsspectest.Option{wsspectest.RenewBaseline(s.Renew), wsspectest.Tune(func(o *conformance.Options) {
		if !s.Patient {
			o.Deadlines = conformance.NewDeadlines(time.Second, 0, 1)
		}
		if s.Deep {
			o.Vary = conformance.AllVariants
		} else if o.Vary != conformance.NoVariants {
			o.Vary = conformance.NoVariants
		}
	})}
	add := func(wanted bool, option wsspectest.Option) {
		if wanted {
			list = append(list, option)
		}
	}
	add(s.Agent != "", wsspectest.Agent(s.Agent))
	add(s.Baseline != "", wsspectest.Baseline(s.Baseline))
	add(s.Report != "", wsspectest.Report(s.Report))
	add(len(s.Run) > 0, wsspectest.Select(conformance.Selection{Run: s.Run}))
	add(s.StrictBaseline, wsspectest.StrictBaseline())
	add(s.Strict, wsspectest.Strict())
	if s.Role == "client" {
		wsspectest.Client(t, clientOf(t, s.Peer), list...)
		return
	}
	server, stop := serverOf(t, s.Peer)
	defer stop() // not t.Cleanup: the cases have to have ended when Server returns
	wsspectest.Server(t, server, list...)
}

// echo is the reference server.
var echo = ref.EchoHandler(&ref.AcceptOptions{Compression: &ref.Compression{}})

// serverOf is what wsspectest.Server takes, and what ends it.
func serverOf(t *testing.T, name string) (server any, stop func()) {
	nothing := func() {}
	switch name {
	case "right", "a handler":
		return echo, nothing
	case "a function":
		return func(w http.ResponseWriter, r *http.Request) { echo.ServeHTTP(w, r) }, nothing
	case "a TLS server":
		server := httptest.NewTLSServer(echo)
		return server, server.Close
	case "a URL":
		server := httptest.NewServer(echo)
		return server.URL, server.Close
	case "a target":
		server := httptest.NewServer(echo)
		target, err := conformance.ParseTarget(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		return target, server.Close
	case "nobody":
		return "ws://127.0.0.1:1/", nothing
	case "no server":
		return 9001, nothing
	case "nil":
		return nil, nothing
	case "panics":
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, err := ref.Accept(w, r, nil)
			if err != nil {
				return
			}
			defer conn.CloseNow()
			if _, message, err := conn.Read(r.Context()); err == nil && len(message) == 0 {
				panic("an empty message")
			}
		}), nothing
	case "flaky":
		var echoed atomic.Int64
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, err := ref.Accept(w, r, nil)
			if err != nil {
				return
			}
			defer conn.CloseNow()
			for m, err := range conn.Messages(r.Context()) {
				if err != nil {
					return
				}
				if echoed.Add(1) == 2 { // behind the one of the probe
					return
				}
				_ = conn.Write(r.Context(), m.Type, m.Data)
			}
		}), nothing
	}
	fault, err := faulty.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- faulty.Serve(ctx, l, fault) }()
	return fmt.Sprintf("ws://%s/", l.Addr()), func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}

// clientOf is what wsspectest.Client takes.
func clientOf(t *testing.T, name string) func(context.Context, string) error {
	right := func(ctx context.Context, url string) error {
		conn, _, err := ref.Dial(ctx, url, &ref.DialOptions{Compression: &ref.Compression{}})
		if err != nil {
			return err
		}
		defer conn.CloseNow()
		_ = ref.Echo(ctx, conn)
		return nil
	}
	switch name {
	case "right":
		return right
	case "nil":
		return nil
	case "panics":
		return func(ctx context.Context, url string) error {
			_ = right(ctx, url)
			panic("the map is nil")
		}
	case "never connects":
		return func(context.Context, string) error { return errors.New("no route to host") }
	}
	fault, err := faulty.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context, url string) error { return faulty.Connect(ctx, url, fault) }
}
