package conformance_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/run"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/freeport"
)

// A mortal server echoes, until a connection brings the octets that end it: then its
// listener and all its connections are closed, as when a process dies. After a while
// it serves again at the same address, if it has a supervisor.
type mortal struct {
	t       *testing.T
	address string
	// kill are the octets, masked or not, that end it.
	kill []byte
	// back is how long its supervisor takes; negative: it has none.
	back time.Duration
	// lag is how long its listener outlives its connections, as that of a process
	// which closes them itself before it ends.
	lag time.Duration
	// worker: only a worker dies with its connections. Another process has the listener,
	// and starts the next worker at once.
	worker bool

	mu      sync.Mutex
	now     *life
	deaths  int
	running sync.WaitGroup
}

// A life is one process of a mortal server: from its start to its death.
type life struct {
	m        *mortal
	listener net.Listener
	mu       sync.Mutex
	conns    []net.Conn
	dying    bool
}

func newMortal(t *testing.T, kill string, back time.Duration) (*mortal, *conformance.Target) {
	t.Helper()
	m := &mortal{t: t, address: freeport.Addr(t), kill: []byte(kill), back: back}
	m.start()
	t.Cleanup(func() {
		m.mu.Lock()
		last := m.now
		m.mu.Unlock()
		last.end(0)
		m.running.Wait()
	})
	target, err := conformance.ParseTarget("ws://" + m.address + "/")
	if err != nil {
		t.Fatal(err)
	}
	return m, target
}

func (m *mortal) start() {
	listener, err := net.Listen("tcp", m.address)
	if err != nil {
		m.t.Error(err)
		return
	}
	l := &life{m: m, listener: listener}
	m.mu.Lock()
	m.now, m.address = l, listener.Addr().String()
	m.mu.Unlock()
	m.running.Go(l.accept)
}

func (l *life) accept() {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			l.reset()
			return
		}
		l.mu.Lock()
		l.conns = append(l.conns, conn)
		dying := l.dying
		l.mu.Unlock()
		if dying { // the kernel takes it, and nobody answers
			continue
		}
		l.m.running.Go(func() {
			defer conn.Close()
			shaken(func(conn net.Conn, r *bufio.Reader) { echo(conn, bufio.NewReader(&watched{r, l})) })(conn)
		})
	}
}

// reset resets all connections.
func (l *life) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range l.conns {
		_ = conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	l.conns = nil
}

// end ends the connections, and after a while the listener. It returns false if that is
// under way.
func (l *life) end(lag time.Duration) bool {
	l.mu.Lock()
	dying := l.dying
	l.dying = true
	l.mu.Unlock()
	if dying {
		return false
	}
	l.reset()
	time.Sleep(lag)
	l.listener.Close()
	return true
}

// die is what the octets do that end the server.
func (l *life) die() {
	m := l.m
	m.mu.Lock()
	m.deaths++
	m.mu.Unlock()
	if m.worker {
		l.reset()
		return
	}
	m.running.Go(func() {
		if l.end(m.lag) && m.back >= 0 {
			time.Sleep(m.back) // what a supervisor takes; nothing waits for it in vain
			m.start()
		}
	})
}

// watched reads for the server, and ends it.
type watched struct {
	r *bufio.Reader
	l *life
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if bytes.Contains(p[:n], w.l.m.kill) {
		w.l.die()
		return 0, io.EOF
	}
	return n, err
}

// deadly is a case whose one frame has an unmasked header that ends a mortal server; it
// is legal all the same.
const deadlyID = "test/deadly"

func deadly() *script.Case {
	f := script.Text(script.Octets("die")).WithKey([4]byte{})
	return &script.Case{ID: deadlyID, Title: "deadly", Level: verdict.Must, Requires: []string{"RFC6455-5.2-1"}, Script: script.Script{
		Steps:    []script.Step{script.Send{Frames: []script.Frame{f}}},
		Outcomes: []script.Outcome{{Behavior: verdict.OK, Events: []script.Expect{script.Echo(f)}, Ending: script.ClosedByHarness()}},
	}}
}

// crowd is a deadly case among innocent ones.
func crowd() []*script.Case {
	cases := slices.Clone(framing()[:24])
	return slices.Insert(cases, 9, deadly())
}

const killing = "\x00\x00\x00\x00die"

func TestTheCaseThatStopsTheServerIsNamed(t *testing.T) {
	for _, tt := range []struct {
		parallel int
		lag      time.Duration
		worker   bool
	}{{1, 0, false}, {8, 0, false}, {1, 5 * time.Millisecond, false}, {8, 5 * time.Millisecond, false}, {1, 0, true}, {8, 0, true}} {
		m, target := newMortal(t, killing, 200*time.Millisecond)
		m.lag, m.worker = tt.lag, tt.worker
		results, err := conformance.RunServer(t.Context(), target, crowd(), conformance.Options{Parallel: tt.parallel})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Case.ID != deadlyID {
				if r.Verdict != verdict.Pass {
					t.Errorf("%+v: %s; want a pass, the case is innocent", tt, describe(r))
				}
				continue
			}
			if r.Verdict != verdict.Fail || !strings.HasPrefix(r.Explanation, "The server stopped serving after this case. It served again after ") {
				t.Errorf("%+v: %s; want the case that stopped the server", tt, describe(r))
			}
			if !slices.ContainsFunc(r.Transcript, func(e observed.Entry) bool { return bytes.Contains(e.Octets, m.kill) }) {
				t.Errorf("%+v: the transcript lacks the frame that stopped the server", tt)
			}
		}
		if len(results) != len(crowd()) || m.deaths == 0 {
			t.Errorf("%+v: %d results, %d deaths", tt, len(results), m.deaths)
		}
	}
}

