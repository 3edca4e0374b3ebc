package ref

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// redirection returns the target of a redirect, which a client may follow
// (RFC6455-4.1-43).
func redirection(response *http.Response) (*url.URL, bool) {
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		to, err := url.Parse(response.Header.Get("Location"))
		return to, err == nil && response.Header.Get("Location") != ""
	}
	return nil, false
}

// follow returns the URI of the next attempt. It drops credentials when the
// origin changes, and does not go from TLS to plain text.
func (d *dialer) follow(from target, to *url.URL) (uri string, err error) {
	next, err := parseTarget(from.uri.ResolveReference(to).String())
	if err != nil {
		return "", fmt.Errorf("redirected: %w", err)
	}
	if from.secure && !next.secure {
		return "", fmt.Errorf("redirected from %s to %s, out of TLS (RFC 6455 10.6)", from.uri.Redacted(), next.uri.Redacted())
	}
	if next.address != from.address || next.secure != from.secure {
		d.Header = withoutCredentials(d.Header)
		d.Host = ""
	}
	return next.uri.String(), nil
}

// credentialFields are the fields, in canonical form, that are only for one
// origin. net/http treats the same fields in this way.
var credentialFields = []string{
	"Authorization", "Cookie", "Cookie2", "Proxy-Authenticate", "Proxy-Authorization", "Www-Authenticate",
}

// withoutCredentials returns a copy of a header without the credential fields.
// The case of field names has no meaning (RFC 9110 5.1).
func withoutCredentials(h http.Header) http.Header {
	kept := make(http.Header, len(h))
	for name, values := range h {
		if !slices.Contains(credentialFields, http.CanonicalHeaderKey(name)) {
			kept[name] = slices.Clone(values)
		}
	}
	return kept
}
