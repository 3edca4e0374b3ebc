package conformance_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// A service under test. When the test ends it has to end too, with everything
// that it began.
type service struct {
	*conformance.Service
	t       *testing.T
	addr    string
	stop    context.CancelFunc
	stopped chan error
}

func startService(t *testing.T, s *conformance.Service) *service {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(within(t, 60*time.Second))
	out := &service{Service: s, t: t, addr: l.Addr().String(), stop: cancel, stopped: make(chan error, 1)}
	go func() { out.stopped <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		out.wantStopped(nil, context.Canceled, conformance.ErrNobodyCame)
	})
	return out
}

// wantStopped waits for Serve to return one of the errors.
func (s *service) wantStopped(wants ...error) {
	s.t.Helper()
	select {
	case err := <-s.stopped:
		s.stopped <- err
		for _, want := range wants {
			if errors.Is(err, want) || err == nil && want == nil {
				return
			}
		}
		s.t.Errorf("Serve returned %v, want one of %v", err, wants)
	case <-time.After(20 * time.Second):
		s.t.Error("Serve does not return")
	}
}

// says sends octets, as they are, and returns all that comes back until the
// service closes TCP.
func (s *service) says(octets string) string {
	s.t.Helper()
	conn := s.connect()
	if _, err := io.WriteString(conn, octets); err != nil {
		s.t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		s.t.Errorf("%q is answered with %q and then %v, want the answer and the end of TCP", octets[:min(20, len(octets))], answer, err)
	}
	return string(answer)
}

func (s *service) connect() *net.TCPConn {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn.(*net.TCPConn)
}

// opening is a sound opening request.
func ToServer(target string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
}

// opens opens a WebSocket connection by hand.
func (s *service) opens(target string) (*net.TCPConn, *bufio.Reader) {
	s.t.Helper()
	conn := s.connect()
	r := bufio.NewReader(conn)
	_, err := io.WriteString(conn, ToServer(target))
	if err != nil {
		s.t.Fatal(err)
	}
	if resp, err := http.ReadResponse(r, nil); err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatalf("%s: %v, %v; want 101", target, resp, err)
	}
	return conn, r
}

// asks gets the one message of an endpoint, and wants a clean close behind it.
func (s *service) asks(target string) string {
	s.t.Helper()
	ctx := within(s.t, 20*time.Second)
	c, _, err := ref.Dial(ctx, "ws://"+s.addr+target, nil)
	if err != nil {
		s.t.Fatalf("%s: %v", target, err)
	}
	defer c.CloseNow()
	var got []string
	for {
		_, message, err := c.Read(ctx)
		if err != nil {
			if ref.CloseStatus(err) != wire.StatusNormalClosure {
				s.t.Errorf("%s ends with %v, want Close 1000", target, err)
			}
			return strings.Join(got, "|")
		}
		got = append(got, string(message))
	}
}

// plays runs a case with the reference as the client.
func (s *service) plays(target string) {
	s.t.Helper()
	ctx := within(s.t, 20*time.Second)
	c, _, err := ref.Dial(ctx, "ws://"+s.addr+target, &ref.DialOptions{Compression: &ref.Compression{}})
	if err != nil {
		s.t.Errorf("%s: %v", target, err)
		return
	}
	defer c.CloseNow()
	_ = ref.Echo(ctx, c)
}

// wantResult wants a verdict, when it is there.
func (s *service) wantResult(agent, id string, want verdict.Verdict) conformance.Result {
	s.t.Helper()
	s.asks("/updateReports?agent=" + agent) // waits for verdicts under way
	r, ok := s.Result(agent, id)
	if !ok || r.Verdict != want {
		s.t.Errorf("%s, case %s: %v %s; want %s", agent, id, ok, describe(conformance.Result{Case: named(s.t, id)[0], Verdict: r.Verdict, Behavior: r.Behavior, Close: r.Close, Explanation: r.Explanation}), want)
	}
	return r
}

