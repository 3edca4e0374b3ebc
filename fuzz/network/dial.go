package network

import (
	"context"
	"net"
	"sync/atomic"
)

// A dialer opens the connections of a campaign. It goes to the address that took the last one,
// and asks for none of the keep-alive of TCP, which costs four calls of the system for each.
type dialer struct {
	dial net.Dialer
	// took is the address that took the last connection.
	took atomic.Pointer[string]
}

// dialing is the server with such a dialer, unless its target has one of its own.
func (s *Server) dialing() *Server {
	if s.Target.Dial != nil {
		return s
	}
	target, server := *s.Target, *s
	target.Dial = (&dialer{dial: net.Dialer{KeepAlive: -1}}).open
	server.Target = &target
	return &server
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
