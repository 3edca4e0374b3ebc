package between_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/between"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/conformance/watch"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// Each case has an id of its own, and requirements that exist.
func TestCases(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range between.Cases() {
		if seen[c.ID] || c.Title == "" || len(c.Requires) == 0 {
			t.Errorf("%+v: an id twice, or no title, or no requirement", c)
		}
		seen[c.ID] = true
		for _, id := range c.Requires {
			if rfc.ByID(id) == nil {
				t.Errorf("%s: there is no requirement %s", c.ID, id)
			}
		}
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// played plays the cases whose ids begin with a prefix through a gateway, which start begins
// to run before a server. It returns the results by "id role".
func played(t *testing.T, timeout time.Duration, prefix string, start func(t *testing.T, server string) (address string)) (map[string]between.Result, error) {
	t.Helper()
	l := listen(t)
	g := &between.Gateway{
		Target:    &opening.Target{Agent: "gateway", URL: &url.URL{Scheme: "ws", Host: start(t, l.Addr().String()), Path: "/a", RawQuery: "b=c"}},
		Listener:  l,
		Deadlines: stream.NewDeadlines(timeout, 0, 1),
	}
	cases := slices.DeleteFunc(between.Cases(), func(c *between.Case) bool { return !strings.HasPrefix(c.ID, prefix) })
	results := map[string]between.Result{}
	err := g.Run(t.Context(), cases, func(r between.Result) { results[r.Case.ID+" "+r.From.String()] = r })
	return results, err
}

// passes checks that a gateway passes all cases whose ids begin with a prefix, and that there are
// at least so many results.
func passes(t *testing.T, timeout time.Duration, prefix string, least int, start func(t *testing.T, server string) (address string)) {
	t.Helper()
	results, err := played(t, timeout, prefix, start)
	if err != nil || len(results) < least {
		t.Fatalf("%d results, %v", len(results), err)
	}
	for name, r := range results {
		if r.Verdict != verdict.Pass {
			t.Errorf("%s: %s: %s", name, r.Verdict, r.Explanation)
		}
	}
}

// A tunnel passes every case: here it is the proxy of package watch.
func TestATunnelPasses(t *testing.T) {
	passes(t, 2*time.Second, "", 70, func(t *testing.T, server string) string {
		l := listen(t)
		w := &watch.Watcher{Target: &opening.Target{URL: &url.URL{Scheme: "ws", Host: server}}, Deadlines: stream.NewDeadlines(0, 0, 1)}
		ctx, cancel := context.WithCancel(t.Context())
		var serving sync.WaitGroup
		serving.Go(func() { _ = w.Serve(ctx, l) })
		t.Cleanup(func() { cancel(); serving.Wait() })
		return l.Addr().String()
	})
}

// A tunnel may pass on the octets in any segments. What breaks a rule shows in the first octets of
// a frame, and the others come later.
func TestATunnelOfSingleOctetsPasses(t *testing.T) {
	for _, prefix := range []string{"handshake/unknown-extension", "illegal/"} {
		passes(t, 2*time.Second, prefix, 1, octetByOctet)
	}
}

// octetByOctet is a tunnel that writes each octet by itself.
func octetByOctet(t *testing.T, server string) string {
	t.Helper()
	l := listen(t)
	var passing sync.WaitGroup
	t.Cleanup(passing.Wait)
	pass := func(from, to net.Conn) {
		defer func() { _ = to.(*net.TCPConn).CloseWrite() }()
		for octet := make([]byte, 1); ; {
			if _, err := from.Read(octet); err != nil {
				return
			}
			if _, err := to.Write(octet); err != nil {
				return
			}
		}
	}
	passing.Go(func() {
		for {
			front, err := l.Accept()
			if err != nil {
				return
			}
			passing.Go(func() {
				defer front.Close()
				back, err := net.Dial("tcp", server)
				if err != nil {
					return
				}
				defer back.Close()
				there := make(chan struct{})
				go func() { defer close(there); pass(front, back) }()
				pass(back, front)
				<-there
			})
		}
	})
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

// A gateway that reads the frames, made of two endpoints, breaks nothing.
func TestAGatewayOfEndpointsPasses(t *testing.T) {
	for _, prefix := range []string{"messages/", "control/", "illegal/utf8", "closing/going-away"} {
		passes(t, 500*time.Millisecond, prefix, 1, relay)
	}
}

// relay is a gateway of two endpoints of the reference.
func relay(t *testing.T, server string) string {
	t.Helper()
	s := &ref.Server{Options: &ref.AcceptOptions{OriginPatterns: []string{"*"}}, Handler: func(front *ref.Conn, r *http.Request) {
		back, _, err := ref.Dial(r.Context(), "ws://"+server+r.URL.RequestURI(), nil)
		if err != nil {
			_ = front.Close(wire.StatusBadGateway, "")
			return
		}
		var both sync.WaitGroup
		for _, ends := range [][2]*ref.Conn{{front, back}, {back, front}} {
			both.Go(func() {
				for {
					typ, p, err := ends[0].Read(r.Context())
					if err != nil {
						code := ref.CloseStatus(err)
						if code == wire.StatusAbnormalClosure {
							code = wire.StatusGoingAway
						}
						_ = ends[1].Close(code, "")
						return
					}
					_ = ends[1].Write(r.Context(), typ, p)
				}
			})
		}
		both.Wait()
	}}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return web.Listener.Addr().String()
}

// tunnel is a gateway that changes what it passes on. A nil result ends the connection.
func tunnel(change func(sender wire.Role, octets []byte) []byte, leaveOpen bool) func(*testing.T, string) string {
	return func(t *testing.T, server string) string {
		l := listen(t)
		go func() {
			for {
				front, err := l.Accept()
				if err != nil {
					return
				}
				back, err := net.Dial("tcp", server)
				if err != nil {
					front.Close()
					continue
				}
				t.Cleanup(func() { front.Close(); back.Close() })
				pass := func(sender wire.Role, from, to net.Conn) {
					buf := make([]byte, 64<<10)
					for {
						n, err := from.Read(buf)
						if n > 0 {
							if out := change(sender, buf[:n]); out != nil {
								_, _ = to.Write(out)
							} else {
								err = io.EOF
							}
						}
						if err != nil {
							if !leaveOpen {
								to.Close()
							}
							return
						}
					}
				}
				go pass(wire.RoleClient, front, back)
				go pass(wire.RoleServer, back, front)
			}
		}()
		return l.Addr().String()
	}
}

// Gateways with a mistake each: the case that is about it finds it.
func TestMistakesOfGateways(t *testing.T) {
	same := func(_ wire.Role, octets []byte) []byte { return octets }
	replace := func(sender wire.Role, old, replacement string) func(wire.Role, []byte) []byte {
		return func(from wire.Role, octets []byte) []byte {
			if from != sender {
				return octets
			}
			return bytes.ReplaceAll(octets, []byte(old), []byte(replacement))
		}
	}
	for _, tt := range []struct {
		name, id  string
		from      wire.Role
		change    func(wire.Role, []byte) []byte
		leaveOpen bool
		verdict   verdict.Verdict
		says      string
	}{
		{"a message is changed", "messages/text", wire.RoleServer, replace(wire.RoleServer, "Gr", "gr"), false, verdict.Fail, "Instead of"},
		{"a message is lost", "messages/text", wire.RoleServer, replace(wire.RoleServer, "\x81\x07Grüße", ""), false, verdict.Fail, "Instead of"},
		{"a frame becomes illegal", "messages/text", wire.RoleServer, replace(wire.RoleServer, "\x81\x07", "\xa1\x07"), false, verdict.Fail, "RFC6455-5.2-3"},
		{"a ping is lost", "control/empty-ping", wire.RoleServer, replace(wire.RoleServer, "\x89\x00", ""), false, verdict.Warn, "A ping did not come out"},
		{"Close gets another code", "closing/going-away", wire.RoleServer, replace(wire.RoleServer, "\x88\x02\x03\xe9", "\x88\x02\x03\xe8"), false, verdict.Fail, "came out as Close 1000"},
		{"Close is lost", "closing/going-away", wire.RoleServer, replace(wire.RoleServer, "\x88\x02\x03\xe9", ""), false, verdict.Fail, "did not come out"},
		{"a side is left alone", "closing/fin", wire.RoleServer, same, true, verdict.Warn, "left the other connection open"},
		{"an illegal frame is lost", "illegal/reserved-opcode", wire.RoleServer, replace(wire.RoleServer, "\x83\x08opcode 3", ""), false, verdict.Fail, "makes something else of it"},
		{"an illegal frame becomes legal", "illegal/reserved-opcode", wire.RoleServer, replace(wire.RoleServer, "\x83\x08", "\x82\x08"), false, verdict.Fail, "makes something else of it"},
		{"an extension is agreed on with one side", "handshake/unknown-extension", wire.RoleServer, replace(wire.RoleServer, "Sec-WebSocket-Extensions", "X-Extensions"), false, verdict.Fail, "the client does not know that"},
		{"fragments of an unknown extension are changed", "handshake/unknown-extension", wire.RoleServer, replace(wire.RoleServer, "\x22\x04", "\x02\x04"), false, verdict.Fail, "RFC6455-5.4-15"},
		{"a field of the request is lost", "handshake/request", wire.RoleClient, replace(wire.RoleClient, "X-Wsspec", "X-Other"), false, verdict.Warn, "X-Wsspec"},
		{"the version is changed", "handshake/request", wire.RoleClient, replace(wire.RoleClient, "Version: 13", "Version: 8"), false, verdict.Fail, "RFC6455-4.1-34"},
		{"a refusal gets another status", "handshake/refused-403", wire.RoleServer, replace(wire.RoleServer, "403 Forbidden", "502 Bad Gateway"), false, verdict.Warn, "the client got 502"},
		{"a wrong accept is made right", "handshake/refused-404", wire.RoleServer, replace(wire.RoleServer, "refused by", "altered by"), false, verdict.Warn, "body"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			results, err := played(t, 300*time.Millisecond, tt.id, tunnel(tt.change, tt.leaveOpen))
			r := results[tt.id+" "+tt.from.String()]
			if err != nil || r.Verdict != tt.verdict || !strings.Contains(r.Explanation, tt.says) {
				t.Errorf("%v, %s: %s; want %s with %q", err, r.Verdict, r.Explanation, tt.verdict, tt.says)
			}
		})
	}
}

// Gateways that cannot be tested.
func TestGatewaysThatForwardNothing(t *testing.T) {
	refuses := func(t *testing.T, _ string) string {
		web := httptest.NewServer(http.NotFoundHandler())
		t.Cleanup(web.Close)
		return web.Listener.Addr().String()
	}
	if _, err := played(t, 300*time.Millisecond, "messages/text", refuses); !errors.Is(err, between.ErrNotForwarded) {
		t.Errorf("a gateway that answers by itself: %v", err)
	}
	gone := func(t *testing.T, _ string) string {
		l := listen(t)
		l.Close()
		return l.Addr().String()
	}
	var target *opening.TargetError
	if _, err := played(t, 300*time.Millisecond, "messages/text", gone); !errors.As(err, &target) || target.Problem != opening.Unreachable {
		t.Errorf("a gateway that is absent: %v", err)
	}
}
