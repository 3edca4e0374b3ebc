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

// AcceptOptions are a server's wishes. nil and the zero value are good defaults:
// same origin only, no subprotocol, no compression.
type AcceptOptions struct {
	// Subprotocols are those that the server speaks, most preferred first. The
	// first that the client asked for is agreed; without a common one the
	// connection goes without, see Conn.Subprotocol.
	Subprotocols []string
	// RequireSubprotocol refuses a client that asked for none of Subprotocols, or
	// for none at all, with 400: RFC 6455 4.2.1 has that status for a handshake
	// that is not what the server needs, and the body names what would be.
	RequireSubprotocol bool
	// OriginPatterns permits pages of other sites beside those of the same host
	// (RFC 6455 10.2). A pattern is matched, as path.Match does, against the
	// origin's host and port, or against the whole origin if it has "://" in it:
	// "*.example.com", "https://example.org", "null". "*" permits every site.
	OriginPatterns []string
	// CheckOrigin, if set, decides instead of the same-origin rule and the
	// patterns, for requests with and without an Origin.
	CheckOrigin func(*http.Request) bool
	// Compression turns permessage-deflate on for clients that offer it.
	Compression *Compression
	// Limits bounds what the client may send.
	Limits Limits
	// CloseTimeout bounds the waiting of every closing step; 5 seconds if zero.
	CloseTimeout time.Duration
	// HandshakeTimeout bounds the sending of the response; 10 seconds if zero, no
	// bound if negative.
	HandshakeTimeout time.Duration
	// Header is added to the response, as is what the ResponseWriter's own has.
	Header http.Header
	// Logger gets what ReadGuarded and WriteGuarded swallow, and what a Server
	// reports; nil is none. If it is enabled for [LevelFrame] it gets every
	// frame too, with the beginning of its payload, 48 octets at most:
	// [NewFrameHandler] is made to show them.
	Logger *slog.Logger
}

// DefaultAcceptTimeout bounds what a server does in an opening handshake if nothing
// else was asked for.
const DefaultAcceptTimeout = 10 * time.Second

// IsUpgrade reports whether a request asks for a WebSocket, right or wrong, so
// that a handler can serve something else to others.
func IsUpgrade(r *http.Request) bool {
	return wire.HasToken(strings.Join(r.Header.Values("Upgrade"), ","), "websocket")
}

// Accept answers the opening request that an http.Handler got and takes its
// connection over. A request that is none, or is not permitted, is answered with
// the status that fits it, and the error is a [HandshakeError] with the clause.
// HTTP/2 and HTTP/3 carry WebSockets in another way (RFC 8441, RFC 9220), which
// is refused with 505.
//
// w may be what middleware made of the server's own, if it has the method Unwrap, as
// [http.ResponseController] wants it.
//
// After Accept the ResponseWriter must not be used. The Conn lives on when the
// handler returns, and is the handler's to close.
func Accept(w http.ResponseWriter, r *http.Request, options *AcceptOptions) (*Conn, error) {
	if options == nil {
		options = &AcceptOptions{}
	}
	if err := options.check(); err != nil {
		return nil, refuse(w, http.StatusInternalServerError, nil, err)
	}
	if r.ProtoMajor > 1 {
		return nil, refuse(w, http.StatusHTTPVersionNotSupported, nil,
			fmt.Errorf("%s has no Upgrade, a WebSocket is opened over HTTP/1.1 here (RFC 6455 4.1, RFC 8441 5)", r.Proto))
	}
	request := openingRequest(r)
	if violations := wire.CheckRequest(request); len(violations) > 0 {
		refusal := wire.NewRefusal(violations)
		return nil, refuse(w, refusal.Status, refusal.Fields, joined(violations))
	}
	if err := options.checkOrigin(r); err != nil { // RFC6455-10.2-2
		return nil, refuse(w, http.StatusForbidden, nil, err)
	}
	c := config{role: wire.RoleServer, limits: options.Limits, closeTimeout: options.CloseTimeout, compression: options.Compression, logger: options.Logger}
	c.subprotocol = options.chooseSubprotocol(request.Subprotocols())
	if c.subprotocol == "" && options.RequireSubprotocol { // RFC6455-4.2.2-16: or an HTTP error
		return nil, refuse(w, http.StatusBadRequest, nil,
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
		return nil, refuse(w, http.StatusInternalServerError, nil, err)
	}
	response := wire.NewResponse(request, c.subprotocol, agreed, extra)
	tcp, unread, err := takeOver(w)
	if err != nil {
		return nil, refuse(w, http.StatusInternalServerError, nil, err)
	}
	c.unread = unread
	if err := respond(tcp, response, options.HandshakeTimeout); err != nil {
		_ = tcp.Close()
		return nil, &HandshakeError{Err: err}
	}
	conn, err := newConn(tcp, c)
	if err != nil {
		_ = tcp.Close()
		return nil, &HandshakeError{Err: err}
	}
	conn.request = r
	return conn, nil
}

// check refuses options that no connection could be made of.
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

// checkCloseTimeout refuses a negative one, which would be no bound: closing always
// has one.
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

// chooseSubprotocol returns the server's most preferred one that the client
// asked for (RFC 6455 4.2.2).
func (o *AcceptOptions) chooseSubprotocol(asked []string) string {
	for _, name := range o.Subprotocols {
		if slices.Contains(asked, name) {
			return name
		}
	}
	return ""
}

// openingRequest turns a request back into what was on the wire. The order of
// the fields is lost, and does not matter (RFC6455-4.2.1-21).
func openingRequest(r *http.Request) wire.Request {
	fields := wire.Fields{{Name: "Host", Value: r.Host}}
	return wire.Request{
		Method:  r.Method,
		Target:  r.RequestURI,
		Version: r.Proto,
		Fields:  append(fields, fieldsOf(r.Header)...),
	}
}

func fieldsOf(h http.Header) (fields wire.Fields) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			fields = append(fields, wire.Field{Name: name, Value: value})
		}
	}
	return fields
}

