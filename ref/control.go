package ref

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// SendPing sends a Ping with at most 125 octets of data. It does not wait for the
// Pong; a callback of OnPong gets that. [Conn.Ping] uses decimal numbers as data,
// so use something else here.
func (c *Conn) SendPing(ctx context.Context, data []byte) error {
	return c.explain("ping", c.sendFrame(ctx, wire.Header{Fin: true, Opcode: wire.OpPing}, data))
}

// SendPong sends an unsolicited Pong, a heartbeat in one direction
// (RFC6455-5.5.3-3), with at most 125 octets of data. Pings are answered
// automatically.
func (c *Conn) SendPong(ctx context.Context, data []byte) error {
	return c.explain("pong", c.sendFrame(ctx, wire.Header{Fin: true, Opcode: wire.OpPong}, data))
}

// OnPing registers a callback for received Pings; nil removes it. The callback
// gets a copy of the Ping's data, when the Pong is sent or about to be sent.
//
// The goroutine that reads runs the callback, and reads on when it returns. The
// callback may write, close the connection and send Pings and Pongs. It must not
// read, and must not wait for anything that only reading can bring, as [Conn.Ping]
// waits for a Pong.
func (c *Conn) OnPing(f func(data []byte)) { c.onPing.set(f) }

// OnPong registers a callback for received Pongs, those that answer a Ping and
// others, as OnPing does for Pings.
func (c *Conn) OnPong(f func(data []byte)) { c.onPong.set(f) }

// callBack runs a callback. Close may borrow the lock and read meanwhile; then
// the error is errDone. reading is held.
func (c *Conn) callBack(l *listener, data []byte) (err error) {
	f := l.f.Load()
	if f == nil || c.muted {
		return nil
	}
	c.reading.lend()
	defer func() { // also when the callback panics
		if !c.reading.takeBack() { // Close took it, and ends the connection
			<-c.done
			err = errDone
		}
	}()
	(*f)(slices.Clone(data))
	return nil
}

// A listener holds a callback for control frames, or none.
type listener struct{ f atomic.Pointer[func([]byte)] }

func (l *listener) set(f func([]byte)) {
	if f == nil {
		l.f.Store(nil)
		return
	}
	l.f.Store(&f)
}

// KeepAlive sends a Ping, waits for its Pong, and repeats this after the interval
// until ctx ends. If a Pong does not come within the deadline, KeepAlive closes TCP
// and the connection ends with code 1006. Both durations must be more than zero. It
// returns the cause of ctx or the [CloseError]. Run it in its own goroutine, beside
// the one that reads.
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
			return c.lost(silent, false)
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
