package catalog_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// openings are the cases with an opening handshake of their own.
func openings(role wire.Role) []*c.Case {
	return slices.DeleteFunc(slices.Clone(catalog.Cases()), func(x *c.Case) bool {
		return x.Script.Opening == nil || !x.TestsRole(role) || !strings.HasPrefix(x.ID, "rfc6455/")
	})
}

// eitherWay are the cases that pass both for a peer that opens every connection and
// for a peer that opens none. They record what the peer does.
var eitherWay = map[wire.Role][]string{
	wire.RoleServer: {
		"rfc6455/4.2.1/26", // the Host of another server
		"rfc6455/4.2.1/35", // Upgrade lists
		"rfc6455/4.2.1/36",
		"rfc6455/4.2.1/37",
		"rfc6455/4.2.1/70", // the drafts' versions 7 and 8
		"rfc6455/4.2.1/71",
		"rfc6455/4.2.1/95", // a folded line
		"rfc6455/4.2.1/96", // octets that are no UTF-8 in a field
		"rfc6455/4.2.1/99", // lines that end in LF
		"rfc6455/4.2.1/100",
		"rfc6455/4.2.2/2", // no optional fields
		"rfc6455/4.2.2/6", // a key's unused bits
		"rfc6455/4.2.2/8", // subprotocols
		"rfc6455/4.3/14",
		"rfc6455/11.3.4/1",
	},
	wire.RoleClient: {
		"rfc6455/4.1/71", // octets that are no UTF-8 in a field
	},
}

var openingDeadlines = conformance.NewDeadlines(300*time.Millisecond, 0, 1)

// Every case of the opening handshake can fail: it fails a server that accepts every
// request or a server that refuses every request.
func TestEveryOpeningTellsServersApart(t *testing.T) {
	all := openings(wire.RoleServer)
	takes := runServer(t, all, func(conn net.Conn, request []byte) {
		answer(conn, request)
		(&simple{conn: conn, role: wire.RoleServer}).echo()
	})
	refuses := runServer(t, all, func(conn net.Conn, _ []byte) {
		_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
	})
	apart(t, wire.RoleServer, takes, refuses)
	for _, r := range runServer(t, all, func(conn net.Conn, _ []byte) { _, _ = io.Copy(io.Discard, conn) }) {
		// An informational case fails nobody: a server may wait for the rest of a request.
		if r.Verdict != verdict.Fail && r.Case.Level != verdict.LevelInformational {
			t.Errorf("%s (%s) is %s for a server that never answers", r.Case.ID, r.Case.Title, r.Verdict)
		}
	}
}

// The same for clients: one that accepts every response, and one that closes the
// connection on every response.
func TestEveryOpeningTellsClientsApart(t *testing.T) {
	all := openings(wire.RoleClient)
	takes := runClient(t, all, func(conn net.Conn) { (&simple{conn: conn, role: wire.RoleClient}).echo() })
	leaves := runClient(t, all, func(net.Conn) {})
	apart(t, wire.RoleClient, takes, leaves)
}

func apart(t *testing.T, role wire.Role, takes, refuses []conformance.Result) {
	t.Helper()
	var both []string
	for i := range takes {
		x := takes[i].Case
		if takes[i].Verdict == verdict.Pass && refuses[i].Verdict == verdict.Pass {
			both = append(both, x.ID)
			if !slices.Contains(eitherWay[role], x.ID) {
				t.Errorf("%s (%s) passes whatever the %s does", x.ID, x.Title, role)
			}
		}
		if takes[i].Verdict == verdict.Fail && refuses[i].Verdict == verdict.Fail && !slices.Contains(wantWords[role], x.ID) {
			t.Errorf("%s (%s) fails whether the %s opens the connection (%s) or not (%s)", x.ID, x.Title, role, takes[i].Explanation, refuses[i].Explanation)
		}
	}
	for _, id := range eitherWay[role] {
		if !slices.Contains(both, id) {
			t.Errorf("%s is said to pass every %s, and does not", id, role)
		}
	}
}

// wantWords are the cases that require more than to open or to refuse.
var wantWords = map[wire.Role][]string{
	wire.RoleServer: {"rfc6455/4.2.2/7", "rfc6455/4.4/1"}, // the versions known
}

// runServer plays the cases against a server that reads the head of a request and
// then calls then.
func runServer(t *testing.T, cases []*c.Case, then func(conn net.Conn, request []byte)) []conformance.Result {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	defer conns.Wait()
	defer l.Close()
	conns.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
				if head, early := head(conn); head != nil {
					then(&replayed{Conn: conn, first: early}, head)
				}
			})
		}
	})
	target := &conformance.Target{URL: &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}}
	results, err := conformance.RunServer(t.Context(), target, cases, conformance.Options{Deadlines: openingDeadlines, Parallel: 64})
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// runClient plays the cases with a client that sends a correct request, reads the
// head of the response, and then calls then.
func runClient(t *testing.T, cases []*c.Case, then func(conn net.Conn)) []conformance.Result {
	t.Helper()
	results, err := conformance.RunClients(t.Context(), func(_ context.Context, raw string) []string {
		u, err := url.Parse(raw)
		if err != nil {
			return []string{err.Error()}
		}
		conn, err := net.Dial("tcp", u.Host)
		if err != nil {
			return []string{err.Error()}
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		request := wire.NewRequest(u.RequestURI(), u.Host, wire.NewKey(nonce()), nil)
		if _, err := conn.Write(request.Append(nil)); err != nil {
			return []string{err.Error()}
		}
		response, early := head(conn)
		for isInterim(response) {
			response, early = head(&replayed{Conn: conn, first: early})
		}
		if response != nil {
			then(&replayed{Conn: conn, first: early})
		}
		return nil
	}, cases, conformance.Options{Deadlines: openingDeadlines, Parallel: 64})
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// isInterim reports whether the head is that of a response before the final one.
func isInterim(head []byte) bool {
	status, _, _ := strings.Cut(strings.TrimPrefix(string(head), "HTTP/1.1 "), " ")
	return status == "100" || status == "103" || status == "199"
}

// head reads up to and including the first empty line.
func head(conn net.Conn) (head, early []byte) {
	buf := make([]byte, 64<<10)
	n := 0
	for {
		m, err := conn.Read(buf[n:])
		n += m
		for _, end := range []string{"\r\n\r\n", "\n\n"} {
			if i := bytes.Index(buf[:n], []byte(end)); i >= 0 {
				return buf[: i+len(end) : i+len(end)], buf[i+len(end) : n]
			}
		}
		if err != nil || n == len(buf) {
			return nil, nil
		}
	}
}

// answer opens the connection, whatever the request says.
func answer(conn net.Conn, request []byte) {
	key := ""
	for line := range strings.Lines(string(request)) {
		if name, value, ok := strings.Cut(line, ":"); ok && key == "" && strings.EqualFold(name, "Sec-WebSocket-Key") {
			key = strings.TrimSpace(value)
		}
	}
	_, _ = conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + wire.AcceptKey(key) + "\r\n\r\n"))
}
