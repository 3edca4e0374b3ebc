package conformance_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// Interim responses are passed over and kept in the transcript (RFC 9110 15.2); a
// server that sends nothing else is found out.
func TestInterimResponses(t *testing.T) {
	const hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
	interim := func(before string) *conformance.Target {
		return serve(t, func(conn net.Conn) {
			r := bufio.NewReader(conn)
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, before+switching+upgrade+upgrades+"Sec-WebSocket-Accept: "+accept(req)+"\r\n\r\n")
			echo(conn, r)
		})
	}
	for _, tt := range []struct {
		name, before string
		count        int
	}{
		{"100", "HTTP/1.1 100 Continue\r\n\r\n", 1},
		{"103, twice", hints + hints, 2},
		{"an unknown one", "HTTP/1.1 199 Soon\r\n\r\n", 1},
		{"sixteen", strings.Repeat(hints, 16), 16},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := interim(tt.before)
			if _, err := conformance.Probe(within(t, 10*time.Second), target, short); err != nil {
				t.Errorf("the probe: %v", err)
			}
			for _, r := range play(t, target, named(t, "1.1.2", "rfc6455/4.2.2/1"), conformance.Options{Deadlines: short}) {
				responses := slices.DeleteFunc(slices.Clone(r.Transcript), func(e observed.Entry) bool { return e.Kind != observed.EntryResponse })
				if r.Verdict != verdict.Pass || len(responses) != tt.count+1 {
					t.Errorf("%s with %d responses in the transcript; want a pass with %d", describe(r), len(responses), tt.count+1)
				}
			}
		})
	}
	_, err := conformance.Probe(within(t, 10*time.Second), interim(strings.Repeat(hints, 17)), short)
	problem(t, err, conformance.NotHTTP, "more than 16 interim responses (1xx) and no final one")
}

// What a server says in its refusal is shown, and the hint fits the case.
func TestRefusalsAreExplained(t *testing.T) {
	body := func(status, fields, body string) string {
		return fmt.Sprintf("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, fields, len(body), body)
	}
	for _, tt := range []struct {
		name, answer string
		says, not    []string
	}{
		{"404", body("404 Not Found", "", ""), []string{"with 404 Not Found instead of 101", "Check the path"}, []string{"body", "--parallel"}},
		{"a body", body("400 Bad Request", "", "no such\r\n  tenant"), []string{`400 Bad Request, with the body "no such tenant" instead of 101`}, nil},
		{"a body in chunks", "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", []string{`with the body "no"`}, nil},
		{"a body up to the end", "HTTP/1.1 400 Bad Request\r\n\r\nthat is why", []string{`with the body "that is why"`}, nil},
		{"a body of control characters", body("400 Bad Request", "", "\x1b[31mred\u202e"), []string{`\x1b[31mred\u202e`}, []string{"\x1b", "\u202e"}},
		{"a long body", body("400 Bad Request", "", strings.Repeat("long", 5000)), []string{"longlong…"}, []string{strings.Repeat("long", 100)}},
		{"half a body", "HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\nhalf", []string{`with the body "half"`}, nil},
		{"a redirect", body("302 Found", "Location: /elsewhere\r\n", ""), []string{"302 Found, Location: /elsewhere", "does not follow redirects"}, []string{"Check the path"}},
		{"401", body("401 Unauthorized", "", ""), []string{"--header"}, []string{"Check the path"}},
		{"429", body("429 Too Many Requests", "", ""), []string{"--parallel"}, []string{"Check the path"}},
		{"503", body("503 Service Unavailable", "", ""), []string{"--parallel"}, []string{"Check the path"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			target := serve(t, words(tt.answer))
			_, err := conformance.Probe(within(t, 10*time.Second), target, short)
			problem(t, err, conformance.NotUpgraded, tt.says...)
			for _, not := range tt.not {
				if strings.Contains(err.Error(), not) {
					t.Errorf("%q mentions %q", err, not)
				}
			}
		})
	}
}

// A refusal of one offer of an extension is no matter of the URL.
func TestARefusalOfAnExtension(t *testing.T) {
	target := serve(t, words("HTTP/1.1 400 Bad Request\r\nContent-Length: 10\r\n\r\nno deflate"))
	r := play(t, target, named(t, "12.1.1"), conformance.Options{Deadlines: short})[0]
	all := r.Explanation + strings.Join(r.Observed, " ")
	for _, want := range []string{"offers permessage-deflate", `with the body "no deflate"`} {
		if !strings.Contains(r.Explanation, want) {
			t.Errorf("%q does not mention %q", r.Explanation, want)
		}
	}
	if strings.Contains(all, "Check the path") {
		t.Errorf("%q: the path is not at fault", all)
	}
}

// The body of a refusal stands in a case's explanation too.
func TestTheBodyOfARefusedCase(t *testing.T) {
	target := serve(t, words("HTTP/1.1 400 Bad Request\r\nContent-Length: 8\r\n\r\nbad Host"))
	r := play(t, target, named(t, "rfc6455/4.2.2/1"), conformance.Options{Deadlines: short})[0]
	if !strings.Contains(r.Explanation, `HTTP/1.1 400 Bad Request, with the body "bad Host"`) {
		t.Errorf("%s; want the body of the refusal", describe(r))
	}
}

// A 101 to another protocol opens no WebSocket connection: the answer is judged,
// and what follows is not read as frames.
func TestA101ToAnotherProtocol(t *testing.T) {
	const settings = "\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\x00\x04\x40\x00\x00\x00\x00\x02\x00\x00\x00\x00"
	target := serve(t, func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = io.WriteString(conn, switching+"Upgrade: h2c\r\n"+upgrades+"\r\n"+settings)
			drain(conn)
		}
	})
	for _, tt := range []struct {
		id   string
		want verdict.Verdict
		says string
	}{
		{"rfc6455/4.2.1/29", verdict.Pass, ""},                          // asks for h2c
		{"rfc6455/4.2.1/30", verdict.Fail, `Upgrade "h2c"`},             // asks for something else
		{"rfc6455/4.2.1/1", verdict.Fail, `Upgrade "h2c"`},              // POST
		{"rfc6455/4.2.2/1", verdict.Fail, `Upgrade "h2c"`},              // asks for websocket
		{"1.1.2", verdict.Fail, `Upgrade "h2c", not websocket`},         // the plain handshake
		{"rfc6455/4.2.1/36", verdict.Fail, `Upgrade "h2c", not websoc`}, // a list without h2c
	} {
		r := play(t, target, named(t, tt.id), conformance.Options{Deadlines: short})[0]
		if r.Verdict != tt.want || !strings.Contains(r.Explanation, tt.says) || strings.Contains(strings.Join(r.Observed, " "), "frame") {
			t.Errorf("%s, observed %q; want %s and a sentence with %s, and no frame", describe(r), r.Observed, tt.want, tt.says)
		}
	}
}