func TestWithoutASupervisorTheRestIsNotRun(t *testing.T) {
	_, target := newMortal(t, killing, -1)
	cases := crowd()
	results, err := conformance.RunServer(t.Context(), target, cases, conformance.Options{Parallel: 1, Deadlines: short, Wait: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	want := verdict.Pass
	for i, r := range results {
		if r.Case.ID == deadlyID {
			if r.Verdict != verdict.Fail || !strings.HasPrefix(r.Explanation, "The server stopped serving after this case, and did not serve again within ") {
				t.Errorf("%s; want the case that stopped the server", describe(r))
			}
			want = verdict.NotRun
		} else if r.Verdict != want {
			t.Errorf("%s; want %s", describe(r), want)
		}
		if r.Case != cases[i] {
			t.Errorf("result %d is that of %s, want %s", i, r.Case.ID, cases[i].ID)
		}
	}
	if last := results[len(results)-1]; !strings.Contains(last.Explanation, deadlyID) {
		t.Errorf("the last case does not say after which one the server was gone: %s", last.Explanation)
	}
}

// Many suspects, and nobody who starts the server again: no case is blamed.
func TestWhereNoCaseCanBeNamedNoneIsBlamed(t *testing.T) {
	_, target := newMortal(t, killing, -1)
	results, err := conformance.RunServer(t.Context(), target, crowd(), conformance.Options{Parallel: 8, Deadlines: short, Wait: 100 * time.Millisecond})
	var outage *run.OutageError
	if errors.As(err, &outage) {
		if !slices.Contains(outage.Suspects, deadlyID) || !strings.Contains(err.Error(), "--start") {
			t.Errorf("the error %q does not name the suspects and what to do", err)
		}
	}
	for _, r := range results {
		if blamed := r.Verdict == verdict.Fail; blamed && (outage != nil || r.Case.ID != deadlyID) || strings.Contains(r.Explanation, "cannot connect") {
			t.Errorf("%s; want a pass or not run", describe(r))
		}
	}
}

// Two connections that end together may be the end of a process, and the cases are looked
// into one at a time. Those that only wait for a mute server are not among them: the search
// would take minutes.
func TestASearchPassesOverCasesThatWait(t *testing.T) {
	var opened atomic.Int32
	both := make(chan struct{}, 1) // has a token while one of two connections waits for the other
	second := make(chan struct{})
	target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
		opened.Add(1)
		octets := make([]byte, 64)
		n, _ := io.ReadAtLeast(r, octets, 9)
		if !bytes.Contains(octets[:n], []byte(killing)) {
			_, _ = io.Copy(io.Discard, r)
			return
		}
		select {
		case <-second:
		case both <- struct{}{}:
			<-second
		default:
			close(second)
		}
	}))
	again := deadly()
	again.ID += "-too"
	cases := append(slices.Clone(framing()[:40]), deadly(), again)
	results, err := conformance.RunServer(t.Context(), target, cases, conformance.Options{Parallel: len(cases), Deadlines: short})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results[40:] {
		if r.Verdict != verdict.Fail {
			t.Errorf("%s; want a failure, the server ends the connection", describe(r))
		}
	}
	if n := opened.Load(); n > 2*int32(len(cases)) {
		t.Errorf("%d connections for %d cases", n, len(cases))
	}
}

func TestReviveStartsTheServerAgain(t *testing.T) {
	m, target := newMortal(t, killing, -1)
	revived := 0
	results, err := conformance.RunServer(t.Context(), target, crowd(), conformance.Options{Parallel: 8, Deadlines: short,
		Revive: func(context.Context) ([]string, error) {
			revived++
			m.mu.Lock()
			last := m.now
			m.mu.Unlock()
			last.mu.Lock()
			dead := last.dying
			last.mu.Unlock()
			if dead {
				m.start()
			}
			return []string{"panic: die"}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if want := map[bool]verdict.Verdict{true: verdict.Fail, false: verdict.Pass}[r.Case.ID == deadlyID]; r.Verdict != want {
			t.Errorf("%s; want %s", describe(r), want)
		}
		if r.Case.ID == deadlyID && !slices.ContainsFunc(r.Transcript, func(e observed.Entry) bool { return e.Text == "panic: die" }) {
			t.Errorf("the server's last words do not stand beside the case: %v", r.Transcript)
		}
	}
	if revived == 0 {
		t.Error("nobody started the server again")
	}
}
