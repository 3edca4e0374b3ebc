package catalog

import (
	"slices"

	c "github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc6455Section3: what a client makes of the URL that it is given (RFC 6455 3,
// 11.1). The cases need a client that wsspec starts.
func rfc6455Section3() []*c.Case {
	hello := c.Text(c.Octets("Hello, world!"))
	given := func(title, requires, resource string, targets ...string) *c.Case {
		return only(wire.RoleClient, &c.Case{
			Title: title, Requires: slices.Compact([]string{requires, "RFC6455-3-3", "RFC6455-4.1-23"}),
			Script: c.Script{Resource: resource, Targets: targets, Steps: []c.Step{send(hello)}, Outcomes: echoes(c.Echo(hello))},
		})
	}
	fragment := given("a URL with a fragment", "RFC6455-3-4", "/runCase?casetuple={case}&x=1#fragment", "/runCase?casetuple={case}&x=1")
	fragment.Script.Unconnected = c.OK
	fragment.Note = "A WebSocket URL has no fragment: a client may refuse such a URL, or leave the fragment out of its request."
	const unicode, encoded = "/runCase/\u00e4?casetuple={case}", "/runCase/%C3%A4?casetuple={case}"
	const note = "A client that refuses a URL whose path has a character beyond ASCII leaves it to its user to encode them: NON-STRICT."
	plain := noted(note, given("a URL whose path has a character beyond ASCII", "RFC6455-11.1.1-2", unicode, encoded))
	plain.Script.Unconnected = c.NonStrict
	secure := noted(note, given("a wss: URL whose path has a character beyond ASCII", "RFC6455-11.1.2-2", unicode, encoded))
	secure.Script.Unconnected, secure.Script.Transport = c.NonStrict, c.Secure
	return numbered("rfc6455/3",
		noted("The cases are told apart by the query of the URI, so that a client that drops or changes it never gets as far as this.",
			asks("the path and the query of the URI in a client's request target", "RFC6455-3-3", "RFC6455-4.1-23")),
		given("a path, its query with an encoded space", "RFC6455-3-3", "/runCase/a/b?casetuple={case}&q=a%20b", "/runCase/a/b?casetuple={case}&q=a%20b"),
		given("a path with an encoded number sign", "RFC6455-3-5", "/runCase/a%23b?casetuple={case}", "/runCase/a%23b?casetuple={case}"),
		fragment, plain, secure,
	)
}