func TestEndpoints(t *testing.T) {
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.1", "1.1.2", "3.2")})
	s.plays("/runCase?case=1&agent=mine")
	s.plays("/runCase?casetuple=3.2&agent=mine")
	s.plays("/runCase?case=2")
	for target, want := range map[string]string{
		"/getCaseCount":                           "3",
		"/getCaseCount?agent=mine":                "3",
		"/getCaseInfo?case=2":                     `{"description":"a text message of 125 octets","id":"1.1.2"}`,
		"/getCaseInfo?casetuple=1.1.1":            `{"description":"a text message of 0 octets","id":"1.1.1"}`,
		"/getCaseStatus?case=1&agent=mine":        `{"behavior":"OK","behaviorClose":"OK"}`,
		"/getCaseStatus?casetuple=3.2&agent=mine": `{"behavior":"OK","behaviorClose":"OK"}`,
		"/getCaseStatus?case=2&agent=client":      `{"behavior":"OK","behaviorClose":"OK"}`, // of who does not say its name
		"/updateReports?agent=mine":               "",
		"/updateReports?agent=nobody":             "",
	} {
		if got := s.asks(target); got != want {
			t.Errorf("%s is answered with %q, want %q", target, got, want)
		}
	}
}

// What cannot be answered is an HTTP error with a sentence, and the run goes on.
func TestEndpointsRefuse(t *testing.T) {
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.1", "1.1.2")})
	s.plays("/runCase?case=1&agent=mine")
	for _, tt := range []struct{ target, status, says string }{
		{"/runCase?case=0&agent=mine", "404", "case=0: it has to be a number from 1 to 2"},
		{"/runCase?case=3&agent=mine", "404", "case=3: it has to be a number from 1 to 2"},
		{"/runCase?case=-1&agent=mine", "404", "from 1 to 2"},
		{"/runCase?case=99999999999999999999&agent=mine", "404", "from 1 to 2"},
		{"/runCase?case=one&agent=mine", "404", "case=one: "},
		{"/runCase?agent=mine", "404", "from 1 to 2"},
		{"/runCase?casetuple=1.1.9&agent=mine", "404", "the selection has no such case"},
		{"/getCaseInfo?case=3", "404", "from 1 to 2"},
		{"/getCaseStatus?case=3&agent=mine", "404", "from 1 to 2"},
		{"/getCaseStatus?case=2&agent=mine", "404", "agent=mine has not run case 1.1.2"},
		{"/getCaseStatus?case=1&agent=nobody", "404", "agent=nobody has not run case 1.1.1"},
		{"/", "404", "there is no endpoint /; there are /getCaseCount"},
		{"/getcasecount", "404", "there is no endpoint /getcasecount"},
		{"/runCase/%zz", "400", "the request target is no URI"},
	} {
		t.Run(tt.target, func(t *testing.T) {
			answer := s.says(ToServer(tt.target))
			if !strings.HasPrefix(answer, "HTTP/1.1 "+tt.status+" ") || !strings.Contains(answer, tt.says) {
				t.Errorf("answered with %q, want %s and %q", answer, tt.status, tt.says)
			}
		})
	}
	if got := s.asks("/getCaseCount"); got != "2" {
		t.Errorf("afterwards there are %q cases, want 2", got)
	}
	s.wantResult("mine", "1.1.1", verdict.Pass)
}

