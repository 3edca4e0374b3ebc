package conformance_test

import (
	"bufio"
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
)

// opens plays a case with an opening handshake of its own.
func opens(t *testing.T, target *conformance.Target, how script.Opening, steps ...script.Step) conformance.Result {
	t.Helper()
	outcome := echoed()
	if !how.Silent {
		outcome.Events = append([]script.Expect{script.Accepted()}, outcome.Events...)
	}
	c := &script.Case{ID: "x", Title: "x", Level: verdict.Must, Requires: []string{"RFC6455-4.2.1-1"},
		Script: script.Script{Opening: &how, Steps: steps, Outcomes: []script.Outcome{outcome}}}
	results, err := conformance.RunServer(t.Context(), target, []*script.Case{c}, conformance.Options{Deadlines: conformance.NewDeadlines(500*time.Millisecond, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

var sayHello = script.Send{Frames: []script.Frame{hello()}}

// keeper serves several requests on a connection. It notes what came, answers a request
// that asks for no WebSocket connection with the response, and opens the others.
type keeper struct {
	response string
	mu       sync.Mutex
	came     []string // method, body and key of each request
}

func (k *keeper) handle(conn net.Conn) {
	r := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(req.Body)
		key := req.Header.Get("Sec-WebSocket-Key")
		k.mu.Lock()
		k.came = append(k.came, fmt.Sprintf("%s %s %s", req.Method, body, key))
		k.mu.Unlock()
		if key == "" || req.Header.Get("Sec-WebSocket-Version") != "13" {
			if _, err := io.WriteString(conn, k.response); err != nil || k.response == "" || strings.Contains(k.response, "close") {
				return
			}
			continue
		}
		openTo(conn, r, req)
		return
	}
}

// openTo opens the connection that a request asks for, and echoes.
func openTo(conn net.Conn, r *bufio.Reader, req *http.Request) {
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept(req))
	echo(conn, r)
}

// The requests before the opening request go on the same connection, each when the
// response to the one before is whole. Each opening request has a key of its own.
func TestEarlierRequests(t *testing.T) {
	const ok = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
	k := &keeper{response: ok}
	post := script.Earlier{Plain: true, Edits: []script.Edit{script.Method("POST"), script.Append("Content-Length", "3")}, Body: "abc"}
	refused := script.Earlier{Edits: []script.Edit{script.Replace("Sec-WebSocket-Version", "99")}}
	r := opens(t, serve(t, k.handle), script.Opening{Earlier: []script.Earlier{post, refused}}, sayHello)
	if r.Verdict != verdict.Pass {
		t.Errorf("%s: %s", r.Verdict, r.Explanation)
	}
	if len(k.came) != 3 || k.came[0] != "POST abc " || !strings.HasPrefix(k.came[1], "GET  ") || k.came[1] == k.came[2] || len(k.came[1]) != len(k.came[2]) {
		t.Errorf("the server got %q", k.came)
	}
}

// A server that does not keep the connection is not judged.
func TestEarlierRequestsWithoutAKeptConnection(t *testing.T) {
	for _, tt := range []struct{ name, response, says string }{
		{"says so", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "it answers with 200 OK, and closes it"},
		{"without an end", "HTTP/1.1 200 OK\r\n\r\nclose", "it answers with 200 OK, and closes it"},
		{"closes it at once", "", "it closes it, and does not answer the first one"},
		{"closes it", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nclose", "it closes it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := &keeper{response: tt.response}
			r := opens(t, serve(t, k.handle), script.Opening{Earlier: []script.Earlier{{Plain: true}}}, sayHello)
			if r.Verdict != verdict.Skip || !strings.HasPrefix(r.Explanation, "The server does not keep the connection for another request: "+tt.says) {
				t.Errorf("%s: %s", r.Verdict, r.Explanation)
			}
		})
	}
}

// A server that resets TCP in place of a response does not keep the connection either, as it
// may. What it had sent may be lost.
func TestEarlierRequestsThatAreReset(t *testing.T) {
	for _, tt := range []struct{ name, sends string }{{"without a response", ""}, {"in the middle of a response", "HTTP/1.1 200 OK\r\nContent-"}} {
		t.Run(tt.name, func(t *testing.T) {
			handle := func(conn net.Conn) {
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
					return
				}
				_, _ = io.WriteString(conn, tt.sends)
				_ = conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
			r := opens(t, serve(t, handle), script.Opening{Earlier: []script.Earlier{{Plain: true}}}, sayHello)
			if want := "The server does not keep the connection for another request: it resets it."; r.Verdict != verdict.Skip || r.Explanation != want {
				t.Errorf("%s: %s, want %s", r.Verdict, r.Explanation, want)
			}
		})
	}
}

// A server that answers an earlier request without end does not fill the memory.
func TestEarlierRequestsWithoutAnEnd(t *testing.T) {
	for _, tt := range []struct{ name, start, piece string }{
		{"interim responses", "", "HTTP/1.1 103 Early Hints\r\n\r\n"},
		{"one head", "HTTP/1.1 200 OK\r\n", strings.Repeat("A: b\r\n", 1000)},
		{"one line", "", strings.Repeat("a", 4096)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			handle := func(conn net.Conn) {
				_, err := io.WriteString(conn, tt.start)
				for err == nil {
					_, err = io.WriteString(conn, tt.piece)
				}
			}
			r := opens(t, serve(t, handle), script.Opening{Earlier: []script.Earlier{{Plain: true}}}, sayHello)
			if r.Verdict != verdict.Fail || !strings.Contains(r.Explanation, "and no end of a response") {
				t.Errorf("%s: %s", r.Verdict, r.Explanation)
			}
		})
	}
}

