package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// toClient makes a case over HTTP/2 one for clients.
func toClient(how c.HTTP2, k *c.Case) *c.Case {
	k.Script.HTTP2 = &how
	return only(wire.RoleClient, k)
}

// rfc8441ClientSettings: SETTINGS_ENABLE_CONNECT_PROTOCOL as a client receives it. Each request
// of a client is checked in every case.
func rfc8441ClientSettings() []*c.Case {
	const stay = "A client may connect over HTTP/1.1 instead, or give up."
	hello, ping := c.Text(c.Octets("Hello, world!")), c.Ping(c.Octets("ping payload"))
	without := func(id, title string, how c.HTTP2) *c.Case {
		k := toClient(how, streaming(id, title, []string{"RFC8441-3-3", "RFC8441-3-2"}, mustOpen, send(greeting)))
		k.Script.Unconnected = verdict.OK
		return k
	}
	back := toClient(c.HTTP2{}, streaming("rfc8441/3/12", "the setting with 1, and then with 0 in the middle of a frame", []string{"RFC8441-3-5"},
		append(echoes(c.Echo(hello)), c.Outcome{Behavior: verdict.Informational, Ending: c.FailedByPeer()}),
		c.SendPart{Frame: hello, To: 5}, sendHTTP2(frame(c.FrameSETTINGS, 0, c.SettingConnectEnabled, 0, 0, 0, 0)), c.SendPart{Frame: hello, From: 5, To: hello.Payload.Len()}))
	return []*c.Case{
		toClient(c.HTTP2{}, streaming("rfc8441/3/9", "an extended CONNECT of the client, and a message and a ping through its stream",
			[]string{"RFC8441-3-2", "RFC8441-4-1", "RFC8441-4-2", "RFC8441-5-1", "RFC8441-5-2", "RFC8441-5-3", "RFC8441-5-6"}, echoesAndPong(hello, ping), send(hello, ping))),
		noted(stay, without("rfc8441/3/10", "SETTINGS of the server without the setting", c.HTTP2{Permission: c.PermitNever})),
		noted(stay, without("rfc8441/3/11", "the setting from the server with the value 0", c.HTTP2{Permission: c.PermitNever, Settings: []c.HTTP2Setting{{ID: c.SettingConnectEnabled}}})),
		noted("A server must not do that (RFC 8441 3), so that a client may end the connection.", back),
		noted("The client may wait for the setting, connect over HTTP/1.1, or give up. It must not send the request before.",
			without("rfc8441/3/13", "the setting from the server in its second SETTINGS frame", c.HTTP2{Permission: c.PermitLate})),
		noted("A peer ignores settings that it does not know (RFC 9113 6.5.2).",
			toClient(c.HTTP2{Settings: []c.HTTP2Setting{{ID: 0xfafa, Value: 7}}}, streaming("rfc8441/3/14", "a setting from the server that nobody has defined", []string{"RFC8441-5-6"}, mustOpen, send(greeting)))),
	}
}

