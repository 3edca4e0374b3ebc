package ref

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/ref/wire"
)

func TestSendPingAndPong(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		must(t, conn.SendPing(patient(t), []byte("?")))
		must(t, conn.SendPong(patient(t), nil))
		p.expect(whole(wire.OpPing, "?"), whole(wire.OpPong, ""))
		var v *wire.Violation
		for _, send := range []func(context.Context, []byte) error{conn.SendPing, conn.SendPong} {
			if err := send(patient(t), make([]byte, 126)); !errors.As(err, &v) || v.Rule != wire.RuleControlLength {
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

func TestKeepAlive(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		reading := inBackground(func() error { _, _, err := conn.Read(patient(t)); return err })
		kept := inBackground(func() error { return conn.KeepAlive(patient(t), time.Millisecond, patience) })
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
		reading := inBackground(func() error { _, _, err := conn.Read(patient(t)); return err })
		err := awaitErr(t, inBackground(func() error { return conn.KeepAlive(patient(t), time.Hour, 20*time.Millisecond) }))
		checkClosed(t, err, 1006, true, nil)
		if !strings.Contains(err.Error(), "no Pong from the peer within 20ms") {
			t.Errorf("error %v", err)
		}
		checkClosed(t, awaitErr(t, reading), 1006, true, nil)
		p.expect(whole(wire.OpPing, "1"))
		p.expectEnd()
	})
}

// Who ends keeping alive does not end the connection.
func TestKeepAliveEnds(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		if err := conn.KeepAlive(patient(t), 0, time.Second); err == nil || !strings.Contains(err.Error(), "interval 0s") {
			t.Errorf("without an interval: %v", err)
		}
		ctx, cancel := context.WithCancel(patient(t))
		kept := inBackground(func() error { return conn.KeepAlive(ctx, time.Hour, time.Hour) })
		p.expect(whole(wire.OpPing, "1"))
		cancel()
		if err := awaitErr(t, kept); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		must(t, conn.Write(patient(t), Text, []byte("still here")))
		p.expect(whole(wire.OpText, "still here"))
	})
}
