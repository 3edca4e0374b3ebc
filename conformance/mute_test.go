package conformance_test

import (
	"bufio"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// A case whose opening request is that of all others does not fail because the server
// answers nobody at the moment: it was not run.
func TestAServerThatIsMuteForAWhile(t *testing.T) {
	cases := []*script.Case{catalog.ByID("1.1.1"), catalog.ByID("1.1.2"), catalog.ByID("2.1")}
	var connections atomic.Int32
	echo := shaken(func(conn net.Conn, r *bufio.Reader) { (&echoPeer{r: r, w: conn}).run(conn.(*net.TCPConn)) })
	target := serve(t, func(conn net.Conn) {
		// The second connection is the first play of 1.1.2. The fourth asks whether the server
		// answers again, and does not play it.
		if n := connections.Add(1); n == 2 || n > 4 {
			drain(conn)
			return
		}
		echo(conn)
	})
	results, err := conformance.RunServer(t.Context(), target, cases, conformance.Options{Parallel: 1, Deadlines: conformance.NewDeadlines(time.Second, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []verdict.Verdict{verdict.Pass, verdict.NotRun, verdict.Pass} {
		if r := results[i]; r.Verdict != want {
			t.Errorf("%s: %s: %s", r.Case.ID, r.Verdict, r.Explanation)
		}
	}
	if why := results[1].Explanation; !strings.Contains(why, "in two plays the server answered no opening request in time") {
		t.Error(why)
	}
}