// ownFields are those of the handshake itself, and of bodies and connections,
// which is nobody else's to set.
var ownFields = []string{
	"Host", "Upgrade", "Connection", "Content-Length", "Transfer-Encoding",
	"Sec-Websocket-Key", "Sec-Websocket-Accept", "Sec-Websocket-Version",
	"Sec-Websocket-Protocol", "Sec-Websocket-Extensions",
}

// extraFields are what the application adds to a handshake. It may not say what
// the handshake says by itself, nor end the line early.
func extraFields(headers ...http.Header) (wire.Fields, error) {
	var extra wire.Fields
	for _, h := range headers {
		for _, f := range fieldsOf(h) {
			switch {
			case !wire.IsToken(f.Name):
				return nil, fmt.Errorf("header field name %q is no token (RFC 7230 3.2)", f.Name)
			case strings.ContainsAny(f.Value, "\r\n\x00"):
				return nil, fmt.Errorf("value of header field %s has a line end in it (RFC 7230 3.2)", f.Name)
			case slices.Contains(ownFields, http.CanonicalHeaderKey(f.Name)):
				return nil, fmt.Errorf("header field %s is the opening handshake's own (RFC 6455 4)", f.Name)
			}
			extra = append(extra, f)
		}
	}
	return extra, nil
}

// refuse answers that there will be no WebSocket.
func refuse(w http.ResponseWriter, status int, fields wire.Fields, err error) error {
	for _, f := range fields {
		w.Header().Add(f.Name, f.Value)
	}
	// The Content-Length above is that of no body; http.Error drops it.
	http.Error(w, err.Error(), status)
	return &HandshakeError{Status: status, Err: err}
}

// takeOver takes the connection from the HTTP server, with what it had read of
// the frames already.
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

// respond sends the response, which a client that does not read cannot hold up.
func respond(tcp net.Conn, response wire.Response, timeout time.Duration) error {
	if timeout = cmp.Or(timeout, DefaultAcceptTimeout); timeout > 0 {
		if err := tcp.SetWriteDeadline(time.Now().Add(timeout)); err != nil {
			return fmt.Errorf("sending the response: %w", err)
		}
	}
	if _, err := tcp.Write(response.Append(nil)); err != nil {
		return fmt.Errorf("sending the response: %w", err)
	}
	return tcp.SetWriteDeadline(time.Time{})
}
