package faulty

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// Serve accepts connections and runs a server with the fault on each, until ctx ends
// or l is closed. It returns when every connection has ended. The error is nil, unless
// accepting a connection fails or a server cannot have the fault.
func Serve(ctx context.Context, l net.Listener, f Fault) error {
	return serve(ctx, l, f, ServeConn)
}

// ServeTLS is like [Serve], over TLS with a certificate.
func ServeTLS(ctx context.Context, l net.Listener, certificate tls.Certificate, f Fault) error {
	return serve(ctx, l, f, func(ctx context.Context, conn net.Conn, f Fault) {
		config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}
		if f.secure != nil {
			f.secure(config)
		}
		secure := newTunnel(conn, tls.Server, config)
		defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
		_ = conn.SetDeadline(time.Now().Add(handshakeTime))
		if secure.HandshakeContext(ctx) != nil { // RFC6455-4.2.2-3
			_ = conn.Close()
			return
		}
		ServeConn(ctx, secure, f)
	})
}

func serve(ctx context.Context, l net.Listener, f Fault, each func(context.Context, net.Conn, Fault)) error {
	if !f.HasRole(wire.RoleServer) {
		return roleError(f, wire.RoleServer)
	}
	return Accept(ctx, l, func(ctx context.Context, conn net.Conn) { each(ctx, conn, f) })
}

// Accept accepts connections and serves each in a goroutine, until ctx ends or l is closed. It
// returns when every one has been served. The context of each ends when ctx does, or when no
// connection can be accepted.
func Accept(ctx context.Context, l net.Listener, each func(context.Context, net.Conn)) error {
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
		conns.Go(func() { each(ctx, conn) })
	}
}

// ServeConn runs a server with the fault on one connection, and closes the connection.
// It returns when the other end has left or ctx has ended.
func ServeConn(ctx context.Context, conn net.Conn, f Fault) {
	play(ctx, newPeer(conn, wire.RoleServer, f))
}

// Connect connects to a ws: or wss: URL and runs a client with the fault. It returns when
// the connection or ctx has ended. The error says why the client could not connect.
func Connect(ctx context.Context, rawURL string, f Fault) error {
	return ConnectTrusting(ctx, rawURL, "", f)
}

// ConnectTrusting is like [Connect], but trusts only the authorities in the PEM file, if
// one is named.
func ConnectTrusting(ctx context.Context, rawURL, caFile string, f Fault) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		return fmt.Errorf("reading the URL: %w", err)
	}
	if f.rejectsURL != nil && f.rejectsURL(rawURL) {
		return fmt.Errorf("unsupported URL %q", rawURL)
	}
	port := map[string]string{"ws": "80", "wss": "443"}[u.Scheme]
	if port == "" || u.Hostname() == "" {
		return fmt.Errorf("unsupported URL %q: it must begin with ws:// or wss:// and name a host", rawURL)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return fmt.Errorf("connecting to %s: %w", u.Host, err)
	}
	if u.Scheme == "wss" {
		secure, err := shakeHands(ctx, conn, u.Hostname(), caFile, f)
		if err != nil {
			_ = conn.Close()
			return fmt.Errorf("connecting to %s: %w", u.Host, err)
		}
		conn = secure
	}
	return ConnectConn(ctx, conn, u, f)
}

// shakeHands does the TLS handshake of a client (RFC6455-4.1-15).
func shakeHands(ctx context.Context, conn net.Conn, host, caFile string, f Fault) (net.Conn, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, NextProtos: []string{"http/1.1"}}
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, fmt.Errorf("reading the certificates: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	if f.secure != nil {
		f.secure(config)
	}
	secure := newTunnel(conn, tls.Client, config)
	return secure, secure.HandshakeContext(ctx)
}

// ConnectConn is like [Connect], but uses an open connection, which it closes.
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

// play runs a peer until the connection or ctx ends.
func play(ctx context.Context, p *peer) {
	defer context.AfterFunc(ctx, func() { _ = p.conn.Close() })()
	defer p.release()
	p.ctx = ctx
	p.run()
}

func roleError(f Fault, role wire.Role) error {
	return fmt.Errorf("a %v cannot have the fault %s", role, f.Name)
}
