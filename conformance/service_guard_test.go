package conformance_test

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// The name of an agent is made harmless where it enters, for everybody who is told
// of it.
func TestAgentNames(t *testing.T) {
	told := make(chan string, 1)
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.1"), Done: func(agent string, _ conformance.Result) { told <- agent }})
	seen := map[string]bool{}
	for _, tt := range []struct{ name, want string }{
		{"mine", "mine"},
		{"my & browser", "my & browser"},
		{"Chromium 140.0 (Linux)", "Chromium 140.0 (Linux)"},
		{"localhost:9001", "localhost:9001"},
		{"\u540d\u524d \u00e9\u0301", "\u540d\u524d \u00e9\u0301"},
		{"", "client"},
		{"  a \t b ", "a _ b"},
		{"red\x1b[31m", "red_[31m"},
		{"two\r\nlines", "two__lines"},
		{"nul\x00\x7f\u0085", "nul___"},
		{"turned\u202eround\u2066\u200f\u200b", "turned_round___"},
		{"line\u2028separator\u2029", "line_separator_"},
		{"::error::it failed", "__error__it failed"},
		{"a:::b", "a__:b"},
		{"##[error]", "___error]"},
		{"no\xff\xfeUTF-8", "no_UTF-8"},
	} {
		s.plays("/runCase?case=1&agent=" + url.QueryEscape(tt.name))
		if got := <-told; got != tt.want {
			t.Errorf("agent %q is called %q, want %q", tt.name, got, tt.want)
		}
		s.asks("/updateReports?agent=" + url.QueryEscape(tt.name))
		if r, ok := s.Result(tt.want, "1.1.1"); !ok || r.Verdict != verdict.Pass {
			t.Errorf("agent %q has no pass by the name %q", tt.name, tt.want)
		}
	}
	for _, long := range []string{strings.Repeat("x", 300), strings.Repeat("x", 299) + "y", strings.Repeat("\u00e4", 150), strings.Repeat("\x1b", 1000)} {
		s.plays("/runCase?case=1&agent=" + url.QueryEscape(long))
		got := <-told
		if len(got) > 64 || !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) || seen[got] {
			t.Errorf("%.20q… is called %q, want a name of its own with at most 64 octets", long, got)
		}
		seen[got] = true
	}
}

// A web page of another origin may neither run cases nor stop the service.
func TestOrigins(t *testing.T) {
	asks := func(s *service, target, host, origin string) string {
		request := strings.Replace(ToServer(target), "Host: localhost", "Host: "+host, 1)
		if origin != "" {
			request = strings.Replace(request, "\r\n\r\n", "\r\nOrigin: "+origin+"\r\n\r\n", 1)
		}
		conn := s.connect()
		defer conn.Close()
		_, _ = conn.Write([]byte(request))
		buf := make([]byte, 1000)
		n, _ := conn.Read(buf)
		status, _, _ := strings.Cut(strings.TrimPrefix(string(buf[:n]), "HTTP/1.1 "), " ")
		return status
	}
	s := startService(t, &conformance.Service{Cases: named(t, "1.1.1")})
	own := s.addr
	_, port, _ := strings.Cut(own, ":")
	for _, tt := range []struct{ host, origin, want string }{
		{own, "", "101"},
		{own, "http://" + own, "101"},
		{own, "https://" + own, "101"}, // behind a proxy that ends TLS
		{"localhost:" + port, "http://localhost:" + port, "101"},
		{"LOCALHOST:" + port, "http://localhost:" + port, "101"},
		{"wsspec:" + port, "http://wsspec:" + port, "101"},
		{"localhost:" + port, "http://localhost", "101"}, // some libraries leave out the port
		{own, "localhost", "101"},                        // or the scheme
		{own, "https://evil.example", "403"},
		{own, "http://evil.example:" + port, "403"},
		{own, "http://127.0.0.1:1", "403"},
		{"localhost:" + port, "http://" + own, "403"},
		{own, "null", "403"},
		{own, "file://", "403"},
		{own, "chrome-extension://abcdef", "403"},
		{own, "http://" + own + "\r\nOrigin: https://evil.example", "403"},
		{"evil.example:" + port, "http://evil.example:" + port, "403"}, // its name leads to the loopback address
		{"a.localhost:" + port, "http://a.localhost:" + port, "101"},
	} {
		for _, target := range []string{"/getCaseCount", "/getCaseInfo?case=1"} {
			if got := asks(s, target, tt.host, tt.origin); got != tt.want {
				t.Errorf("%s, Host %s, Origin %q: %s, want %s", target, tt.host, tt.origin, got, tt.want)
			}
		}
	}
	if got := asks(s, "/stopServer", own, "https://evil.example"); got != "403" {
		t.Errorf("/stopServer: %s, want 403", got)
	}
	if got := s.asks("/getCaseCount"); got != "1" {
		t.Errorf("afterwards there are %q cases", got)
	}
	for _, allowed := range []string{"*", "https://Other.example"} {
		s := startService(t, &conformance.Service{Cases: named(t, "1.1.1"), AllowedOrigins: []string{allowed}})
		if got := asks(s, "/getCaseCount", s.addr, "https://other.example"); got != "101" {
			t.Errorf("allowed by %q: %s, want 101", allowed, got)
		}
	}
}

