package ref

import (
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A deafConn notes whether each frame is written with a deadline, and holds up
// the first Pong until it is let go.
type deafConn struct {
	net.Conn
	mu            sync.Mutex
	deadline      time.Time
	frames        []string
	pong, release chan struct{}
}

func (c *deafConn) SetWriteDeadline(at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = at
	return nil
}

func (c *deafConn) Write(p []byte) (int, error) {
	opcode := wire.Opcode(p[0] & 15)
	c.mu.Lock()
	bounded := "without deadline"
	if !c.deadline.IsZero() {
		bounded = "with deadline"
	}
	c.frames = append(c.frames, opcode.String()+" "+bounded)
	c.mu.Unlock()
	if opcode == wire.OpPong {
		close(c.pong)
		<-c.release
	}
	return len(p), nil
}

// The last frame has a deadline, whatever the frame before it does to that.
func TestLastFrameHasADeadline(t *testing.T) {
	noLeaks(t)
	a, b := memoryConns()
	tcp := &deafConn{Conn: a, pong: make(chan struct{}), release: make(chan struct{})}
	conn, err := newConn(tcp, config{role: wire.RoleServer, closeTimeout: testTimeout, writeTimeout: -1})
	must(t, err)
	defer conn.CloseNow()
	ponging := inBackground(func() error { // as the answer to a Ping is sent by whoever ends a frame
		conn.pongs.put(nil)
		must(t, conn.framing.acquire(testContext(t), conn.done))
		conn.endFrame()
		return nil
	})
	<-tcp.pong
	p := &peer{role: wire.RoleClient}
	_, err = b.Write(p.octets(whole(3, "")))
	must(t, err)
	failing := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
	for conn.State() != wire.StateFailed {
		time.Sleep(time.Millisecond)
	}
	for { // until the reader has set the last deadline
		conn.writeBy.mu.Lock()
		last := conn.writeBy.last
		conn.writeBy.mu.Unlock()
		if !last.IsZero() {
			break
		}
		time.Sleep(time.Millisecond)
	}
	close(tcp.release)
	must(t, awaitErr(t, ponging))
	must(t, b.Close())
	checkClosed(t, awaitErr(t, failing), 1002, false, wire.RuleOpcode)
	if want := []string{"pong with deadline", "close with deadline"}; !slices.Equal(tcp.frames, want) {
		t.Errorf("wrote %q, want %q", tcp.frames, want)
	}
}

func TestWriteDeadline(t *testing.T) {
	noLeaks(t)
	tcp := &deafConn{}
	d := &writeDeadline{tcp: tcp}
	d.arm(0)
	d.arm(-1)
	if !tcp.deadline.IsZero() {
		t.Errorf("no timeout sets %v", tcp.deadline)
	}
	d.arm(time.Hour)
	first := tcp.deadline
	if left := time.Until(first); left < time.Hour || left > 90*time.Minute {
		t.Errorf("%v left of an hour", left)
	}
	d.arm(time.Hour)
	if !tcp.deadline.Equal(first) {
		t.Error("moved although enough is left")
	}
	d.arm(2 * time.Hour)
	if left := time.Until(tcp.deadline); left < 2*time.Hour {
		t.Errorf("%v left of two hours", left)
	}
	last := time.Now().Add(time.Minute)
	d.setLast(last)
	for _, at := range []time.Time{{}, time.Now().Add(time.Hour), last.Add(1)} {
		must(t, d.set(at))
		if !tcp.deadline.Equal(last) {
			t.Errorf("%v moves the last deadline to %v", at, tcp.deadline)
		}
	}
	d.arm(time.Hour)
	must(t, d.set(past))
	if !tcp.deadline.Equal(past) {
		t.Error("the last deadline cannot come sooner")
	}
}

// A peer that reads nothing holds no writer, though its context never ends.
func TestWriteTimeout(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{writeTimeout: 30 * time.Millisecond, closeTimeout: time.Second}, func(t *testing.T, conn *Conn, _ *peer) {
		for name, write := range map[string]func() error{
			"long":  func() error { return conn.Write(t.Context(), Binary, make([]byte, 64<<20)) },
			"short": func() error { return conn.Write(t.Context(), Binary, make([]byte, 100)) },
		} {
			err := awaitErr(t, inBackground(func() error {
				for {
					if err := write(); err != nil {
						return err
					}
				}
			}))
			checkClosed(t, err, 1006, false, nil)
			if !errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(err.Error(), "the peer does not take what is sent") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
