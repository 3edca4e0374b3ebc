package ref

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/wsspec/wsspec/ref/wire"
)

// throughProxy opens a tunnel to the address through an HTTP proxy (RFC 6455
// 4.1).
func throughProxy(ctx context.Context, proxy *url.URL, address string, config *tls.Config) (net.Conn, error) {
	port := map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	if port == "" {
		return nil, fmt.Errorf("proxy %s: scheme %q, want http or https; others by DialContext", proxy.Redacted(), proxy.Scheme)
	}
	if proxy.Port() != "" {
		port = proxy.Port()
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(proxy.Hostname(), port))
	if err != nil {
		return nil, fmt.Errorf("proxy %s: %w", proxy.Redacted(), err)
	}
	if proxy.Scheme == "https" {
		var config2 *tls.Config
		if config != nil { // the same roots, but another name
			config2 = config.Clone()
			config2.ServerName = ""
		}
		if conn, err = secure(ctx, conn, config2, proxy.Hostname()); err != nil {
			return nil, fmt.Errorf("proxy %s: %w", proxy.Redacted(), err)
		}
	}
	if err := tunnel(ctx, conn, proxy, address); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("proxy %s: %w", proxy.Redacted(), err)
	}
	return conn, nil
}

// tunnel asks the proxy for a tunnel.
func tunnel(ctx context.Context, conn net.Conn, proxy *url.URL, address string) error {
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		credentials := base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))
		request.Header.Set("Proxy-Authorization", "Basic "+credentials)
	}
	var out bytes.Buffer
	if err := request.Write(&out); err != nil {
		return err
	}
	if _, err := interruptible(ctx, conn.SetDeadline, func() (int, error) { return conn.Write(out.Bytes()) }); err != nil {
		return fmt.Errorf("asking for a tunnel: %w", err)
	}
	response, err := readTunnelResponse(ctx, conn)
	if err != nil {
		return err
	}
	if response.StatusCode/100 != 2 { // RFC6455-4.1-14
		return fmt.Errorf("no tunnel to %s: status %d %s (RFC 6455 4.1)", address, response.StatusCode, http.StatusText(response.StatusCode))
	}
	return nil
}

// readTunnelResponse reads the final response to CONNECT and skips interim ones
// (RFC 9110 15.2). It reads single octets, because the octets behind the response
// belong to the server.
func readTunnelResponse(ctx context.Context, conn net.Conn) (*http.Response, error) {
	var head []byte
	one := make([]byte, 1)
	for total := 0; total < wire.MaxHandshakeLen; total++ {
		if _, err := interruptible(ctx, conn.SetDeadline, func() (int, error) { return io.ReadFull(conn, one) }); err != nil {
			return nil, fmt.Errorf("waiting for a tunnel: %w", err)
		}
		head = append(head, one...)
		if !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
			continue
		}
		response, err := httpResponse(head)
		if err != nil || !isInterim(response.StatusCode) {
			return response, err
		}
		head = nil
	}
	return nil, fmt.Errorf("response to CONNECT of more than %d octets", wire.MaxHandshakeLen)
}
