package ref

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

func TestSendPingAndPong(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		must(t, conn.SendPing(testContext(t), []byte("?")))
		must(t, conn.SendPong(testContext(t), nil))
		p.expect(whole(wire.OpPing, "?"), whole(wire.OpPong, ""))
		var v *wire.Violation
		for _, send := range []func(context.Context, []byte) error{conn.SendPing, conn.SendPong} {
			if err := send(testContext(t), make([]byte, 126)); !errors.As(err, &v) || v.Rule != wire.RuleControlLength {
				t.Errorf("126 octets: %v", err)
			}
		}
	})
}

func TestOnPingAndOnPong(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		var heard []string
		conn.OnPing(func(data []byte) { heard = append(heard, "ping "+string(data)) })
		conn.OnPong(func(data []byte) { heard = append(heard, "pong "+string(data)) })
		p.send(whole(wire.OpPing, "a"), whole(wire.OpPong, "b"), whole(wire.OpText, ""))
		checkRead(t, conn, Text, "")
		p.expect(whole(wire.OpPong, "a")) // answered all the same
		conn.OnPing(nil)
		p.send(whole(wire.OpPing, "c"), whole(wire.OpText, ""))
		checkRead(t, conn, Text, "")
		if diff := cmp.Diff([]string{"ping a", "pong b"}, heard); diff != "" {
			t.Errorf("heard (-want +got)\n%s", diff)
		}
	})
}

// A callback may close the connection: it does not wait for the goroutine that
// runs it.
func TestCloseFromCallback(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name    string
		trigger frame
		set     func(c *Conn, f func([]byte))
	}{
		{"OnPing", whole(wire.OpPing, "x"), (*Conn).OnPing},
		{"OnPong", whole(wire.OpPong, "x"), (*Conn).OnPong},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bothRoles(t, config{closeTimeout: testTimeout}, func(t *testing.T, conn *Conn, p *peer) {
				closed := make(chan error, 1)
				calls := 0
				tt.set(conn, func(data []byte) {
					calls++
					err := conn.Close(1000, "bye")
					if string(data) != "x" {
						err = fmt.Errorf("data %q behind Close", data)
					}
					closed <- err
				})
				var got []string
				looping := inBackground(func() error {
					for message, err := range conn.Messages(testContext(t)) {
						if err != nil {
							return err
						}
						got = append(got, string(message.Data))
					}
					return nil
				})
				p.send(part(wire.OpText, "be"), tt.trigger)
				if tt.trigger.Opcode == wire.OpPing {
					p.expect(whole(wire.OpPong, "x"))
				}
				p.expect(closing(1000, "bye"))
				// More callbacks would close again, and again, one inside the other.
				p.send(whole(wire.OpPong, "y"), whole(wire.OpPing, "z"), whole(wire.OpContinuation, "gun"), whole(wire.OpText, "late"), closing(1000, ""))
				if p.role == wire.RoleClient {
					p.expectEnd()
				}
				must(t, p.Close())
				must(t, awaitErr(t, closed))
				must(t, awaitErr(t, looping))
				if diff := cmp.Diff([]string{"begun", "late"}, got); diff != "" {
					t.Errorf("the loop gave (-want +got)\n%s", diff)
				}
				if calls != 1 {
					t.Errorf("called back %d times", calls)
				}
			})
		})
	}
}

// The same inside a compressed message, whose inflater waits for the callback.
func TestCloseFromCallbackInsideACompressedMessage(t *testing.T) {
	noLeaks(t)
	c := config{closeTimeout: testTimeout, agreed: &wire.DeflateParams{}, compression: &Compression{}}
	bothRoles(t, c, func(t *testing.T, conn *Conn, p *peer) {
		closed := make(chan error, 1)
		conn.OnPing(func([]byte) { closed <- conn.Close(1000, "") })
		var got []string
		looping := inBackground(func() error {
			for message, err := range conn.Messages(testContext(t)) {
				if err != nil {
					return err
				}
				got = append(got, string(message.Data))
			}
			return nil
		})
		octets := deflated("compressed, compressed")
		p.send(part(wire.OpText, octets[:4]).rsv(wire.RSV1), whole(wire.OpPing, ""))
		p.expect(whole(wire.OpPong, ""), closing(1000, ""))
		p.send(whole(wire.OpContinuation, octets[4:]), whole(wire.OpText, deflated("more")).rsv(wire.RSV1), closing(1000, ""))
		if p.role == wire.RoleClient {
			p.expectEnd()
		}
		must(t, p.Close())
		must(t, awaitErr(t, closed))
		must(t, awaitErr(t, looping))
		if diff := cmp.Diff([]string{"compressed, compressed", "more"}, got); diff != "" {
			t.Errorf("the loop gave (-want +got)\n%s", diff)
		}
	})
}

