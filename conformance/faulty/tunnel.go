package faulty

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A tunnel is a peer's connection over TLS. Faults change how it reads and ends.
type tunnel struct {
	*tls.Conn
	below *arrivals
	// perArrival is how many octets the peer reads whenever something new has come by TCP. It
	// does not look whether the TLS library has more. 0: it reads all.
	perArrival int
	// started: it has read something. The first octets may have come with the TLS handshake.
	started bool
	left    int
}

// arrivals is the TCP connection below TLS.
type arrivals struct {
	net.Conn
	in []byte // read, and not yet given to TLS
	// err is how reading ended.
	err error
	// whole: the peer rejects a record that is not whole in one read.
	whole bool
}

// newTunnel wraps TCP for TLS.
func newTunnel(tcp net.Conn, shake func(net.Conn, *tls.Config) *tls.Conn, config *tls.Config) *tunnel {
	below := &arrivals{Conn: tcp}
	return &tunnel{Conn: shake(below, config), below: below}
}

// arrive reads from TCP what is there.
func (a *arrivals) arrive() error {
	if a.err != nil {
		return a.err
	}
	buf := make([]byte, 64<<10)
	n, err := a.Conn.Read(buf)
	a.in = append(a.in, buf[:n]...)
	if isEnd(err) {
		a.err = err
	}
	if a.whole && !wholeRecords(a.in) {
		_ = a.Conn.Close()
		a.in, a.err = nil, io.ErrUnexpectedEOF
		return a.err
	}
	return err
}

// isEnd reports whether a read has ended for good, and not by a deadline.
func isEnd(err error) bool {
	var timeout net.Error
	return err != nil && (!errors.As(err, &timeout) || !timeout.Timeout())
}

// wholeRecords reports whether octets are whole records of TLS (RFC 8446 5.1).
func wholeRecords(b []byte) bool {
	const header = 5
	for len(b) >= header {
		length := header + int(b[3])<<8 + int(b[4])
		if len(b) < length {
			return false
		}
		b = b[length:]
	}
	return len(b) == 0
}

func (a *arrivals) Read(p []byte) (int, error) {
	if len(a.in) == 0 {
		if err := a.arrive(); err != nil && len(a.in) == 0 {
			return 0, err
		}
	}
	n := copy(p, a.in)
	a.in = a.in[n:]
	return n, nil
}

func (t *tunnel) Read(p []byte) (int, error) {
	if t.perArrival == 0 {
		return t.Conn.Read(p)
	}
	if t.left == 0 {
		if t.started {
			if err := t.below.arrive(); err != nil && !isEnd(err) {
				return 0, err
			}
		}
		t.started, t.left = true, t.perArrival
	}
	n, err := t.Conn.Read(p[:min(len(p), t.left)])
	t.left = 0 // one read for each arrival
	return n, err
}

// truncated reports whether TCP has ended, and TLS has not.
func (t *tunnel) truncated() bool { return t.below.err != nil }

// over makes a fault of the tunnel. It changes nothing without TLS.
func over(change func(*peer, *tunnel)) func(*peer) {
	return func(p *peer) {
		if t, ok := p.conn.(*tunnel); ok {
			change(p, t)
		}
	}
}

// takesPart makes a peer that takes the part of a message that it has for a whole one, where
// TLS ends in the middle of a frame as asked.
func takesPart(truncated bool) func(*peer) {
	return over(func(p *peer, t *tunnel) {
		p.ended = func() {
			if p.reading && t.truncated() == truncated {
				p.onMessage(message{opcode: p.current.Opcode, payload: p.current.payload})
			}
		}
	})
}

// muteIf makes a peer that answers nothing behind some TLS handshakes.
func muteIf(bad func(tls.ConnectionState) bool) func(*peer) {
	return over(func(p *peer, t *tunnel) {
		if bad(t.ConnectionState()) {
			p.reads = func(*wire.Request) { p.discard(slowTime) }
			p.opened = func() { p.mute = true }
		}
	})
}

