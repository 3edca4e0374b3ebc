package network

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref"
)

// applicationServer is a server that does something else with its messages than to send them
// back, and is judged so.
func applicationServer(t *testing.T, a *Application, serve func(*ref.Conn, *http.Request)) *Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := ref.Accept(w, r, &ref.AcceptOptions{Compression: &ref.Compression{}})
		if err != nil {
			return
		}
		defer c.CloseNow()
		serve(c, r)
	}))
	t.Cleanup(s.Close)
	u := &url.URL{Scheme: "ws", Host: s.Listener.Addr().String(), Path: "/"}
	return &Server{Target: &opening.Target{URL: u}, Deadlines: stream.NewDeadlines(0, 0, 1), Application: a}
}

// drains reads until the connection ends.
func drains(c *ref.Conn, r *http.Request) {
	for {
		if _, _, err := c.Read(r.Context()); err != nil {
			return
		}
	}
}

// A correct peer that sends no message back is not blamed, whatever purpose it has.
func TestNothingIsFoundInApplications(t *testing.T) {
	server := func(serve func(*ref.Conn, *http.Request)) func(*testing.T) Peer {
		return func(t *testing.T) Peer { return applicationServer(t, &Application{}, serve) }
	}
	for name, peer := range map[string]func(*testing.T) Peer{
		"a server that says nothing": server(drains),
		"a server that says something by itself": server(func(c *ref.Conn, r *http.Request) {
			if c.Write(r.Context(), ref.Text, []byte(`{"event":"hello"}`)) == nil {
				drains(c, r)
			}
		}),
		"a server that ends the connection on what it does not understand": server(func(c *ref.Conn, r *http.Request) {
			if _, _, err := c.Read(r.Context()); err == nil {
				_ = c.Close(ref.StatusPolicyViolation, "what?")
			}
		}),
		"a client that says nothing": func(t *testing.T) Peer {
			c := faultyClient(t, faulty.Fault{}.WithoutEcho())
			c.Application = &Application{}
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // it mostly waits
			if _, err := Run(t.Context(), peer(t), Options{Seed: 1, MostScripts: 256, Found: func(f *Finding) {
				t.Errorf("%s %s: %s (%d of %d)\n%s", f.Class, f.Requirement, f.Why, f.Reproduced, f.Plays, f.Script)
			}}); err != nil {
				t.Error(err)
			}
		})
	}
}

// A fault that shows without an echo is found.
func TestFaultsOfApplications(t *testing.T) {
	for _, test := range []struct{ fault, requirement string }{
		{"pong-never", "RFC6455-5.5.2-2"},
		{"text-unchecked", "RFC6455-8.1-1"},
		{"accepts-rsv1", "RFC6455-7.1.7-7"},
		{"close-unanswered", "RFC6455-5.5.1-7"},
	} {
		f, err := faulty.ByName(test.fault)
		if err != nil {
			t.Fatal(err)
		}
		server, client := faultyServer(t, f.WithoutEcho()), faultyClient(t, f.WithoutEcho())
		server.Application, client.Application = &Application{}, &Application{}
		for _, peer := range []Peer{server, client} {
			t.Run(test.fault+" in a "+peer.Role().String(), func(t *testing.T) {
				t.Parallel() // it mostly waits
				got := firstFinding(t, peer)
				if got.Requirement != test.requirement || !got.NoEcho {
					t.Errorf("found %s %s, want %s: %s\n%s", got.Class, got.Requirement, test.requirement, got.Why, got.Script)
				}
			})
		}
	}
}

// A dialogue is said first, and its heartbeats are answered.
func TestDialogues(t *testing.T) {
	said := func(text string) *script.Frame { f := script.Text(script.Octets(text)); return &f }
	form := func(text string) *script.Form {
		f, err := script.NewForm(text)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	d := &script.Dialogue{
		Name:       "greets",
		Greeting:   []script.Turn{{Await: form("^who$")}, {Send: said("me")}, {Await: form("^welcome$")}},
		Refusals:   []*script.Form{form("^no$")},
		Heartbeats: []script.Heartbeat{{Form: form("^there\\?$"), Answer: *said("here")}},
	}
	greets := func(answer string) func(*ref.Conn, *http.Request) {
		return func(c *ref.Conn, r *http.Request) {
			ctx := r.Context()
			if c.Write(ctx, ref.Text, []byte("who")) != nil {
				return
			}
			if _, p, err := c.Read(ctx); err != nil || string(p) != "me" || c.Write(ctx, ref.Text, []byte(answer)) != nil || c.Write(ctx, ref.Text, []byte("there?")) != nil {
				return
			}
			if _, p, err := c.Read(ctx); err != nil || string(p) != "here" {
				_ = c.Close(ref.StatusProtocolError, "no heartbeat")
				return
			}
			drains(c, r)
		}
	}
	plain := &Script{Parts: []Part{{Do: Await}, {Frame: &Frame{Opcode: 2}}}}
	p := newPlayer(applicationServer(t, &Application{Dialogue: d}, greets("welcome")))
	p.patience = patience{answer: time.Second}
	if out := p.play(t.Context(), plain); out.wrong != nil || out.stopped != "" || !strings.HasSuffix(out.course, "1000 end") {
		t.Errorf("%v, stopped %q, course %s", out.wrong, out.stopped, out.course)
	}
	_, err := Run(t.Context(), applicationServer(t, &Application{Dialogue: d}, greets("no")), Options{Seed: 1, MostScripts: 1})
	if err == nil || !strings.Contains(err.Error(), "the dialogue greets stopped: the peer said no") {
		t.Errorf("the error is %v", err)
	}
}
