package ref

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// openByConnect makes one attempt by an extended CONNECT (RFC 8441 5): the Transport of
// the http.Client opens a stream, on a connection that it has or on a new one.
func (d *dialer) openByConnect(ctx context.Context, t target) (*Conn, *http.Response, error) {
	request, offers, err := d.request(t)
	if err != nil {
		return nil, nil, err
	}
	client := *d.HTTPClient
	if client.Timeout > 0 { // it would end the connection as well
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, client.Timeout)
		defer cancel()
		client.Timeout = 0
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // Dial follows
	opened := newClientStream(ctx, t)
	defer opened.release() // ctx is for Dial only
	sent := opened.request(t, request)
	slot := dialSlot{skip: d.AllowConcurrentDials}
	if err := slot.take(ctx, t.address); err != nil { // RFC6455-4.1-8: the name is the address
		return nil, nil, fmt.Errorf("connecting to %s: %w", t.address, err)
	}
	defer slot.release()
	response, err := client.Do(sent)
	if err != nil {
		opened.conn.abort()
		if ctx.Err() != nil {
			err = fmt.Errorf("%w (%w)", context.Cause(ctx), err)
		}
		return nil, nil, fmt.Errorf("HTTP client: %w", err)
	}
	conn, err := d.acceptedStream(t, response, request, offers, opened)
	if err != nil {
		if response.StatusCode/100 == 2 {
			response.Body = http.NoBody // frames, not a reason
		}
		keepClientBody(response)
		opened.conn.abort()
		return nil, response, err
	}
	response.Body = http.NoBody // its octets are the Conn's
	return conn, response, nil
}

// acceptedStream judges the response to an extended CONNECT and makes the Conn.
func (d *dialer) acceptedStream(t target, response *http.Response, request wire.Request, offers []wire.Extension, opened *clientStream) (*Conn, error) {
	if d.Jar != nil {
		d.Jar.SetCookies(t.httpURL(), response.Cookies())
	}
	switch {
	case response.ProtoMajor < 2:
		return nil, fmt.Errorf("the server answered by %s, and an extended CONNECT is for HTTP/2 and HTTP/3 (RFC 8441 4)", response.Proto)
	case response.StatusCode/100 != 2: // RFC8441-5-6
		return nil, wire.RuleResponseStatus.Violation("status %d, want 200 (RFC 8441 5)", response.StatusCode)
	}
	for _, name := range []string{"Connection", "Upgrade"} {
		if _, ok := response.Header[name]; ok {
			return nil, fmt.Errorf("the response has the field %s, which HTTP/%d does not have (RFC 9113 8.2.2)", name, response.ProtoMajor)
		}
	}
	c, err := d.negotiated(upgradeResponse(response, request), request, offers)
	if err != nil {
		return nil, err
	}
	conn, err := newConn(opened.conn, c)
	if err != nil {
		return nil, err
	}
	conn.response = response
	opened.body = response.Body
	go opened.conn.receive(response.Body)
	return conn, nil
}

// upgradeResponse returns the response of HTTP/1.1 that says the same as one to an
// extended CONNECT. The fields that both have keep their rules (RFC8441-5-5).
func upgradeResponse(response *http.Response, request wire.Request) wire.Response {
	return wire.NewResponse(request, "", nil, withoutHopFields(fieldsOf(response.Header)))
}

// A clientStream is a stream that an http.RoundTripper opens: what is sent is the body of
// the request, what comes is the body of the response.
type clientStream struct {
	conn    *streamConn
	ctx     context.Context // of the request
	cancel  context.CancelFunc
	release func() bool // unties the request from the context of Dial
	body    io.Closer   // of the response; nil before it

	ended     chan struct{} // closed when the body of the request is
	endedOnce sync.Once
}

func newClientStream(ctx context.Context, t target) *clientStream {
	s := &clientStream{conn: newStreamConn(streamAddr(""), streamAddr(t.address)), ended: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.release = context.AfterFunc(ctx, s.cancel)
	s.conn.reset, s.conn.hangUp = s.reset, s.hangUp
	return s
}

// request makes the extended CONNECT that asks for the same as a request of HTTP/1.1.
func (s *clientStream) request(t target, request wire.Request) *http.Request {
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if info.Conn != nil {
			s.conn.local, s.conn.remote = info.Conn.LocalAddr(), info.Conn.RemoteAddr()
		}
	}}
	sent := (&http.Request{
		Method:        http.MethodConnect,
		URL:           t.httpURL(),                               // RFC8441-4-2, RFC8441-5-2: its scheme and path are sent
		Header:        http.Header{protocolField: {"websocket"}}, // RFC8441-5-1
		Body:          requestBody{s},
		ContentLength: -1,
	}).WithContext(httptrace.WithClientTrace(s.ctx, trace))
	sent.Host, _ = request.Fields.Get("Host")
	for _, f := range withoutHopFields(request.Fields) { // RFC8441-5-3, RFC8441-5-4
		sent.Header.Add(f.Name, f.Value)
	}
	return sent
}

// reset ends the request, and HTTP/2 then resets the stream with CANCEL (RFC8441-5-7).
func (s *clientStream) reset() {
	s.cancel()
	if s.body != nil {
		// The Transport of x/net does not see the end of the context while flow control
		// stops it. Closing can wait for TCP.
		go func() { _ = s.body.Close() }()
	}
}

// hangUp waits until the request has ended, which is when both sides have ended the
// stream. The peer has a time for that, as it has with TCP. Behind it the connection can be
// idle, so that CloseIdleConnections closes it.
func (s *clientStream) hangUp() {
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		<-s.ended
		_ = s.body.Close() // waits for the rest of the request
	}()
	timer := time.NewTimer(drainTime)
	defer timer.Stop()
	select {
	case <-finished:
		s.cancel()
	case <-timer.C:
		s.reset()
	}
}

// A requestBody is the body of a request: what is written to the stream.
type requestBody struct{ s *clientStream }

func (b requestBody) Read(p []byte) (int, error) {
	return b.s.conn.out.read(context.Background(), p)
}

// Close is called when the request has ended.
func (b requestBody) Close() error {
	b.s.conn.out.abandon()
	b.s.endedOnce.Do(func() { close(b.s.ended) })
	return nil
}
