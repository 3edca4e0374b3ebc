package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/ref/wire"
)

// GoTestURL is the server's URL in the tests that [Case.GoTest] writes, as a
// constant near the top of the source; whoever knows a better one replaces it.
const GoTestURL = "ws://localhost:9001/"

// GoTest returns the case as a Go test that stands alone: one formatted file of
// the package websocket_test that imports the standard library alone, plays the
// case against a peer of that role and judges it as this package does. A server
// is dialled at the environment's WS_URL, [GoTestURL] by default; a client is
// started by the command in WS_CLIENT, with the URL in the place of {url}, and
// the test is skipped without one.
//
// What fails here fails there. NON-STRICT, INFORMATIONAL and WRONG CODE pass
// with a line in the log, UNIMPLEMENTED skips. A failure is not played twice, no
// two connections are compared (RFC6455-4.1-29), of masking keys is found only that
// all are the same (RFC6455-5.3-2), and of a compressed message whether it inflates
// with the context and window agreed, not each distance in it (RFC7692-7.2.1-15).
//
// ok is false where the test would be another judge than ours or makes no sense;
// [Case.NoGoTest] says why.
func (c *Case) GoTest(role wire.Role) (source string, ok bool) {
	if c.NoGoTest(role) != "" {
		return "", false
	}
	return GoTests(role, c), true
}

// NoGoTest says in a sentence why the case has no Go test for a peer of that
// role; it is empty if the case has one. None have: cases about TLS, with an
// exchange of many messages (sections 9, 12, 13, RFC 7692 7.1), about the URL
// that a client is given, and about what one connection cannot show or takes a
// registry to judge.
func (c *Case) NoGoTest(role wire.Role) string {
	s := &c.Script
	has := func(ids ...string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(s.Inspect, id) })
	}
	switch {
	case !c.TestsRole(role):
		return fmt.Sprintf("The case does not test a %v.", role)
	case s.Transport != AnyTransport:
		return "The case is about TLS and needs certificates that wsspec makes."
	case slices.ContainsFunc(s.Steps, func(step Step) bool { _, ok := step.(Exchange); return ok }):
		return "The case sends streams of messages that wsspec generates and compresses."
	case s.Resource != "":
		return "The case is about the URL that wsspec gives to the client."
	case has(ruleFreshKey.ID):
		return "The case compares several connections of the client."
	case has(ruleRegisteredExtension.ID, ruleDefinedParameter.ID):
		return "The case compares the client's extensions with those that are registered."
	case role == wire.RoleClient && slices.Contains(c.Requires, ruleFreshMask.ID):
		return "The case looks for patterns in the client's masking keys."
	case slices.ContainsFunc(s.Offers, func(o wire.DeflateOffer) bool { return o.ServerNoContextTakeover || o.ServerMaxWindowBits != 0 }):
		return "The case measures the distances in the peer's compressed messages."
	}
	return ""
}

// GoTests is [Case.GoTest] for several cases in one file, each a test of its own.
// Cases without a Go test are left out; with none there is nothing to say, and
// the source is empty.
func GoTests(role wire.Role, cases ...*Case) string {
	cases = slices.DeleteFunc(slices.Clone(cases), func(c *Case) bool { return c.NoGoTest(role) != "" })
	if len(cases) == 0 {
		return ""
	}
	var b strings.Builder
	writeGoTestHead(&b, role, cases)
	player := "testServer"
	if role == wire.RoleClient {
		player = "testClient"
	}
	needs := goTestNeeds{role: role}
	var tests strings.Builder
	for _, c := range cases {
		plain := c.Standalone(role)
		needs.add(plain)
		fmt.Fprintf(&tests, "\n// %s: %s.\nfunc %s(t *testing.T) {\n\t%s(t, %s)\n}\n", c.ID, c.Title, GoTestName(c), player, goLiteral(plain))
	}
	return assembleGoTest(b.String(), tests.String(), needs)
}

// GoTestName is the name of the case's test: TestCase_3_2, TestRFC6455_4_2_1_3.
func GoTestName(c *Case) string {
	id := strings.NewReplacer(".", "_", "/", "_", "-", "_").Replace(c.ID)
	if rest, ok := strings.CutPrefix(id, "rfc"); ok {
		return "TestRFC" + rest
	}
	return "TestCase_" + id
}
