package catalog

import (
	c "github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
)

const (
	malformed = "RFC 9113 8.1.1: a malformed request is answered by a stream error. The server may send an HTTP error first, and may end the whole connection."
	lacking   = "A request that lacks a pseudo-header field is malformed (RFC 9113 8.3.1), and a server has to refuse it if it detects that (8.1.1). One that opens the connection is NON-STRICT."
	leftOpen  = "RFC 8441 does not say what a server does with such a request."
)

// rfc8441Protocol: the pseudo-header field :protocol, and the method.
func rfc8441Protocol() []*c.Case {
	protocol := []string{"RFC8441-5-1", "RFC8441-4-1"}
	value := func(id, title, value string, outcomes []c.Outcome) *c.Case {
		return noted(leftOpen+" A value that is not websocket starts no WebSocket connection (RFC 8441 5).", connecting(id, title, protocol, outcomes, c.Replace(":protocol", value)))
	}
	tokens := value("rfc8441/4/4", "a :protocol of WebSocket, with two capitals", "WebSocket", isFree)
	tokens.Level = verdict.LevelInformational
	return []*c.Case{
		noted("Without :protocol the request is an ordinary CONNECT, which has neither :scheme nor :path (RFC 9113 8.5). "+lacking,
			connecting("rfc8441/4/1", "an extended CONNECT without :protocol", protocol, isDoubtful, c.Remove(":protocol"))),
		noted(malformed, connecting("rfc8441/4/2", "two :protocol fields", []string{"RFC8441-5-5", "RFC8441-5-1"}, isMalformed, c.Replace(":protocol", "websocket"), c.Prepend(":protocol", "websocket"))),
		value("rfc8441/4/3", "a :protocol of another protocol", "wsspec-example", isDoubtful),
		tokens,
		value("rfc8441/4/5", "an empty :protocol", "", isDoubtful),
		noted(leftOpen+" It defines :protocol for CONNECT alone (RFC 8441 4).",
			withHTTP2(c.HTTP2{EndStream: true}, connecting("rfc8441/4/6", "a GET request with :protocol", protocol, append(isDoubtful[:3:3], answeredPlainly(verdict.Informational)), c.Replace(":method", "GET")))),
		noted(lacking, withHTTP2(c.HTTP2{EndStream: true}, connecting("rfc8441/4/7", "a request without :method", protocol, isDoubtful, c.Remove(":method")))),
	}
}

// rfc8441Target: the pseudo-header fields :scheme, :path and :authority.
func rfc8441Target() []*c.Case {
	wrongTarget, target, scheme, authority := []string{"RFC8441-5-5", "RFC8441-4-2"}, []string{"RFC8441-4-2"}, []string{"RFC8441-5-2"}, []string{"RFC8441-4-3"}
	wrong := func(id, title string, requires []string, edits ...c.Edit) *c.Case {
		return noted(malformed, connecting(id, title, requires, isMalformed, edits...))
	}
	without := func(id, title, name string) *c.Case {
		return noted(lacking, connecting(id, title, target, isDoubtful, c.Remove(name)))
	}
	another := func(id, title, value string) *c.Case {
		k := connecting(id, title, scheme, isFree, c.Replace(":scheme", value))
		k.Level = verdict.LevelInformational
		return noted("The scheme has to be http or https (RFC 8441 5). RFC 9113 8.3.1 permits other schemes, and a server may not look at it.", k)
	}
	elsewhere := connecting("rfc8441/4/18", "an :authority at which the harness waits for a tunnel", authority, isFree, c.Replace(":authority", "{elsewhere}"))
	elsewhere.Script.HTTP2.Elsewhere = true
	return []*c.Case{
		without("rfc8441/4/8", "an extended CONNECT without :scheme", ":scheme"),
		wrong("rfc8441/4/9", "two :scheme fields", wrongTarget, c.Prepend(":scheme", "http")),
		another("rfc8441/4/10", "a :scheme of ws", "ws"),
		another("rfc8441/4/11", "a :scheme of ftp", "ftp"),
		without("rfc8441/4/12", "an extended CONNECT without :path", ":path"),
		wrong("rfc8441/4/13", "two :path fields", wrongTarget, c.Prepend(":path", "/")),
		wrong("rfc8441/4/14", "an empty :path", wrongTarget, c.Replace(":path", "")),
		noted("RFC 8441 5 says that :authority 'is required on every HTTP/2 transaction'. RFC 9113 8.3.1 lets a request have none. The server may open the connection or refuse it.",
			connecting("rfc8441/4/15", "an extended CONNECT without :authority", authority, isFree, c.Remove(":authority"))),
		wrong("rfc8441/4/16", "two :authority fields", []string{"RFC8441-5-5", "RFC8441-4-3"}, c.Prepend(":authority", "{host}")),
		noted("The server may serve the name or refuse it: it must not connect to it.",
			connecting("rfc8441/4/17", "an :authority of a host that does not exist", authority, isFree, c.Replace(":authority", "wsspec.invalid"))),
		noted("The harness listens at a port of the address from which it is connected. RFC 8441 4: 'the server MUST NOT create a tunnel to the host indicated by the :authority'. The server may serve the name or refuse it.", elsewhere),
	}
}

// rfc8441Form: the form of the list of fields.
func rfc8441Form() []*c.Case {
	form := []string{"RFC8441-5-5"}
	wrong := func(id, title string, edits ...c.Edit) *c.Case {
		return noted(malformed, connecting(id, title, form, isMalformed, edits...))
	}
	const anywhere = "A list of fields may be cut into a HEADERS frame and CONTINUATION frames at any octet (RFC 9113 4.3)."
	pieces := func(id, title string, n int, outcomes []c.Outcome) *c.Case {
		return withHTTP2(c.HTTP2{HeaderPieces: n}, connecting(id, title, form, outcomes))
	}
	limited := []c.Outcome{opened, refusedBut(verdict.Informational), {Behavior: verdict.Informational, Ending: c.NotOpened()}}
	return []*c.Case{
		wrong("rfc8441/4/19", "a pseudo-header field behind another field", c.Remove(":path"), c.Append(":path", "{target}")),
		wrong("rfc8441/4/20", "a pseudo-header field that nobody has defined", c.Prepend(":wsspec", "1")),
		wrong("rfc8441/4/21", "the pseudo-header field of a response in the request", c.Prepend(":status", "200")),
		wrong("rfc8441/4/22", "a field name with a capital", c.Verbatim(c.Append("X-Wsspec", "1"))),
		wrong("rfc8441/4/23", "a field value with CR and LF", c.Append("x-wsspec", "1\r\nx-more: 2")),
		noted(anywhere, pieces("rfc8441/4/24", "the fields of the request in three frames", 3, mustAccept)),
		noted(anywhere+" Servers have a limit to the number of frames since floods of them were published.", pieces("rfc8441/4/25", "the fields of the request in 40 frames", 40, limited)),
	}
}
