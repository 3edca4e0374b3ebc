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

// DialOptions are a client's wishes. nil and the zero value are good defaults: no
// subprotocol, no compression, proxies from the environment, no redirects.
type DialOptions struct {
	// Header is added to the request; the handshake's own fields are not to be
	// set here, Host among them.
	Header http.Header
	// Host replaces the URI's host in the Host field, not in connecting.
	Host string
	// Subprotocols are asked for, most preferred first, none twice.
	Subprotocols []string
	// RequireSubprotocol fails the handshake when the server agrees to none of
	// them, as browsers do (RFC 6455 1.9).
	RequireSubprotocol bool
	// Compression offers permessage-deflate.
	Compression *Compression
	// Limits bounds what the server may send.
	Limits Limits
	// CloseTimeout bounds the waiting of every closing step; 5 seconds if zero.
	CloseTimeout time.Duration
	// HandshakeTimeout bounds all that Dial does; 30 seconds if zero, no bound but
	// the context's if negative.
	HandshakeTimeout time.Duration
	// TLS is for wss; nil is the default configuration. The server's name and
	// HTTP/1.1 are filled in.
	TLS *tls.Config
	// Proxy finds the HTTP proxy to go through (CONNECT), as in http.Transport;
	// nil is http.ProxyFromEnvironment. NoProxy goes to the server directly.
	Proxy   func(*http.Request) (*url.URL, error)
	NoProxy bool
	// Jar gives cookies to the request and takes those of the response.
	Jar http.CookieJar
	// Redirects is how many redirects are followed, none if zero. Each attempt
	// has a fresh key; Authorization and Cookie fields of Header stay behind when
	// the origin changes.
	Redirects int
	// DialContext opens the connection to an address in its own way, to a unix
	// socket for one; nil is TCP. There is then no proxy.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Logger gets what ReadGuarded and WriteGuarded swallow, and every frame if it is
	// enabled for [LevelFrame], as in AcceptOptions; nil is none.
	Logger *slog.Logger
}

// DefaultDialTimeout bounds all that Dial does if nothing else was asked for.
const DefaultDialTimeout = 30 * time.Second

// refusalBody is how much of a refusing response's body is kept, in octets.
const refusalBody = 64 << 10

// Dial opens a WebSocket connection to a ws or wss URI. The response is the
// server's whenever there was one, also one that refuses, whose body then holds
// at most 64 KiB and need not be closed. Failing is a [HandshakeError].
//
// To one address no more than one connection is opened at a time, others wait
// (RFC 6455 4.1). ctx ends the opening only, it has no effect on the Conn.
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
		return nil, nil, &HandshakeError{Err: unfitError{err}}
	}
	for followed := 0; ; followed++ {
		t, err := parseTarget(uri)
		if err != nil {
			return nil, nil, &HandshakeError{Err: unfitError{err}}
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

// A dialer opens one connection, perhaps in several attempts.
type dialer struct {
	DialOptions
}

// check refuses options that no connection could be made of.
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
	request, offers, err := d.request(t)
	if err != nil {
		return nil, nil, err
	}
	tcp, release, err := d.connect(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	defer release() // the handshake is over then, one way or the other
	conn, response, err := d.shakeHands(ctx, t, tcp, request, offers)
	if err != nil {
		_ = tcp.Close()
		return nil, response, err
	}
	return conn, response, nil
}

// request makes the opening request, with a fresh key (RFC6455-4.1-29).
func (d *dialer) request(t target) (wire.Request, []wire.Extension, error) {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails: it would end the program
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

// joinLines makes one line of the subprotocols' several: some servers read only
// the first line of a name.
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

// shakeHands sends the request and judges the response.
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
	if violations := wire.CheckResponse(answer, request); len(violations) > 0 {
		if answer.Status != http.StatusSwitchingProtocols {
			keepBody(ctx, tcp, response, head, unread)
		}
		return nil, response, joined(violations)
	}
	params, agreed, broken := wire.CheckDeflateAnswer(offers, answer.Extensions())
	if broken != nil {
		return nil, response, broken
	}
	c := config{role: wire.RoleClient, limits: d.Limits, closeTimeout: d.CloseTimeout, compression: d.Compression, logger: d.Logger, unread: unread}
	c.subprotocol, _ = answer.Fields.Get("Sec-WebSocket-Protocol")
	if c.subprotocol == "" && d.RequireSubprotocol {
		return nil, response, fmt.Errorf("the server agreed to none of the subprotocols %s (RFC 6455 1.9)", strings.Join(d.Subprotocols, ", "))
	}
	if agreed {
		c.agreed = &params
	}
	conn, err := newConn(tcp, c)
	if err != nil {
		return nil, response, err
	}
	conn.response = response
	return conn, response, nil
}

// readResponse reads the response's head and whatever came behind it in the same
// segment: frames, if the server is quick.
func readResponse(ctx context.Context, tcp net.Conn) (answer wire.Response, head, unread []byte, err error) {
	var got []byte
	for {
		room := make([]byte, 4096)
		n, err := interruptible(ctx, tcp.SetDeadline, func() (int, error) { return tcp.Read(room) })
		got = append(got, room[:n]...)
		answer, end, parseErr := wire.ParseResponse(got)
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

// httpResponse gives the response the shape that applications know.
func httpResponse(head []byte) (*http.Response, error) {
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), nil)
	if err != nil {
		return nil, fmt.Errorf("opening response: %w", err)
	}
	response.Body = http.NoBody
	return response, nil
}

// keepBody reads the body of a response that refuses, as far as it comes within
// a moment: it may say why.
func keepBody(ctx context.Context, tcp net.Conn, response *http.Response, head, unread []byte) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	from := readerFunc(func(p []byte) (int, error) {
		return interruptible(ctx, tcp.SetDeadline, func() (int, error) { return tcp.Read(p) })
	})
	whole, err := http.ReadResponse(bufio.NewReader(io.MultiReader(bytes.NewReader(head), bytes.NewReader(unread), from)), nil)
	if err != nil {
		return
	}
	body, _ := io.ReadAll(io.LimitReader(whole.Body, refusalBody))
	response.Body = io.NopCloser(bytes.NewReader(body))
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
