package catalog

import c "github.com/wsspec/wsspec/conformance"

// rfc6455Section4_2_2: what a server answers.
func rfc6455Section4_2_2() []*c.Case {
	const padBits = "Base64 of 16 octets has four unused bits, which are to be zero; a decoder may refuse others (RFC 4648 3.5), and the sample key of RFC 6455 1.3 is of that kind."
	accept := []string{"RFC6455-4.2.2-26", "RFC6455-4.2.2-27"}
	key := func(title, value string) *c.Case {
		return request(title, accept, mustAccept, c.Replace("Sec-WebSocket-Key", value))
	}
	unused := request("a key whose unused bits are not zero", []string{"RFC6455-4.1-E3150", "RFC6455-4.2.2-26"},
		[]c.Outcome{openedBut(c.InformationalBehavior), refusedBut(c.InformationalBehavior)}, c.Replace("Sec-WebSocket-Key", "AAECAwQFBgcICQoLDA0ODx=="))
	unused.Level = c.Informational
	return numbered("rfc6455/4.2.2",
		request("a plain opening request", []string{
			"RFC6455-4.2.2-1", "RFC6455-4.2.2-22", "RFC6455-4.2.2-23", "RFC6455-4.2.2-24", "RFC6455-4.2.2-25", "RFC6455-4.2.2-26", "RFC6455-4.4-2",
		}, mustAccept),
		request("an opening request without optional fields", []string{"RFC6455-4.2.2-15", "RFC6455-4.2.2-20", "RFC6455-4.2.2-16", "RFC6455-9-3"},
			[]c.Outcome{
				openedBut(c.OK, c.LacksField("Sec-WebSocket-Protocol"), c.LacksField("Sec-WebSocket-Extensions")),
				refusedBut(c.InformationalBehavior),
			}, c.Remove("Origin"), c.Remove("Sec-WebSocket-Protocol"), c.Remove("Sec-WebSocket-Extensions")),
		key("the sample key of RFC 6455", "dGhlIHNhbXBsZSBub25jZQ=="),
		key("a key of plus signs and slashes", "+/+/+/+/+/+/+/+/+/+/+w=="),
		key("a key with white space on both sides", " \t {key} \t"),
		noted(padBits, unused),
		noted("'MUST … send an appropriate HTTP error code (such as 426 Upgrade Required) and a |Sec-WebSocket-Version| header field indicating the version(s) the server is capable of understanding'.",
			request("the versions in the answer to one that no server knows", []string{"RFC6455-4.2.2-11", "RFC6455-4.2.2-10", "RFC6455-4.4-3"}, []c.Outcome{
				{Behavior: c.OK, Events: []c.Expect{c.Refused(c.StatusIn(426, 400), c.Lists("Sec-WebSocket-Version", "13"))}, Ending: c.NotOpened()},
				{Behavior: c.NonStrict, Events: []c.Expect{c.Refused(c.StatusIn(401, 403, 404, 405, 406, 412, 417, 422, 500, 501, 505), c.Lists("Sec-WebSocket-Version", "13"))}, Ending: c.NotOpened()},
			}, c.Replace("Sec-WebSocket-Version", "99"))),
		noted("A server that speaks no subprotocol asked for opens the connection without one, or refuses it.",
			request("two subprotocols that no server knows", []string{"RFC6455-4.2.2-16", "RFC6455-4.2.2-14", "RFC6455-4.2.2-17", "RFC6455-4.2.2-18"}, mayDecline, c.Append("Sec-WebSocket-Protocol", "wsspec-a.example, wsspec-b.example"))),
		request("an extension that no server knows", []string{"RFC6455-4.2.2-19", "RFC6455-4.2.2-20", "RFC6455-4.2.2-21", "RFC6455-9-3"},
			[]c.Outcome{openedBut(c.OK, c.DoesNotSay("Sec-WebSocket-Extensions", "wsspec"))},
			c.Append("Sec-WebSocket-Extensions", "wsspec-unknown; a; b=1; c=\"2\"")),
		request("an extension that no server knows, and permessage-deflate", []string{"RFC6455-4.2.2-19", "RFC6455-4.2.2-21", "RFC6455-9-3", "RFC6455-9.1-5", "RFC6455-9.1-6", "RFC6455-9.1-10", "RFC6455-9.1-12"},
			[]c.Outcome{openedBut(c.OK, c.DoesNotSay("Sec-WebSocket-Extensions", "wsspec"))},
			c.Append("Sec-WebSocket-Extensions", "wsspec-unknown; a=1, permessage-deflate; client_max_window_bits")),
	)
}

// rfc6455Section4_4: several versions.
func rfc6455Section4_4() []*c.Case {
	return numbered("rfc6455/4.4",
		request("an answer whose list of versions a client can use", []string{"RFC6455-4.4-3", "RFC6455-4.2.2-11", "RFC6455-4.3-2"}, []c.Outcome{
			{Behavior: c.OK, Events: []c.Expect{c.Refused(c.StatusIn(400, 401, 403, 404, 405, 406, 412, 417, 422, 426, 500, 501, 505), c.Lists("Sec-WebSocket-Version", "13"), c.DoesNotSay("Sec-WebSocket-Version", "25"))}, Ending: c.NotOpened()},
		}, c.Replace("Sec-WebSocket-Version", "25")),
	)
}
