package conformance_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// An oddServer conforms, and does what no echo server does.
type oddServer struct {
	name string
	// opened is done at the beginning of a connection, got with each message. It returns
	// true if the connection is over.
	opened func(*ref.Conn)
	got    func(c *ref.Conn, kind ref.MessageType, data []byte) (over bool)
	// subprotocols are those it speaks; without one, or without the field, it refuses.
	subprotocols []string
	field        wire.Field
	// query is what the query of the URL has to have.
	query string
	// fails are the cases that fail it.
	fails []string
}

func say(c *ref.Conn, text string) { _ = c.Write(context.Background(), ref.Text, []byte(text)) }

func closesWith(code wire.StatusCode) func(*ref.Conn, ref.MessageType, []byte) bool {
	return func(c *ref.Conn, _ ref.MessageType, _ []byte) bool { _ = c.Close(code, "what is that?"); return true }
}

// byTurns closes as an application does that reads messages in its own time: the frames
// behind them are answered meanwhile.
func byTurns() func(*ref.Conn, ref.MessageType, []byte) bool {
	var turns atomic.Int32
	return func(c *ref.Conn, _ ref.MessageType, _ []byte) bool {
		if turns.Add(1)%2 == 1 {
			_ = c.Close(wire.StatusNormalClosure, "")
			return true
		}
		time.AfterFunc(500*time.Millisecond, func() { _ = c.Close(wire.StatusNormalClosure, "") })
		return false
	}
}

// beats sends a heartbeat each 50 ms.
func beats(c *ref.Conn) {
	go func() {
		for c.Write(context.Background(), ref.Text, []byte(`{"type":"heartbeat"}`)) == nil {
			time.Sleep(50 * time.Millisecond)
		}
	}()
}

var oddServers = []oddServer{
	{name: "closes with 1000 on any message", got: closesWith(wire.StatusNormalClosure)},
	{name: "closes with 1002 on any message", got: closesWith(wire.StatusProtocolError), fails: []string{"1.1.2"}},
	{name: "closes with 4400 on any message", got: closesWith(4400)},
	{name: "closes with 1003 on a binary message", got: func(c *ref.Conn, kind ref.MessageType, _ []byte) bool {
		if kind == ref.Binary {
			_ = c.Close(wire.StatusUnsupportedData, "text only")
		}
		return kind == ref.Binary
	}},
	{name: "closes with 1000, by turns at once and half a second later", got: byTurns()},
	{name: "greets", opened: func(c *ref.Conn) { say(c, "welcome") }},
	{name: "sends a heartbeat each 50 ms", opened: beats},
	{name: "answers each message twice", got: func(c *ref.Conn, _ ref.MessageType, _ []byte) bool { say(c, "one"); say(c, "two"); return false }},
	{name: "answers with JSON errors", got: func(c *ref.Conn, _ ref.MessageType, _ []byte) bool {
		say(c, `{"error":{"code":-32700,"message":"parse error"}}`)
		return false
	}},
	{name: "needs a subprotocol", subprotocols: []string{"chat.v1"}},
	{name: "needs a token", field: wire.Field{Name: "Authorization", Value: "Bearer abc"}},
	{name: "silent"},
	{name: "needs a query", query: "transport=websocket"},
}

func (o *oddServer) serve(t *testing.T) *conformance.Target {
	s := &ref.Server{Handler: func(c *ref.Conn, _ *http.Request) {
		if o.opened != nil {
			o.opened(c)
		}
		for {
			kind, data, err := c.Read(context.Background())
			if err != nil || o.got != nil && o.got(c, kind, data) {
				return
			}
		}
	}, Options: &ref.AcceptOptions{Compression: &ref.Compression{}, Subprotocols: o.subprotocols, RequireSubprotocol: o.subprotocols != nil, CheckOrigin: o.admits}}
	return serveRef(t, s)
}

// admits reports whether a request has what the server wants.
func (o *oddServer) admits(r *http.Request) bool {
	name, value, _ := strings.Cut(o.query, "=")
	return (o.field.Name == "" || r.Header.Get(o.field.Name) == o.field.Value) && r.URL.Query().Get(name) == value
}

// A server that conforms fails no case without echoes, whatever its application does. Only
// 1002 on any message fails one.
func TestOddServers(t *testing.T) {
	some := conformance.Selection{Run: []string{"1.*", "2.*", "3.[12]", "5.*", "7.1.*", "12.1.1", "rfc6455/4.2.1/20", "rfc6455/4.2.1/139"}}
	cases, err := conformance.Choose(some, catalog.Cases(), wire.RoleServer)
	if err != nil {
		t.Fatal(err)
	}
	cases = slices.DeleteFunc(cases, func(c *script.Case) bool { return !c.TestsRole(wire.RoleServer) })
	for _, o := range oddServers {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			target := o.serve(t)
			target.URL.RawQuery = o.query
			target.Subprotocols = o.subprotocols
			if o.field.Name != "" {
				target.Fields = wire.Fields{o.field}
			}
			opts := conformance.Options{NoEcho: true, Deadlines: conformance.NewDeadlines(0, 0, 1)}
			e, err := conformance.Examine(t.Context(), target, opts)
			if err != nil {
				t.Fatal(err)
			}
			opts.ClosesWith = e.ClosedWith()
			results, err := conformance.RunServer(t.Context(), target, cases, opts)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				if fails := r.Verdict == verdict.Fail || r.Verdict == verdict.Error; fails != slices.Contains(o.fails, r.Case.ID) {
					t.Errorf("%s: %s: %s", r.Case.ID, r.Verdict, r.Explanation)
				}
			}
		})
	}
}