// What is no WebSocket client is told so where it can understand it.
func TestStrangersAtTheService(t *testing.T) {
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.1"), Deadlines: short})
	for _, tt := range []struct {
		name, octets string
		answer       []string // parts of it; none: nothing at all
	}{
		{"a browser", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", []string{"HTTP/1.1 426 ", "This is wsspec, which tests WebSocket clients"}},
		{"a form", "POST /runCase?case=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na=b", []string{"HTTP/1.1 426 "}},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("x", 500), []string{"HTTP/1.1 400 ", "this looks like TLS, and the port speaks plain ws://"}},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []string{"HTTP/1.1 "}},
		{"garbage", "\x00\x01\x02\xff\r\n\r\n", []string{"HTTP/1.1 400 "}},
		{"frames without a handshake", "\x81\x80\x00\x00\x00\x00\r\n\r\n", []string{"HTTP/1.1 400 "}},
		{"a header without an end", "GET / HTTP/1.1\r\n" + strings.Repeat("X-Filler: "+strings.Repeat("x", 1000)+"\r\n", 500), []string{"HTTP/1.1 400 "}},
		{"a line without an end", "GET /" + strings.Repeat("x", 500_000), []string{"HTTP/1.1 400 "}},
		{"a request that breaks off", "GET /runCase?case=1 HTTP/1.1\r\nHost: loc", nil},
		{"nothing", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := s.says(tt.octets) // ends when the service's patience does, at the latest
			for _, part := range tt.answer {
				if !strings.Contains(answer, part) {
					t.Errorf("answered with %q, want %q", answer, part)
				}
			}
			if len(tt.answer) == 0 && answer != "" {
				t.Errorf("answered with %q, want nothing", answer)
			}
		})
	}
	s.plays("/runCase?case=1&agent=mine")
	s.wantResult("mine", "1.1.1", verdict.Pass)
	if agents := s.Agents(); len(agents) != 1 {
		t.Errorf("agents %v, want mine alone: the strangers have run nothing", agents)
	}
}

// A handshake that breaks the RFC is answered as the RFC has it, and fails the
// case that it asked for.
func TestAClientWhoseHandshakeIsWrong(t *testing.T) {
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.1")})
	for _, tt := range []struct{ name, from, to, status, says string }{
		{"an older version", "Version: 13", "Version: 8", "426 ", "\r\nSec-WebSocket-Version: 13\r\n"},
		{"a short key", "dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", "400 ", "base64 of 16 octets"},
		{"no Connection", "Connection: Upgrade\r\n", "", "400 ", "Connection"},
		{"another method", "GET ", "POST ", "405 ", "POST"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			agent := strings.ReplaceAll(tt.name, " ", "-")
			answer := s.says(strings.Replace(ToServer("/runCase?case=1&agent="+agent), tt.from, tt.to, 1))
			if !strings.HasPrefix(answer, "HTTP/1.1 "+tt.status) || !strings.Contains(answer, tt.says) {
				t.Errorf("answered with %q, want %s and %q", answer, tt.status, tt.says)
			}
			if r := s.wantResult(agent, "1.1.1", verdict.Fail); r.Explanation == "" || len(r.Transcript) < 2 {
				t.Errorf("%s with %d transcript entries; want why, and both messages", describe(r), len(r.Transcript))
			}
		})
	}
}

// Several agents play everything at once; each has its own verdicts.
func TestSeveralAgentsAtOnce(t *testing.T) {
	cases := named(t, "1.1.1", "1.2.8", "2.10", "3.2", "5.19", "6.4.1", "7.1.1", "10.1.1", "12.1.1")
	told := map[string]int{} // without a lock: Done is told one at a time
	s := startService(t, &conformance.Service{Cases: cases, Done: func(agent string, r conformance.Result) { told[agent+" "+r.Case.ID]++ }})
	agents := []string{"one", "two", "three"}
	var clients sync.WaitGroup
	for _, agent := range agents {
		for i := range cases {
			clients.Go(func() { s.plays(fmt.Sprintf("/runCase?case=%d&agent=%s", i+1, agent)) })
		}
	}
	clients.Wait()
	for _, agent := range agents {
		for _, c := range cases {
			s.wantResult(agent, c.ID, verdict.Pass)
		}
	}
	s.stop()
	s.wantStopped(context.Canceled)
	for _, agent := range agents {
		for _, c := range cases {
			if n := told[agent+" "+c.ID]; n != 1 {
				t.Errorf("Done was told %d times of %s, %s", n, agent, c.ID)
			}
		}
	}
}

