package faulty_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/rfc"
	"github.com/wsspec/wsspec/ref/wire"
)

// Names are unique, and each fault has a description and known requirements.
func TestEveryFaultIsDescribed(t *testing.T) {
	faults, oddities := faulty.Faults(), faulty.Oddities()
	if len(faults) < 120 {
		t.Errorf("%d faults, want at least 120", len(faults))
	}
	seen := map[string]bool{}
	for _, f := range append(faults, oddities...) {
		if seen[f.Name] || f.Name == "none" || f.Name == "" {
			t.Errorf("the name %q is used twice, or is not allowed", f.Name)
		}
		seen[f.Name] = true
		if f.Legal != strings.HasPrefix(f.Name, "odd-") {
			t.Errorf("%s: the name of an oddity, and only of an oddity, begins with odd-", f.Name)
		}
		if !strings.HasSuffix(f.Sentence, ".") || f.Area == "" {
			t.Errorf("%s: %q is not a sentence, or the area %q is empty", f.Name, f.Sentence, f.Area)
		}
		if len(f.Requires) == 0 {
			t.Errorf("%s names no requirement", f.Name)
		}
		for _, id := range f.Requires {
			if rfc.ByID(id) == nil {
				t.Errorf("%s: unknown requirement %s", f.Name, id)
			}
		}
		got, err := faulty.ByName(f.Name)
		if err != nil || got.Name != f.Name {
			t.Errorf("ByName(%q) = %q, %v", f.Name, got.Name, err)
		}
	}
}

func TestByName(t *testing.T) {
	if f, err := faulty.ByName("none"); err != nil || f.Name != "" {
		t.Errorf("none is %q, %v, want the zero Fault", f.Name, err)
	}
	if _, err := faulty.ByName("pong-thrice"); err == nil || !strings.Contains(err.Error(), "pong-thrice") {
		t.Errorf("unknown name: %v", err)
	}
}

func TestRolesAndURLsAreChecked(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	clientOnly, serverOnly := byName(t, "mask-zero"), byName(t, "accept-wrong")
	for what, err := range map[string]error{
		"client fault in a server": faulty.Serve(t.Context(), l, clientOnly),
		"server fault in a client": faulty.Connect(t.Context(), "ws://"+l.Addr().String(), serverOnly),
		"wss: URL":                 faulty.Connect(t.Context(), "wss://localhost", faulty.Fault{}),
		"URL without host":         faulty.Connect(t.Context(), "ws:///x", faulty.Fault{}),
		"malformed URL":            faulty.Connect(t.Context(), "ws://%", faulty.Fault{}),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	_ = l.Close()
	if err := faulty.Connect(t.Context(), "ws://"+l.Addr().String(), faulty.Fault{}); err == nil {
		t.Error("connecting to a closed port: no error")
	}
}

func byName(t testing.TB, name string) faulty.Fault {
	t.Helper()
	f, err := faulty.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// tcpPair returns the two ends of a TCP connection.
func tcpPair(t testing.TB) (ours, theirs net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ours, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if theirs, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ours.Close() })
	return ours, theirs
}

// deaf lists the faults that keep a peer from noticing that the other end has left.
var deaf = map[string]bool{"never-reads": true}

// A peer returns when the other end has left, whatever its fault.
func TestPeersEndWithTheirConnection(t *testing.T) {
	key := wire.NewKey([16]byte{1, 2, 3})
	request := wire.NewRequest("/", "localhost", key, wire.Fields{{Name: "Sec-WebSocket-Extensions", Value: "permessage-deflate"}})
	response := func(req wire.Request) []byte { return wire.NewResponse(req, "", nil, nil).Append(nil) }
	hello := func(masked bool) []byte {
		b := wire.AppendHeader(nil, wire.Header{Fin: true, Opcode: wire.OpText, Length: 5, Masked: masked})
		return append(b, "hello"...)
	}
	for _, p := range faultsByRole() {
		if deaf[p.fault.Name] {
			continue
		}
		t.Run(p.fault.Name+"/"+p.role.String(), func(t *testing.T) {
			ours, theirs := tcpPair(t)
			ended := make(chan struct{})
			if p.role == wire.RoleServer {
				go func() {
					defer close(ended)
					faulty.ServeConn(context.Background(), theirs, p.fault)
				}()
				say(t, ours, append(request.Append(nil), hello(true)...))
			} else {
				go func() {
					defer close(ended)
					if err := faulty.ConnectConn(context.Background(), theirs, &url.URL{Scheme: "ws", Host: "localhost", Path: "/"}, p.fault); err != nil {
						t.Error(err)
					}
				}()
				if req, ok := readRequest(t, ours); ok {
					say(t, ours, append(response(req), hello(false)...))
				}
			}
			_ = ours.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
			_, _ = io.CopyN(io.Discard, ours, 64) // some peers send something
			_ = ours.Close()
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				t.Error("the peer still runs although the other end has left")
			}
		})
	}
}

func say(t testing.TB, conn net.Conn, b []byte) {
	t.Helper()
	if _, err := conn.Write(b); err != nil {
		t.Fatal(err)
	}
}

func readRequest(t testing.TB, conn net.Conn) (wire.Request, bool) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	buf := make([]byte, 4<<10)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	req, _, err := wire.ParseRequest(buf[:n])
	return req, err == nil
}

func TestPeersEndWithTheContext(t *testing.T) {
	for _, name := range []string{"never-reads", "mute", "endless-pings"} {
		ctx, cancel := context.WithCancel(t.Context())
		ours, theirs := tcpPair(t)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			faulty.ServeConn(ctx, theirs, byName(t, name))
		}()
		say(t, ours, wire.NewRequest("/", "localhost", wire.NewKey([16]byte{}), nil).Append(nil))
		if _, err := ours.Read(make([]byte, 4<<10)); err != nil {
			t.Fatal(err)
		}
		cancel()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Errorf("%s still runs after the end of its context", name)
		}
	}
}
