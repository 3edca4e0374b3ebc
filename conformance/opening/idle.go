package opening

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// An IdleConn is a WebSocket connection on which nothing happens. It ends when the
// server's process does.
type IdleConn struct {
	conn net.Conn
	// asked counts the pings of [IdleConn.Answers].
	asked int
}

// Idle opens a WebSocket connection with a plain opening handshake.
func Idle(ctx context.Context, t *Target, d stream.Deadlines) (*IdleConn, error) {
	conn, err := t.Connect(ctx, d)
	if err != nil {
		return nil, err
	}
	o, err := Open(ctx, conn, t, &script.Script{}, stream.NewMaskKeys("idle", 0), d, time.Now())
	if err == nil && o.Refused() {
		err = o.RefusalError()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &IdleConn{conn: conn}, nil
}

// Alive sends a ping and reports whether the connection still stands. A server that is
// slow to answer is alive.
func (c *IdleConn) Alive(atMost time.Duration) bool {
	ping, _ := script.Ping(script.Octets("alive?")).Append(nil, wire.RoleClient, stream.NewMaskKeys("idle", 1).Next)
	_ = c.conn.SetDeadline(time.Now().Add(atMost))
	if _, err := c.conn.Write(ping); err != nil {
		return isTimeout(err)
	}
	_, err := c.conn.Read(make([]byte, 1))
	return err == nil || isTimeout(err)
}

// Close drops the connection.
func (c *IdleConn) Close() { _ = c.conn.Close() }

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// IsUnreachable reports whether an error says that nobody takes connections at a
// target's address.
func IsUnreachable(err error) bool {
	var target *TargetError
	return errors.As(err, &target) && target.Problem == Unreachable
}
