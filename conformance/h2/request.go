package h2

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// pseudoFields are the pseudo-header fields of an extended CONNECT (RFC 8441 4).
var pseudoFields = []string{":method", ":protocol", ":scheme", ":path", ":authority"}

// CheckRequest judges the extended CONNECT of a client by its form over HTTP/2: for every rule
// broken, what was seen. The scheme is the one that the URL asks for, "http" or "https". The
// fields of WebSocket itself are the same as over HTTP/1.1, and not judged here.
func (s *Stream) CheckRequest(scheme string) (found []*wire.Violation) {
	report := func(broken bool, rule *wire.Rule, format string, args ...any) {
		if broken {
			found = append(found, rule.Violation(format, args...))
		}
	}
	report(s.unpermitted, ruleUnpermitted, "an extended CONNECT, though the harness has not sent the setting")
	ordinary := slices.IndexFunc(s.fields, func(f wire.Field) bool { return !strings.HasPrefix(f.Name, ":") })
	for i, f := range s.fields {
		if v := malformed("request", f, ruleFields); v != nil {
			found = append(found, v)
			continue
		}
		pseudo := strings.HasPrefix(f.Name, ":")
		report(pseudo && ordinary >= 0 && i > ordinary, ruleFields, "the pseudo-header field %s behind the field %s (RFC 9113 8.3)", f.Name, s.fields[max(ordinary, 0)].Name)
		report(pseudo && !slices.Contains(pseudoFields, f.Name), ruleFields, "the pseudo-header field %s, which a request does not have (RFC 9113 8.3)", f.Name)
	}
	for _, name := range pseudoFields {
		n := len(s.fields.Values(name))
		report(n > 1, ruleFields, "%d fields %s (RFC 9113 8.3)", n, name)
	}
	value := func(name string) (string, bool) { return s.fields.Get(name) }
	protocol, ok := value(":protocol")
	report(!ok, ruleProtocol, "a CONNECT without :protocol")
	report(ok && protocol != "websocket", ruleProtocol, ":protocol %q, want websocket", protocol)
	got, ok := value(":scheme")
	report(!ok, ruleTarget, "a request without :scheme")
	report(ok && got != scheme, ruleScheme, ":scheme %q, want %s", got, scheme)
	path, ok := value(":path")
	report(!ok, ruleTarget, "a request without :path")
	report(ok && !strings.HasPrefix(path, "/"), ruleTarget, ":path %q, want a path that begins with / (RFC 9113 8.3.1)", path)
	authority, ok := value(":authority")
	report(!ok, ruleAuthority, "a request without :authority")
	report(strings.Contains(authority, "@"), ruleAuthority, ":authority %q with user information (RFC 9113 8.3.1)", authority)
	host, named := value("host")
	report(ok && named && !strings.EqualFold(host, authority), ruleAuthority, "Host %q beside :authority %q (RFC 9113 8.3.1)", host, authority)
	for _, name := range script.ConnectionFields {
		values := s.fields.Values(name)
		report(len(values) > 0, ruleConnection, "a request with the field %s: %.200q (RFC 9113 8.2.2)", name, strings.Join(values, ", "))
	}
	return found
}

// CheckAuthority compares the :authority of a request with that of the URL. A port may be left
// out if it is the default of the scheme.
func (s *Stream) CheckAuthority(given string) []*wire.Violation {
	authority, ok := s.fields.Get(":authority")
	if !ok || strings.EqualFold(authority, given) {
		return nil
	}
	return []*wire.Violation{ruleAuthority.Violation(":authority %q in the request to %s", authority, given)}
}
