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

func TestPingIsAnswered(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		data := strings.Repeat("\xff", 125)
		p.send(whole(wire.OpPing, ""), part(wire.OpText, "a"), whole(wire.OpPing, data), whole(wire.OpContinuation, "b"))
		checkRead(t, conn, Text, "ab")
		p.expect(whole(wire.OpPong, ""), whole(wire.OpPong, data))
	})
}

// Who reads does not wait for who writes: while a frame is going out, the latest
// Ping is remembered and answered behind it.
func TestPingDuringAFrame(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		must(t, conn.framing.acquire(testContext(t), nil)) // as a writer inside a frame
		p.send(whole(wire.OpPing, "1"), whole(wire.OpPing, "2"), whole(wire.OpText, "read all the same"))
		checkRead(t, conn, Text, "read all the same")
		conn.endFrame()
		p.expect(whole(wire.OpPong, "2"))
		must(t, conn.Write(testContext(t), Text, []byte("next")))
		p.expect(whole(wire.OpText, "next"))
	})
}

// A flood of Pings leaves one Pong behind, the latest.
func TestPingFlood(t *testing.T) {
	noLeaks(t)
	const flood = 20_000
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		must(t, conn.framing.acquire(testContext(t), nil)) // as a writer inside a frame
		var pings []frame
		for i := range flood {
			pings = append(pings, whole(wire.OpPing, strings.Repeat("x", 120)+fmt.Sprint(i)))
		}
		sent := inBackground(func() error {
			_, err := p.Write(p.octets(append(pings, whole(wire.OpText, "behind it"))...))
			return err
		})
		checkRead(t, conn, Text, "behind it")
		must(t, awaitErr(t, sent))
		conn.endFrame()
		must(t, conn.Write(testContext(t), Text, []byte("next")))
		p.expect(whole(wire.OpPong, strings.Repeat("x", 120)+fmt.Sprint(flood-1)), whole(wire.OpText, "next"))
	})
}

// A peer that pings and takes no Pongs is given up, and does not hold up the reader
// for ever.
func TestPingFloodOfADeafPeer(t *testing.T) {
	noLeaks(t)
	for _, role := range []wire.Role{wire.RoleServer, wire.RoleClient} {
		t.Run(role.String(), func(t *testing.T) {
			noLeaks(t)
			a, b := memoryConns()
			defer b.Close()
			conn, err := newConn(a, config{role: role, closeTimeout: 20 * time.Millisecond})
			must(t, err)
			reading := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
			ping := (&peer{role: role.Peer()}).octets(whole(wire.OpPing, strings.Repeat("x", 125)))
			flooding := inBackground(func() error {
				for {
					if _, err := b.Write(ping); err != nil {
						return err
					}
				}
			})
			checkClosed(t, awaitErr(t, reading), 1006, false, nil)
			if err := awaitErr(t, flooding); err != errPeerClosed {
				t.Errorf("the flood ended with %v", err)
			}
		})
	}
}

func TestPing(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		reading := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
		ping := func() <-chan error {
			return inBackground(func() error { _, err := conn.Ping(testContext(t)); return err })
		}
		first := ping()
		p.expect(whole(wire.OpPing, "1"))
		second := ping()
		p.expect(whole(wire.OpPing, "2"))
		p.send(whole(wire.OpPong, "unasked"), whole(wire.OpPong, "77"), whole(wire.OpPong, "2"))
		must(t, awaitErr(t, first)) // answered by the later one
		must(t, awaitErr(t, second))

		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		third := inBackground(func() error { _, err := conn.Ping(ctx); return err })
		p.expect(whole(wire.OpPing, "3"))
		p.send(whole(wire.OpPong, "99"), whole(wire.OpPing, "marker"))
		p.expect(whole(wire.OpPong, "marker")) // so the Pong before it was seen
		cancel()
		if err := awaitErr(t, third); !errors.Is(err, context.Canceled) {
			t.Errorf("without its Pong: %v", err)
		}
		fourth := ping()
		p.expect(whole(wire.OpPing, "4"))
		p.send(whole(wire.OpText, "message"))
		must(t, awaitErr(t, reading)) // and none the worse for all this
		conn.CloseNow()
		checkClosed(t, awaitErr(t, fourth), 1006, false, nil)
	})
}

// An answer to a later Ping answers none that is still to be sent.
func TestPingsAreNumberedAsTheyAreSent(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		reading := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
		must(t, conn.framing.acquire(testContext(t), conn.done)) // a frame is just going out
		late := inBackground(func() error { _, err := conn.Ping(testContext(t)); return err })
		early := inBackground(func() error { _, err := conn.Ping(testContext(t)); return err })
		if conn.pings.waitingFor() != 0 {
			t.Error("a Ping has its number before it is sent")
		}
		conn.endFrame()
		for _, id := range []string{"1", "2"} { // in whatever order they got through
			p.expect(whole(wire.OpPing, id))
		}
		p.send(whole(wire.OpPong, "1"), whole(wire.OpPong, "2"), whole(wire.OpText, ""))
		must(t, awaitErr(t, late))
		must(t, awaitErr(t, early))
		must(t, awaitErr(t, reading))
	})
}

func (t *pingTable) waitingFor() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting)
}

func TestPingTime(t *testing.T) {
	noLeaks(t)
	conn, p := endpoint(t, wire.RoleClient, config{})
	go func() { _, _, _ = conn.Read(testContext(t)) }()
	took := make(chan time.Duration, 1)
	go func() {
		d, err := conn.Ping(testContext(t))
		if err != nil {
			t.Error(err)
		}
		took <- d
	}()
	before := time.Now()
	p.expect(whole(wire.OpPing, "1"))
	p.send(whole(wire.OpPong, "1"))
	if d := <-took; d <= 0 || d > time.Since(before)+testTimeout {
		t.Errorf("round trip of %v", d)
	}
}