// Preface, request, body and frames come in this order, in one stream of octets.
func TestWhatGoesWithAnOpening(t *testing.T) {
	came := make(chan string, 1)
	handle := func(conn net.Conn) {
		buf := make([]byte, 4<<10)
		n := 0
		for !strings.Contains(string(buf[:n]), "hello") {
			m, err := conn.Read(buf[n:])
			if n += m; err != nil {
				break
			}
		}
		select {
		case came <- string(buf[:n]):
		default: // of a further play
		}
	}
	key := [4]byte{}
	opens(t, serve(t, handle), script.Opening{
		Preface: "\r\n", Body: "body", Edits: []script.Edit{script.Append("Content-Length", "4")}, LineCuts: []script.LineCut{script.CutAfter(1), script.CutAfter(2)},
		With: []script.Frame{hello().WithKey(key)},
	})
	got := <-came
	head, rest, _ := strings.Cut(got, "\r\n\r\n")
	if !strings.HasPrefix(head, "\r\nGET / HTTP/1.1\r\n") || !strings.HasSuffix(head, "Content-Length: 4") || rest != "body\x81\x85\x00\x00\x00\x00hello" {
		t.Errorf("the server got %q", got)
	}
}

// A silent connection carries the preface alone, and stays open while the case goes on
// with another one. A server that ends it is not judged for that.
func TestASilentOpening(t *testing.T) {
	for _, ends := range []bool{false, true} {
		silent := make(chan string, 1)
		handle := func(conn net.Conn) {
			r := bufio.NewReader(conn)
			if first, err := r.Peek(1); err != nil || first[0] == 'G' {
				if req, err := http.ReadRequest(r); err == nil {
					openTo(conn, r, req)
				}
				return
			}
			if ends {
				return
			}
			all, _ := io.ReadAll(r)
			select {
			case silent <- string(all):
			default: // of a further play
			}
		}
		target := serve(t, handle)
		r := opens(t, target, script.Opening{Silent: true, Preface: "half"}, script.Settle{Name: "unused"}, script.Connect{Keep: true}, sayHello)
		if r.Verdict != verdict.Pass {
			t.Errorf("ends %v: %s: %s", ends, r.Verdict, r.Explanation)
		}
		if ends {
			continue
		}
		if got := <-silent; got != "half" {
			t.Errorf("the server got %q on the silent connection", got)
		}
	}
}

// A pong that answers a ping of the request's body is one that the harness asked for.
func TestAPongForAPingInTheBody(t *testing.T) {
	answersBody := shaken(func(conn net.Conn, r *bufio.Reader) {
		_, _ = conn.Write([]byte("\x8a\x04body"))
		echo(conn, r)
	})
	how := script.Opening{Edits: []script.Edit{script.Append("Content-Length", "10")}, With: []script.Frame{script.Ping(script.Octets("body"))}}
	if r := opens(t, serve(t, answersBody), how, sayHello); r.Verdict != verdict.Fail {
		t.Errorf("%s: %s", r.Verdict, r.Explanation)
	}
}
