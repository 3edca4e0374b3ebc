package ref

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// SendPing sends a Ping with at most 125 octets of data and does not wait for its
// Pong, which OnPong hears. The data of [Conn.Ping] are decimal numbers: others
// keep the two apart.
func (c *Conn) SendPing(ctx context.Context, data []byte) error {
	return c.explain("ping", c.sendFrame(ctx, wire.Header{Fin: true, Opcode: wire.OpPing}, data))
}

// SendPong sends a Pong that nobody asked for, a heartbeat in one direction
// (RFC6455-5.5.3-3), with at most 125 octets of data. Pings are answered without
// it.
func (c *Conn) SendPong(ctx context.Context, data []byte) error {
	return c.explain("pong", c.sendFrame(ctx, wire.Header{Fin: true, Opcode: wire.OpPong}, data))
}

// OnPing has a function hear of every Ping from now on, once its Pong is sent or
// will be; nil is nobody. Whoever reads calls it, so it must not read, and it
// holds up reading. The data are good until it returns.
func (c *Conn) OnPing(f func(data []byte)) { c.onPing.set(f) }

// OnPong has a function hear of every Pong, asked for or not, like OnPing.
func (c *Conn) OnPong(f func(data []byte)) { c.onPong.set(f) }

// A listener hears of control frames, if it is set.
type listener struct{ f atomic.Pointer[func([]byte)] }

func (l *listener) set(f func([]byte)) {
	if f == nil {
		l.f.Store(nil)
		return
	}
	l.f.Store(&f)
}

func (l *listener) hear(data []byte) {
	if f := l.f.Load(); f != nil {
		(*f)(data)
	}
}

// KeepAlive sends a Ping, waits for its Pong, and does so again after the
// interval, until ctx ends. If a Pong is not there within the deadline the
// connection is lost: TCP is closed and everything that is tried on it fails with
// 1006. Both durations are more than zero. It returns ctx's cause or how the
// connection ended, and wants a goroutine of its own beside the one that reads.
func (c *Conn) KeepAlive(ctx context.Context, interval, deadline time.Duration) error {
	if interval <= 0 || deadline <= 0 {
		return fmt.Errorf("keep alive: interval %v and deadline %v, want more than zero", interval, deadline)
	}
	silent := fmt.Errorf("no Pong from the peer within %v", deadline)
	timer := time.NewTimer(interval)
	defer timer.Stop()
	for {
		waiting, cancel := context.WithTimeoutCause(ctx, deadline, silent)
		_, err := c.Ping(waiting)
		cancel()
		switch {
		case err == nil:
		case errors.Is(err, silent) && ctx.Err() == nil:
			return c.lost(silent)
		default:
			return err
		}
		timer.Reset(interval)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return c.explain("keep alive", context.Cause(ctx))
		case <-c.done:
			return c.explain("keep alive", errDone)
		}
	}
}