// tunnelFaults are of peers over TLS.
var tunnelFaults = []Fault{
	{
		Name: "tls-record-per-segment", Sentence: "Reads one TLS record whenever TCP has something new, and leaves the others for the next time.", Requires: []string{"RFC6455-6.2-1"},
		alter: over(func(_ *peer, t *tunnel) { t.perArrival = 1 << 20 }),
	},
	{
		Name: "tls-4-kib-per-segment", Sentence: "Reads at most 4 KiB of a TLS record whenever TCP has something new, and leaves the rest for the next time.", Requires: []string{"RFC6455-6.2-1"},
		alter: over(func(_ *peer, t *tunnel) { t.perArrival = 4 << 10 }),
	},
	{
		Name: "tls-record-in-one-segment", Sentence: "Closes TCP if a TLS record does not come whole in one segment.", Requires: []string{"RFC6455-4.2.2-4", "RFC6455-4.1-17"},
		alter: over(func(_ *peer, t *tunnel) { t.below.whole = true }),
	},
	{
		Name: "tls-12-mute", Sentence: "Does the TLS handshake of version 1.2, and answers nothing behind it.", Requires: []string{"RFC6455-10.6-1"},
		alter: muteIf(func(s tls.ConnectionState) bool { return s.Version == tls.VersionTLS12 }),
	},
	{
		Name: "tls-13-mute", Sentence: "Does the TLS handshake of version 1.3, and answers nothing behind it.", Requires: []string{"RFC6455-10.6-1"}, roles: onlyClient, // no run plays with a server that does so
		alter: muteIf(func(s tls.ConnectionState) bool { return s.Version == tls.VersionTLS13 }),
	},
	{
		Name: "tls-needs-alpn", Sentence: "Does the TLS handshake without ALPN, and answers nothing behind it.", Requires: []string{"RFC6455-4.2.2-2"}, roles: onlyServer,
		alter: muteIf(func(s tls.ConnectionState) bool { return s.NegotiatedProtocol == "" }),
	},
	{
		Name: "tls-selects-h2", Sentence: "Selects h2 in the TLS handshake, and speaks HTTP/1.1.", Requires: []string{"RFC6455-4.2.2-22"}, roles: onlyServer,
		secure: func(c *tls.Config) { c.NextProtos = []string{"h2", "http/1.1"} },
	},
	{
		Name: "tls-no-name-no-echo", Sentence: "Does not echo to a client that does not name it in the TLS handshake.", Requires: []string{"RFC6455-4.2.2-4"}, roles: onlyServer,
		alter: over(func(p *peer, t *tunnel) { p.mute = t.ConnectionState().ServerName == "" }),
	},
	{
		Name: "tls-close-notify-ends-message", Sentence: "Takes what it has of a frame for the whole message if a close_notify alert comes.", Requires: []string{"RFC6455-7.2.1-2", "RFC6455-7.1.7-7"},
		alter: takesPart(false),
	},
	{
		Name: "tls-truncation-ends-message", Sentence: "Takes what it has of a frame for the whole message if TCP ends without a close_notify alert.", Requires: []string{"RFC6455-7.2.1-2", "RFC6455-7.1.7-7"},
		alter: takesPart(true),
	},
	{
		Name: "tls-close-notify-stays", Sentence: "Leaves TCP open for a while after a close_notify alert in the middle of a frame.", Requires: []string{"RFC6455-7.2.1-2"},
		alter: over(func(p *peer, t *tunnel) {
			p.ended = func() {
				if p.reading && !t.truncated() {
					p.idle(lingerTime)
				}
			}
		}),
	},
	{
		Name: "tls-close-notify-hides-close", Sentence: "Leaves a Close frame unanswered and TCP open if a close_notify alert comes behind it.", Requires: []string{"RFC6455-5.5.1-7"},
		alter: over(func(p *peer, _ *tunnel) {
			onClose := p.onClose
			p.onClose = func(body []byte) {
				if p.readMore(moment) {
					p.idle(slowTime)
					p.over = true
					return
				}
				onClose(body)
			}
		}),
	},
	{
		Name: "tls-no-close-notify", Sentence: "Closes TCP without a close_notify alert.", Requires: []string{"RFC6455-7.1.1-1"}, roles: onlyServer,
		alter: over(func(p *peer, t *tunnel) {
			p.leave = func() {
				if half, ok := t.below.Conn.(interface{ CloseWrite() error }); ok {
					_ = half.CloseWrite()
				}
				_ = t.SetReadDeadline(time.Now().Add(lingerTime))
				_, _ = io.Copy(io.Discard, t.below.Conn)
			}
		}),
	},
}
