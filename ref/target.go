package ref

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// A target is a parsed WebSocket URI (RFC 6455 3).
type target struct {
	uri      *url.URL
	secure   bool
	host     string // the Host field: without a default port
	address  string // host and port to connect to
	resource string // path and query
}

// parseTarget parses a WebSocket URI. http and https mean ws and wss, as in
// browsers.
func parseTarget(raw string) (target, error) {
	u, err := url.Parse(raw)
	if err != nil {
		var parsing *url.Error
		if errors.As(err, &parsing) {
			err = parsing.Err // url.Error shows the whole URI, and perhaps a password in it
		}
		return target{}, fmt.Errorf("WebSocket URI: %w", err)
	}
	hasFragment := strings.Contains(raw, "#")
	shown := u.Redacted()
	t := target{uri: u}
	port := ""
	switch strings.ToLower(u.Scheme) { // RFC6455-3-2
	case "ws", "http":
		port = "80"
	case "wss", "https":
		t.secure, port = true, "443"
	default:
		return target{}, fmt.Errorf("WebSocket URI %q: scheme %q, want ws or wss (RFC 6455 3)", shown, u.Scheme)
	}
	switch {
	case u.Opaque != "" || u.Hostname() == "":
		return target{}, fmt.Errorf("WebSocket URI %q: no host (RFC 6455 3)", shown)
	case u.Fragment != "" || hasFragment: // RFC6455-3-4
		return target{}, fmt.Errorf("WebSocket URI %q: a fragment has no meaning here, '#' is written %%23 (RFC 6455 3)", shown)
	case u.User != nil:
		return target{}, fmt.Errorf("WebSocket URI: no place for user and password, use the Authorization field (RFC 6455 3)")
	}
	t.host = u.Host
	if given := u.Port(); given == port || given == "" { // RFC6455-4.1-24
		t.host = strings.TrimSuffix(strings.TrimSuffix(u.Host, ":"+port), ":")
	} else {
		if _, err := net.LookupPort("tcp", given); err != nil {
			return target{}, fmt.Errorf("WebSocket URI %q: port: %w", shown, err)
		}
		port = given
	}
	t.address = net.JoinHostPort(u.Hostname(), port)
	t.resource = u.RequestURI() // RFC6455-3-3
	if bad := wire.CheckClientRequest(wire.NewRequest(t.resource, t.host, wire.NewKey([16]byte{}), nil)); len(bad) > 0 {
		return target{}, fmt.Errorf("WebSocket URI %q: %w", shown, joined(bad)) // RFC6455-4.1-3
	}
	return t, nil
}

// httpURL returns the target as an http or https URL, for cookies and proxies.
func (t target) httpURL() *url.URL {
	u := *t.uri
	u.Scheme = "http"
	if t.secure {
		u.Scheme = "https"
	}
	return &u
}