// Two clients of one agent play the same case: the later verdict counts, and
// neither disturbs the other. One that comes again after it died does too.
func TestTwoClientsOnOneCase(t *testing.T) {
	verdicts := make(chan verdict.Verdict, 3)
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.2"), Done: func(_ string, r conformance.Result) { verdicts <- r.Verdict }})
	dies, _ := s.opens("/runCase?case=1&agent=mine")
	s.plays("/runCase?case=1&agent=mine") // the first one is still connected
	if v := <-verdicts; v != verdict.Pass {
		t.Errorf("the second client: %s, want a pass", v)
	}
	dies.Close()
	if r := s.wantResult("mine", "1.1.2", verdict.Fail); !strings.Contains(r.Explanation, "ended the connection") {
		t.Errorf("explanation %q, want that the client left", r.Explanation)
	}
	s.plays("/runCase?case=1&agent=mine")
	s.wantResult("mine", "1.1.2", verdict.Pass)
}

// Every wait for a client is bounded.
func TestClientsThatHang(t *testing.T) {
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.2", "9.1.6"), Deadlines: short})
	for _, tt := range []struct {
		name, target string
		id           string
		behave       func(conn *net.TCPConn, r *bufio.Reader)
	}{
		{"says nothing", "/runCase?case=1&agent=", "1.1.2", func(conn *net.TCPConn, _ *bufio.Reader) { drain(conn) }},
		{"reads nothing", "/runCase?case=2&agent=", "9.1.6", func(conn *net.TCPConn, _ *bufio.Reader) { _ = conn.CloseWrite() }},
		{"sends without end", "/runCase?case=1&agent=", "1.1.2", func(conn *net.TCPConn, _ *bufio.Reader) {
			for {
				if _, err := conn.Write([]byte("\x8a\x80\x00\x00\x00\x00")); err != nil {
					return
				}
			}
		}},
		{"closes no TCP", "/runCase?case=1&agent=", "1.1.2", func(conn *net.TCPConn, r *bufio.Reader) {
			_, _ = conn.Write([]byte("\x88\x82\x00\x00\x00\x00\x03\xe8"))
			drain(conn)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			agent := strings.ReplaceAll(tt.name, " ", "-")
			conn, r := s.opens(tt.target + agent)
			tt.behave(conn, r)
			if r := s.wantResult(agent, tt.id, verdict.Fail); r.Explanation == "" {
				t.Error("the verdict has no explanation")
			}
		})
	}
}

// A driver asks for the report when its last connection is closed, which can be
// before the verdict is there.
func TestUpdateReportsWaitsForVerdicts(t *testing.T) {
	var s *service
	updated := make(chan bool, 1)
	s = startService(t, &conformance.Service{Cases: named(t, "1.1.2"), Deadlines: short, Update: func(agent string) {
		_, ok := s.Result(agent, "1.1.2")
		updated <- ok
	}})
	conn, _ := s.opens("/runCase?case=1&agent=mine") // and says nothing until its time is up
	go drain(conn)
	s.asks("/updateReports?agent=mine")
	if !<-updated {
		t.Error("the report was made before the verdict was there")
	}
}

func TestStopping(t *testing.T) {
	for _, target := range []string{"/stopServer", "/updateReports?agent=mine&shutdownOnComplete=true"} {
		t.Run(target, func(t *testing.T) {
			s := startService(t, &conformance.Service{Cases: named(t, "1.1.1", "1.1.2"), Deadlines: short})
			conn, _ := s.opens("/runCase?case=2&agent=other") // is under way, and has its verdict first
			go drain(conn)
			s.plays("/runCase?case=1&agent=mine")
			s.asks(target)
			s.wantStopped(nil)
			for agent, id := range map[string]string{"mine": "1.1.1", "other": "1.1.2"} {
				if _, ok := s.Result(agent, id); !ok {
					t.Errorf("%s has no verdict on %s", agent, id)
				}
			}
			if conn, err := net.Dial("tcp", s.addr); err == nil {
				conn.Close()
				t.Error("the port still accepts")
			}
		})
	}
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.1")})
	s.asks("/updateReports?agent=x&shutdownOnComplete=false")
	s.asks("/updateReports?agent=x")
	if got := s.asks("/getCaseCount"); got != "1" {
		t.Errorf("nobody asked the service to stop, and it answers %q", got)
	}
}

