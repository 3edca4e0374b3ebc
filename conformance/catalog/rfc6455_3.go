package catalog

import (
	"slices"

	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section3: how a client uses the URL that it is given (RFC 6455 3, 11.1).
// The cases need a client that wsspec starts.
func rfc6455Section3() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	given := func(id, title, requires, resource string, targets ...string) *c.Case {
		return only(wire.RoleClient, &c.Case{
			ID: id, Title: title, Requires: slices.Compact([]string{requires, "RFC6455-3-3", "RFC6455-4.1-23"}),
			Script: c.Script{Resource: resource, Targets: targets, Steps: []c.Step{send(hello)}, Outcomes: echoes(c.Echo(hello))},
		})
	}
	fragment := given("rfc6455/3/4", "a URL with a fragment", "RFC6455-3-4", "/runCase?casetuple={case}&x=1#fragment", "/runCase?casetuple={case}&x=1")
	fragment.Script.Unconnected = verdict.OK
	fragment.Note = "A WebSocket URL has no fragment. A client may reject this URL, or omit the fragment from its request."
	const unicode, encoded = "/runCase/\u00e4?casetuple={case}", "/runCase/%C3%A4?casetuple={case}"
	const note = "A non-ASCII character in the path must be percent-encoded (RFC 6455 11.1.1). A client that rejects such a URL leaves the encoding to its user and is NON-STRICT."
	plain := noted(note, given("rfc6455/3/5", "a URL with a non-ASCII character in its path", "RFC6455-11.1.1-2", unicode, encoded))
	plain.Script.Unconnected = verdict.NonStrict
	secure := noted(note, given("rfc6455/3/6", "a wss: URL with a non-ASCII character in its path", "RFC6455-11.1.2-2", unicode, encoded))
	secure.Script.Unconnected, secure.Script.Transport = verdict.NonStrict, c.Secure
	const noPath = "A URL without a path has the resource name that a slash gives (RFC 6455 3)."
	nothing := given("rfc6455/3/8", "a URL with neither a path nor a query", "RFC6455-3-3", "", "/")
	nothing.Script.Bare = true
	const capital = "The scheme is compared without regard to case (RFC 6455 3)."
	scheme := given("rfc6455/3/9", "a URL whose scheme is WS in capital letters", "RFC6455-3-2", "", "/runCase?agent=client&casetuple={case}")
	scheme.Script.Scheme = "WS"
	schemes := given("rfc6455/3/10", "a URL whose scheme is WSS in capital letters", "RFC6455-3-2", "", "/runCase?agent=client&casetuple={case}")
	schemes.Script.Scheme, schemes.Script.Transport = "WSS", c.Secure
	return []*c.Case{
		noted("The harness finds the case of a connection by the query of its request target. A client that drops or changes the query does not reach this case.",
			clientRequest("rfc6455/3/1", "the request target holds the path and the query of the URL", "RFC6455-3-3", "RFC6455-4.1-23")),
		given("rfc6455/3/2", "a URL with a path and an encoded space in its query", "RFC6455-3-3", "/runCase/a/b?casetuple={case}&q=a%20b", "/runCase/a/b?casetuple={case}&q=a%20b"),
		given("rfc6455/3/3", "a URL with an encoded number sign in its path", "RFC6455-3-5", "/runCase/a%23b?casetuple={case}", "/runCase/a%23b?casetuple={case}"),
		fragment, plain, secure,
		noted(noPath, given("rfc6455/3/7", "a URL with a query and no path", "RFC6455-3-3", "?casetuple={case}&x=1", "/?casetuple={case}&x=1")),
		noted(noPath, nothing),
		noted(capital, scheme),
		noted(capital, schemes),
		given("rfc6455/3/11", "a URL with an encoded slash in its path and a plus sign in its query", "RFC6455-3-3", "/runCase/a%2Fb?casetuple={case}&q=a+b", "/runCase/a%2Fb?casetuple={case}&q=a+b"),
		given("rfc6455/3/12", "a URL with a question mark and a slash in its query", "RFC6455-3-3", "/runCase?casetuple={case}&q=a?b/c", "/runCase?casetuple={case}&q=a?b/c"),
	}
}
