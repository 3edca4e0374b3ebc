package ref

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// DialOptions configure Dial. nil and the zero value mean: no subprotocol, no
// compression, proxies from the environment, no redirects.
type DialOptions struct {
	// Header is added to the request. It must not contain fields of the
	// handshake, nor Host.
	Header http.Header
	// Host is the value of the Host field; "" means the host of the URI. It does
	// not change the address.
	Host string
	// Subprotocols are the subprotocols to ask for, most preferred first, without
	// duplicates.
	Subprotocols []string
	// RequireSubprotocol fails the handshake if the server agrees to none of
	// them, as browsers do (RFC 6455 1.9).
	RequireSubprotocol bool
	// Compression offers permessage-deflate.
	Compression *Compression
	// Limits are limits for what the server may send.
	Limits Limits
	// CloseTimeout limits how long closing waits for the peer; 5 seconds if zero.
	CloseTimeout time.Duration
	// WriteTimeout is how long the peer may take to accept the next 256 KiB of
	// what is sent, whatever the context of the write: 30 seconds if zero, no
	// limit if negative. A peer that takes longer loses the connection, with code
	// 1006. It can have up to half of the time more, because deadlines are not
	// moved with every write.
	WriteTimeout time.Duration
	// HandshakeTimeout limits how long Dial may take: 30 seconds if zero. If it
	// is negative, only the context limits it.
	HandshakeTimeout time.Duration
	// TLS is the configuration for wss; nil means the defaults. The server name
	// and HTTP/1.1 are added.
	TLS *tls.Config
	// Proxy returns the HTTP proxy for a request, as in http.Transport; nil means
	// http.ProxyFromEnvironment. NoProxy connects directly.
	Proxy   func(*http.Request) (*url.URL, error)
	NoProxy bool
	// Jar adds cookies to the request and stores those of the response.
	Jar http.CookieJar
	// Redirects is how many redirects are followed; zero means none. Each attempt
	// has a new key. When the origin changes, Host and the fields of Header with
	// credentials, such as Authorization and Cookie, are not sent.
	Redirects int
	// AllowConcurrentDials allows several connections to one address to be opened
	// at the same time. RFC 6455 4.1 forbids that by default, so that a page
	// cannot make all its visitors flood a server: without this option dials to
	// one address run one after the other. Set it for load tests, and for
	// services that open many connections to their own servers.
	AllowConcurrentDials bool
	// DialContext opens the connection to an address, for example to a Unix
	// socket; nil means TCP. With it no proxy is used.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// HTTPClient opens the connection through its Transport. Without
	// ExtendedConnect it must use HTTP/1.1 and support httptrace. An http.Transport does, also when another
	// RoundTripper wraps it. It needs a TLSHandshakeTimeout, because it goes on with
	// a TLS handshake when the context has ended. TLS, Proxy, NoProxy and DialContext
	// must not be set. The Jar and Timeout of the client are used, and Redirects says
	// how many redirects are followed.
	HTTPClient *http.Client
	// ExtendedConnect opens the WebSocket by a CONNECT request with :protocol, as a
	// stream beside others on a connection of HTTP/2 (RFC 8441). It needs an
	// HTTPClient. Its Transport has to send the header ":protocol" as the
	// pseudo-header field, and to wait for SETTINGS_ENABLE_CONNECT_PROTOCOL:
	// those of ref/http2 and golang.org/x/net/http2 do, http.Transport does not. It
	// decides what is sent on which connection; closing its idle connections is up
	// to the caller.
	ExtendedConnect bool
	// Logger gets the errors of ReadGuarded and WriteGuarded, and frames as in
	// AcceptOptions; nil means none.
	Logger *slog.Logger
}

// DefaultDialTimeout is the HandshakeTimeout of DialOptions that have none.
const DefaultDialTimeout = 30 * time.Second

// rejectionBody and rejectionTime limit what is read of the body of a response
// that rejects the handshake.
const (
	rejectionBody = 64 << 10
	rejectionTime = 2 * time.Second
)

// Dial opens a WebSocket connection to a ws or wss URI. The response is that of
// the server if there was one, also when it rejects the handshake; its body then
// has at most 64 KiB and need not be closed. The error is a [HandshakeError].
//
// Dials to one address wait for each other (RFC 6455 4.1), see
// AllowConcurrentDials. ctx applies to Dial only, not to the Conn.
func Dial(ctx context.Context, uri string, options *DialOptions) (*Conn, *http.Response, error) {
	if options == nil {
		options = &DialOptions{}
	}
	d := dialer{DialOptions: *options}
	if timeout := cmp.Or(d.HandshakeTimeout, DefaultDialTimeout); timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout,
			fmt.Errorf("no connection within %v: %w", timeout, context.DeadlineExceeded))
		defer cancel()
	}
	if err := d.check(); err != nil {
		return nil, nil, &HandshakeError{Err: badOptionError{err}}
	}
	for followed := 0; ; followed++ {
		t, err := parseTarget(uri)
		if err != nil {
			return nil, nil, &HandshakeError{Err: badOptionError{err}}
		}
		conn, response, err := d.open(ctx, t)
		if err == nil {
			return conn, response, nil
		}
		if response == nil {
			return nil, nil, &HandshakeError{Err: err}
		}
		next, ok := redirection(response)
		if !ok || d.Redirects == 0 {
			return nil, response, &HandshakeError{Status: response.StatusCode, Err: err}
		}
		if followed == d.Redirects {
			return nil, response, &HandshakeError{Status: response.StatusCode, Err: fmt.Errorf("more than %d redirects: %w", d.Redirects, err)}
		}
		if uri, err = d.follow(t, next); err != nil {
			return nil, response, &HandshakeError{Status: response.StatusCode, Err: err}
		}
	}
}

