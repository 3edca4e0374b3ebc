package ref

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// AcceptOptions configure Accept. nil and the zero value mean: pages of the same
// origin only, no subprotocol, no compression.
type AcceptOptions struct {
	// Subprotocols are the subprotocols of the server, most preferred first. The
	// first one that the client asked for is agreed. If there is none, the
	// connection has no subprotocol.
	Subprotocols []string
	// RequireSubprotocol rejects clients that ask for none of Subprotocols, with
	// status 400 (RFC 6455 4.2.1) and a body that lists them.
	RequireSubprotocol bool
	// OriginPatterns allows pages of other origins than the host itself (RFC 6455
	// 10.2). Patterns are those of path.Match. They are compared with the host
	// and port of the origin, or with the whole origin if they contain "://":
	// "*.example.com", "https://example.org", "null". "*" allows every origin.
	OriginPatterns []string
	// CheckOrigin, if set, replaces the same-origin rule and OriginPatterns. It
	// is also called for requests without Origin.
	CheckOrigin func(*http.Request) bool
	// Compression enables permessage-deflate for clients that offer it.
	Compression *Compression
	// Limits are limits for what the client may send.
	Limits Limits
	// CloseTimeout limits how long closing waits for the peer; 5 seconds if zero.
	CloseTimeout time.Duration
	// WriteTimeout is how long the peer may take to accept the next 256 KiB of
	// what is sent, whatever the context of the write: 30 seconds if zero, no
	// limit if negative. A peer that takes longer loses the connection, with code
	// 1006. It can have up to half of the time more, because deadlines are not
	// moved with every write.
	WriteTimeout time.Duration
	// HandshakeTimeout limits how long sending the response may take; 10 seconds
	// if zero, no limit if negative. It is for HTTP/1.1: over HTTP/2 the
	// WriteByteTimeout of the HTTP server limits that.
	HandshakeTimeout time.Duration
	// Header is added to the response, together with that of the ResponseWriter.
	// It must not contain fields of the handshake.
	Header http.Header
	// Logger gets the errors of ReadGuarded and WriteGuarded and what a Server
	// reports; nil means none. If it is enabled for [LevelFrame], it also gets
	// every frame with up to 48 octets of payload, which [NewFrameHandler] can
	// show.
	Logger *slog.Logger
	// Buffers limits the memory for unfinished messages of many connections. If
	// it is nil, all connections of Accept share a budget of 256 MiB.
	Buffers *BufferBudget

	idleTimeout time.Duration // of a Server
}

// DefaultAcceptTimeout is the HandshakeTimeout of AcceptOptions and Servers that
// have none.
const DefaultAcceptTimeout = 10 * time.Second

// IsUpgrade reports whether a request asks for a WebSocket connection, correctly
// or not: by Upgrade over HTTP/1.1, by :protocol over HTTP/2 and HTTP/3. Handlers can
// use it to serve something else to other requests.
func IsUpgrade(r *http.Request) bool {
	if overStream(r) {
		return strings.EqualFold(connectProtocol(r), "websocket")
	}
	return wire.HasToken(strings.Join(r.Header.Values("Upgrade"), ","), "websocket")
}

