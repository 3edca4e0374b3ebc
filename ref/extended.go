package ref

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// protocolField is where net/http keeps the pseudo-header field :protocol.
const protocolField = ":protocol"

// HTTP2Config returns limits for an http.Server whose handlers accept WebSockets over
// HTTP/2 by [Accept]; a [Server] has them. A client may open 250 streams on a connection.
// Each may have 64 KiB that no handler has read, and no stream takes the room of another.
// A client that takes nothing for 30 seconds loses the connection.
func HTTP2Config() *http.HTTP2Config {
	const streams, unread = 250, 64 << 10
	return &http.HTTP2Config{
		MaxConcurrentStreams:          streams,
		MaxReceiveBufferPerStream:     unread,
		MaxReceiveBufferPerConnection: streams * unread,
		WriteByteTimeout:              DefaultWriteTimeout,
	}
}

// overStream reports whether a request came over HTTP/2 or HTTP/3, where a WebSocket is
// one of the streams of a connection.
func overStream(r *http.Request) bool { return r.ProtoMajor > 1 }

// connectProtocol returns the :protocol of an extended CONNECT (RFC 8441 4), "" for
// other requests. HTTP/3 servers put it where the version of HTTP stands otherwise.
func connectProtocol(r *http.Request) string {
	if !overStream(r) || r.Method != http.MethodConnect {
		return ""
	}
	if values := r.Header[protocolField]; len(values) > 0 {
		return values[0]
	}
	if !strings.HasPrefix(r.Proto, "HTTP/") {
		return r.Proto
	}
	return ""
}

// checkConnect checks that a request over HTTP/2 or HTTP/3 is an extended CONNECT for a
// WebSocket. It returns the status for one that is not.
func checkConnect(r *http.Request) (status int, fields wire.Fields, err error) {
	protocol := connectProtocol(r)
	switch {
	case r.Method != http.MethodConnect:
		return http.StatusMethodNotAllowed, wire.Fields{{Name: "Allow", Value: http.MethodConnect}},
			fmt.Errorf("HTTP/%d has no Upgrade: a WebSocket is opened by CONNECT with :protocol websocket (RFC 8441 5)", r.ProtoMajor)
	case protocol == "": // RFC8441-4-3
		return http.StatusNotImplemented, nil,
			errors.New("CONNECT without :protocol asks for a tunnel to another host, which this is not (RFC 8441 4)")
	case !strings.EqualFold(protocol, "websocket"): // RFC8441-5-1; the case has no meaning (RFC 9110 7.8)
		return http.StatusNotImplemented, nil, fmt.Errorf(":protocol %q, want websocket (RFC 8441 5)", protocol)
	case len(r.Header["Host"]) > 0 && !strings.EqualFold(r.Header.Get("Host"), r.Host):
		return http.StatusBadRequest, nil, fmt.Errorf("the Host field %q is not the :authority %q (RFC 9113 8.3.1)", r.Header.Get("Host"), r.Host)
	case r.Header.Get("Content-Length") != "":
		return http.StatusBadRequest, nil, errors.New("CONNECT with a length: its octets are frames until the stream ends (RFC 9110 9.3.6)")
	}
	return 0, nil, nil
}

// hopFields are the fields of an opening over HTTP/1.1 that mean nothing in an extended
// CONNECT, or are malformed there (RFC8441-5-3, RFC8441-5-4).
var hopFields = []string{"Host", "Upgrade", "Connection", "Sec-Websocket-Key", "Sec-Websocket-Accept", protocolField}

func withoutHopFields(fields wire.Fields) wire.Fields {
	return slices.DeleteFunc(slices.Clone(fields), func(f wire.Field) bool {
		return slices.Contains(hopFields, http.CanonicalHeaderKey(f.Name))
	})
}

// upgradeRequest returns the request of HTTP/1.1 that says the same as an extended
// CONNECT. The other fields have the same rules in both (RFC8441-5-5).
func upgradeRequest(r *http.Request) wire.Request {
	return wire.Request{
		Method:  http.MethodGet,
		Target:  r.RequestURI,
		Version: "HTTP/1.1",
		Fields: append(withoutHopFields(fieldsOf(r.Header)),
			wire.Field{Name: "Host", Value: r.Host},
			wire.Field{Name: "Upgrade", Value: "websocket"},
			wire.Field{Name: "Connection", Value: "Upgrade"},
			wire.Field{Name: "Sec-WebSocket-Key", Value: wire.NewKey([16]byte{})}),
	}
}