// rfc8441ClientResponses: the response to an extended CONNECT.
func rfc8441ClientResponses() []*c.Case {
	form, connection, switched := []string{"RFC8441-5-5", "RFC6455-7.2.1-1"}, []string{"RFC8441-5-3", "RFC6455-7.2.1-1"}, []string{"RFC8441-5-6"}
	answer := func(how c.HTTP2, id, title string, requires []string, outcomes []c.Outcome, edits ...c.Edit) *c.Case {
		return toClient(how, response(id, title, requires, outcomes, edits...))
	}
	bad := func(id, title string, requires []string, edits ...c.Edit) *c.Case {
		return noted("A client must not accept a malformed response (RFC 9113 8.1.1).", answer(c.HTTP2{}, id, title, requires, mustNotOpen, edits...))
	}
	kept := isSlow
	kept.Behavior = verdict.Informational
	return []*c.Case{
		noted("RFC 8441 5: the peers 'do not do the processing of the Sec-WebSocket-Key and Sec-WebSocket-Accept header fields'. A client that refuses the response for it is NON-STRICT.",
			answer(c.HTTP2{}, "rfc8441/5/41", "a Sec-WebSocket-Accept that fits no key in the response", []string{"RFC8441-5-4"}, shouldOpen, c.Append("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))),
		noted("CONNECT is answered with any status of 2xx (RFC 9110 9.3.6). The example of RFC 8441 5.1 has 200. A client that takes no other is NON-STRICT.",
			answer(c.HTTP2{}, "rfc8441/5/42", "a response with the status 201", switched, shouldOpen, c.Status(201, ""))),
		noted("HTTP/2 has no 101 (RFC 9113 8.6). A client may take it for an interim response, and wait for the final one.",
			answer(c.HTTP2{}, "rfc8441/5/43", "a response over HTTP/2 with the status 101", switched, []c.Outcome{failsIt, kept}, c.Status(101, ""))),
		bad("rfc8441/5/44", "Connection: Upgrade in the response", connection, c.Append("connection", "Upgrade")),
		bad("rfc8441/5/45", "Upgrade: websocket in the response", connection, c.Append("upgrade", "websocket")),
		bad("rfc8441/5/46", "a field name with a capital in the response", form, c.Verbatim(c.Append("X-Wsspec", "1"))),
		bad("rfc8441/5/47", "a field value with CR and LF in the response", form, c.Append("x-wsspec", "1\r\nx-more: 2")),
		bad("rfc8441/5/48", "a response without :status", form, c.Remove(":status")),
		bad("rfc8441/5/49", "the pseudo-header field of a request in the response", form, c.Prepend(":path", "/")),
		answer(c.HTTP2{Interim: 103}, "rfc8441/5/50", "an interim response with the status 103 before the response", []string{"RFC8441-5-5"}, mustOpen),
		noted("A list of fields may be cut into a HEADERS frame and CONTINUATION frames at any octet (RFC 9113 4.3).",
			answer(c.HTTP2{HeaderPieces: 3}, "rfc8441/5/51", "the fields of the response in three frames", []string{"RFC8441-5-5"}, mustOpen, c.Append("x-wsspec", "a field that nobody has defined"))),
	}
}

// rfc8441ClientData: the octets of frames in DATA frames for a client, and its own.
func rfc8441ClientData() []*c.Case {
	as := []string{"RFC8441-5-6"}
	hello, ping := c.Text(c.Octets("Hello, world!")), c.Ping(c.Octets("ping payload"))
	large := c.Binary(c.Repeated("wsspec", 50_000))
	shaped := func(id, title string, shape c.DataShape) *c.Case {
		return toClient(c.HTTP2{Data: shape}, streaming(id, title, as, echoesAndPong(hello, ping), send(hello), send(ping)))
	}
	inside := func(id, title string, frames ...c.HTTP2Frame) *c.Case {
		return toClient(c.HTTP2{}, streaming(id, title, as, echoes(c.Echo(hello)),
			c.SendPart{Frame: hello, To: 5}, sendHTTP2(frames...), c.SendPart{Frame: hello, From: 5, To: hello.Payload.Len()}))
	}
	windowed := func(id, title string, window int, f c.Frame) *c.Case {
		return toClient(c.HTTP2{Window: window}, streaming(id, title, as, echoes(c.Echo(f)), send(f)))
	}
	leaves := noted("The server takes no more streams, and those that are open go on (RFC 9113 6.8). A client that ends them is NON-STRICT.",
		inside("rfc8441/5/61", "GOAWAY of the server in the middle of a message", frame(c.FrameGOAWAY, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0)))
	leaves.Script.Outcomes = append(leaves.Script.Outcomes, c.Outcome{Behavior: verdict.NonStrict, Ending: c.FailedByPeer()})
	return []*c.Case{
		shaped("rfc8441/5/52", "each octet of a message and a ping to a client in a DATA frame of its own", c.DataOctets),
		shaped("rfc8441/5/53", "a message and a ping to a client in padded DATA frames", c.DataPadded),
		shaped("rfc8441/5/54", "an empty DATA frame to a client before each other", c.DataWithEmpty),
		inside("rfc8441/5/55", "a PING of HTTP/2 to a client in the middle of a frame", pingHTTP2),
		noted("A frame of a type that a peer does not know is ignored (RFC 9113 5.5).", inside("rfc8441/5/56", "a frame that nobody has defined to a client in the middle of a frame",
			c.HTTP2Frame{Type: c.FrameUnknown, On: c.OnStream, Payload: []byte("wsspec")})),
		inside("rfc8441/5/57", "SETTINGS that change the window of a client between two parts of a frame", frame(c.FrameSETTINGS, 0, c.SettingInitialWindow, 0, 1, 0, 0)),
		toClient(c.HTTP2{}, streaming("rfc8441/5/58", "a message of 300000 octets to a client", as, echoes(c.Echo(large)), send(large))),
		windowed("rfc8441/5/59", "a window of 10 octets for the echo of a client", 10, hello),
		windowed("rfc8441/5/60", "a window of 1000 octets for an echo of 20000 of a client", 1000, c.Binary(c.Repeated("w", 20_000))),
		leaves,
	}
}

// rfc8441ClientEnds: how a client ends a stream, and what it makes of its end.
func rfc8441ClientEnds() []*c.Case {
	ends := []string{"RFC8441-5-7"}
	hello, normal := c.Text(c.Octets("Hello, world!")), c.Close(wire.StatusNormalClosure, "")
	part := c.SendPart{Frame: hello, To: 5}
	const order = "RFC 8441 5: 'Orderly TCP-level closures are represented as END_STREAM flags'. A client that ends the stream otherwise is NON-STRICT."
	inOrder := func(e c.Ending) []c.Outcome {
		return []c.Outcome{{Behavior: verdict.OK, Ending: e.WithFIN()}, {Behavior: verdict.NonStrict, Ending: e}}
	}
	ending := func(id, title string, requires []string, outcomes []c.Outcome, steps ...c.Step) *c.Case {
		return toClient(c.HTTP2{}, streaming(id, title, requires, outcomes, steps...))
	}
	return []*c.Case{
		noted(order, ending("rfc8441/5/62", "a closing handshake, behind which the client ends the stream in order", ends, inOrder(c.AnsweredByPeer(wire.StatusNormalClosure)), send(normal))),
		noted("What came before END_STREAM was received, so the client has to answer the Close (RFC 6455 5.5.1).",
			ending("rfc8441/5/63", "Close and END_STREAM to a client", ends, []c.Outcome{{Behavior: verdict.OK, Ending: c.AnsweredByPeer(wire.StatusNormalClosure)}}, send(normal), c.HalfClose{})),
		noted("What is missing can no longer come (RFC 6455 7.2.1). A client that keeps the stream open is NON-STRICT.",
			ending("rfc8441/5/64", "END_STREAM to a client in the middle of a frame", []string{"RFC6455-7.2.1-2", "RFC8441-5-7"}, []c.Outcome{
				{Behavior: verdict.OK, Ending: c.FailedByPeer()},
				{Behavior: verdict.NonStrict, Events: []c.Expect{c.Quiet("kept")}, Ending: c.Abandoned()},
			}, part, c.HalfClose{}, c.Watch{Name: "kept"})),
		noted("The stream is over with it, and nothing that the client sends there can be seen. It must not crash.",
			ending("rfc8441/5/65", "RST_STREAM with CANCEL to a client in the middle of a frame", ends, []c.Outcome{{Behavior: verdict.OK, Ending: c.Abandoned()}}, part, c.Reset{})),
		noted(order, ending("rfc8441/5/66", "a reserved opcode, on which the client fails the connection and ends the stream", []string{"RFC6455-5.2-5", "RFC8441-5-7"},
			inOrder(c.FailedByPeer(wire.StatusProtocolError)), send(c.Frame{Fin: true, Opcode: 3}))),
	}
}