// Ctrl-C: what runs ends at once, without a verdict.
func TestCancelledService(t *testing.T) {
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.1", "1.1.2"), Deadlines: conformance.NewDeadlines(time.Hour, 0, 1)})
	s.plays("/runCase?case=1&agent=mine")
	s.wantResult("mine", "1.1.1", verdict.Pass) // the verdict may come later than the end of TCP
	conn, r := s.opens("/runCase?case=2&agent=mine")
	mute := s.connect()
	s.stop()
	s.wantStopped(context.Canceled)
	for _, c := range []io.Reader{io.MultiReader(r, conn), mute} {
		_, _ = io.Copy(io.Discard, c) // a connection that is still open fails the test by its deadline
	}
	if _, ok := s.Result("mine", "1.1.2"); ok {
		t.Error("the case that was cut short has a verdict")
	}
	if _, ok := s.Result("mine", "1.1.1"); !ok {
		t.Error("the case that had ended has none")
	}
}

func TestAnExcludedCaseIsNotPlayed(t *testing.T) {
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.1", "1.1.2"), Excluded: func(agent string, c *script.Case) bool {
		return agent == "spared" && c.ID == "1.1.2"
	}})
	for _, agent := range []string{"spared", "other"} {
		for _, n := range []string{"1", "2"} {
			s.plays("/runCase?case=" + n + "&agent=" + agent)
		}
		s.wantResult(agent, "1.1.1", verdict.Pass)
	}
	s.wantResult("other", "1.1.2", verdict.Pass)
	if _, ok := s.Result("spared", "1.1.2"); ok {
		t.Error("the case that the agent is spared has a verdict")
	}
	if got := s.asks("/runCase?case=2&agent=spared"); got != "" {
		t.Errorf("the agent is sent %q, want nothing but a clean close", got)
	}
}

func TestSubprotocol(t *testing.T) {
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.1"), Subprotocols: []string{"soap", "chat"}})
	for asked, want := range map[string]string{"chat, soap": "soap", "chat": "chat", "wamp": "", "": ""} {
		request := ToServer("/getCaseCount")
		if asked != "" {
			request = strings.Replace(request, "\r\n\r\n", "\r\nSec-WebSocket-Protocol: "+asked+"\r\n\r\n", 1)
		}
		conn := s.connect()
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := resp.Header.Get("Sec-WebSocket-Protocol"); got != want {
			t.Errorf("asked for %q the service speaks %q, want %q", asked, got, want)
		}
		conn.Close()
	}
}

// The patience of a service is for who does nothing, not for who is slow.
func TestPatience(t *testing.T) {
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.2"), Deadlines: conformance.NewDeadlines(500*time.Millisecond, 0, 1), IdleTimeout: 100 * time.Millisecond})
	mute := s.connect() // is there for longer than the other
	conn, _ := s.opens("/runCase?case=1&agent=slow")
	drain(conn)                           // its time is up long after the patience
	s.plays("/runCase?case=1&agent=late") // so the service goes on
	mute.Close()
	s.wantStopped(conformance.ErrNobodyCame)
	if _, ok := s.Result("slow", "1.1.2"); !ok {
		t.Error("the slow client has no verdict")
	}
}

// Sequential drivers run one case after the other; this is what that takes.
func BenchmarkSequentialClient(b *testing.B) {
	cases := framing()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &conformance.Service{Cases: cases, Done: func(_ string, r conformance.Result) {
		if r.Verdict != verdict.Pass {
			b.Error(describe(r))
		}
	}}
	ctx, cancel := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() { _ = s.Serve(ctx, l) })
	defer served.Wait()
	defer cancel()
	for b.Loop() {
		for i := range cases {
			c, _, err := ref.Dial(ctx, fmt.Sprintf("ws://%s/runCase?case=%d&agent=ref", l.Addr(), i+1), nil)
			if err != nil {
				b.Fatal(err)
			}
			_ = ref.Echo(ctx, c)
			c.CloseNow()
		}
	}
}
