package ref

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
)

var errOrigin = errors.New("origin is not permitted (RFC 6455 10.2)")

// checkOrigin returns an error if a page of the origin may not have the
// connection (RFC6455-10.2-1). Requests without an Origin do not come from a
// page; their client could send any Origin, so they are not checked.
func (o *AcceptOptions) checkOrigin(r *http.Request) error {
	if o.CheckOrigin != nil {
		if !o.CheckOrigin(r) {
			return errOrigin
		}
		return nil
	}
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return nil
	}
	if len(origins) > 1 {
		return fmt.Errorf("%d Origin fields: %w", len(origins), errOrigin)
	}
	origin := origins[0]
	for _, pattern := range o.OriginPatterns {
		if matchesOrigin(pattern, origin) {
			return nil
		}
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return fmt.Errorf("origin %q: %w", origin, errOrigin)
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	// A proxy that ends TLS makes the schemes differ. A missing port therefore
	// means the default port of each side's own scheme.
	if !strings.EqualFold(withoutDefaultPort(u.Scheme, u.Host), withoutDefaultPort(scheme, r.Host)) {
		return fmt.Errorf("origin %q, not of host %q: %w", origin, r.Host, errOrigin)
	}
	return nil
}

func withoutDefaultPort(scheme, host string) string {
	switch strings.ToLower(scheme) {
	case "http":
		return strings.TrimSuffix(host, ":80")
	case "https":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}

func matchesOrigin(pattern, origin string) bool {
	if pattern == "*" {
		return true
	}
	subject := origin
	if !strings.Contains(pattern, "://") && origin != "null" {
		u, err := url.Parse(origin)
		if err != nil {
			return false
		}
		subject = u.Host
	}
	matched, err := path.Match(strings.ToLower(pattern), strings.ToLower(subject))
	return err == nil && matched
}

// checkPatterns returns an error for patterns that path.Match does not accept.
func checkPatterns(patterns []string) error {
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("origin pattern %q: %w", pattern, err)
		}
	}
	return nil
}
