package conformance_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
)

// application starts a server with a purpose of its own: it greets, answers what it
// understands after a message of its own, and does with the rest what other does.
func application(t *testing.T, other func(*ref.Conn) (over bool)) *conformance.Target {
	t.Helper()
	s := &ref.Server{Handler: func(c *ref.Conn, _ *http.Request) {
		say := func(text string) { _ = c.Write(context.Background(), ref.Text, []byte(text)) }
		say("welcome")
		for {
			_, data, err := c.Read(context.Background())
			switch {
			case err != nil:
				return
			case string(data) == "what time is it?":
				say("news")
				say("the time is 12:00")
			case other(c):
				return
			}
		}
	}, Options: &ref.AcceptOptions{Compression: &ref.Compression{}}}
	return serveRef(t, s)
}

// An application that answers a question passes what is about the shape of messages,
// whatever it does with messages that it does not understand. One that answers something
// else fails there, and nowhere else.
func TestAsk(t *testing.T) {
	cases, err := conformance.Choose(conformance.Selection{Run: []string{"1.*", "2.*", "3.*", "5.*", "6.2.*", "7.*", "10.*", "12.1.1", "12.1.12", "13.2.3"}}, catalog.Cases(), wire.RoleServer)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(answer string) *conformance.Question {
		q, err := conformance.NewQuestion("what time is it?", answer)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	passesOver := func(*ref.Conn) bool { return false }
	refuses := func(c *ref.Conn) bool { _ = c.Close(4400, "I do not understand"); return true }
	for _, tt := range []struct {
		name   string
		other  func(*ref.Conn) bool
		answer string
		judged bool // that all cases are judged
		fails  bool // those that ask
	}{
		{"passes over what it does not understand", passesOver, `^the time is \d`, true, false},
		{"closes on what it does not understand", refuses, `^the time is \d`, false, false},
		{"answers something else", passesOver, `^it is late`, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			results, err := conformance.RunServer(t.Context(), application(t, tt.other), cases, conformance.Options{Ask: ask(tt.answer), Deadlines: conformance.NewDeadlines(time.Second, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			asked := 0
			for _, r := range results {
				asks := r.Judged.Script.Application.Question != nil
				if asks {
					asked++
				}
				want := verdict.Pass
				if asks && tt.fails {
					want = verdict.Fail
				}
				if skip := r.Verdict == verdict.Skip && !asks && !tt.judged; r.Verdict != want && !skip {
					t.Errorf("%s (asks: %t): %s: %s", r.Case.ID, asks, r.Verdict, r.Explanation)
				}
			}
			if asked < 20 {
				t.Errorf("%d cases ask", asked)
			}
		})
	}
}

// A server that keeps a message in one frame and ends the connection on the same message in
// two is at fault, whatever it says of the messages. One that ends on both is not judged.
func TestAnEndBecauseOfTheShape(t *testing.T) {
	c := catalog.ByID("5.3")
	for name, want := range map[string]verdict.Verdict{"fragments": verdict.Fail, "all": verdict.Skip} {
		target := serve(t, shaken(func(conn net.Conn, r *bufio.Reader) {
			(&echoPeer{r: r, w: conn, refuses: func(fin bool) bool { return !fin || name == "all" }}).run(conn.(*net.TCPConn))
		}))
		results, err := conformance.RunServer(t.Context(), target, []*script.Case{c}, conformance.Options{NoEcho: true})
		if err != nil {
			t.Fatal(err)
		}
		if results[0].Verdict != want {
			t.Errorf("a server that ends on %s: %s: %s", name, results[0].Verdict, results[0].Explanation)
		}
	}
}
