package run

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/opening"
)

// foreignOrigin returns the origin of a web page that is none of the service's own and
// not allowed, and "" for any other client. Any page that a browser shows can connect
// to any port of this machine: it must not run cases or stop the service (RFC 6455
// 10.2). A client that wsspec starts connects to a port that no page knows.
func (s *Service) foreignOrigin(in *opening.FromClient) string {
	if s.started || slices.Contains(s.AllowedOrigins, "*") {
		return ""
	}
	host := in.Host()
	for _, origin := range in.Request.Fields.Values("Origin") {
		allowed := slices.ContainsFunc(s.AllowedOrigins, func(a string) bool { return strings.EqualFold(a, origin) })
		if !allowed && isPage(origin) && !(sameHost(origin, host) && isOwnName(host, in.Conn.LocalAddr())) {
			return origin
		}
	}
	return ""
}

// isPage reports whether an Origin is one that a browser sends (RFC 6454 6.1). Some
// libraries send the host alone, which no browser does.
func isPage(origin string) bool { return origin == "null" || strings.Contains(origin, "://") }

// sameHost reports whether an origin is the host of a Host field, with its port or
// without any.
func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	own, err := url.Parse("//" + host)
	return err == nil && strings.EqualFold(u.Hostname(), own.Hostname()) && (u.Port() == own.Port() || u.Port() == "")
}

// isOwnName reports whether a Host can be a name of the address that the client is
// connected to. A name of the public DNS that leads to this machine's loopback address
// is not: whoever owns it can let it point there and show a page of the same origin.
func isOwnName(host string, local net.Addr) bool {
	own, err := url.Parse("//" + host)
	address, ok := local.(*net.TCPAddr)
	if err != nil || !ok || !address.IP.IsLoopback() {
		return err == nil
	}
	name := strings.TrimSuffix(strings.ToLower(own.Hostname()), ".")
	_, err = netip.ParseAddr(name)
	return err == nil || !strings.Contains(name, ".") || strings.HasSuffix(name, ".localhost")
}
