package conformance

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

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
	// Subprotocols are asked for, in order of preference.
	Subprotocols []string
	// TLS is used for wss: URLs; nil means the defaults.
	TLS *tls.Config
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
	switch {
	case u.Hostname() == "":
		return nil, fmt.Errorf("%q names no host; a WebSocket URL looks like ws://localhost:9001/", raw)
	case u.Fragment != "":
		return nil, fmt.Errorf("%q has a fragment, which a WebSocket URL must not have (RFC 6455 3)", raw)
	}
	return &Target{URL: u, Agent: u.Host}, nil
}

// resource is the request target (RFC6455-4.1-23).
func (t *Target) resource() string { return t.URL.RequestURI() }

// host is the Host field's value: with the port if it is not the scheme's own
// (RFC6455-4.1-24).
func (t *Target) host() string {
	if p := t.URL.Port(); p == "" || p == t.defaultPort() {
		return strings.TrimSuffix(t.URL.Host, ":"+p)
	}
	return t.URL.Host
}

func (t *Target) defaultPort() string {
	if t.URL.Scheme == "wss" {
		return "443"
	}
	return "80"
}

func (t *Target) address() string {
	port := t.URL.Port()
	if port == "" {
		port = t.defaultPort()
	}
	return net.JoinHostPort(t.URL.Hostname(), port)
}

func (t *Target) fields() wire.Fields {
	var f wire.Fields
	if t.Origin != "" {
		f = append(f, wire.Field{Name: "Origin", Value: t.Origin})
	}
	if len(t.Subprotocols) > 0 {
		f = append(f, wire.Field{Name: "Sec-WebSocket-Protocol", Value: strings.Join(t.Subprotocols, ", ")})
	}
	return append(f, t.Fields...)
}

// connect opens TCP, and TLS where the URL says so. The error is a
// *TargetError, or an error of the harness's own machine.
func (t *Target) connect(ctx context.Context, d Deadlines) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.Connect)
	defer cancel()
	conn, err := t.connectTCP(ctx, d)
	if err != nil || t.URL.Scheme != "wss" {
		return conn, err
	}
	config := t.TLS.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if config.ServerName == "" {
		config.ServerName = t.URL.Hostname() // RFC6455-4.1-18
	}
	config.NextProtos = []string{"http/1.1"}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, targetError(TLSRefused, err, "the TLS handshake with %s failed", t.address())
	}
	return secure, nil
}

// connectTCP opens TCP alone.
func (t *Target) connectTCP(ctx context.Context, d Deadlines) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.Connect)
	defer cancel()
	dial := t.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	conn, err := dial(ctx, "tcp", t.address())
	switch {
	case err == nil:
		return conn, nil
	case ownFault(err):
		return nil, fmt.Errorf("this machine cannot open more connections (try a lower --parallel): %w", err)
	}
	return nil, targetError(Unreachable, err, "cannot connect to %s", t.address())
}

// ownFault reports whether an error says more of this machine than of the peer.
func ownFault(err error) bool {
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
}

func targetError(p Problem, err error, format string, args ...any) *TargetError {
	return &TargetError{Problem: p, Sentence: fmt.Sprintf(format, args...), Err: err}
}

// Error returns the sentence, its cause, and what to do next.
func (e *TargetError) Error() string {
	s := e.Sentence
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if hint := e.hint(); hint != "" {
		s += ". " + hint
	}
	return s
}

// Unwrap returns the cause.
func (e *TargetError) Unwrap() error { return e.Err }

func (e *TargetError) hint() string {
	switch e.Problem {
	case Unreachable:
		return "Is the server running, and is the port right?"
	case TLSRefused:
		return "For a certificate of your own use --ca FILE, for any certificate --insecure; for a server without TLS a ws:// URL."
	case NoAnswer, NotHTTP:
		return "Is this a WebSocket endpoint, and does it speak TLS (then use a wss:// URL)?"
	case NotUpgraded:
		return "Check the path of the URL; a server that wants an origin, a subprotocol or credentials gets them by --origin, --subprotocol and --header."
	}
	return ""
}

// Probe opens one connection as every case does and closes it again. It
// returns the round trip, for [NewDeadlines], or a *TargetError.
func Probe(ctx context.Context, t *Target, d Deadlines) (roundTrip time.Duration, err error) {
	conn, err := t.connect(ctx, d)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	began := time.Now()
	o, err := open(ctx, conn, t, &Script{}, newMaskKeys("probe", 0), d, began)
	if err != nil {
		return 0, err
	}
	roundTrip = time.Since(began)
	if o.response.Status != 101 {
		return 0, o.refusal()
	}
	_, _ = conn.Write(mustClose())
	return roundTrip, nil
}

// refusal is the error for an answer other than 101 (RFC6455-4.1-43).
func (o *opening) refusal() *TargetError {
	return targetError(NotUpgraded, nil, "the server answered the opening handshake with %d %s instead of 101", o.response.Status, o.response.Reason)
}

// mustClose is a masked Close frame with 1000.
func mustClose() []byte {
	b, _ := Close(wire.StatusNormalClosure, "").append(nil, wire.RoleClient, newMaskKeys("probe", 1))
	return b
}
