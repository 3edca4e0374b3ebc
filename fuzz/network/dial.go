package network

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	"github.com/wsspec/wsspec/conformance/opening"
)

// A dialer opens the connections of a campaign. It goes to the address that took the last one,
// and asks for none of the keep-alive of TCP, which costs four calls of the system for each.
type dialer struct {
	once   sync.Once
	target opening.Target
	dial   net.Dialer
	// took is the address that took the last connection.
	took atomic.Pointer[string]
}

// connect opens a connection, by the target's own Dial if it has one.
func (s *Server) connect(ctx context.Context) (net.Conn, error) {
	d := &s.dialer
	d.once.Do(func() {
		d.dial.KeepAlive = -1
		if d.target = *s.Target; d.target.Dial == nil {
			d.target.Dial = d.open
		}
	})
	return d.target.Connect(ctx, s.Deadlines)
}

// open opens a connection.
func (d *dialer) open(ctx context.Context, network, address string) (net.Conn, error) {
	if known := d.took.Load(); known != nil {
		conn, err := d.dial.DialContext(ctx, network, *known)
		if err == nil {
			return conn, nil
		}
		d.took.Store(nil) // a server that is started again may have another address
		if *known == address {
			return nil, err
		}
	}
	conn, err := d.dial.DialContext(ctx, network, address)
	if err == nil {
		took := conn.RemoteAddr().String()
		d.took.Store(&took)
	}
	return conn, err
}
