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

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/ref/wire"
)

// openings are the cases that make the opening handshake their own.
func openings(role wire.Role) []*c.Case {
	return slices.DeleteFunc(slices.Clone(catalog.Cases()), func(x *c.Case) bool {
		return x.Script.Opening == nil || !x.TestsRole(role) || !strings.HasPrefix(x.ID, "rfc6455/")
	})
}

// eitherWay are the cases that pass a peer which opens every connection and one
// which opens none: what they do is recorded and not judged.
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

var openingDeadlines = c.NewDeadlines(300*time.Millisecond, 0, 1)

// A case of the opening handshake is one that somebody can fail: a server that
// takes every request, or one that refuses every request, does not pass it.
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
		if r.Verdict != c.Fail {
			t.Errorf("%s (%s) is %s for a server that never answers", r.Case.ID, r.Case.Title, r.Verdict)
		}
	}
}

// The same for clients: one that takes every response, and one that goes away
// on each.
func TestEveryOpeningTellsClientsApart(t *testing.T) {
	all := openings(wire.RoleClient)
	takes := runClient(t, all, func(conn net.Conn) { (&simple{conn: conn, role: wire.RoleClient}).echo() })
	leaves := runClient(t, all, func(net.Conn) {})
	apart(t, wire.RoleClient, takes, leaves)
}

func apart(t *testing.T, role wire.Role, takes, refuses []c.Result) {
	t.Helper()
	var both []string
	for i := range takes {
		x := takes[i].Case
		if takes[i].Verdict == c.Pass && refuses[i].Verdict == c.Pass {
			both = append(both, x.ID)
			if !slices.Contains(eitherWay[role], x.ID) {
				t.Errorf("%s (%s) passes whatever the %s does", x.ID, x.Title, role)
			}
		}
		if takes[i].Verdict == c.Fail && refuses[i].Verdict == c.Fail && !slices.Contains(wantWords[role], x.ID) {
			t.Errorf("%s (%s) fails whether the %s opens the connection (%s) or not (%s)", x.ID, x.Title, role, takes[i].Explanation, refuses[i].Explanation)
		}
	}
	for _, id := range eitherWay[role] {
		if !slices.Contains(both, id) {
			t.Errorf("%s is said to pass every %s, and does not", id, role)
		}
	}
}

// wantWords are the cases that ask for more than to open or to refuse.
var wantWords = map[wire.Role][]string{
	wire.RoleServer: {"rfc6455/4.2.2/7", "rfc6455/4.4/1"}, // the versions known
}

// runServer plays the cases against a server that reads a request's head and
// then does as it is told.
func runServer(t *testing.T, cases []*c.Case, then func(conn net.Conn, request []byte)) []c.Result {
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
	target := &c.Target{URL: &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/"}}
	results, err := c.RunServer(t.Context(), target, cases, c.Options{Deadlines: openingDeadlines, Parallel: 64})
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// runClient plays the cases with a client that sends a correct request, reads
// the head of whatever comes, and then does as it is told.
func runClient(t *testing.T, cases []*c.Case, then func(conn net.Conn)) []c.Result {
	t.Helper()
	results, err := c.RunClients(t.Context(), func(_ context.Context, raw string) []string {
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
		if head, early := head(conn); head != nil {
			then(&replayed{Conn: conn, first: early})
		}
		return nil
	}, cases, c.Options{Deadlines: openingDeadlines, Parallel: 64})
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// head reads up to the empty line, whatever stands before it.
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