// connectRefusal returns the status and the fields for a CONNECT that breaks rules. Status
// 426 would need an Upgrade field, which HTTP/2 does not have.
func connectRefusal(violations []*wire.Violation) (status int, fields wire.Fields) {
	for _, v := range violations {
		if v.Rule == wire.RuleServerProtocolVersion { // RFC6455-4.2.2-11
			fields = wire.Fields{{Name: "Sec-WebSocket-Version", Value: wire.ProtocolVersion}}
		}
	}
	return http.StatusBadRequest, fields
}

// acceptStream answers an extended CONNECT with 200 (RFC8441-5-6) and makes a connection
// of its stream.
func acceptStream(w http.ResponseWriter, r *http.Request, response wire.Response) (net.Conn, error) {
	w, err := streamWriter(w)
	if err != nil {
		return nil, reject(w, http.StatusInternalServerError, nil, err)
	}
	header := w.Header()
	clear(header) // the response has these fields
	for _, f := range withoutHopFields(response.Fields) {
		header.Add(f.Name, f.Value)
	}
	w.WriteHeader(http.StatusOK)
	controller := http.NewResponseController(w)
	if err := controller.Flush(); err != nil {
		return nil, &HandshakeError{Err: fmt.Errorf("sending the response: %w", err)}
	}
	// The HTTP server's own deadlines would end the stream.
	_ = controller.SetReadDeadline(time.Time{})
	_ = controller.SetWriteDeadline(time.Time{})
	return newHandlerStream(w, r, controller), nil
}

// streamWriter returns the ResponseWriter of the HTTP server, from which any middleware
// is taken off, as Hijack does it for HTTP/1.1.
func streamWriter(w http.ResponseWriter) (http.ResponseWriter, error) {
	for {
		switch inner := w.(type) {
		case interface{ Unwrap() http.ResponseWriter }:
			w = inner.Unwrap()
			continue
		case http.Flusher, interface{ FlushError() error }:
			return w, nil
		}
		return w, fmt.Errorf("using the stream of the request: a %T can neither Flush nor Unwrap: %w", w, http.ErrNotSupported)
	}
}

// newHandlerStream makes a tunnel of the request and the response of a handler. Two
// goroutines serve it. One ends when the stream does, the other when the net.Conn is closed.
func newHandlerStream(w http.ResponseWriter, r *http.Request, controller *http.ResponseController) *streamConn {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if local == nil {
		local = streamAddr(r.Host)
	}
	t := newStreamConn(local, streamAddr(r.RemoteAddr))
	sent := make(chan struct{})
	t.sent = sent
	go func() {
		defer close(sent)
		defer afterHandler()
		t.send(w, controller.Flush)
	}()
	go t.receive(r.Body)
	// The stream ends with the handler, and so does the context.
	stop := context.AfterFunc(r.Context(), t.out.abandon)
	var once sync.Once
	t.reset = func() {
		once.Do(func() {
			if stop() {
				resetByDeadline(controller)
			}
			t.awaitSent()
		})
	}
	t.hangUp = func() {
		once.Do(func() {
			if !t.awaitSent() {
				t.out.abandon()
				resetByDeadline(controller)
			}
			stop()
		})
	}
	return t
}

// resetByDeadline has net/http reset a stream, as it does when the deadline for writing has
// passed. The code is INTERNAL_ERROR: there is no way to say CANCEL.
func resetByDeadline(controller *http.ResponseController) {
	defer afterHandler()
	_ = controller.SetWriteDeadline(past)
}

// afterHandler is deferred where a ResponseWriter is used: those of net/http panic when the
// handler returns at that moment.
func afterHandler() { _ = recover() }

// awaitSent waits until the last octet is sent, for a time. It reports false if that time
// has passed.
func (t *streamConn) awaitSent() bool {
	timer := time.NewTimer(drainTime)
	defer timer.Stop()
	select {
	case <-t.sent:
		return true
	case <-timer.C:
		return false
	}
}

// leaveHandler has to be called when a handler returns that has accepted a connection. If
// a goroutine is still sending on the stream, the handler is aborted: the ResponseWriter
// must not be finished meanwhile.
func (c *Conn) leaveHandler() {
	t, ok := c.tcp.(*streamConn)
	if !ok || t.sent == nil {
		return
	}
	select {
	case <-t.sent:
	default:
		panic(http.ErrAbortHandler)
	}
}
