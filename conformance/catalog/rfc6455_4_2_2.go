package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// rfc6455Section4_2_2: the server's response.
func rfc6455Section4_2_2() []*c.Case {
	const padBits = "The base64 form of 16 octets has four unused bits, which must be zero. A decoder may reject other bits (RFC 4648 3.5), but the sample key of RFC 6455 1.3 has them."
	accept := []string{"RFC6455-4.2.2-26", "RFC6455-4.2.2-27"}
	key := func(id, title, value string) *c.Case {
		return request(id, title, accept, mustAccept, c.Replace("Sec-WebSocket-Key", value))
	}
	unused := request("rfc6455/4.2.2/6", "a key whose unused bits are not zero", []string{"RFC6455-4.1-E3150", "RFC6455-4.2.2-26"},
		[]c.Outcome{openedBut(verdict.Informational), refusedBut(verdict.Informational)}, c.Replace("Sec-WebSocket-Key", "AAECAwQFBgcICQoLDA0ODx=="))
	unused.Level = verdict.LevelInformational
	return []*c.Case{
		request("rfc6455/4.2.2/1", "a plain opening request", []string{
			"RFC6455-4.2.2-1", "RFC6455-4.2.2-22", "RFC6455-4.2.2-23", "RFC6455-4.2.2-24", "RFC6455-4.2.2-25", "RFC6455-4.2.2-26", "RFC6455-4.4-2",
		}, mustAccept),
		request("rfc6455/4.2.2/2", "an opening request without optional fields", []string{"RFC6455-4.2.2-15", "RFC6455-4.2.2-20", "RFC6455-4.2.2-16", "RFC6455-9-3"},
			[]c.Outcome{
				openedBut(verdict.OK, c.LacksField("Sec-WebSocket-Protocol"), c.LacksField("Sec-WebSocket-Extensions")),
				refusedBut(verdict.Informational),
			}, c.Remove("Origin"), c.Remove("Sec-WebSocket-Protocol"), c.Remove("Sec-WebSocket-Extensions")),
		key("rfc6455/4.2.2/3", "the sample key of RFC 6455", "dGhlIHNhbXBsZSBub25jZQ=="),
		key("rfc6455/4.2.2/4", "a key made of plus signs and slashes", "+/+/+/+/+/+/+/+/+/+/+w=="),
		key("rfc6455/4.2.2/5", "a key with white space around it", " \t {key} \t"),
		noted(padBits, unused),
		noted("RFC 6455 4.2.2: the server 'MUST … send an appropriate HTTP error code (such as 426 Upgrade Required) and a |Sec-WebSocket-Version| header field indicating the version(s) the server is capable of understanding'.",
			request("rfc6455/4.2.2/7", "an unknown version: the response lists the supported versions", []string{"RFC6455-4.2.2-11", "RFC6455-4.2.2-10", "RFC6455-4.4-3"}, []c.Outcome{
				{Behavior: verdict.OK, Events: []c.Expect{c.Refused(c.StatusIn(426, 400), c.Lists("Sec-WebSocket-Version", "13"))}, Ending: c.NotOpened()},
				{Behavior: verdict.NonStrict, Events: []c.Expect{c.Refused(c.StatusIn(401, 403, 404, 405, 406, 412, 417, 422, 500, 501, 505), c.Lists("Sec-WebSocket-Version", "13"))}, Ending: c.NotOpened()},
			}, c.Replace("Sec-WebSocket-Version", "99"))),
		noted("A server that does not support the subprotocols opens the connection without one, or refuses the connection.",
			request("rfc6455/4.2.2/8", "an opening request with two unknown subprotocols", []string{"RFC6455-4.2.2-16", "RFC6455-4.2.2-14", "RFC6455-4.2.2-17", "RFC6455-4.2.2-18"}, mayDecline, c.Append("Sec-WebSocket-Protocol", "wsspec-a.example, wsspec-b.example"))),
		request("rfc6455/4.2.2/9", "an opening request with an unknown extension", []string{"RFC6455-4.2.2-19", "RFC6455-4.2.2-20", "RFC6455-4.2.2-21", "RFC6455-9-3"},
			[]c.Outcome{openedBut(verdict.OK, c.DoesNotSay("Sec-WebSocket-Extensions", "wsspec"))},
			c.Append("Sec-WebSocket-Extensions", "wsspec-unknown; a; b=1; c=\"2\"")),
		request("rfc6455/4.2.2/10", "an opening request with an unknown extension and permessage-deflate", []string{"RFC6455-4.2.2-19", "RFC6455-4.2.2-21", "RFC6455-9-3", "RFC6455-9.1-5", "RFC6455-9.1-6", "RFC6455-9.1-10", "RFC6455-9.1-12"},
			[]c.Outcome{openedBut(verdict.OK, c.DoesNotSay("Sec-WebSocket-Extensions", "wsspec"))},
			c.Append("Sec-WebSocket-Extensions", "wsspec-unknown; a=1, permessage-deflate; client_max_window_bits")),
		noted("'A server MUST NOT send a Content-Length header field in any response with a status code of 1xx' (RFC 9110 8.6). RFC 9112 6.1 says the same of Transfer-Encoding.",
			request("rfc6455/4.2.2/11", "a plain opening request: the response has neither Content-Length nor Transfer-Encoding", []string{"RFC6455-4.2.2-22"},
				[]c.Outcome{openedBut(verdict.OK, c.LacksField("Content-Length"), c.LacksField("Transfer-Encoding"))})),
	}
}

// rfc6455Section4_4: support of several versions.
func rfc6455Section4_4() []*c.Case {
	errors := c.StatusIn(400, 401, 403, 404, 405, 406, 412, 417, 422, 426, 500, 501, 505)
	return []*c.Case{
		noted("A response without a Sec-WebSocket-Version field lists no version. That fails rfc6455/4.2.2/7, and is only recorded here.",
			request("rfc6455/4.4/1", "an unsupported version: the response lists 13 and not the requested version", []string{"RFC6455-4.4-3", "RFC6455-4.2.2-11", "RFC6455-4.3-2"}, []c.Outcome{
				{Behavior: verdict.OK, Events: []c.Expect{c.Refused(errors, c.Lists("Sec-WebSocket-Version", "13"), c.DoesNotSay("Sec-WebSocket-Version", "25"))}, Ending: c.NotOpened()},
				{Behavior: verdict.Informational, Events: []c.Expect{c.Refused(errors, c.LacksField("Sec-WebSocket-Version"))}, Ending: c.NotOpened()},
			}, c.Replace("Sec-WebSocket-Version", "25"))),
	}
}
