package catalog

import c "github.com/wsspec/wsspec/conformance"

// rfc6455Section10_7: what is said to a client whose request is wrong.
func rfc6455Section10_7() []*c.Case {
	said := []c.Outcome{
		{Behavior: c.OK, Events: []c.Expect{c.Refused(c.StatusIn(400, 403, 404, 405, 406, 412, 417, 421, 422, 426, 431, 501, 505))}, Ending: c.NotOpened()},
		refusedBut(c.NonStrict), dropped,
	}
	const fitting = "A server SHOULD return 'an HTTP response with an appropriate status code'; one that drops the connection in silence is NON-STRICT."
	return numbered("rfc6455/10.7",
		noted(fitting, soft(request("the status of the answer to a request with a wrong version", []string{"RFC6455-10.7-4", "RFC6455-10.7-1"}, said, c.Replace("Sec-WebSocket-Version", "1")))),
		noted(fitting, soft(request("the status of the answer to a request without a key", []string{"RFC6455-10.7-4", "RFC6455-10.7-1"}, said, c.Remove("Sec-WebSocket-Key")))),
	)
}
