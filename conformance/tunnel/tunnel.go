// Package tunnel is TLS as cases want it: the harness's end of the encrypted tunnel that
// RFC 6455 4.1 and 4.2.2 speak of, with records and segments as a case has them.
package tunnel

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
)

// A Conn is a connection over TLS. CloseWrite sends a close_notify alert; NetConn is the TCP
// connection below.
type Conn struct {
	*tls.Conn
	below   *segments
	records script.Records
}

// Client does the TLS handshake of a client, as the case wants it. The pause is the time
// between two octets of [script.RecordsCut]. It closes nothing if it fails.
func Client(ctx context.Context, tcp net.Conn, config *tls.Config, how script.TLS, pause time.Duration) (*Conn, error) {
	config = shaped(config, how)
	config.NextProtos = how.ALPN.Protocols()
	if how.NoServerName {
		config.ServerName, config.InsecureSkipVerify = "", true
	}
	below := &segments{Conn: tcp, pause: pause}
	return finish(ctx, tls.Client(below, config), below, how)
}

// Server does the TLS handshake of a server, as [Client] does that of a client.
func Server(ctx context.Context, tcp net.Conn, config *tls.Config, how script.TLS, pause time.Duration) (*Conn, error) {
	below := &segments{Conn: tcp, pause: pause}
	return finish(ctx, tls.Server(below, shaped(config, how)), below, how)
}

// shaped is a copy of the configuration, with what both roles have in common.
func shaped(config *tls.Config, how script.TLS) *tls.Config {
	config = config.Clone()
	if config.MinVersion = tls.VersionTLS12; how.Version != 0 { // RFC6455-10.6-3
		config.MinVersion, config.MaxVersion = how.Version, how.Version
	}
	config.DynamicRecordSizingDisabled = how.Records == script.RecordsWhole
	return config
}

func finish(ctx context.Context, secure *tls.Conn, below *segments, how script.TLS) (*Conn, error) {
	c := &Conn{Conn: secure, below: below, records: how.Records}
	if err := secure.HandshakeContext(ctx); err != nil {
		return c, err
	}
	below.cut = how.Records == script.RecordsCut
	return c, nil
}

// Write writes octets in the records that the case wants.
func (c *Conn) Write(octets []byte) (n int, err error) {
	if c.records != script.RecordsOfOneOctet {
		return c.Conn.Write(octets)
	}
	c.below.hold()
	for ; n < len(octets) && err == nil; n++ {
		_, err = c.Conn.Write(octets[n : n+1])
	}
	if late := c.below.release(); err == nil {
		err = late
	}
	if err != nil {
		return 0, err
	}
	return n, nil
}

// NetConn is the TCP connection below.
func (c *Conn) NetConn() net.Conn { return c.below.Conn }

// Truncated reports whether TCP ended before a close_notify alert came. It is known when a
// Read has returned [io.EOF].
func (c *Conn) Truncated() bool { return c.below.ended.Load() }
