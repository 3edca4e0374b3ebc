package ref

import (
	"fmt"
	"net/http"
	"net/url"
)

// redirection returns where a response points instead (RFC6455-4.1-43: a client
// may follow).
func redirection(response *http.Response) (*url.URL, bool) {
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		to, err := url.Parse(response.Header.Get("Location"))
		return to, err == nil && response.Header.Get("Location") != ""
	}
	return nil, false
}

// follow returns the next URI, and leaves credentials behind when it is of
// another origin. It never goes from TLS to plain text.
func (d *dialer) follow(from target, to *url.URL) (uri string, err error) {
	next, err := parseTarget(from.uri.ResolveReference(to).String())
	if err != nil {
		return "", fmt.Errorf("redirected: %w", err)
	}
	if from.secure && !next.secure {
		return "", fmt.Errorf("redirected from %s to %s, out of TLS (RFC 6455 10.6)", from.uri.Redacted(), next.uri.Redacted())
	}
	if next.address != from.address || next.secure != from.secure {
		d.Header = d.Header.Clone()
		for _, name := range []string{"Authorization", "Cookie", "Proxy-Authorization"} {
			d.Header.Del(name)
		}
		d.Host = ""
	}
	return next.uri.String(), nil
}
