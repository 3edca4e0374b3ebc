package ref

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// Few that are greedy leave room for others, and many share what there is.
func TestBufferBudget(t *testing.T) {
	noLeaks(t)
	b := &BufferBudget{limit: 1000}
	grow := func(from int64) (to int64) {
		for to = from; b.resize(to, to+10); to += 10 {
		}
		return to
	}
	for i, want := range []int64{500, 250, 120, 60, 30, 20} {
		if got := grow(0); got != want {
			t.Errorf("number %d got %d, want %d", i+1, got, want)
		}
	}
	b.resize(500, 0)
	if got := grow(30); got != 270 {
		t.Errorf("with 500 given back one grows to %d", got)
	}
	var none *BufferBudget
	if !none.resize(0, 1<<62) {
		t.Error("no budget has a bound")
	}
}

// Unfinished messages of all connections together have a bound, and short
// messages get through all the same; what ends gives its share back.
func TestServerMaxBuffered(t *testing.T) {
	noLeaks(t)
	const most = 1 << 20
	s := &Server{Handler: echo, MaxBuffered: most, Options: &AcceptOptions{Compression: &Compression{}, CloseTimeout: time.Second}}
	uri, _ := startServer(t, s)
	bomb := deflated(strings.Repeat("x", 2<<20))
	for _, tt := range []struct {
		name string
		send func(c *Conn) error
	}{
		{"plain", func(c *Conn) error {
			return c.sendFrame(testContext(t), wire.Header{Opcode: wire.OpBinary}, make([]byte, most))
		}},
		{"compressed", func(c *Conn) error {
			return c.sendFrame(testContext(t), wire.Header{Opcode: wire.OpText, RSV: wire.RSV1}, []byte(bomb))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			for range 20 {
				c, _, err := Dial(testContext(t), uri, &DialOptions{Compression: &Compression{}})
				must(t, err)
				defer c.CloseNow()
				must(t, tt.send(c))
				_, _, err = c.Read(testContext(t))
				checkClosed(t, err, wire.StatusTryAgainLater, true, nil)
			}
			if used := s.budget.used.Load(); used < 0 || used > most {
				t.Errorf("%d octets in use", used)
			}
			short := dial(t, uri)
			must(t, short.Write(testContext(t), Text, []byte(strings.Repeat("y", freeBuffer))))
			checkRead(t, short, Text, strings.Repeat("y", freeBuffer))
			must(t, short.Close(1000, ""))
		})
	}
	// Half-finished messages that their peers leave unfinished.
	var greedy []*Conn
	for range 50 {
		c, _, err := Dial(testContext(t), uri, nil)
		must(t, err)
		greedy = append(greedy, c)
		must(t, c.sendFrame(testContext(t), wire.Header{Opcode: wire.OpBinary}, make([]byte, 100<<10)))
	}
	short := dial(t, uri)
	must(t, short.Write(testContext(t), Text, []byte("short")))
	checkRead(t, short, Text, "short")
	if used := s.budget.used.Load(); used > most {
		t.Errorf("%d octets in use", used)
	}
	for _, c := range greedy {
		c.CloseNow()
	}
	for end := time.Now().Add(testTimeout); s.NumConns() > 1 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if used := s.budget.used.Load(); used != 0 {
		t.Errorf("%d octets in use when all have ended", used)
	}
	must(t, short.Close(1000, ""))
}

// A connection that ends between two calls of Read, in a message, gives back
// what the message took.
func TestBudgetOfAMessageThatNobodyReads(t *testing.T) {
	noLeaks(t)
	b := &BufferBudget{limit: 1 << 20}
	bothRoles(t, config{budget: b}, func(t *testing.T, conn *Conn, p *peer) {
		p.send(part(wire.OpBinary, strings.Repeat("x", 100<<10)))
		for b.used.Load() < 100<<10 {
			soon, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
			_, _, err := conn.Read(soon)
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
		conn.CloseNow()
		if used := b.used.Load(); used != 0 {
			t.Error(fmt.Sprint(used, " octets in use"))
		}
	})
}
