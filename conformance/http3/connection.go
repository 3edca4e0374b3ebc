package http3

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/quicvarint"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// keepAlive is how often a connection sends something, so that it outlives the idle timeout of
// a server.
const keepAlive = 10 * time.Second

// mostIdle is how long the harness waits for a server that sends no packet.
const mostIdle = 10 * time.Minute

// usualWindow is how many octets a server may send on a stream before they are read. It does
// not grow, so that a case can fill it.
const usualWindow = 256 << 10

// A Conn is the harness's end of one connection of HTTP/3.
type Conn struct {
	quic *quic.Conn
	how  script.HTTP3
	// control is the control stream of the harness.
	control *quic.SendStream
	// settled is closed when the server's SETTINGS frame has come, and at the first violation.
	settled chan struct{}

	mu sync.Mutex
	// settings are those of the server, nil until they have come.
	settings  map[uint64]uint64
	violation *wire.Violation
	goAway    bool
	// users are the streams that are not closed yet.
	users int
}

// Connect opens a connection of HTTP/3 to an address: it is an [opening.Connector]. It sends the
// settings of the case, and waits for the server's SETTINGS frame and its permission of
// extended CONNECT (RFC8441-3-3), unless the case says otherwise.
func Connect(ctx context.Context, address string, config *tls.Config, how script.HTTP3, d stream.Deadlines) (opening.Stream, error) {
	c, err := connect(ctx, address, config, how, d)
	if err != nil {
		return nil, err
	}
	settling, cancel := context.WithTimeout(ctx, d.Handshake)
	defer cancel()
	if err := c.begin(settling); err != nil {
		c.close()
		return nil, asTargetError(err)
	}
	return c.newStream(), nil
}

// connect opens a connection of QUIC.
func connect(ctx context.Context, address string, config *tls.Config, how script.HTTP3, d stream.Deadlines) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.Connect)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(ctx, "udp", address)
	if err != nil {
		return nil, opening.NewTargetError(opening.Unreachable, err, "cannot connect to %s", address)
	}
	socket := connected{raw.(*net.UDPConn)}
	config.NextProtos, config.MinVersion = []string{"h3"}, tls.VersionTLS13
	window := uint64(usualWindow)
	if how.Window > 0 {
		window = uint64(how.Window)
	}
	transport := &quic.Transport{Conn: socket}
	release := func() { _, _ = transport.Close(), socket.Close() }
	conn, err := transport.Dial(ctx, raw.RemoteAddr(), config, &quic.Config{
		HandshakeIdleTimeout: d.Connect, MaxIdleTimeout: mostIdle, KeepAlivePeriod: keepAlive, MaxIncomingStreams: -1,
		InitialStreamReceiveWindow: window, MaxStreamReceiveWindow: window,
	})
	if err != nil {
		release()
		return nil, unreached(ctx, address, err)
	}
	context.AfterFunc(conn.Context(), release)
	return &Conn{quic: conn, how: how, settled: make(chan struct{})}, nil
}

// unreached is the error for a server with which there is no connection of QUIC.
func unreached(ctx context.Context, address string, err error) error {
	const noApplicationProtocol = 0x100 + 120 // the alert of TLS (RFC 9001 4.8)
	var failed *quic.TransportError
	var version *quic.VersionNegotiationError
	switch {
	case errors.As(err, &failed) && failed.ErrorCode == noApplicationProtocol, errors.As(err, &version):
		return opening.NewTargetError(opening.NotUpgraded, err, "the server does not speak HTTP/3")
	case errors.As(err, &failed) && failed.ErrorCode.IsCryptoError():
		return opening.NewTargetError(opening.TLSRefused, err, "the TLS handshake with %s failed", address)
	case ctx.Err() != nil:
		return opening.NewTargetError(opening.Unreachable, ctx.Err(), "nobody answers by QUIC at %s (UDP)", address)
	}
	return opening.NewTargetError(opening.Unreachable, err, "cannot connect to %s (UDP)", address)
}

// asTargetError is the error of a connection of HTTP/3 that did not begin.
func asTargetError(err error) error {
	var end *EndError
	switch {
	case violationOf(err) != nil, errors.As(err, &end):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return opening.NewTargetError(opening.NoAnswer, err, "the server took the connection of QUIC, and sent no SETTINGS frame of HTTP/3")
	}
	return opening.NewTargetError(opening.NotUpgraded, err, "the server does not speak HTTP/3 as WebSocket needs it")
}

// errNotPermitted is for a server whose settings do not permit extended CONNECT.
var errNotPermitted = errors.New("its SETTINGS do not permit extended CONNECT (SETTINGS_ENABLE_CONNECT_PROTOCOL is not 1, RFC 9220 3)")

// begin opens the control stream, and waits for that of the server.
func (c *Conn) begin(ctx context.Context) (err error) {
	if c.control, err = c.quic.OpenUniStreamSync(ctx); err != nil {
		return c.endOf(err)
	}
	var settings []byte
	for _, s := range c.how.Settings {
		settings = quicvarint.Append(quicvarint.Append(settings, s.ID), s.Value)
	}
	if _, err = c.control.Write(appendFrame([]byte{streamControl}, frameSettings, settings, 0)); err != nil {
		return c.endOf(err)
	}
	go c.acceptStreams()
	if c.how.Unawaited {
		return nil
	}
	select {
	case <-c.settled:
	case <-c.quic.Context().Done():
		return c.endOf(context.Cause(c.quic.Context()))
	case <-ctx.Done():
		return ctx.Err()
	}
	if v := c.broken(); v != nil {
		return v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.settings[script.SettingConnectEnabled] != 1 {
		return errNotPermitted
	}
	return nil
}

// fail ends the connection, because the server broke a rule; the first one counts.
func (c *Conn) fail(v *wire.Violation) *wire.Violation {
	c.mu.Lock()
	if c.violation == nil {
		c.violation = v
	}
	if c.settings == nil {
		c.settings = map[uint64]uint64{}
		close(c.settled)
	}
	v = c.violation
	c.mu.Unlock()
	go func() { _ = c.quic.CloseWithError(codeProtocol, v.Rule.Text) }()
	return v
}

// broken is the rule that the server broke, nil if it broke none.
func (c *Conn) broken() *wire.Violation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.violation
}

// sentGoAway says whether the server has sent GOAWAY.
func (c *Conn) sentGoAway() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.goAway {
		return " behind GOAWAY"
	}
	return ""
}

// newStream returns a stream that is not open yet.
func (c *Conn) newStream() *Stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users++
	return &Stream{conn: c}
}

// close ends the connection.
func (c *Conn) close() { _ = c.quic.CloseWithError(codeNo, "") }