// A server may have a limit to the size of fields, and says so.
func TestARefusalOfLargeFields(t *testing.T) {
	for status, want := range map[string]verdict.Verdict{
		"431 Request Header Fields Too Large": verdict.Pass, "413 Content Too Large": verdict.Pass, "414 URI Too Long": verdict.Pass,
		"400 Bad Request": verdict.Warn, "404 Not Found": verdict.Warn, // any 4xx is allowed (RFC 9110 5.4)
		"500 Internal Server Error": verdict.Fail, "200 OK": verdict.Fail,
	} {
		target := serve(t, words("HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n"))
		r := play(t, target, named(t, "rfc6455/4.2.1/85"), conformance.Options{Deadlines: short})[0]
		if r.Verdict != want || len(r.Explanation) > 500 {
			t.Errorf("%s: %s; want %s, in short", status, describe(r), want)
		}
	}
}

// Text in a transcript shows what the octets say.
func TestTranscriptsQuoteTheirOctets(t *testing.T) {
	for id, want := range map[string]string{
		"rfc6455/4.1/58": "RTSP/1.0 101 Switching Protocols",
		"rfc6455/4.1/59": "HTTP/1.1 1O1 Switching Protocols",
		"rfc6455/4.1/61": "X-Wsspec: 101",
		"rfc6455/4.1/57": "HTTP/1.0 101 Switching Protocols",
	} {
		r := spawn(t, echoes, named(t, id), conformance.Options{Deadlines: short})[0]
		for _, e := range r.Transcript {
			if e.Kind == observed.EntryResponse && e.Text != want {
				t.Errorf("%s: the transcript says %q for %q, want %q", id, e.Text, e.Octets, want)
			}
		}
	}
}

// A pooling client is one that uses the connection of a refused handshake for its
// next request, as HTTP lets it (RFC 9112 9.3).
type poolingClient struct {
	t    *testing.T
	addr string
	idle []*pooled
}

type pooled struct {
	net.Conn
	r *bufio.Reader
}

