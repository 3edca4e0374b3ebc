package faulty

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"

	"github.com/wsspec/wsspec/ref/wire"
)

// Serve accepts connections and plays the server with the fault on each, until
// the context ends or the listener is closed. It returns when every connection
// has ended; the error is that of accepting, nil at the end of the context or
// of the listener.
func Serve(ctx context.Context, l net.Listener, f Fault) error {
	if !f.HasRole(wire.RoleServer) {
		return roleError(f, wire.RoleServer)
	}
	ctx, cancel := context.WithCancel(ctx)
	var conns sync.WaitGroup
	defer conns.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	for {
		conn, err := l.Accept()
		switch {
		case ctx.Err() != nil, errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			return fmt.Errorf("accepting a connection: %w", err)
		}
		conns.Go(func() { ServeConn(ctx, conn, f) })
	}
}

// ServeConn plays the server with the fault on one connection, which it closes.
// It returns when the other end has left, or the context has ended.
func ServeConn(ctx context.Context, conn net.Conn, f Fault) {
	play(ctx, newPeer(conn, wire.RoleServer, f))
}

// Connect opens a connection to a ws: URL and plays the client with the fault
// on it. It returns when the connection has ended, or the context; the error
// says why there was none.
func Connect(ctx context.Context, rawURL string, f Fault) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		return fmt.Errorf("reading the URL: %w", err)
	}
	if u.Scheme != "ws" || u.Hostname() == "" {
		return fmt.Errorf("%q is no URL that this client can use: it has to begin with ws:// and name a host", rawURL)
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "80")
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("connecting to %s: %w", address, err)
	}
	return ConnectConn(ctx, conn, u, f)
}

// ConnectConn is [Connect] on a connection that is open already, which it
// closes.
func ConnectConn(ctx context.Context, conn net.Conn, u *url.URL, f Fault) error {
	if !f.HasRole(wire.RoleClient) {
		_ = conn.Close()
		return roleError(f, wire.RoleClient)
	}
	p := newPeer(conn, wire.RoleClient, f)
	p.host, p.resource = u.Host, u.RequestURI() // RFC6455-4.1-23, RFC6455-4.1-24
	play(ctx, p)
	return nil
}

// play runs a peer and ends it with the context.
func play(ctx context.Context, p *peer) {
	defer context.AfterFunc(ctx, func() { _ = p.conn.Close() })()
	defer p.release()
	p.ctx = ctx
	p.run()
}

func roleError(f Fault, role wire.Role) error {
	return fmt.Errorf("the fault %s cannot be had by a %v", f.Name, role)
}
