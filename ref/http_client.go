package ref

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// openByClient makes one attempt by an http.Client: its Transport opens the
// connection and sends the request, so that its proxies, TLS, DialContext and
// whatever wraps it are used. The response is judged as any other.
func (d *dialer) openByClient(ctx context.Context, t target) (*Conn, *http.Response, error) {
	request, offers, err := d.request(t)
	if err != nil {
		return nil, nil, err
	}
	slot := dialSlot{skip: d.AllowConcurrentDials}
	if err := slot.take(ctx, t.address); err != nil { // RFC6455-4.1-8: the name is the address
		return nil, nil, fmt.Errorf("connecting to %s: %w", t.address, err)
	}
	defer slot.release()
	client := *d.HTTPClient
	if client.Timeout > 0 {
		// A client with a Timeout gives no body that can be written.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, client.Timeout)
		defer cancel()
		client.Timeout = 0
	}
	// Every attempt has a fresh key, so redirects are followed by Dial.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	var tcp net.Conn
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { tcp = info.Conn }}
	sent, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodGet, t.httpURL().String(), nil)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range request.Fields {
		if f.Name == "Host" {
			sent.Host = f.Value
		} else {
			sent.Header.Add(f.Name, f.Value)
		}
	}
	response, err := client.Do(sent)
	if err != nil {
		return nil, nil, fmt.Errorf("HTTP client: %w", err)
	}
	conn, err := d.accepted(t, response, request, offers, func() (net.Conn, error) {
		stream, ok := response.Body.(io.ReadWriteCloser)
		if !ok {
			return nil, fmt.Errorf("HTTP client: the body of the response is a %T that cannot be written", response.Body)
		}
		if tcp == nil {
			return nil, errors.New("HTTP client: its Transport does not tell the connection by httptrace.GotConn, which is needed for deadlines")
		}
		return &clientConn{Conn: tcp, stream: stream}, nil
	})
	if err != nil {
		keepClientBody(response)
		return nil, response, err
	}
	response.Body = http.NoBody // its octets are the Conn's
	return conn, response, nil
}

// accepted judges a response and makes the Conn.
func (d *dialer) accepted(t target, response *http.Response, request wire.Request, offers []wire.Extension, takeOver func() (net.Conn, error)) (*Conn, error) {
	if d.Jar != nil {
		d.Jar.SetCookies(t.httpURL(), response.Cookies())
	}
	answer := wire.Response{Version: response.Proto, Status: response.StatusCode, Fields: fieldsOf(response.Header)}
	c, err := d.negotiated(answer, request, offers)
	if err != nil {
		return nil, err
	}
	tcp, err := takeOver()
	if err != nil {
		return nil, err
	}
	conn, err := newConn(tcp, c)
	if err != nil {
		return nil, err
	}
	conn.response = response
	return conn, nil
}

// keepClientBody reads the body of a response that refuses and closes it. That
// of a 101 is the connection.
func keepClientBody(response *http.Response) {
	body := response.Body
	response.Body = http.NoBody
	if response.StatusCode != http.StatusSwitchingProtocols {
		timer := time.AfterFunc(rejectionTime, func() { _ = body.Close() })
		defer timer.Stop()
		octets, _ := io.ReadAll(io.LimitReader(body, rejectionBody))
		response.Body = io.NopCloser(strings.NewReader(string(octets)))
	}
	_ = body.Close()
}

// A clientConn is a connection that an http.Transport opened. Octets go through
// the response's body, which knows what the Transport has read already; the rest
// is the connection's.
type clientConn struct {
	net.Conn
	stream io.ReadWriteCloser
}

func (c *clientConn) Read(p []byte) (int, error)  { return c.stream.Read(p) }
func (c *clientConn) Write(p []byte) (int, error) { return c.stream.Write(p) }
func (c *clientConn) Close() error                { return c.stream.Close() }

// CloseWrite ends what goes to the server, if the connection can do that.
func (c *clientConn) CloseWrite() error {
	if !shutDown(c.Conn) {
		return errors.ErrUnsupported
	}
	return nil
}
