// Package http3 carries WebSockets over HTTP/3 (RFC 9220) for package ref, by quic-go. It is
// a module of its own, so that nobody who imports ref gets QUIC.
//
// A server wraps its handler. The handlers accept WebSockets by ref.Accept as over HTTP/1.1
// and HTTP/2, and return when their connection is closed:
//
//	server := &quichttp3.Server{Addr: addr, TLSConfig: config, Handler: http3.Handler(ref.EchoHandler(nil))}
//
// A client dials through a Transport:
//
//	transport := http3.NewTransport(nil)
//	defer transport.Close()
//	conn, _, err := ref.Dial(ctx, "wss://example.com/chat", &ref.DialOptions{
//		HTTPClient:      &http.Client{Transport: transport},
//		ExtendedConnect: true,
//	})
package http3

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

// protocolField is where package ref has the pseudo-header field :protocol. quic-go has it
// where the version of HTTP stands otherwise.
const protocolField = ":protocol"

// keepAlive is how often a client sends something, so that a WebSocket on which nothing
// happens outlives the idle timeout of QUIC, which is 30 seconds in quic-go.
const keepAlive = 10 * time.Second

// A Transport sends requests over HTTP/3 only, WebSockets and others, as streams of one
// connection to each server. It is an http.RoundTripper. Make one by NewTransport.
type Transport struct{ inner *http3.Transport }

// NewTransport returns a Transport. config is for TLS; nil means the defaults. It is for
// wss and https: HTTP/3 has no form without TLS.
func NewTransport(config *tls.Config) *Transport {
	return &Transport{&http3.Transport{TLSClientConfig: config, QUICConfig: &quic.Config{KeepAlivePeriod: keepAlive}}}
}

// RoundTrip sends a request. One with the header ":protocol" is an extended CONNECT. It
// waits for the server's SETTINGS, and fails without SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC
// 9220 3).
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if values := r.Header[protocolField]; len(values) > 0 {
		r = r.Clone(r.Context())
		r.Proto = values[0]
		delete(r.Header, protocolField)
	}
	response, err := t.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	response.Body = &body{ReadCloser: response.Body}
	return response, nil
}

// CloseIdleConnections closes the connections without streams.
func (t *Transport) CloseIdleConnections() { t.inner.CloseIdleConnections() }

// Close closes all connections.
func (t *Transport) Close() error { return t.inner.Close() }

// Handler lets the handlers of an http3.Server accept WebSockets. Other requests pass as
// they are. Without it a connection
// that is aborted would end in order: with it the stream is reset with
// H3_REQUEST_CANCELLED (RFC 9220 3).
func Handler(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		streamer, ok := w.(http3.HTTPStreamer)
		if !ok || r.Method != http.MethodConnect || !strings.EqualFold(r.Proto, "websocket") {
			handler.ServeHTTP(w, r)
			return
		}
		r = r.Clone(r.Context())
		r.RequestURI = r.URL.RequestURI() // quic-go has the :authority there
		r.Body = &body{ReadCloser: r.Body}
		sw := &streamWriter{ResponseWriter: w, streamer: streamer}
		defer sw.end()
		handler.ServeHTTP(sw, r)
	})
}

// A streamWriter is a ResponseWriter that takes the stream over when the request is
// accepted. Then a deadline in the past resets it.
type streamWriter struct {
	http.ResponseWriter
	streamer http3.HTTPStreamer
	accepted bool
	stream   *http3.Stream // nil until the first Flush of what was accepted
}

func (w *streamWriter) WriteHeader(status int) {
	w.accepted = status/100 == 2
	w.ResponseWriter.WriteHeader(status)
}

func (w *streamWriter) Write(p []byte) (int, error) {
	if w.stream == nil {
		return w.ResponseWriter.Write(p)
	}
	return w.stream.Write(p)
}

// FlushError sends the header.
func (w *streamWriter) FlushError() error {
	switch {
	case w.stream != nil: // its writes wait for nothing
	case w.accepted:
		w.stream = w.streamer.HTTPStream()
	default:
		return http.NewResponseController(w.ResponseWriter).Flush()
	}
	return nil
}

// SetReadDeadline has no effect: package ref has deadlines of its own.
func (w *streamWriter) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline resets the stream if the deadline has passed, and has no effect
// otherwise.
func (w *streamWriter) SetWriteDeadline(by time.Time) error {
	if w.stream != nil && !by.IsZero() && by.Before(time.Now()) { // RFC9220-3-4
		w.stream.CancelWrite(quic.StreamErrorCode(http3.ErrCodeRequestCanceled))
		w.stream.CancelRead(quic.StreamErrorCode(http3.ErrCodeRequestCanceled))
	}
	return nil
}

// end ends the stream when the handler has returned.
func (w *streamWriter) end() {
	if w.stream == nil {
		return
	}
	_ = w.stream.Close() // without effect if it was reset
	w.stream.CancelRead(quic.StreamErrorCode(http3.ErrCodeNoError))
}

// A body is what comes on a stream. Its errors say to package ref who ended it.
type body struct{ io.ReadCloser }

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	var failed *http3.Error
	if errors.As(err, &failed) && failed.Remote {
		err = fmt.Errorf("the peer reset the stream: %w: %w", err, syscall.ECONNRESET)
	}
	return n, err
}
