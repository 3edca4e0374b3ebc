package wire

import (
	"net/netip"
	"strings"
)

// A requestCheck finds one kind of mistake in an opening request. Most mistakes
// break one rule of the client, which must not send them, and one of the server,
// which must reject them; nil means that there is no rule for that side.
type requestCheck struct {
	server, client *Rule
	// find describes the mistake, or returns "".
	find func(Request) string
}

// requestChecks are in the order of RFC 6455 4.2.1.
var requestChecks = []requestCheck{
	{RuleServerMethod, RuleClientMethod, wrongMethod},
	{RuleServerVersion, RuleClientVersion, wrongHTTPVersion},
	{RuleServerTarget, RuleClientTarget, wrongTarget},
	{RuleServerHost, RuleClientHost, wrongHost},
	{RuleServerUpgrade, RuleClientUpgrade, noUpgrade},
	{RuleServerFieldGrammar, RuleClientRequestForm, malformedUpgrade},
	{RuleServerConnection, RuleClientConnection, noConnection},
	{RuleServerFieldGrammar, RuleClientRequestForm, malformedConnection},
	{RuleServerKeyMissing, RuleClientKeyMissing, missing(fieldKey)},
	{RuleServerKeyDoubled, RuleClientKeyDoubled, doubled(fieldKey)},
	{RuleServerKeyForm, RuleClientKeyForm, wrongKey},
	{nil, RuleClientKeyPadding, wrongKeyPadding},
	{RuleServerVersionMissing, RuleClientVersionMissing, missing(fieldVersion)},
	{RuleServerVersionDoubled, RuleClientVersionDoubled, doubled(fieldVersion)},
	{RuleServerVersionForm, RuleClientProtocolVersion, malformedVersion},
	{RuleServerProtocolVersion, RuleClientProtocolVersion, wrongVersion},
	{RuleServerSubprotocols, RuleClientSubprotocols, malformedSubprotocols},
	{nil, RuleClientSubprotocolDoubled, doubledSubprotocol},
	{RuleServerExtensions, RuleClientExtensions, malformedExtensions},
}

// CheckRequest checks an opening request as a server has to (RFC 6455 4.2.1). It
// returns what was seen for every broken rule, in the order of the clause. The
// server may accept the request if there is none. Unknown fields are ignored
// (RFC6455-4.2.1-20).
func CheckRequest(r Request) []*Violation {
	return checkRequest(r, func(c requestCheck) *Rule { return c.server })
}

// CheckClientRequest checks a request by the duties of the client (RFC 6455 4.1),
// for testing clients. It is stricter than [CheckRequest]: it also checks the
// unused bits of the key and duplicate subprotocols.
func CheckClientRequest(r Request) []*Violation {
	return checkRequest(r, func(c requestCheck) *Rule { return c.client })
}

func checkRequest(r Request, side func(requestCheck) *Rule) []*Violation {
	var violations []*Violation
	for _, check := range requestChecks {
		rule := side(check)
		if rule == nil {
			continue
		}
		if found := check.find(r); found != "" {
			violations = append(violations, rule.Violation("%s", found))
		}
	}
	return violations
}

func wrongMethod(r Request) string {
	if r.Method != "GET" { // methods are case-sensitive (RFC 7230 3.1.1)
		return "method " + excerpt(r.Method) + ", want GET"
	}
	return ""
}

func wrongHTTPVersion(r Request) string {
	if !atLeastHTTP11(r.Version) {
		return "HTTP version " + excerpt(r.Version) + ", want HTTP/1.1 or above"
	}
	return ""
}

// wrongTarget looks for what RFC 6455 3 and RFC 7230 5.3 exclude. It accepts
// octets that a URI should escape but that browsers send, such as a vertical bar.
func wrongTarget(r Request) string {
	for i := range len(r.Target) {
		if c := r.Target[i]; c <= ' ' || c >= 0x7F || c == '#' {
			return "target " + excerpt(r.Target) + " with a space, '#', control or non-ASCII octet"
		}
	}
	if strings.HasPrefix(r.Target, "/") {
		return ""
	}
	scheme, rest, found := strings.Cut(r.Target, "://")
	if found && (equalFoldASCII(scheme, "http") || equalFoldASCII(scheme, "https")) {
		authority := rest
		if end := strings.IndexAny(rest, "/?"); end >= 0 {
			authority = rest[:end]
		}
		if isAuthority(authority) {
			return ""
		}
	}
	return "target " + excerpt(r.Target) + ", want a path or an absolute http or https URI"
}

func wrongHost(r Request) string {
	host, ok := r.Fields.Get(fieldHost)
	switch {
	case !ok:
		return "no Host field"
	case r.Fields.count(fieldHost) > 1:
		return "more than one Host field"
	case !isAuthority(host):
		return "Host " + excerpt(host) + ", want a host and perhaps a port"
	}
	return ""
}

