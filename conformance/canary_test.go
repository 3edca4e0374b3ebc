package conformance_test

import (
	"bufio"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// Beside a case of a suite, a server has to answer on another connection, and to take a new
// one. A server that never serves two at a time has no canary, and its case stands by
// itself.
func TestCanary(t *testing.T) {
	for _, tt := range []struct {
		name   string
		server func() func(net.Conn)
		want   verdict.Verdict
		why    string
		sees   string
	}{
		{"serves all", func() func(net.Conn) { return shaken(echo) }, verdict.Pass, "", "the server answered "},
		{"serves one at a time", oneAtATime, verdict.Pass, "", "whether the server served others meanwhile is not known: "},
		{"answers no ping meanwhile", (&attackable{ping: func() {}}).server, verdict.Fail, "The server did not answer a ping on another connection within ", ""},
		{"takes no new connection meanwhile", (&attackable{connection: func(net.Conn) {}}).server, verdict.Fail, "The server took no new connection (", ""},
		{"answers no ping on a new connection meanwhile", (&attackable{connection: shaken(func(conn net.Conn, _ *bufio.Reader) { drain(conn) })}).server,
			verdict.Fail, "The server took a new connection and did not answer a ping on it within ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			results, err := conformance.RunServer(within(t, 30*time.Second), serve(t, tt.server()), named(t, "robust/drip-header"), conformance.Options{Deadlines: short})
			if err != nil {
				t.Fatal(err)
			}
			r := results[0]
			if r.Verdict != tt.want || !strings.Contains(r.Explanation, tt.why) {
				t.Errorf("%s: %q, want %s: %q", r.Verdict, r.Explanation, tt.want, tt.why)
			}
			if !slices.ContainsFunc(r.Observed, func(s string) bool { return strings.HasPrefix(s, tt.sees) }) {
				t.Errorf("observed %q, want %q", r.Observed, tt.sees)
			}
		})
	}
}

// The cases of the catalogue have no canary.
func TestNoCanaryBesideTheCatalogue(t *testing.T) {
	var connections atomic.Int32
	then := shaken(echo)
	target := serve(t, func(conn net.Conn) { connections.Add(1); then(conn) })
	results := play(t, target, named(t, "1.1.1"), conformance.Options{})
	if results[0].Verdict != verdict.Pass || connections.Load() != 1 {
		t.Errorf("%s with %d connections, want one", results[0].Verdict, connections.Load())
	}
}

// The memory of the server's process is reported. A growth beyond the bound of the case is
// a warning, and no more; a case without a bound has none.
func TestMemoryOfTheServer(t *testing.T) {
	for _, tt := range []struct {
		name, id string
		grown    uint64
		want     verdict.Verdict
	}{
		{"little", "robust/length-ping", 500 << 20, verdict.Pass},
		{"much", "robust/length-ping", 513 << 20, verdict.Warn},
		{"much in a case without a bound", "robust/close-flood", 513 << 20, verdict.Pass},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var looks atomic.Int32
			memory := func() (uint64, bool) {
				if looks.Add(1) == 1 {
					return 10 << 20, true
				}
				return 10<<20 + tt.grown, true
			}
			results := play(t, serve(t, shaken(echo)), named(t, tt.id), conformance.Options{Memory: memory})
			r := results[0]
			const reported = "the memory of the server's process: 10 MiB before the case, at most "
			if r.Verdict != tt.want || !slices.ContainsFunc(r.Observed, func(s string) bool { return strings.HasPrefix(s, reported) }) {
				t.Errorf("%s %q, observed %q", r.Verdict, r.Explanation, r.Observed)
			}
			if (r.Explanation != "") != (tt.want == verdict.Warn) {
				t.Errorf("explanation %q", r.Explanation)
			}
		})
	}
}

// oneAtATime serves a connection when the one before has ended.
func oneAtATime() func(net.Conn) {
	var mu sync.Mutex
	then := shaken(echo)
	return func(conn net.Conn) {
		mu.Lock()
		defer mu.Unlock()
		then(conn)
	}
}

// An attackable server answers pings, and does something else for as long as another
// connection is under attack: one on which the first octet is that of a binary frame.
type attackable struct {
	attacks atomic.Int32
	// ping is what becomes of a ping then, connection what becomes of a new connection.
	ping       func()
	connection func(net.Conn)
}

// server is the server as a function for [serve].
func (a *attackable) server() func(net.Conn) { return a.serve }

func (a *attackable) serve(conn net.Conn) {
	if a.attacks.Load() > 0 && a.connection != nil {
		a.connection(conn)
		return
	}
	shaken(func(conn net.Conn, r *bufio.Reader) {
		if first, err := r.Peek(1); err != nil || first[0] == 0x82 {
			a.attacks.Add(1)
			defer a.attacks.Add(-1)
			drain(conn)
			return
		}
		for a.pong(conn, r) {
		}
	})(conn)
}

// pong answers one frame by a pong.
func (a *attackable) pong(conn net.Conn, r *bufio.Reader) bool {
	head := make([]byte, 6)
	if _, err := io.ReadFull(r, head); err != nil {
		return false
	}
	payload := make([]byte, head[1]&0x7f)
	if _, err := io.ReadFull(r, payload); err != nil {
		return false
	}
	for i := range payload {
		payload[i] ^= head[2+i%4]
	}
	if a.attacks.Load() > 0 && a.ping != nil {
		a.ping()
		return true
	}
	_, err := conn.Write(append([]byte{0x8a, byte(len(payload))}, payload...))
	return err == nil
}

// The cases of suites are played one at a time, behind the others.
func TestAttacksAreAlone(t *testing.T) {
	var underWay, most atomic.Int32
	then := func(conn net.Conn, r *bufio.Reader) {
		if first, err := r.Peek(1); err == nil && first[0] != 0x89 { // not the ping of a canary
			n := underWay.Add(1)
			defer underWay.Add(-1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
		}
		echo(conn, r)
	}
	play(t, serve(t, shaken(then)), named(t, "robust/drip-header", "robust/drip-frame", "robust/length-drip"), conformance.Options{Parallel: 8})
	if n := most.Load(); n != 1 {
		t.Errorf("%d attacks at once, want one", n)
	}
}
