package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// rfc8441Fields: the fields of the request and of the response.
func rfc8441Fields() []*c.Case {
	connection, key, used := []string{"RFC8441-5-3"}, []string{"RFC8441-5-4"}, []string{"RFC8441-5-5"}
	const noKey = "RFC 8441 5: 'Implementations using this extended CONNECT […] do not do the processing of the Sec-WebSocket-Key and Sec-WebSocket-Accept header fields'. A server that sends Sec-WebSocket-Accept, or refuses a key, is NON-STRICT: a gateway passes the key on to a server of HTTP/1.1."
	wrong := func(id, title string, edits ...c.Edit) *c.Case {
		return noted("Fields about the connection make a request malformed (RFC 9113 8.2.2). "+malformed, connecting(id, title, connection, isMalformed, edits...))
	}
	withKey := func(id, title string, edits ...c.Edit) *c.Case {
		return noted(noKey, connecting(id, title, key, []c.Outcome{openedBut(verdict.OK, c.LacksField("Sec-WebSocket-Accept")), openedBut(verdict.NonStrict), refusedBut(verdict.NonStrict)}, edits...))
	}
	hello := c.Text(c.Octets("Hello, Hello, Hello, world!"))
	deflated := streaming("rfc8441/5/16", "permessage-deflate through a stream", []string{"RFC8441-5-5", "RFC8441-5-6"}, echoes(c.Echo(hello)), send(hello))
	deflated.Script.Offers = []wire.DeflateOffer{{}}
	listed := []c.Outcome{
		{Behavior: verdict.OK, Events: []c.Expect{c.Refused(c.Lists("Sec-WebSocket-Version", "13"))}, Ending: c.NotOpened()},
		refusedBut(verdict.NonStrict), dropped,
	}
	return []*c.Case{
		wrong("rfc8441/5/1", "Connection: Upgrade in an extended CONNECT", c.Append("connection", "Upgrade")),
		wrong("rfc8441/5/2", "Upgrade: websocket in an extended CONNECT", c.Append("upgrade", "websocket")),
		wrong("rfc8441/5/3", "Connection and Upgrade in an extended CONNECT", c.Append("connection", "Upgrade"), c.Append("upgrade", "websocket")),
		wrong("rfc8441/5/4", "Transfer-Encoding: chunked in an extended CONNECT", c.Append("transfer-encoding", "chunked")),
		noted("A request may have a Host field that says what :authority says (RFC 9113 8.3.1). RFC 8441 5 speaks of none.",
			connecting("rfc8441/5/5", "a Host field with the value of :authority", []string{"RFC8441-4-3"}, isFree, c.Append("host", "{host}"))),
		noted("A server should treat a Host field that differs from :authority as malformed (RFC 9113 8.3.1).",
			connecting("rfc8441/5/6", "a Host field that differs from :authority", []string{"RFC8441-4-3"}, isDoubtful, c.Append("host", "wsspec.invalid"))),
		withKey("rfc8441/5/7", "no Sec-WebSocket-Key, as usual over HTTP/2"),
		withKey("rfc8441/5/8", "a Sec-WebSocket-Key in an extended CONNECT", c.Append("sec-websocket-key", "AAECAwQFBgcICQoLDA0ODw==")),
		withKey("rfc8441/5/9", "a Sec-WebSocket-Key that is none", c.Append("sec-websocket-key", "!")),
		noted("CONNECT is answered with any status of 2xx (RFC 9110 9.3.6). The example of RFC 8441 5.1 has 200, and other clients may expect that.",
			connecting("rfc8441/5/10", "the status of the response", []string{"RFC8441-5-6"}, []c.Outcome{openedBut(verdict.OK, c.StatusIn(200)), openedBut(verdict.NonStrict)})),
		connecting("rfc8441/5/11", "an extended CONNECT without Sec-WebSocket-Version", used, mustRefuse, c.Remove("sec-websocket-version")),
		noted("As over HTTP/1.1, the refusal lists the versions that the server supports (RFC 6455 4.4).",
			connecting("rfc8441/5/12", "an extended CONNECT with Sec-WebSocket-Version: 12", used, listed, c.Replace("sec-websocket-version", "12"))),
		connecting("rfc8441/5/13", "two subprotocols in an extended CONNECT", used, mayDecline, c.Append("sec-websocket-protocol", "wsspec-one, wsspec-two")),
		connecting("rfc8441/5/14", "an extension that nobody has defined in an extended CONNECT", used, mustAccept, c.Append("sec-websocket-extensions", "x-wsspec")),
		connecting("rfc8441/5/15", "unknown fields and a cookie in two parts in an extended CONNECT", used, mustAccept, c.Append("x-wsspec", "1"), c.Append("cookie", "a=1"), c.Append("cookie", "b=2")),
		deflated,
	}
}

// rfc8441Data: the octets of frames in DATA frames.
func rfc8441Data() []*c.Case {
	as := []string{"RFC8441-5-6"}
	hello, ping := c.Text(c.Octets("Hello, world!")), c.Ping(c.Octets("ping payload"))
	large := c.Binary(c.Repeated("wsspec", 50_000))
	shaped := func(id, title string, shape c.DataShape) *c.Case {
		k := streaming(id, title, as, echoesAndPong(hello, ping), send(hello), send(ping))
		k.Script.HTTP2.Data = shape
		return k
	}
	inside := func(id, title string, frames ...c.HTTP2Frame) *c.Case {
		return streaming(id, title, as, echoes(c.Echo(hello)),
			c.SendPart{Frame: hello, To: 5}, sendHTTP2(frames...), c.SendPart{Frame: hello, From: 5, To: hello.Payload.Len()})
	}
	windowed := func(id, title string, window int, f c.Frame) *c.Case {
		k := streaming(id, title, as, echoes(c.Echo(f)), send(f))
		k.Script.HTTP2.Window = window
		return k
	}
	return []*c.Case{
		shaped("rfc8441/5/17", "each octet of a message and a ping in a DATA frame of its own", c.DataOctets),
		shaped("rfc8441/5/18", "a message and a ping in padded DATA frames", c.DataPadded),
		shaped("rfc8441/5/19", "an empty DATA frame before each other", c.DataWithEmpty),
		inside("rfc8441/5/20", "a PING of HTTP/2 in the middle of a frame", pingHTTP2),
		noted("A frame of a type that a peer does not know is ignored (RFC 9113 5.5).", inside("rfc8441/5/21", "a frame that nobody has defined in the middle of a frame",
			c.HTTP2Frame{Type: c.FrameUnknown, On: c.OnStream, Payload: []byte("wsspec")})),
		inside("rfc8441/5/22", "an empty padded DATA frame in the middle of a frame", c.HTTP2Frame{Type: c.FrameDATA, Flags: c.FlagPadded, On: c.OnStream, Payload: []byte{3, 0, 0, 0}}),
		streaming("rfc8441/5/23", "a message of 300000 octets", as, echoes(c.Echo(large)), send(large)),
		windowed("rfc8441/5/24", "a window of 10 octets for the echo", 10, hello),
		windowed("rfc8441/5/25", "a window of 1000 octets for an echo of 20000", 1000, c.Binary(c.Repeated("w", 20_000))),
	}
}
