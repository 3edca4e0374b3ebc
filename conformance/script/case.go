package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Case is one test of an endpoint, as data.
type Case struct {
	// ID never changes once released. A case of Autobahn|Testsuite keeps its number
	// ("1.1.1"). Other cases are named by clause ("rfc6455/4.2.1/3") or by subject
	// ("robust/slow-handshake").
	ID string
	// Title says in a few words what the harness sends or does.
	Title string
	// Requires has the ids of the requirements that the case checks, the main one
	// first. The requirements are in conformance/rfc.
	Requires []string
	// Level is the level of the main requirement; empty means MUST.
	Level verdict.Level
	// Roles are the roles of the peer under test that the case can judge. Empty
	// means both.
	Roles []wire.Role
	// Script is what the harness does, and which outcomes are permitted.
	Script Script
	// Note says why an outcome is NON-STRICT or INFORMATIONAL, or why it differs
	// from Autobahn's. It may be empty.
	Note string
	// Suite is the suite that the case is of, empty for the catalogue. A case of a suite is
	// an attack: a run plays it alone, looks whether a server still serves others meanwhile,
	// and makes no variants of it.
	Suite string
	// History says what is publicly known of attacks of this kind, in our own words. Each
	// case of a suite has one.
	History string
}

// TestsRole reports whether the case can judge a peer of that role.
func (c *Case) TestsRole(role wire.Role) bool {
	if len(c.Roles) == 0 {
		return true
	}
	for _, r := range c.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// ForRole returns the cases that can judge a peer of that role, in their order.
func ForRole(cases []*Case, role wire.Role) []*Case {
	var out []*Case
	for _, c := range cases {
		if c.TestsRole(role) {
			out = append(out, c)
		}
	}
	return out
}

// A Script is what the harness does on one connection, and which outcomes are
// permitted.
type Script struct {
	// Offers are the offers of permessage-deflate, the preferred one first. To a
	// server, the harness sends them in its opening request. From a client, it
	// accepts an offer that allows the same with the roles exchanged: what an
	// offer here says of client_max_window_bits then applies to
	// server_max_window_bits, and the other way round. If the peer under test
	// agrees to none, the case is UNIMPLEMENTED.
	Offers []wire.DeflateOffer
	// Transport says what the case needs below WebSocket; the zero value is
	// whatever the target has.
	Transport Transport
	// HTTP2 says what the case does on a connection of HTTP/2. A case that has it is
	// played over HTTP/2 alone. Nil says nothing: see [Script.NotOverHTTP2].
	HTTP2 *HTTP2
	// HTTP3 is HTTP2 for a connection of HTTP/3: see [Script.NotOverHTTP3].
	HTTP3 *HTTP3
	// WithoutTLS: the case is about TCP, and is not played over TLS.
	WithoutTLS bool
	// TLS says how the harness's part of TLS differs from the usual one.
	TLS TLS
	// Resource is the path and query of the URL that a client under test is
	// started with; empty means the usual one. Targets are the request targets
	// that the client may then send; empty permits all. In both, {case} stands
	// for the id of the case.
	Resource string
	Targets  []string
	// Bare: that URL has neither a path nor a query.
	Bare bool
	// Scheme and Host change the rest of that URL: its scheme as it is spelled, such as
	// "WS", and its host, such as "[::1]". Empty means the usual ones.
	Scheme, Host string
	// User is the user and the password of that URL, as in "user:secret"; empty means none.
	User string
	// Redirected: the first request of a client is answered with a redirect (302) to
	// another port, and the case is played there if the client follows. It may stay away
	// (RFC6455-4.1-45), and is OK then. A client that repeats the Authorization or Cookie
	// of its first request there is NON-STRICT.
	Redirected bool
	// PlaysBefore is how often a client that wsspec starts plays the case before the play
	// that counts. The harness then compares the connections.
	PlaysBefore int
	// Unconnected is the verdict on a client that rejects the URL and does not
	// connect; empty means [verdict.Failed].
	Unconnected verdict.Behavior
	// Needs is what the peers must have agreed on. If they have not, the case is
	// UNIMPLEMENTED.
	Needs Agreement
	// Applies are conditions on the request of a client under test. If one is not
	// met, the case is UNIMPLEMENTED.
	Applies []Condition
	// Origin is the Origin of the opening request to a server; empty means that of the
	// target. In it, {foreign} stands for the origin that the server is to refuse, and
	// {host} for the server's host. A target that names no foreign origin leaves the case
	// out.
	Origin string
	// MostMemory is by how many octets the memory of a server that wsspec has started may
	// grow in the case. Beyond it, a case that passed is a warning. 0 means no bound.
	MostMemory uint64
	// Opening changes the harness's part of the opening handshake; nil means no
	// change.
	Opening *Opening
	// Inspect has the ids of the requirements on the peer's part of the opening
	// handshake that the case judges. Empty means all that the harness checks.
	Inspect []string
	// Steps are played in order. The harness receives all the time.
	Steps []Step
	// Outcomes are ordered from best to worst. The first one that matches what was
	// observed gives the verdict on the behaviour. If none matches, it is FAILED.
	Outcomes []Outcome
	// Application, if set, says that the peer has a purpose of its own and sends no
	// message back. Package project makes such scripts; the catalogue has none.
	Application *Application
}

// Resource is the path and query of a client's URL.
func (c *Case) Resource() string {
	switch {
	case c.Script.Bare:
		return ""
	case c.Script.Resource == "":
		return "/runCase?agent=client&casetuple=" + strings.ReplaceAll(c.ID, "+", "%2B")
	}
	return strings.ReplaceAll(c.Script.Resource, "{case}", c.ID)
}

// TakesTarget reports whether a client may send this request target for the case's
// resource. Upper and lower case are not told apart, because hexadecimal digits may
// have either (RFC 3986 2.1).
func (c *Case) TakesTarget(target string) bool {
	for _, t := range c.Script.Targets {
		if strings.EqualFold(strings.ReplaceAll(t, "{case}", c.ID), target) {
			return true
		}
	}
	return len(c.Script.Targets) == 0
}

// An Agreement is what a case needs of the permessage-deflate that was agreed on
// for the messages that the harness sends.
type Agreement struct {
	// Takeover: the harness may refer to its earlier messages (context takeover,
	// RFC 7692 7.1.1).
	Takeover bool
	// WindowBits is the smallest LZ77 window of the harness that suffices, as its
	// base-2 logarithm: 8 to 15, or 0 for any.
	WindowBits int
}

// Abandons reports whether the harness drops TCP at the end of the script if
// the peer has not ended it.
func (s *Script) Abandons() bool {
	for _, o := range s.Outcomes {
		if o.Ending.Abandon {
			return true
		}
	}
	return false
}

// MayOpen reports whether an outcome permits that the connection is opened.
func (s *Script) MayOpen() bool {
	return slices.ContainsFunc(s.Outcomes, func(o Outcome) bool { return o.Ending.By != ByRefusal })
}

// WantsNoConnection reports whether the case is about an opening handshake that a
// client has to reject: its best outcome is that the client fails the connection
// and has said nothing. The peer shows what it did wrong by the frames that go with
// the response; the case's only steps are marks.
func (s *Script) WantsNoConnection() bool {
	marksOnly := !slices.ContainsFunc(s.Steps, func(step Step) bool { _, watch := step.(Watch); return !watch })
	return s.Opening != nil && marksOnly && len(s.Outcomes) > 0 && s.Outcomes[0].Ending.By == ByPeer && len(s.Outcomes[0].Events) == 0
}

// WantsFIN reports whether an outcome asks how TCP ends.
func (s *Script) WantsFIN() bool {
	return slices.ContainsFunc(s.Outcomes, func(o Outcome) bool { return o.Ending.FIN })
}

// OwnURL reports whether the client is started with a URL of the case's own.
func (s *Script) OwnURL() bool {
	return s.Bare || s.Resource != "" || s.Scheme != "" || s.Host != "" || s.User != "" || s.Redirected
}

// urlText says what is special about the client's URL.
func (s *Script) urlText() string {
	var parts []string
	for _, p := range []struct{ name, value string }{{"scheme", s.Scheme}, {"user and password", s.User}, {"host", s.Host}, {"resource", s.Resource}} {
		if p.value != "" {
			parts = append(parts, "the "+p.name+" "+p.value)
		}
	}
	if s.Bare {
		parts = append(parts, "a URL without path and query")
	}
	return strings.Join(parts, " and ")
}

// Sentences describes what the harness does, one sentence a step.
func (s *Script) Sentences() []string {
	var out []string
	if s.Transport != AnyTransport {
		out = append(out, s.Transport.String())
	}
	if s.HTTP2 != nil {
		out = append(out, s.HTTP2.String())
	}
	if s.HTTP3 != nil {
		out = append(out, s.HTTP3.String())
	}
	if s.WithoutTLS {
		out = append(out, "connect without TLS")
	}
	if tls := s.TLS.String(); tls != "" {
		out = append(out, tls)
	}
	if len(s.Offers) > 0 {
		parts := make([]string, len(s.Offers))
		for i, o := range s.Offers {
			parts[i] = o.Extension().String()
		}
		out = append(out, "offer "+strings.Join(parts, ", then "))
	}
	if url := s.urlText(); url != "" {
		out = append(out, "start the client with "+url)
	}
	if s.Redirected {
		out = append(out, "answer its request with a redirect to another port, and play what follows there if the client comes")
	}
	if s.PlaysBefore > 0 {
		out = append(out, fmt.Sprintf("play what follows with another connection of the client first (%d times)", s.PlaysBefore))
	}
	if s.Origin != "" {
		out = append(out, "ask with the Origin "+s.Origin)
	}
	if s.Opening != nil {
		out = append(out, s.Opening.String())
	}
	if s.Application != nil && s.Application.Dialogue != nil && len(s.Application.Dialogue.Greeting) > 0 {
		out = append(out, s.Application.Dialogue.sentence())
	}
	for _, step := range s.Steps {
		out = append(out, step.String())
	}
	return out
}

// NeedsEcho reports whether the best outcome has a message that the peer sends back.
func (s *Script) NeedsEcho() bool {
	return len(s.Outcomes) > 0 && slices.ContainsFunc(s.Outcomes[0].Events, func(e Expect) bool {
		return e.Kind == ExpectMessage || e.Kind == ExpectExchanged
	})
}
