package ref

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A roundTripper counts what goes through it.
type roundTripper struct {
	http.RoundTripper
	requests []*http.Request
}

func (r *roundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	r.requests = append(r.requests, request)
	return r.RoundTripper.RoundTrip(request)
}

func TestDialByHTTPClient(t *testing.T) {
	noLeaks(t)
	s := newServer(t, &AcceptOptions{Compression: &Compression{}}, Echo)
	s.http.StartTLS()
	transport := &roundTripper{RoundTripper: s.http.Client().Transport}
	defer s.http.Client().CloseIdleConnections()
	jar, err := cookiejar.New(nil)
	must(t, err)
	u := parsed(t, s.http.URL)
	jar.SetCookies(u, []*http.Cookie{{Name: "a", Value: "b"}})
	conn, response, err := Dial(testContext(t), s.http.URL, &DialOptions{
		HTTPClient:  &http.Client{Transport: transport, Jar: jar, Timeout: testTimeout},
		Header:      http.Header{"X-Own": {"1"}},
		Compression: &Compression{},
	})
	must(t, err)
	defer conn.CloseNow()
	if !conn.Compressed() || response.StatusCode != http.StatusSwitchingProtocols || len(transport.requests) != 1 {
		t.Errorf("compressed %v, %v, %d requests", conn.Compressed(), response.Status, len(transport.requests))
	}
	r := <-s.requests
	if r.Host != u.Host || r.Header.Get("X-Own") != "1" || r.Header.Get("Cookie") != "a=b" {
		t.Errorf("host %q, header %v", r.Host, r.Header)
	}
	big := strings.Repeat("x", 100_000)
	must(t, conn.Write(testContext(t), Text, []byte(big)))
	checkRead(t, conn, Text, big)
	soon, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := conn.Read(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nothing to read: %v", err)
	}
	must(t, conn.Write(testContext(t), Text, []byte("still open")))
	checkRead(t, conn, Text, "still open")
	if conn.RemoteAddr().String() != u.Host {
		t.Errorf("remote address %v", conn.RemoteAddr())
	}
	must(t, conn.Close(1000, ""))
	must(t, awaitErr(t, s.ends))
}

func TestDialByHTTPClientRefused(t *testing.T) {
	noLeaks(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, "/no", http.StatusFound)
			return
		}
		http.Error(w, "not today", http.StatusForbidden)
	}))
	defer s.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for _, redirects := range []int{0, 1} {
		_, response, err := Dial(testContext(t), s.URL+"/redirect", &DialOptions{HTTPClient: client, Redirects: redirects})
		want := []int{http.StatusFound, http.StatusForbidden}[redirects]
		var refused *HandshakeError
		if !errors.As(err, &refused) || refused.Status != want || response == nil {
			t.Fatalf("%d redirects: %v, %v", redirects, response, err)
		}
		if body, _ := io.ReadAll(response.Body); redirects == 1 && string(body) != "not today\n" {
			t.Errorf("body %q", body)
		}
	}
	untraced := roundTripFunc(func(r *http.Request) (*http.Response, error) {
		return client.Transport.RoundTrip(r.WithContext(context.Background()))
	})
	echo := serve(t, nil, Echo)
	if _, _, err := Dial(testContext(t), echo.url, &DialOptions{HTTPClient: &http.Client{Transport: untraced}}); err == nil || !strings.Contains(err.Error(), "httptrace.GotConn") {
		t.Errorf("a transport without trace: %v", err)
	}
	for _, o := range []DialOptions{
		{TLS: &tls.Config{}}, {NoProxy: true}, {Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }},
		{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, nil }},
	} {
		o.HTTPClient = client
		if _, _, err := Dial(testContext(t), "ws://127.0.0.1:1", &o); err == nil || !strings.Contains(err.Error(), "with HTTPClient") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