// asks sends an opening request and returns the response, and whether it went out on
// a connection that had been used before.
func (p *poolingClient) asks(target string) (resp *http.Response, conn *pooled, again bool) {
	p.t.Helper()
	if n := len(p.idle); n > 0 {
		conn, again, p.idle = p.idle[n-1], true, p.idle[:n-1]
	} else {
		c, err := net.Dial("tcp", p.addr)
		if err != nil {
			p.t.Fatal(err)
		}
		p.t.Cleanup(func() { c.Close() })
		conn = &pooled{c, bufio.NewReader(c)}
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	key := make([]byte, 16)
	_, _ = rand.Read(key) // a constant one is a fault of its own
	request := strings.Replace(ToServer(target), "dGhlIHNhbXBsZSBub25jZQ==", base64.StdEncoding.EncodeToString(key), 1)
	if _, err := io.WriteString(conn, request); err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.ReadResponse(conn.r, nil)
	if err != nil {
		p.t.Fatalf("%s, again %t: %v", target, again, err)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		_, _ = io.Copy(io.Discard, resp.Body)
		if resp.Close {
			conn.Close()
		} else {
			p.idle = append(p.idle, conn)
		}
	}
	return resp, conn, again
}

// Behind a refusal the next request on the connection is a request, at once or
// later; no case is lost, and none is read as frames.
func TestAPoolingClient(t *testing.T) {
	for _, later := range []bool{false, true} {
		t.Run(fmt.Sprintf("later=%t", later), func(t *testing.T) {
			refused := []string{"rfc6455/4.1/14", "rfc6455/4.1/17", "rfc6455/4.1/20", "rfc6455/4.1/21", "rfc6455/4.3/27", "rfc6455/4.3/28"}
			done := make(chan conformance.Result, len(refused)+1)
			s := startService(t, &conformance.Service{Cases: named(t, append(slices.Clone(refused), "1.1.2")...), Deadlines: short, Done: func(_ string, r conformance.Result) { done <- r }})
			p := &poolingClient{t: t, addr: s.addr}
			for i, id := range refused {
				resp, _, again := p.asks("/runCase?agent=pool&casetuple=" + id)
				if resp.StatusCode == http.StatusSwitchingProtocols || again != (i > 0) {
					t.Fatalf("%s is answered with %s, on a used connection: %t", id, resp.Status, again)
				}
				if later {
					<-done // the service has its verdict, and waits for what comes next
				}
			}
			resp, conn, again := p.asks("/runCase?agent=pool&casetuple=1.1.2")
			if resp.StatusCode != http.StatusSwitchingProtocols || !again {
				t.Fatalf("1.1.2 is answered with %s, on a used connection: %t; want 101 on one", resp.Status, again)
			}
			(&maskingEcho{conn: conn.Conn, r: conn.r}).run()
			for _, id := range append(refused, "1.1.2") {
				if r := s.wantResult("pool", id, verdict.Pass); strings.Contains(strings.Join(r.Observed, " "), "frame") {
					t.Errorf("%s: a request is read as a frame: %q", id, r.Observed)
				}
			}
		})
	}
}

// maskingEcho is the least of a client that echoes and answers the Close.
type maskingEcho struct {
	conn net.Conn
	r    *bufio.Reader
}

func (m *maskingEcho) run() {
	defer m.conn.Close()
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(m.r, head); err != nil {
			return
		}
		n := int(head[1])
		if n > 125 {
			return
		}
		payload := make([]byte, n)
		if _, err := io.ReadFull(m.r, payload); err != nil {
			return
		}
		_, _ = m.conn.Write(append([]byte{head[0], head[1] | 0x80, 0, 0, 0, 0}, payload...))
		if head[0]&0x0f == 8 {
			_, _ = io.Copy(io.Discard, m.r)
			return
		}
	}
}

// A client that takes a refusal for a 101 is seen, also on a connection that HTTP
// would keep.
func TestAClientThatTakesARefusal(t *testing.T) {
	taking := func(_ context.Context, url string) []string {
		host, path, _ := strings.Cut(strings.TrimPrefix(url, "ws://"), "/")
		conn, err := net.Dial("tcp", host)
		if err != nil {
			return []string{err.Error()}
		}
		_, _ = io.WriteString(conn, strings.Replace(ToServer("/"+path), "Host: localhost", "Host: "+host, 1))
		r := bufio.NewReader(conn)
		for {
			if line, err := r.ReadString('\n'); err != nil || line == "\r\n" {
				break
			}
		}
		(&maskingEcho{conn: conn, r: r}).run()
		return nil
	}
	for _, id := range []string{"rfc6455/4.1/14", "rfc6455/4.1/16", "rfc6455/4.1/20", "rfc6455/4.3/27"} {
		r := spawn(t, taking, named(t, id), conformance.Options{Deadlines: short})[0]
		if r.Verdict != verdict.Fail {
			t.Errorf("%s; want a failure", describe(r))
		}
	}
}

// A service that ends does not wait for connections that clients keep for later.
func TestAServiceEndsInSpiteOfKeptConnections(t *testing.T) {
	patient := conformance.NewDeadlines(30*time.Second, 0, 1)
	patient.FailFast = 10 * time.Millisecond
	s := startService(t, &conformance.Service{Cases: named(t, "rfc6455/4.1/20"), Deadlines: patient})
	p := &poolingClient{t: t, addr: s.addr}
	p.asks("/runCase?case=1&agent=pool")
	s.asks("/updateReports?agent=pool&shutdownOnComplete=true")
	s.wantStopped(nil)
}
