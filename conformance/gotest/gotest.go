package gotest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/gotest/standalone"
	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// DefaultURL is the server's URL in the tests that [Source] writes, as a constant
// near the top of the source. Replace it if you know a better one.
const DefaultURL = "ws://localhost:9001/"

// Source returns the case as a Go test that stands alone: one formatted file of the
// package websocket_test that imports the standard library alone. The test plays the
// case against a peer of that role. It carries the source of conformance/judge, so
// its verdict and its explanation are those of wsspec. It dials a server at the URL in
// the environment variable WS_URL, [DefaultURL] by default. It starts a client by the
// command in WS_CLIENT, with the URL in the place of {url}, and is skipped without
// one.
//
// The test fails where wsspec says fail, and is skipped where wsspec says skip. Where
// wsspec says warn, it passes and logs why.
//
// The player is not wsspec's: it plays a failing case once and not twice. It does not
// compare two connections (RFC6455-4.1-29). Of masking keys it finds only that all are
// the same (RFC6455-5.3-2). Of a compressed message it finds only whether it inflates
// with the context and window agreed, and does not measure each distance in it
// (RFC7692-7.2.1-15). Of a wrong opening handshake it may tell less.
//
// ok is false if the case has no Go test for a peer of that role; [Unavailable] says
// why.
func Source(c *script.Case, role wire.Role) (source string, ok bool) {
	if Unavailable(c, role) != "" {
		return "", false
	}
	return File(role, c), true
}

// Unavailable says in a sentence why the case has no Go test for a peer of that role;
// it is empty if the case has one. These cases have none: cases about TLS, about the
// URL that a client is given, with a step that a Go test cannot play (sections 9, 12
// and 13, RFC 7692 7.1), and with a finding that takes several connections or a
// registry.
func Unavailable(c *script.Case, role wire.Role) string {
	s := &c.Script
	has := func(ids ...string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(s.Inspect, id) })
	}
	_, cannotPlay := plainSteps(c, role)
	switch {
	case !c.TestsRole(role):
		return fmt.Sprintf("The case does not test a %v.", role)
	case s.HTTP2 != nil:
		return overHTTP2
	case s.HTTP3 != nil:
		return overHTTP3
	case s.Transport != script.AnyTransport:
		return "The case is about TLS and needs certificates that wsspec makes."
	case cannotPlay != "":
		return cannotPlay
	case s.Opening != nil && len(s.Opening.Earlier) > 0:
		return "The case sends other HTTP requests first, and a Go test sends one request."
	case s.Opening != nil && s.Opening.Silent:
		return "The case opens several connections, and a Go test plays on one."
	case !knowsOpening(s.Opening):
		return "The opening handshake of the case has a part that the player of a Go test does not know."
	case s.Origin != "":
		return "The case needs an origin that the server is to refuse, which wsspec is told."
	case s.OwnURL():
		return "The case is about the URL that wsspec gives to the client."
	case has(judge.RuleFreshKey.ID), s.PlaysBefore > 0:
		return "The case compares several connections of the client."
	case has(judge.RuleRegisteredExtension.ID, judge.RuleDefinedParameter.ID):
		return "The case compares the client's extensions with those that are registered."
	case role == wire.RoleClient && slices.Contains(c.Requires, judge.RuleFreshMask.ID):
		return "The case looks for patterns in the client's masking keys."
	case slices.ContainsFunc(s.Offers, func(o wire.DeflateOffer) bool { return o.ServerNoContextTakeover || o.ServerMaxWindowBits != 0 }):
		return "The case measures the distances in the peer's compressed messages."
	}
	return ""
}

// knowsOpening reports whether a Go test can play an opening handshake: whether that
// has nothing but the parts that [Standalone] takes over.
func knowsOpening(o *script.Opening) bool {
	if o == nil {
		return true
	}
	rest := *o
	rest.Edits, rest.Raw, rest.Preface, rest.Body, rest.Chop, rest.LineCuts, rest.With, rest.Hold = nil, "", "", "", 0, nil, nil, false
	return reflect.ValueOf(rest).IsZero()
}

// File is [Source] for several cases in one file, each a test of its own. It leaves
// out cases without a Go test. If none has one, the source is empty.
func File(role wire.Role, cases ...*script.Case) string {
	cases = slices.DeleteFunc(slices.Clone(cases), func(c *script.Case) bool { return Unavailable(c, role) != "" })
	if len(cases) == 0 {
		return ""
	}
	var b strings.Builder
	writeHead(&b, role, cases)
	player := "testServer"
	if role == wire.RoleClient {
		player = "testClient"
	}
	needs := needs{role: role}
	var plain []standalone.Case
	for _, c := range cases {
		plain = append(plain, Standalone(c, role))
		needs.add(plain[len(plain)-1])
	}
	code := needs.code()
	var tests strings.Builder
	for i, c := range cases {
		fmt.Fprintf(&tests, "\n// %s: %s.\nfunc %s(t *testing.T) {\n\t%s(t, %s)\n}\n", c.ID, c.Title, TestName(c), player, code.literal(plain[i]))
	}
	return assemble(b.String(), tests.String(), code)
}

// TestName is the name of the case's test: TestCase_3_2, TestRFC6455_4_2_1_3.
func TestName(c *script.Case) string {
	id := strings.NewReplacer(".", "_", "/", "_", "-", "_", "+", "_", "@", "_").Replace(c.ID)
	if rest, ok := strings.CutPrefix(id, "rfc"); ok {
		return "TestRFC" + rest
	}
	return "TestCase_" + id
}