// A client that this machine could not start has failed nothing.
func TestShortOfDescriptors(t *testing.T) {
	for _, tt := range []struct {
		remark string
		want   verdict.Verdict
	}{
		{"the client's process: pipe2: too many open files", verdict.Error},
		{"the client's process: fork/exec ./client: resource temporarily unavailable", verdict.Error},
		{"the client's standard error: dial tcp 127.0.0.1:1: socket: too many open files", verdict.Error},
		{"exit status 3", verdict.Fail},
	} {
		r := spawn(t, func(context.Context, string) []string { return []string{tt.remark} }, named(t, "1.1.2"), conformance.Options{Deadlines: short})[0]
		if r.Verdict != tt.want || tt.want == verdict.Error && !strings.Contains(r.Explanation, "--parallel") || !remarked(r, tt.remark) {
			t.Errorf("%s: %s; want %s", tt.remark, describe(r), tt.want)
		}
	}
}

// A flood costs a bounded amount of memory, however many agents bring one; verdicts
// are kept.
func TestFloodsOfManyAgents(t *testing.T) {
	const agents = 400
	done := make(chan string, agents)
	brief := conformance.NewDeadlines(200*time.Millisecond, 0, 1)
	brief.Handshake, brief.Drop = 10*time.Second, 10*time.Millisecond // these clients are many, and do not end by themselves
	s := startService(t, &conformance.Service{Cases: named(t, "2.1"), Deadlines: brief, Done: func(agent string, _ conformance.Result) { done <- agent }})
	frames := []byte(strings.Repeat("\x8a\x80\x00\x00\x00\x00", 5000))
	sem := make(chan bool, 16)
	for i := range agents {
		sem <- true
		go func() {
			defer func() { <-sem }()
			conn, r := s.opens(fmt.Sprintf("/runCase?case=1&agent=%d", i))
			_, _ = conn.Write(frames)
			_, _ = io.Copy(io.Discard, r)
			conn.Close()
		}()
	}
	for range cap(sem) {
		sem <- true // every client has ended
	}
	late := within(t, 20*time.Second)
	for range agents {
		select {
		case <-done:
		case <-late.Done():
			t.Fatalf("%d of %d agents have a result", len(s.Agents()), agents)
		}
	}
	octets, results := 0, 0
	for _, agent := range s.Agents() {
		if r, ok := s.Result(agent, "2.1"); ok && r.Verdict == verdict.Fail {
			results++
			for _, e := range r.Transcript {
				octets += 200 + len(e.Octets)
			}
		}
	}
	if results != agents || octets > 300<<20 {
		t.Errorf("%d results of %d agents with %d octets of transcripts, want them all within 300 MiB", results, agents, octets)
	}
}