// Accept does the opening handshake for a request of an http.Handler and takes
// over its connection. A request that is not a correct or allowed handshake is
// answered with the fitting status; the error is a [HandshakeError] with the
// clause.
//
// Over HTTP/2 a WebSocket is one stream of a connection, and the request that opens it
// is a CONNECT (RFC 8441). net/http takes such requests only if the program asks for
// it: import the package ref/xconnect. Then Accept is the same, with these differences,
// which net/http makes:
//   - The stream ends when the handler returns, and the Conn with it. Return when the
//     Conn is closed, not before.
//   - The server sends END_STREAM when the handler returns, because it cannot close one
//     direction before.
//   - A connection that is aborted, as CloseNow does it, resets the stream with
//     INTERNAL_ERROR; RFC 8441 5 has CANCEL.
//   - The :scheme of the request is not checked, because it is not known.
//   - By the defaults of http.Server one stream that is not read can use up the buffer
//     of the connection, and a client that takes nothing can hold a handler that is
//     sending without limit. Set the field HTTP2 to [HTTP2Config], as a [Server] does.
//
// For HTTP/3 (RFC 9220) the module ref/http3 adapts the server of quic-go. The stream ends
// with the handler there, too, and a reset has the code that the RFC gives.
//
// Middleware may wrap w if its type has an Unwrap method, see
// [http.ResponseController].
//
// The ResponseWriter must not be used afterwards. Over HTTP/1.1 the Conn stays open
// when the handler returns: the caller has to close it.
func Accept(w http.ResponseWriter, r *http.Request, options *AcceptOptions) (*Conn, error) {
	if options == nil {
		options = &AcceptOptions{}
	}
	if err := options.check(); err != nil {
		return nil, reject(w, http.StatusInternalServerError, nil, err)
	}
	request, status, fields, err := checkOpening(r)
	if err != nil {
		return nil, reject(w, status, fields, err)
	}
	if err := options.checkOrigin(r); err != nil { // RFC6455-10.2-2
		return nil, reject(w, http.StatusForbidden, nil, err)
	}
	c := config{role: wire.RoleServer, limits: options.Limits, closeTimeout: options.CloseTimeout, compression: options.Compression, logger: options.Logger,
		writeTimeout: options.WriteTimeout, idleTimeout: options.idleTimeout, budget: cmp.Or(options.Buffers, acceptBudget)}
	c.subprotocol = options.chooseSubprotocol(request.Subprotocols())
	if c.subprotocol == "" && options.RequireSubprotocol { // RFC6455-4.2.2-16: or an HTTP error
		return nil, reject(w, http.StatusBadRequest, nil,
			fmt.Errorf("subprotocol required, one of: %s (RFC 6455 4.2.2)", strings.Join(options.Subprotocols, ", ")))
	}
	var agreed []wire.Extension
	if options.Compression != nil {
		if params, answer, ok := wire.AcceptDeflate(request.Extensions(), options.Compression.policy()); ok {
			c.agreed = &params
			agreed = append(agreed, answer)
		}
	}
	extra, err := extraFields(w.Header(), options.Header)
	if err != nil {
		return nil, reject(w, http.StatusInternalServerError, nil, err)
	}
	response := wire.NewResponse(request, c.subprotocol, agreed, extra)
	var tcp net.Conn
	if overStream(r) {
		tcp, err = acceptStream(w, r, response)
	} else {
		tcp, c.unread, err = acceptUpgrade(w, response, options.HandshakeTimeout)
	}
	if err != nil {
		return nil, err
	}
	conn, err := newConn(tcp, c)
	if err != nil {
		_ = tcp.Close()
		return nil, &HandshakeError{Err: err}
	}
	conn.request = r
	return conn, nil
}

// checkOpening checks an opening request, and returns it as one of HTTP/1.1. If it cannot
// be accepted, the status and fields are those of the answer.
func checkOpening(r *http.Request) (request wire.Request, status int, fields wire.Fields, err error) {
	if overStream(r) {
		if status, fields, err = checkConnect(r); err != nil {
			return request, status, fields, err
		}
		request = upgradeRequest(r)
		if violations := wire.CheckRequest(request); len(violations) > 0 {
			status, fields = connectRefusal(violations)
			return request, status, fields, joined(violations)
		}
		return request, 0, nil, nil
	}
	request = openingRequest(r)
	if violations := wire.CheckRequest(request); len(violations) > 0 {
		refusal := wire.NewRefusal(violations)
		return request, refusal.Status, refusal.Fields, joined(violations)
	}
	if r.ContentLength != 0 { // -1 if its length is not known
		return request, http.StatusBadRequest, nil,
			errors.New("opening request with a body: GET has none, and its octets could be taken for frames (RFC 6455 4.1, RFC 9110 9.3.1)")
	}
	return request, 0, nil, nil
}

// acceptUpgrade takes the connection over and answers with 101.
func acceptUpgrade(w http.ResponseWriter, response wire.Response, timeout time.Duration) (tcp net.Conn, unread []byte, err error) {
	tcp, unread, err = takeOver(w)
	if err != nil {
		return nil, nil, reject(w, http.StatusInternalServerError, nil, err)
	}
	if err := respond(tcp, response, timeout); err != nil {
		_ = tcp.Close()
		return nil, nil, &HandshakeError{Err: err}
	}
	return tcp, unread, nil
}

// check returns an error for options that cannot work.
func (o *AcceptOptions) check() error {
	if err := checkSubprotocols(o.Subprotocols, o.RequireSubprotocol); err != nil {
		return fmt.Errorf("accept options: %w", err)
	}
	if err := checkPatterns(o.OriginPatterns); err != nil {
		return fmt.Errorf("accept options: %w", err)
	}
	if err := o.Compression.check(); err != nil {
		return fmt.Errorf("accept options: %w", err)
	}
	if err := checkCloseTimeout(o.CloseTimeout); err != nil {
		return fmt.Errorf("accept options: %w", err)
	}
	return nil
}

// checkCloseTimeout returns an error for a negative timeout: closing always has a
// limit.
func checkCloseTimeout(timeout time.Duration) error {
	if timeout < 0 {
		return fmt.Errorf("close timeout of %v, want more than zero, or zero for %v", timeout, DefaultCloseTimeout)
	}
	return nil
}