// Callbacks may send: the frame of the Pong is out of the way by then.
func TestSendFromCallback(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		conn.OnPing(func(data []byte) {
			must(t, conn.SendPing(testContext(t), []byte("from OnPing")))
			must(t, conn.Write(testContext(t), Text, data))
		})
		conn.OnPong(func([]byte) { must(t, conn.SendPong(testContext(t), []byte("from OnPong"))) })
		p.send(whole(wire.OpPing, "a"), whole(wire.OpPong, "b"), whole(wire.OpText, ""))
		checkRead(t, conn, Text, "")
		p.expect(whole(wire.OpPong, "a"), whole(wire.OpPing, "from OnPing"), whole(wire.OpText, "a"), whole(wire.OpPong, "from OnPong"))
	})
}

// A callback that panics leaves the connection as it was, whatever call was reading.
func TestCallbackPanics(t *testing.T) {
	noLeaks(t)
	for name, read := range map[string]func(context.Context, *Conn) error{
		"Read": func(ctx context.Context, c *Conn) error { _, _, err := c.Read(ctx); return err },
		"ReadFunc": func(ctx context.Context, c *Conn) error {
			return c.ReadFunc(ctx, func(MessageType, []byte) error { return nil })
		},
		"NextReader": func(ctx context.Context, c *Conn) error { _, _, err := c.NextReader(ctx); return err },
	} {
		t.Run(name, func(t *testing.T) {
			bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
				conn.OnPing(func([]byte) { panic("no") })
				p.send(whole(wire.OpPing, "a"), whole(wire.OpText, "still here"))
				func() {
					defer func() {
						if recover() == nil {
							t.Error("the panic is gone")
						}
					}()
					_ = read(testContext(t), conn)
				}()
				checkRead(t, conn, Text, "still here")
				if !conn.reading.try() {
					t.Error("reading is still held or lent")
				}
			})
		})
	}
}

func TestKeepAlive(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		reading := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
		kept := inBackground(func() error { return conn.KeepAlive(testContext(t), time.Millisecond, testTimeout) })
		for _, id := range []string{"1", "2", "3"} {
			p.expect(whole(wire.OpPing, id))
			p.send(whole(wire.OpPong, id))
		}
		conn.CloseNow()
		checkClosed(t, awaitErr(t, kept), 1006, false, nil)
		checkClosed(t, awaitErr(t, reading), 1006, false, nil)
	})
}

// A peer that answers no Ping is gone.
func TestKeepAliveWithoutPong(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		reading := inBackground(func() error { _, _, err := conn.Read(testContext(t)); return err })
		err := awaitErr(t, inBackground(func() error { return conn.KeepAlive(testContext(t), time.Hour, 20*time.Millisecond) }))
		checkClosed(t, err, 1006, false, nil) // giving up is this side's doing
		if !strings.Contains(err.Error(), "no Pong from the peer within 20ms") {
			t.Errorf("error %v", err)
		}
		checkClosed(t, awaitErr(t, reading), 1006, false, nil)
		p.expect(whole(wire.OpPing, "1"))
		p.expectEnd()
	})
}

// Who ends keeping alive does not end the connection.
func TestKeepAliveEnds(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		if err := conn.KeepAlive(testContext(t), 0, time.Second); err == nil || !strings.Contains(err.Error(), "interval 0s") {
			t.Errorf("without an interval: %v", err)
		}
		ctx, cancel := context.WithCancel(testContext(t))
		kept := inBackground(func() error { return conn.KeepAlive(ctx, time.Hour, time.Hour) })
		p.expect(whole(wire.OpPing, "1"))
		cancel()
		if err := awaitErr(t, kept); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		must(t, conn.Write(testContext(t), Text, []byte("still here")))
		p.expect(whole(wire.OpText, "still here"))
	})
}
