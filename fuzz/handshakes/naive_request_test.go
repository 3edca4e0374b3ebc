package handshakes

import (
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// The requirements of RFC 6455 4.1 and 4.2.1 for the parts of a request, as patterns.
var (
	http11       = regexp.MustCompile(`\AHTTP/(?:1\.[1-9]|[2-9]\.[0-9])\z`)
	uriOctets    = regexp.MustCompile(`\A[!-"$-~]+\z`)
	absolute     = regexp.MustCompile(`\A(?i:http|https)://([^/?]*)`)
	regName      = regexp.MustCompile(`\A[A-Za-z0-9._~!$&'()*+,;=%-]+(?::[0-9]*)?\z`)
	bracketed    = regexp.MustCompile(`\A\[([^\]]*)\](?::[0-9]*)?\z`)
	keyPattern   = regexp.MustCompile(`\A[A-Za-z0-9+/]{22}==\z`)
	keyCanonical = regexp.MustCompile(`\A[A-Za-z0-9+/]{21}[AQgw]==\z`)
	versionForm  = regexp.MustCompile(`\A(?:[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\z`)
)

func naiveAuthority(s string) bool {
	if m := bracketed.FindStringSubmatch(s); m != nil {
		return strings.Contains(m[1], ":") && net.ParseIP(m[1]) != nil
	}
	return regName.MatchString(s)
}

// values returns the values of the fields with the name. It compares names as ASCII,
// case-insensitively.
func values(f wire.Fields, name string) (all []string) {
	for _, field := range f {
		if naiveHas(field.Name, name) { // the name of a field has no comma, so it is one token
			all = append(all, field.Value)
		}
	}
	return all
}

// naiveRequest returns the rules that a request breaks: those that the server checks, or
// those for the client.
func naiveRequest(r wire.Request, client bool) (broken []*wire.Rule) {
	expect := func(ok bool, server, ofClient *wire.Rule) {
		rule := server
		if client {
			rule = ofClient
		}
		if !ok && rule != nil {
			broken = append(broken, rule)
		}
	}
	expect(r.Method == "GET", wire.RuleServerMethod, wire.RuleClientMethod)
	expect(http11.MatchString(r.Version), wire.RuleServerVersion, wire.RuleClientVersion)
	uri := absolute.FindStringSubmatch(r.Target)
	expect(uriOctets.MatchString(r.Target) && (r.Target[0] == '/' || uri != nil && naiveAuthority(uri[1])),
		wire.RuleServerTarget, wire.RuleClientTarget)
	hosts := values(r.Fields, "Host")
	expect(len(hosts) == 1 && naiveAuthority(hosts[0]), wire.RuleServerHost, wire.RuleClientHost)

	upgrade := strings.Join(values(r.Fields, "Upgrade"), ",")
	expect(naiveHas(upgrade, "websocket"), wire.RuleServerUpgrade, wire.RuleClientUpgrade)
	expect(len(values(r.Fields, "Upgrade")) == 0 || productList.MatchString(upgrade), wire.RuleServerFieldGrammar, wire.RuleClientRequestForm)
	connection := strings.Join(values(r.Fields, "Connection"), ",")
	expect(naiveHas(connection, "upgrade"), wire.RuleServerConnection, wire.RuleClientConnection)
	expect(len(values(r.Fields, "Connection")) == 0 || tokenList.MatchString(connection), wire.RuleServerFieldGrammar, wire.RuleClientRequestForm)

	keys := values(r.Fields, "Sec-WebSocket-Key")
	expect(len(keys) > 0, wire.RuleServerKeyMissing, wire.RuleClientKeyMissing)
	expect(len(keys) < 2, wire.RuleServerKeyDoubled, wire.RuleClientKeyDoubled)
	if len(keys) > 0 {
		form := keyPattern.MatchString(keys[0])
		expect(form, wire.RuleServerKeyForm, wire.RuleClientKeyForm)
		expect(!form || keyCanonical.MatchString(keys[0]), nil, wire.RuleClientKeyPadding)
	}
	versions := values(r.Fields, "Sec-WebSocket-Version")
	expect(len(versions) > 0, wire.RuleServerVersionMissing, wire.RuleClientVersionMissing)
	expect(len(versions) < 2, wire.RuleServerVersionDoubled, wire.RuleClientVersionDoubled)
	if len(versions) > 0 {
		form := versionForm.MatchString(versions[0])
		expect(form, wire.RuleServerVersionForm, wire.RuleClientProtocolVersion)
		expect(!form || versions[0] == "13", wire.RuleServerProtocolVersion, wire.RuleClientProtocolVersion)
	}
	if lines := values(r.Fields, "Sec-WebSocket-Protocol"); len(lines) > 0 {
		list := strings.Join(lines, ",")
		form := tokenList.MatchString(list)
		expect(form, wire.RuleServerSubprotocols, wire.RuleClientSubprotocols)
		names := naiveTokens(list)
		slices.Sort(names)
		expect(!form || len(slices.Compact(slices.Clone(names))) == len(names), nil, wire.RuleClientSubprotocolDoubled)
	}
	if lines := values(r.Fields, "Sec-WebSocket-Extensions"); len(lines) > 0 {
		expect(extList.MatchString(strings.Join(lines, ",")), wire.RuleServerExtensions, wire.RuleClientExtensions)
	}
	return broken
}

// sameRules reports whether the violations have exactly these rules, in any order.
func sameRules(violations []*wire.Violation, rules []*wire.Rule) bool {
	got := []string{}
	for _, v := range violations {
		got = append(got, v.Rule.ID)
	}
	want := ids(rules)
	slices.Sort(got)
	slices.Sort(want)
	return slices.Equal(got, want)
}