// A dialer opens one connection, in one or more attempts.
type dialer struct {
	DialOptions
}

// check returns an error for options that cannot work.
func (d *dialer) check() error {
	if err := checkSubprotocols(d.Subprotocols, d.RequireSubprotocol); err != nil {
		return fmt.Errorf("dial options: %w", err)
	}
	if err := d.Compression.check(); err != nil {
		return fmt.Errorf("dial options: %w", err)
	}
	if err := checkCloseTimeout(d.CloseTimeout); err != nil {
		return fmt.Errorf("dial options: %w", err)
	}
	if d.HTTPClient != nil && (d.TLS != nil || d.Proxy != nil || d.NoProxy || d.DialContext != nil) {
		return errors.New("dial options: with HTTPClient, TLS, Proxy, NoProxy and DialContext are its Transport's and not to be set here")
	}
	if d.ExtendedConnect && d.HTTPClient == nil {
		return errors.New("dial options: ExtendedConnect needs an HTTPClient, for example with the Transport of ref/http2 (RFC 8441)")
	}
	if d.Redirects < 0 {
		return fmt.Errorf("dial options: %d redirects, want zero or more", d.Redirects)
	}
	if _, err := extraFields(d.Header); err != nil {
		return fmt.Errorf("dial options: %w", err)
	}
	return nil
}

