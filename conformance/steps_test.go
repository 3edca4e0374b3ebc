package conformance_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// playSteps plays steps against a server on the loopback.
func playSteps(t *testing.T, handle func(net.Conn), steps []script.Step, outcomes ...script.Outcome) conformance.Result {
	t.Helper()
	c := &script.Case{ID: "x", Title: "x", Level: verdict.Must, Requires: []string{"RFC6455-5.5.1-7"}, Script: script.Script{Steps: steps, Outcomes: outcomes}}
	results, err := conformance.RunServer(t.Context(), serve(t, handle), []*script.Case{c}, conformance.Options{Deadlines: conformance.NewDeadlines(500*time.Millisecond, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

func hello() script.Frame { return script.Text(script.Octets("hello")) }

func echoed() script.Outcome {
	return script.Outcome{Behavior: verdict.OK, Events: []script.Expect{script.Echo(hello())}, Ending: script.ClosedByHarness()}
}

func sendHello() []script.Step {
	return []script.Step{script.Send{Frames: []script.Frame{hello()}}, script.Await{Events: []script.Expect{script.Echo(hello())}}}
}

// A case plays on the connection that it opened last, and keeps the one before open.
func TestConnectPlaysOnTheNextConnection(t *testing.T) {
	for keep, want := range map[bool]int{true: 2, false: 1} {
		var mu sync.Mutex
		open, most := 0, 0
		count := func(n int) int {
			mu.Lock()
			defer mu.Unlock()
			open += n
			most = max(most, open)
			return most
		}
		counted := func(conn net.Conn) {
			count(1)
			defer count(-1)
			shaken(echo)(conn)
		}
		steps := append(append(sendHello(), script.Connect{Keep: keep}), sendHello()...)
		r := playSteps(t, counted, steps, echoed())
		if r.Verdict != verdict.Pass {
			t.Errorf("keep %t: %s: %s", keep, r.Verdict, r.Explanation)
		}
		requests := 0
		for _, e := range r.Transcript {
			if strings.HasPrefix(string(e.Octets), "GET ") {
				requests++
			}
		}
		if requests != 2 {
			t.Errorf("keep %t: the transcript has %d opening requests, want 2", keep, requests)
		}
		if most := count(0); keep && most != want {
			t.Errorf("keep %t: at most %d connections were open, want %d", keep, most, want)
		}
	}
}

func TestConnectFailsWhereTheServerTakesNoSecondConnection(t *testing.T) {
	var once sync.Once
	handle := func(conn net.Conn) {
		first := false
		once.Do(func() { first = true })
		if first {
			shaken(echo)(conn)
			return
		}
		words("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")(conn)
	}
	r := playSteps(t, handle, append(append(sendHello(), script.Connect{Keep: true}), sendHello()...), echoed())
	if r.Verdict == verdict.Pass || !strings.Contains(strings.Join(r.Observed, " ")+r.Explanation, "503") {
		t.Errorf("%s: %q, observed %q; want a failure that shows the 503", r.Verdict, r.Explanation, r.Observed)
	}
}

// A server that reads a FIN behind a Close still sends what it owes.
func TestHalfCloseSendsAFINAndReadsOn(t *testing.T) {
	sawFIN := make(chan error, 2)
	handle := shaken(func(conn net.Conn, r *bufio.Reader) {
		all, err := io.ReadAll(r) // returns without an error at the FIN alone
		if len(all) == 0 {
			err = errors.New("nothing came before the FIN")
		}
		sawFIN <- err
		_, _ = conn.Write([]byte("\x81\x05hello\x88\x02\x03\xe8"))
	})
	r := playSteps(t, handle,
		[]script.Step{script.Send{Frames: []script.Frame{hello(), script.Close(1000, "")}}, script.HalfClose{}},
		script.Outcome{Behavior: verdict.OK, Events: []script.Expect{script.Echo(hello())}, Ending: script.AnsweredByPeer(1000)})
	if err := <-sawFIN; err != nil {
		t.Errorf("the server read on until %v, want a FIN", err)
	}
	if r.Verdict != verdict.Pass {
		t.Errorf("%s: %s", r.Verdict, r.Explanation)
	}
}

func TestResetResetsTCP(t *testing.T) {
	ended := make(chan error, 2)
	handle := shaken(func(conn net.Conn, r *bufio.Reader) {
		_, err := io.Copy(io.Discard, r)
		ended <- err
	})
	r := playSteps(t, handle, []script.Step{script.Send{Frames: []script.Frame{hello()}}, script.Pause{}, script.Reset{}},
		script.Outcome{Behavior: verdict.OK, Ending: script.Abandoned()})
	if err := <-ended; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the server's read ended with %v, want a reset", err)
	}
	if r.Verdict != verdict.Pass {
		t.Errorf("%s: %s", r.Verdict, r.Explanation)
	}
}
