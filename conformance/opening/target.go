package opening

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/tunnel"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Target is a server to test.
type Target struct {
	// Agent is its name in reports.
	Agent string
	// URL is a ws: or wss: URL (RFC 6455 3).
	URL *url.URL
	// Fields are added to each opening request.
	Fields wire.Fields
	// Origin is sent if it is not empty.
	Origin string
	// ForeignOrigin is an origin that the server is to refuse, for the cases about that;
	// empty leaves them out.
	ForeignOrigin string
	// Subprotocols are asked for, in order of preference.
	Subprotocols []string
	// Secure is the same server at a wss: URL, where the cases about TLS are played; nil means
	// that they are played at URL.
	Secure *Target
	// TLS is used for wss: URLs; nil means the defaults.
	TLS *tls.Config
	// Address, if it is not empty, is the host and port that connections go to, in place of
	// those of the URL.
	Address string
	// HTTP2: connections are streams of HTTP/2 (RFC 8441). For a wss: URL, ALPN has to select
	// h2; for a ws: URL, the server is known to speak it (RFC 9113 3.3).
	HTTP2 bool
	// HTTP3, if set, opens connections of HTTP/3: connections are streams of these (RFC 9220).
	// The URL is a wss: URL.
	HTTP3 Connector
	// Pace bounds the new connections; nil means no bound.
	Pace *Pace
	// Dial opens connections; nil means TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// ParseTarget reads a URL as RFC 6455 3 has it: a ws or wss scheme, a host, no
// fragment. http and https are understood as ws and wss.
func ParseTarget(raw string) (*Target, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%q is no URL: %w", raw, err)
	}
	switch u.Scheme {
	case "ws", "wss":
	case "http":
		u.Scheme = "ws"
	case "https":
		u.Scheme = "wss"
	default:
		return nil, fmt.Errorf("%q is no WebSocket URL: it has to begin with ws:// or wss://, as in ws://localhost:9001/", raw)
	}
	port, err := strconv.Atoi(u.Port())
	switch {
	case u.Port() != "" && (err != nil || port < 1 || port > 65535):
		return nil, fmt.Errorf("%q has port %s; ports are 1 to 65535", raw, u.Port())
	case u.Hostname() == "":
		return nil, fmt.Errorf("%q names no host; a WebSocket URL looks like ws://localhost:9001/", raw)
	case u.Fragment != "":
		return nil, fmt.Errorf("%q has a fragment, which a WebSocket URL must not have (RFC 6455 3)", raw)
	}
	return &Target{URL: u, Agent: u.Host}, nil
}

// RequestTarget is the path and query of the URL, the target of the opening request (RFC6455-4.1-23).
func (t *Target) RequestTarget() string { return t.URL.RequestURI() }

// HostField is the value of the Host field. It has the port if that is not the default
// (RFC6455-4.1-24). The zone of an IPv6 address says something on this machine alone, and is
// not in it (RFC 6874 4).
func (t *Target) HostField() string {
	host := t.URL.Host
	if zone, end := strings.IndexByte(host, '%'), strings.IndexByte(host, ']'); zone >= 0 && zone < end {
		host = host[:zone] + host[end:]
	}
	if p := t.URL.Port(); p == "" || p == t.defaultPort() {
		return strings.TrimSuffix(host, ":"+p)
	}
	return host
}

func (t *Target) defaultPort() string {
	if t.URL.Scheme == "wss" {
		return "443"
	}
	return "80"
}

func (t *Target) address() string {
	if t.Address != "" {
		return t.Address
	}
	port := t.URL.Port()
	if port == "" {
		port = t.defaultPort()
	}
	return net.JoinHostPort(t.URL.Hostname(), port)
}

// RequestFields are the header fields that every opening request to the target has besides
// those of the handshake: Origin, subprotocols, and the user's own.
func (t *Target) RequestFields() wire.Fields {
	var f wire.Fields
	if t.Origin != "" {
		f = append(f, wire.Field{Name: "Origin", Value: t.Origin})
	}
	if len(t.Subprotocols) > 0 {
		f = append(f, wire.Field{Name: "Sec-WebSocket-Protocol", Value: strings.Join(t.Subprotocols, ", ")})
	}
	return append(f, t.Fields...)
}

// Connect opens TCP and, for a wss URL, TLS, when it is its turn by the Pace. The error is a
// *TargetError, an error of the harness's own machine, or that of the context.
func (t *Target) Connect(ctx context.Context, d stream.Deadlines) (net.Conn, error) {
	return t.ConnectFor(ctx, &script.Script{}, d)
}

// ConnectBy is [Target.Connect] over HTTP/1.1, with TLS as a case wants it.
func (t *Target) ConnectBy(ctx context.Context, how script.TLS, d stream.Deadlines) (net.Conn, error) {
	return t.connectBelow(ctx, how, d)
}