func noUpgrade(r Request) string {
	value, ok := r.Fields.List(fieldUpgrade)
	switch {
	case !ok:
		return "no Upgrade field"
	case !HasToken(value, "websocket"): // RFC6455-4.2.1-9
		return "Upgrade " + excerpt(value) + " without websocket"
	}
	return ""
}

// malformedUpgrade checks the field against 1#product (RFC 2616 14.42). A product
// is a token, or two with a slash between them.
func malformedUpgrade(r Request) string {
	value, ok := r.Fields.List(fieldUpgrade)
	if !ok {
		return ""
	}
	s := scanner{value: value}
	err := s.list("a protocol", func() error {
		if _, err := s.token("a protocol"); err != nil {
			return err
		}
		if s.next('/') {
			_, err := s.token("a protocol version")
			return err
		}
		return nil
	})
	return malformed(fieldUpgrade, err)
}

func noConnection(r Request) string {
	value, ok := r.Fields.List(fieldConnection)
	switch {
	case !ok:
		return "no Connection field"
	case !HasToken(value, "Upgrade"): // RFC6455-4.2.1-11
		return "Connection " + excerpt(value) + " without Upgrade"
	}
	return ""
}

func malformedConnection(r Request) string { return malformedTokens(r.Fields, fieldConnection) }

func wrongKey(r Request) string {
	key, ok := r.Fields.Get(fieldKey)
	if !ok {
		return ""
	}
	if good, _ := isKey(key); !good {
		return "key " + excerpt(key) + ", want base64 of 16 octets"
	}
	return ""
}

func wrongKeyPadding(r Request) string {
	key, _ := r.Fields.Get(fieldKey)
	if good, zero := isKey(key); good && !zero {
		return "key " + excerpt(key) + " whose unused last bits are not zero"
	}
	return ""
}

// malformedVersion checks the field against the ABNF of RFC 6455 4.3.
func malformedVersion(r Request) string {
	version, ok := r.Fields.Get(fieldVersion)
	if !ok || isVersion(version) {
		return ""
	}
	return "version " + excerpt(version) + ", want a decimal number from 0 to 255 without leading zeros"
}

func isVersion(s string) bool {
	return isDigits(s) && len(s) <= 3 && (s == "0" || s[0] != '0') && (len(s) < 3 || s <= "255")
}

func wrongVersion(r Request) string {
	version, ok := r.Fields.Get(fieldVersion)
	if ok && isVersion(version) && version != ProtocolVersion {
		return "version " + version + ", want " + ProtocolVersion
	}
	return ""
}

func malformedSubprotocols(r Request) string { return malformedTokens(r.Fields, fieldSubprotocol) }

func doubledSubprotocol(r Request) string {
	seen := make(map[string]bool)
	for _, name := range r.Subprotocols() {
		if seen[name] {
			return "subprotocol " + excerpt(name) + " asked for twice"
		}
		seen[name] = true
	}
	return ""
}

func malformedExtensions(r Request) string {
	value, ok := r.Fields.List(fieldExtensions)
	if !ok {
		return ""
	}
	_, err := ParseExtensions(value)
	return malformed(fieldExtensions, err)
}

func malformedTokens(f Fields, name string) string {
	value, ok := f.List(name)
	if !ok {
		return ""
	}
	_, err := ParseTokens(value)
	return malformed(name, err)
}

func malformed(name string, err error) string {
	if err == nil {
		return ""
	}
	return name + ": " + err.Error()
}

func missing(name string) func(Request) string {
	return func(r Request) string {
		if _, ok := r.Fields.Get(name); !ok {
			return "no " + name + " field"
		}
		return ""
	}
}

func doubled(name string) func(Request) string {
	return func(r Request) string {
		if r.Fields.count(name) > 1 {
			return "more than one " + name + " field"
		}
		return ""
	}
}

// isAuthority reports whether s is a host with or without port (RFC 3986 3.2),
// without user information, which HTTP does not send.
func isAuthority(s string) bool {
	host, port := s, ""
	if strings.HasPrefix(s, "[") {
		var closed bool
		host, port, closed = strings.Cut(s[1:], "]")
		addr, err := netip.ParseAddr(host)
		if !closed || err != nil || !addr.Is6() || addr.Zone() != "" {
			return false
		}
	} else {
		if colon := strings.IndexByte(s, ':'); colon >= 0 {
			host, port = s[:colon], s[colon:]
		}
		for i := range len(host) {
			if !isHostChar(host[i]) {
				return false
			}
		}
	}
	return host != "" && (port == "" || port == ":" || port[0] == ':' && isDigits(port[1:]))
}

// isHostChar reports whether a registered name or an address may have the octet
// (RFC 3986 3.2.2: unreserved, sub-delims, and the percent sign of an escape).
func isHostChar(c byte) bool {
	return 'a' <= lowerASCII(c) && lowerASCII(c) <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~!$&'()*+,;=%", c) >= 0
}