// open makes one attempt.
func (d *dialer) open(ctx context.Context, t target) (*Conn, *http.Response, error) {
	switch {
	case d.ExtendedConnect:
		return d.openByConnect(ctx, t)
	case d.HTTPClient != nil:
		return d.openByClient(ctx, t)
	}
	request, offers, err := d.request(t)
	if err != nil {
		return nil, nil, err
	}
	tcp, release, err := d.connect(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	defer release() // when the handshake is over
	conn, response, err := d.shakeHands(ctx, t, tcp, request, offers)
	if err != nil {
		_ = tcp.Close()
		return nil, response, err
	}
	return conn, response, nil
}

// request makes the opening request with a new key (RFC6455-4.1-29).
func (d *dialer) request(t target) (wire.Request, []wire.Extension, error) {
	var random [16]byte
	_, _ = rand.Read(random[:]) // does not fail
	extra, err := extraFields(d.Header)
	if err != nil {
		return wire.Request{}, nil, err
	}
	if d.Jar != nil {
		r := http.Request{Header: http.Header{}}
		for _, cookie := range d.Jar.Cookies(t.httpURL()) {
			r.AddCookie(cookie)
		}
		extra = append(extra, fieldsOf(r.Header)...)
	}
	for _, name := range d.Subprotocols {
		extra = append(extra, wire.Field{Name: "Sec-WebSocket-Protocol", Value: name})
	}
	var offers []wire.Extension
	if d.Compression != nil {
		offers = append(offers, d.Compression.offer())
		extra = append(extra, wire.Field{Name: "Sec-WebSocket-Extensions", Value: wire.FormatExtensions(offers)})
	}
	host := t.host
	if d.Host != "" {
		host = d.Host
	}
	request := wire.NewRequest(t.resource, host, wire.NewKey(random), joinLines(extra))
	if bad := wire.CheckClientRequest(request); len(bad) > 0 {
		return wire.Request{}, nil, joined(bad)
	}
	return request, offers, nil
}

// joinLines joins several lines of Sec-WebSocket-Protocol, because some servers
// read only the first.
func joinLines(fields wire.Fields) (out wire.Fields) {
	const name = "Sec-WebSocket-Protocol"
	for _, f := range fields {
		if f.Name != name {
			out = append(out, f)
		}
	}
	if list, ok := fields.List(name); ok {
		out = append(out, wire.Field{Name: name, Value: list})
	}
	return out
}

// shakeHands sends the request and checks the response.
func (d *dialer) shakeHands(ctx context.Context, t target, tcp net.Conn, request wire.Request, offers []wire.Extension) (*Conn, *http.Response, error) {
	if _, err := interruptible(ctx, tcp.SetDeadline, func() (int, error) { return tcp.Write(request.Append(nil)) }); err != nil {
		return nil, nil, fmt.Errorf("sending the opening request: %w", err)
	}
	answer, head, unread, err := readResponse(ctx, tcp)
	if err != nil {
		return nil, nil, err
	}
	response, err := httpResponse(head)
	if err != nil {
		return nil, nil, err
	}
	if d.Jar != nil {
		d.Jar.SetCookies(t.httpURL(), response.Cookies())
	}
	c, err := d.negotiated(answer, request, offers)
	if err != nil {
		if answer.Status != http.StatusSwitchingProtocols {
			keepBody(ctx, tcp, response, head, unread)
		}
		return nil, response, err
	}
	c.unread = unread
	conn, err := newConn(tcp, c)
	if err != nil {
		return nil, response, err
	}
	conn.response = response
	return conn, response, nil
}

// negotiated checks a response and returns what was agreed.
func (d *dialer) negotiated(answer wire.Response, request wire.Request, offers []wire.Extension) (config, error) {
	if violations := wire.CheckResponse(answer, request); len(violations) > 0 {
		return config{}, joined(violations)
	}
	params, agreed, broken := wire.CheckDeflateAnswer(offers, answer.Extensions())
	if broken != nil {
		return config{}, broken
	}
	c := config{role: wire.RoleClient, limits: d.Limits, closeTimeout: d.CloseTimeout, writeTimeout: d.WriteTimeout, compression: d.Compression, logger: d.Logger}
	c.subprotocol, _ = answer.Fields.Get("Sec-WebSocket-Protocol")
	if c.subprotocol == "" && d.RequireSubprotocol {
		return config{}, fmt.Errorf("the server agreed to none of the subprotocols %s (RFC 6455 1.9)", strings.Join(d.Subprotocols, ", "))
	}
	if agreed {
		c.agreed = &params
	}
	return c, nil
}

// readResponse reads the head of the final response and the octets behind it,
// which are frames. It skips interim responses: those with a 1xx status other
// than 101 (RFC 9110 15.2). Together they may have as many octets as one head.
func readResponse(ctx context.Context, tcp net.Conn) (answer wire.Response, head, unread []byte, err error) {
	var got []byte
	var parse parseTimes
	room := make([]byte, 4096)
	for interim := 0; ; {
		n, err := interruptible(ctx, tcp.SetDeadline, func() (int, error) { return tcp.Read(room) })
		before := len(got)
		got = append(got, room[:n]...)
		if err == nil && !parse.now(got, before) {
			continue
		}
		answer, end, parseErr := wire.ParseResponse(got)
		for parseErr == nil && isInterim(answer.Status) {
			if interim += end; interim > wire.MaxHandshakeLen {
				return wire.Response{}, nil, nil, fmt.Errorf("opening response: %w",
					wire.RuleHandshakeSize.Violation("interim responses of more than %d octets", wire.MaxHandshakeLen))
			}
			got = got[end:]
			parse = parseTimes{}
			answer, end, parseErr = wire.ParseResponse(got)
		}
		switch {
		case parseErr == nil:
			return answer, got[:end], got[end:], nil
		case !errors.Is(parseErr, wire.ErrShort):
			return wire.Response{}, nil, nil, fmt.Errorf("opening response: %w", parseErr)
		case err == io.EOF:
			return wire.Response{}, nil, nil, fmt.Errorf("connection ended after %d octets of the opening response: %w", len(got), io.ErrUnexpectedEOF)
		case err != nil:
			return wire.Response{}, nil, nil, fmt.Errorf("waiting for the opening response, %d octets came: %w", len(got), err)
		}
	}
}

// parseTimes says when to parse a head of which a part has come. A server may send
// it octet by octet. Parsing it each time would take time that grows with the square
// of its length.
type parseTimes struct{ next int }

// now reports whether to parse got, of which the octets from before on are new: when
// the head may be complete, when a line ends wrongly, and else when twice as much has
// come as the last time.
func (p *parseTimes) now(got []byte, before int) bool {
	due := len(got) >= p.next
	for i := before; i < len(got) && !due; i++ {
		due = got[i] == '\n' && (i < 3 || got[i-1] != '\r' || got[i-2] == '\n')
	}
	if due {
		p.next = 2 * len(got)
	}
	return due
}

// isInterim reports whether another response follows one with this status. Status
// 101 is final, because the protocol changes after it.
func isInterim(status int) bool {
	return status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
}

// httpResponse makes an http.Response of the head of a response.
func httpResponse(head []byte) (*http.Response, error) {
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), nil)
	if err != nil {
		return nil, fmt.Errorf("opening response: %w", err)
	}
	response.Body = http.NoBody
	return response, nil
}

// keepBody reads the body of a response that rejects the handshake. It may
// contain the reason.
func keepBody(ctx context.Context, tcp net.Conn, response *http.Response, head, unread []byte) {
	ctx, cancel := context.WithTimeout(ctx, rejectionTime)
	defer cancel()
	from := readerFunc(func(p []byte) (int, error) {
		return interruptible(ctx, tcp.SetDeadline, func() (int, error) { return tcp.Read(p) })
	})
	whole, err := http.ReadResponse(bufio.NewReader(io.MultiReader(bytes.NewReader(head), bytes.NewReader(unread), from)), nil)
	if err != nil {
		return
	}
	body, _ := io.ReadAll(io.LimitReader(whole.Body, rejectionBody))
	response.Body = io.NopCloser(bytes.NewReader(body))
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
