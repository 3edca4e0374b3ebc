package ref

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
)

// connect opens the connection to the target or its proxy, and begins TLS if
// needed. release allows the next connection to the same address (RFC6455-4.1-5).
func (d *dialer) connect(ctx context.Context, t target) (conn net.Conn, release func(), err error) {
	proxy, err := d.proxyFor(t)
	if err != nil {
		return nil, nil, err
	}
	slot := dialSlot{skip: d.AllowConcurrentDials}
	switch {
	case d.DialContext != nil:
		if err = slot.take(ctx, t.address); err == nil {
			conn, err = d.DialContext(ctx, "tcp", t.address)
		}
	case proxy != nil:
		// RFC6455-4.1-8: the proxy resolves the name, so the name is the address.
		if err = slot.take(ctx, t.address); err == nil {
			conn, err = throughProxy(ctx, proxy, t.address, d.TLS)
		}
	default:
		conn, err = dialTCP(ctx, t.address, &slot)
	}
	if err == nil && t.secure {
		conn, err = secure(ctx, conn, d.TLS, t.uri.Hostname())
	}
	if err != nil {
		slot.release()
		if ctx.Err() != nil {
			err = fmt.Errorf("%w (%w)", context.Cause(ctx), err)
		}
		return nil, nil, fmt.Errorf("connecting to %s: %w", t.address, err)
	}
	return conn, slot.release, nil
}

// proxyFor returns the proxy to use, nil for none.
func (d *dialer) proxyFor(t target) (*url.URL, error) {
	if d.NoProxy || d.DialContext != nil {
		return nil, nil
	}
	find := d.Proxy
	if find == nil {
		find = http.ProxyFromEnvironment
	}
	proxy, err := find(&http.Request{Method: http.MethodGet, URL: t.httpURL(), Host: t.host, Header: http.Header{}})
	if err != nil {
		return nil, fmt.Errorf("finding the proxy for %s: %w", t.address, err)
	}
	return proxy, nil
}

// dialTCP tries the addresses of a name one after the other. It never tries two
// at once, because that would be two connections.
func dialTCP(ctx context.Context, address string, slot *dialSlot) (net.Conn, error) {
	dialer := net.Dialer{
		FallbackDelay: -1,
		ControlContext: func(ctx context.Context, _, resolved string, _ syscall.RawConn) error {
			return slot.take(ctx, resolved) // RFC6455-4.1-7: the address counts, not the name
		},
	}
	return dialer.DialContext(ctx, "tcp", address)
}

// secure begins TLS (RFC6455-4.1-15) and sends the name of the server
// (RFC6455-4.1-18).
func secure(ctx context.Context, conn net.Conn, config *tls.Config, name string) (net.Conn, error) {
	if config == nil {
		config = &tls.Config{}
	}
	config = config.Clone()
	if config.ServerName == "" {
		config.ServerName = name
	}
	config.NextProtos = []string{"http/1.1"}
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil { // RFC6455-4.1-16
		_ = conn.Close()
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return secured, nil
}
