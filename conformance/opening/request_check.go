package opening

import (
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// CheckRequest judges the opening request of a client under test by the client's
// duties (RFC 6455 4.1): for every rule broken, in the order of the clause, what was
// seen. The statements are the harness's own and share no code with those of the
// reference, so that a mistake in one of them shows.
func CheckRequest(r wire.Request) []*wire.Violation {
	found := checkStartLine(r)
	report := func(broken bool, rule *wire.Rule, format string, args ...any) {
		if broken {
			found = append(found, rule.Violation(format, args...))
		}
	}
	hosts := r.Fields.Values("Host")
	report(len(hosts) == 0, wire.RuleClientHost, "no Host field")           // RFC6455-4.1-24
	report(len(hosts) > 1, wire.RuleClientHost, "more than one Host field") // RFC 9112 3.2
	report(len(hosts) == 1 && !isAuthority(first(hosts)), wire.RuleClientHost, "Host %s, want a host and perhaps a port", excerpt(first(hosts)))

	for _, option := range []struct {
		name, token string
		rule        *wire.Rule
		form        *regexp.Regexp
		want        string
	}{
		{"Upgrade", "websocket", wire.RuleClientUpgrade, productForm, "a protocol"}, // RFC6455-4.1-25
		{"Connection", "Upgrade", wire.RuleClientConnection, tokenForm, "a token"},  // RFC6455-4.1-26
	} {
		values := r.Fields.Values(option.name)
		report(len(values) == 0, option.rule, "no %s field", option.name)
		report(len(values) > 0 && !HasToken(values, option.token), option.rule, "%s %s without %s", option.name, excerpt(strings.Join(values, ", ")), option.token)
		wrong := malformed(r.Fields, option.name, option.form, option.want)
		report(wrong != "", wire.RuleClientRequestForm, "%s", wrong) // RFC6455-4.1-20
	}

	keys := r.Fields.Values("Sec-WebSocket-Key")
	report(len(keys) == 0, wire.RuleClientKeyMissing, "no Sec-WebSocket-Key field")           // RFC6455-4.1-27
	report(len(keys) > 1, wire.RuleClientKeyDoubled, "more than one Sec-WebSocket-Key field") // RFC6455-11.3.1-1
	report(len(keys) > 0 && !keyForm.MatchString(first(keys)), wire.RuleClientKeyForm, "key %s, want base64 of 16 octets", excerpt(first(keys)))
	report(len(keys) > 0 && keyForm.MatchString(first(keys)) && !strings.ContainsRune("AQgw", rune(first(keys)[21])),
		wire.RuleClientKeyPadding, "key %s whose unused last bits are not zero", excerpt(first(keys))) // RFC6455-4.1-E3150

	versions := r.Fields.Values("Sec-WebSocket-Version")
	report(len(versions) == 0, wire.RuleClientVersionMissing, "no Sec-WebSocket-Version field")           // RFC6455-4.1-33
	report(len(versions) > 1, wire.RuleClientVersionDoubled, "more than one Sec-WebSocket-Version field") // RFC6455-11.3.5-2
	report(len(versions) > 0 && !versionForm.MatchString(first(versions)), wire.RuleClientProtocolVersion,
		"version %s, want a decimal number from 0 to 255 without leading zeros", excerpt(first(versions))) // RFC6455-4.3-2
	report(len(versions) > 0 && versionForm.MatchString(first(versions)) && first(versions) != "13", wire.RuleClientProtocolVersion,
		"version %s, want 13", first(versions)) // RFC6455-4.1-34

	wrong := malformed(r.Fields, "Sec-WebSocket-Protocol", tokenForm, "a token")
	report(wrong != "", wire.RuleClientSubprotocols, "%s", wrong) // RFC6455-4.1-36
	twice := doubled(tokens(r.Fields, "Sec-WebSocket-Protocol"))
	report(twice != "", wire.RuleClientSubprotocolDoubled, "subprotocol %s asked for twice", excerpt(twice)) // RFC6455-4.1-37
	wrong = malformed(r.Fields, "Sec-WebSocket-Extensions", extensionForm, "an extension with its parameters")
	report(wrong != "", wire.RuleClientExtensions, "%s", wrong) // RFC6455-9-4
	return found
}

// checkStartLine judges method, version and target.
func checkStartLine(r wire.Request) []*wire.Violation {
	var found []*wire.Violation
	if r.Method != "GET" { // RFC6455-4.1-21
		found = append(found, wire.RuleClientMethod.Violation("method %s, want GET", excerpt(r.Method)))
	}
	if !versionOfHTTP.MatchString(r.Version) || r.Version < "HTTP/1.1" { // RFC6455-4.1-22
		found = append(found, wire.RuleClientVersion.Violation("HTTP version %s, want HTTP/1.1 or above", excerpt(r.Version)))
	}
	switch authority := absoluteTarget.FindStringSubmatch(r.Target); { // RFC6455-4.1-23
	case !visible.MatchString(r.Target):
		found = append(found, wire.RuleClientTarget.Violation("target %s with a space, '#', control or non-ASCII octet", excerpt(r.Target)))
	case strings.HasPrefix(r.Target, "/"):
	case authority == nil || !isAuthority(authority[1]):
		found = append(found, wire.RuleClientTarget.Violation("target %s, want a path or an absolute http or https URI", excerpt(r.Target)))
	}
	return found
}

var (
	versionOfHTTP = regexp.MustCompile(`^HTTP/[0-9]\.[0-9]$`)
	// visible has every octet that may stand in a URI or that browsers send there as
	// it is; a fragment's number sign may not (RFC6455-3-4).
	visible        = regexp.MustCompile(`^[!-"$-~]*$`)
	absoluteTarget = regexp.MustCompile(`^(?i:https?)://([^/?]*)`)
	keyForm        = regexp.MustCompile(`^[A-Za-z0-9+/]{22}==$`)
	versionForm    = regexp.MustCompile(`^(?:[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$`)
	// hostForm is a registered name or an IPv4 address (RFC 3986 3.2.2), addressForm
	// an IPv6 address in brackets, either with or without a port.
	hostForm    = regexp.MustCompile(`^[A-Za-z0-9._~!$&'()*+,;=%-]+(?::[0-9]*)?$`)
	addressForm = regexp.MustCompile(`^\[([0-9A-Fa-f:.]+)\](?::[0-9]*)?$`)
)

// isAuthority reports whether s is a host with or without a port (RFC 3986 3.2);
// HTTP sends no user information.
func isAuthority(s string) bool {
	if address := addressForm.FindStringSubmatch(s); address != nil {
		return strings.Contains(address[1], ":") && net.ParseIP(address[1]) != nil
	}
	return hostForm.MatchString(s)
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// doubled returns the first of the names that is there twice, "" if none is.
func doubled(names []string) string {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return name
		}
	}
	return ""
}

// refusalOf is the response for a request that breaks the rules given: 405 for
// another method, 426 for one that asks for no WebSocket or for another version, with
// the version that is known (RFC6455-4.2.2-11), and 400 for the rest
// (RFC6455-4.2.1-2).
func refusalOf(broken []*wire.Violation, body string) wire.Response {
	status, extra := http.StatusBadRequest, wire.Fields(nil)
	for _, v := range broken {
		switch v.Rule {
		case wire.RuleClientMethod:
			status, extra = http.StatusMethodNotAllowed, wire.Fields{{Name: "Allow", Value: "GET"}}
		case wire.RuleClientUpgrade, wire.RuleClientProtocolVersion:
			if status == http.StatusBadRequest {
				status, extra = http.StatusUpgradeRequired, wire.Fields{{Name: "Upgrade", Value: "websocket"}, {Name: "Connection", Value: "Upgrade"}}
			}
		}
	}
	r, _ := PlainResponse(status, "text/plain; charset=utf-8", body)
	r.Fields = append(append(extra, wire.Field{Name: "Sec-WebSocket-Version", Value: "13"}), r.Fields...)
	return r
}
