package ref

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

func pipe(t testing.TB, dial *DialOptions, accept *AcceptOptions) (client, server *Conn) {
	t.Helper()
	client, server, err := Pipe(dial, accept)
	must(t, err)
	t.Cleanup(client.CloseNow)
	t.Cleanup(server.CloseNow)
	return client, server
}

func TestPipe(t *testing.T) {
	noLeaks(t)
	client, server := pipe(t,
		&DialOptions{Subprotocols: []string{"a", "b"}, Compression: &Compression{}, Host: "example.com", Header: http.Header{"X": {"y"}}},
		&AcceptOptions{Subprotocols: []string{"b"}, Compression: &Compression{}})
	for _, conn := range []*Conn{client, server} {
		if conn.Subprotocol() != "b" || !conn.Compressed() {
			t.Errorf("the %v has subprotocol %q, compression %v", conn.role, conn.Subprotocol(), conn.Compressed())
		}
	}
	if r := server.Request(); r.Host != "example.com" || r.Header.Get("X") != "y" || r.Context().Err() != nil {
		t.Errorf("request to %s, %v, %v", r.Host, r.Header, r.Context().Err())
	}
	if client.Response().StatusCode != http.StatusSwitchingProtocols {
		t.Errorf("response %v", client.Response())
	}
	// What fits into the buffers waits for nobody.
	must(t, client.Write(testContext(t), Text, []byte("ping")))
	checkRead(t, server, Text, "ping")
	must(t, server.Write(testContext(t), Text, []byte("pong")))
	checkRead(t, client, Text, "pong")

	large := bytes.Repeat([]byte("x"), 1<<20)
	echoing := inBackground(func() error { return Echo(testContext(t), server) })
	wrote := inBackground(func() error { return client.Write(testContext(t), Binary, large) })
	checkRead(t, client, Binary, string(large))
	must(t, awaitErr(t, wrote))
	must(t, client.Close(1000, "done"))
	must(t, awaitErr(t, echoing))
	if client.State() != wire.StateClosed || server.State() != wire.StateClosed {
		t.Errorf("states %v and %v", client.State(), server.State())
	}
}

// Either end may close first, both may at once, and one may be dropped.
func TestPipeEnds(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name  string
		close func(a, b *Conn) error
		code  wire.StatusCode // what the other end sees
		rule  *wire.Rule
	}{
		{"a closing handshake", func(a, _ *Conn) error { return a.Close(4000, "") }, 4000, nil},
		{"both at once", func(a, b *Conn) error {
			other := inBackground(func() error { return b.Close(4000, "") })
			return errors.Join(a.Close(4000, ""), <-other)
		}, 4000, nil},
		{"none", func(a, _ *Conn) error { a.CloseNow(); return nil }, 1006, wire.RuleConnectionLost},
	} {
		for _, first := range []wire.Role{wire.RoleClient, wire.RoleServer} {
			t.Run(tt.name+", "+first.String()+" first", func(t *testing.T) {
				noLeaks(t)
				a, b := pipe(t, nil, nil)
				if first == wire.RoleServer {
					a, b = b, a
				}
				reading := inBackground(func() error { _, _, err := b.Read(testContext(t)); return err })
				must(t, awaitErr(t, inBackground(func() error { return tt.close(a, b) })))
				err := awaitErr(t, reading)
				checkClosed(t, err, tt.code, tt.name != "both at once" || isRemote(err), tt.rule)
			})
		}
	}
}

// isRemote reports which of two Close frames that cross was the first here.
func isRemote(err error) bool {
	var closed *CloseError
	return errors.As(err, &closed) && closed.Remote
}

// Nobody reads, so the peer's Close does not come: the wait has its bound.
func TestPipeCloseAlone(t *testing.T) {
	noLeaks(t)
	client, _ := pipe(t, &DialOptions{CloseTimeout: 20 * time.Millisecond}, nil)
	err := awaitErr(t, inBackground(func() error { return client.Close(1000, "") }))
	if err == nil || !strings.Contains(err.Error(), "no Close frame from the peer within 20ms") {
		t.Errorf("error %v", err)
	}
}

func TestPipeRefuses(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		dial   *DialOptions
		accept *AcceptOptions
		status int
		want   string
	}{
		{"by the server", &DialOptions{Header: http.Header{"Origin": {"https://evil.example"}}}, nil, 403, "origin is not permitted"},
		{"by the server's options", nil, &AcceptOptions{OriginPatterns: []string{"["}}, 500, "origin pattern"},
		{"by the client", &DialOptions{Subprotocols: []string{"a"}, RequireSubprotocol: true}, nil, 101, "the server agreed to none of the subprotocols a"},
		{"by the client's options", &DialOptions{Subprotocols: []string{"a b"}}, nil, 0, "is no token"},
		{"by the end of what the server runs", nil, &AcceptOptions{CheckOrigin: func(*http.Request) bool { panic("what now") }}, 0, "connection ended after 0 octets"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			client, server, err := Pipe(tt.dial, tt.accept)
			var refused *HandshakeError
			if client != nil || server != nil || !errors.As(err, &refused) || refused.Status != tt.status || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want status %d and %q", err, tt.status, tt.want)
			}
		})
	}
}

// A read deadline does not end the connection, here as on TCP.
func TestPipeReadContext(t *testing.T) {
	noLeaks(t)
	client, server := pipe(t, nil, nil)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, _, err := client.Read(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	must(t, server.Write(testContext(t), Text, []byte("late")))
	checkRead(t, client, Text, "late")
}