// connectBelow opens TCP and TLS.
func (t *Target) connectBelow(ctx context.Context, how script.TLS, d stream.Deadlines) (net.Conn, error) {
	if err := t.Pace.wait(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.Connect)
	defer cancel()
	conn, err := t.dial(ctx, d)
	if err != nil || t.URL.Scheme != "wss" {
		return conn, err
	}
	secure, err := tunnel.Client(ctx, conn, t.tlsConfig(), how, d.CutSpacing(mostPieces))
	if err != nil {
		conn.Close()
		return nil, late(NewTargetError(TLSRefused, err, "the TLS handshake with %s failed", t.address()), d.Connect)
	}
	return secure, nil
}

// tlsConfig is that of a connection.
func (t *Target) tlsConfig() *tls.Config {
	config := t.TLS.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if config.ServerName == "" {
		config.ServerName = t.URL.Hostname() // RFC6455-4.1-18
	}
	return config
}

// mostPieces stands for a record that is cut into very many segments.
const mostPieces = 1000

// ConnectTCP opens TCP alone, or QUIC for a target of HTTP/3. The error is as for
// [Target.Connect].
func (t *Target) ConnectTCP(ctx context.Context, d stream.Deadlines) (net.Conn, error) {
	if t.HTTP3 != nil {
		return t.connectHTTP3(ctx, &script.Script{HTTP3: &script.HTTP3{Unawaited: true}}, d)
	}
	if err := t.Pace.wait(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.Connect)
	defer cancel()
	return t.dial(ctx, d)
}

func (t *Target) dial(ctx context.Context, d stream.Deadlines) (net.Conn, error) {
	dial := t.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	conn, err := dial(ctx, "tcp", t.address())
	switch {
	case err == nil:
		return conn, nil
	case OwnFault(err):
		return nil, fmt.Errorf("this machine cannot open more connections (try a lower --parallel): %w", err)
	}
	return nil, late(NewTargetError(Unreachable, err, "cannot connect to %s", t.address()), d.Connect)
}

// OwnFault reports whether an error says more of this machine than of the peer.
func OwnFault(err error) bool {
	for _, own := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

// A Problem says why a target could not be tested.
type Problem uint8

// The problems.
const (
	Unreachable Problem = iota + 1
	TLSRefused
	NoAnswer
	NotHTTP
	NotUpgraded
)

// A TargetError says in a sentence why a target could not be tested, and what
// to do.
type TargetError struct {
	Problem  Problem
	Sentence string
	Err      error
	// next says what to do next, where the problem alone does not tell.
	next string
}

// NewTargetError returns a TargetError with a formatted sentence. The cause err may be nil.
func NewTargetError(p Problem, err error, format string, args ...any) *TargetError {
	return &TargetError{Problem: p, Sentence: fmt.Sprintf(format, args...), Err: err}
}

// MoreTime is the option of the command that gives the peer more time.
const MoreTime = "--slow"

// late adds to an error how long the harness waited, and what gives the peer more time,
// if a wait was its cause.
func late(e *TargetError, waited time.Duration) *TargetError {
	if e.Err != nil && isTimeout(e.Err) {
		e.Sentence += " within " + judge.Seconds(waited)
		e.next = MoreTime + " gives more time."
	}
	return e
}

// Error returns the sentence, its cause, and what to do next.
func (e *TargetError) Error() string {
	s := e.Sentence
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	for _, hint := range []string{e.hint(), e.next} {
		switch {
		case hint == "":
		case strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?"):
			s += " " + hint
		default:
			s += ". " + hint
		}
	}
	return s
}

// Advice is the part of the hint that is about this very answer, and so fits in a
// run whose other connections were fine; empty if there is none.
func (e *TargetError) Advice() string { return e.next }

// Unwrap returns the cause.
func (e *TargetError) Unwrap() error { return e.Err }

func (e *TargetError) hint() string {
	switch e.Problem {
	case Unreachable:
		return "Is the server running, and is the port right?"
	case TLSRefused:
		return "For a certificate of your own use --ca FILE, for any certificate --insecure; for a server without TLS a ws:// URL."
	case NoAnswer, NotHTTP:
		if EndOfStream(e.Err) != "" { // it speaks HTTP/2
			return ""
		}
		return "Is this a WebSocket endpoint, and does it speak TLS (then use a wss:// URL)?"
	}
	return ""
}

// Probe opens one connection as every case does and closes it again. It
// returns the round trip, for [NewDeadlines], or a *TargetError.
func Probe(ctx context.Context, t *Target, d stream.Deadlines) (roundTrip time.Duration, err error) {
	conn, err := t.Connect(ctx, d)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	began := time.Now()
	o, err := Open(ctx, conn, t, &script.Script{}, stream.NewMaskKeys("probe", 0), d, began)
	if err != nil {
		return 0, err
	}
	roundTrip = time.Since(began)
	if o.Refused() {
		return 0, o.RefusalError()
	}
	_, _ = conn.Write(mustClose())
	return roundTrip, nil
}

// mustClose is a masked Close frame with 1000.
func mustClose() []byte {
	b, _ := script.Close(wire.StatusNormalClosure, "").Append(nil, wire.RoleClient, stream.NewMaskKeys("probe", 1).Next)
	return b
}