func checkSubprotocols(names []string, required bool) error {
	if required && len(names) == 0 {
		return errors.New("a subprotocol is required, and there are none to choose from")
	}
	for _, name := range names {
		if !wire.IsToken(name) {
			return fmt.Errorf("subprotocol %q is no token (RFC 6455 4.1)", name)
		}
	}
	return nil
}

// chooseSubprotocol returns the most preferred subprotocol of the server that the
// client asked for (RFC 6455 4.2.2), or "".
func (o *AcceptOptions) chooseSubprotocol(asked []string) string {
	for _, name := range o.Subprotocols {
		if slices.Contains(asked, name) {
			return name
		}
	}
	return ""
}

// openingRequest makes a wire.Request of the request. The order of the fields is
// lost, which has no meaning (RFC6455-4.2.1-21).
func openingRequest(r *http.Request) wire.Request {
	return wire.Request{
		Method:  r.Method,
		Target:  r.RequestURI,
		Version: r.Proto,
		Fields:  append(fieldsOf(r.Header), wire.Field{Name: "Host", Value: r.Host}),
	}
}

func fieldsOf(h http.Header) (fields wire.Fields) {
	if len(h) == 0 {
		return nil
	}
	fields = make(wire.Fields, 0, len(h)+1)
	names := slices.AppendSeq(make([]string, 0, len(h)), maps.Keys(h))
	slices.Sort(names)
	for _, name := range names {
		for _, value := range h[name] {
			fields = append(fields, wire.Field{Name: name, Value: value})
		}
	}
	return fields
}

// ownFields are the header fields that only the handshake itself may set.
var ownFields = []string{
	"Host", "Upgrade", "Connection", "Content-Length", "Transfer-Encoding",
	"Sec-Websocket-Key", "Sec-Websocket-Accept", "Sec-Websocket-Version",
	"Sec-Websocket-Protocol", "Sec-Websocket-Extensions",
}

// extraFields returns the header fields of the application. It returns an error
// for a field that belongs to the handshake, or that is not one correct field.
func extraFields(headers ...http.Header) (wire.Fields, error) {
	var extra wire.Fields
	for _, h := range headers {
		for _, f := range fieldsOf(h) {
			if err := f.Check(); err != nil {
				return nil, err
			}
			if slices.Contains(ownFields, http.CanonicalHeaderKey(f.Name)) {
				return nil, fmt.Errorf("header field %s is the opening handshake's own (RFC 6455 4)", f.Name)
			}
			extra = append(extra, f)
		}
	}
	return extra, nil
}

// reject sends the response to a request that is rejected.
func reject(w http.ResponseWriter, status int, fields wire.Fields, err error) error {
	for _, f := range fields {
		w.Header().Add(f.Name, f.Value)
	}
	// http.Error drops the Content-Length of these fields, which is that of an
	// empty body.
	http.Error(w, err.Error(), status)
	return &HandshakeError{Status: status, Err: err}
}

// takeOver takes the connection over from the HTTP server, and the octets that
// the server has already read.
func takeOver(w http.ResponseWriter) (tcp net.Conn, unread []byte, err error) {
	tcp, buffered, err := http.NewResponseController(w).Hijack()
	if errors.Is(err, http.ErrNotSupported) {
		return nil, nil, fmt.Errorf("taking the connection over from the HTTP server: a %T can do neither Hijack nor Unwrap: %w", w, err)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("taking the connection over from the HTTP server: %w", err)
	}
	_ = tcp.SetDeadline(time.Time{}) // the HTTP server's own may still stand
	if n := buffered.Reader.Buffered(); n > 0 {
		unread = make([]byte, n)
		if _, err := io.ReadFull(buffered.Reader, unread); err != nil {
			_ = tcp.Close()
			return nil, nil, fmt.Errorf("octets that the HTTP server had read: %w", err)
		}
	}
	return tcp, unread, nil
}

// respond sends the response within the timeout, so that a client that does not
// read cannot block it.
func respond(tcp net.Conn, response wire.Response, timeout time.Duration) error {
	if timeout = cmp.Or(timeout, DefaultAcceptTimeout); timeout > 0 {
		if err := tcp.SetWriteDeadline(time.Now().Add(timeout)); err != nil {
			return fmt.Errorf("sending the response: %w", err)
		}
	}
	if _, err := tcp.Write(response.Append(make([]byte, 0, 512))); err != nil {
		return fmt.Errorf("sending the response: %w", err)
	}
	return tcp.SetWriteDeadline(time.Time{})
}
