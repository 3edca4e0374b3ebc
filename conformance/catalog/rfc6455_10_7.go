package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// rfc6455Section10_7: the server's response to a client whose request is
// wrong.
func rfc6455Section10_7() []*c.Case {
	said := []c.Outcome{
		{Behavior: verdict.OK, Events: []c.Expect{c.Refused(c.StatusIn(400, 403, 404, 405, 406, 412, 417, 421, 422, 426, 431, 501, 505))}, Ending: c.NotOpened()},
		refusedBut(verdict.NonStrict), answeredPlainly(verdict.NonStrict), dropped,
	}
	const fitting = "A server SHOULD return 'an HTTP response with an appropriate status code'. A server that closes the TCP connection without a response is NON-STRICT."
	return []*c.Case{
		noted(fitting, should(request("rfc6455/10.7/1", "the status of the response to a request with a wrong version", []string{"RFC6455-10.7-4", "RFC6455-10.7-1"}, said, c.Replace("Sec-WebSocket-Version", "1")))),
		noted(fitting, should(request("rfc6455/10.7/2", "the status of the response to a request without a key", []string{"RFC6455-10.7-4", "RFC6455-10.7-1"}, said, c.Remove("Sec-WebSocket-Key")))),
	}
}
