package wire

import (
	"crypto/sha1"
	"encoding/base64"
	"strings"
)

// ProtocolVersion is the only version of the protocol there is, as the value of
// Sec-WebSocket-Version (RFC6455-4.1-34).
const ProtocolVersion = "13"

// The names of the handshake's fields (RFC 6455 11.3).
const (
	fieldHost        = "Host"
	fieldUpgrade     = "Upgrade"
	fieldConnection  = "Connection"
	fieldKey         = "Sec-WebSocket-Key"
	fieldAccept      = "Sec-WebSocket-Accept"
	fieldVersion     = "Sec-WebSocket-Version"
	fieldSubprotocol = "Sec-WebSocket-Protocol"
	fieldExtensions  = "Sec-WebSocket-Extensions"
)

// keyGUID is what RFC 6455 1.3 has every server append to the key.
const keyGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// AcceptKey returns the Sec-WebSocket-Accept for a Sec-WebSocket-Key: the
// base64 form of SHA-1 over the key as it was spelled and a fixed GUID
// (RFC6455-4.2.2-26). The key is not decoded or checked (RFC6455-4.2.2-9).
func AcceptKey(key string) string {
	// SHA-1 is what the clause prescribes; nothing secret rests on it.
	sum := sha1.Sum([]byte(key + keyGUID))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// NewKey returns the Sec-WebSocket-Key for 16 octets, which the caller draws at
// random for each connection (RFC6455-4.1-28, RFC6455-4.1-29).
func NewKey(random [16]byte) string {
	return base64.StdEncoding.EncodeToString(random[:])
}

// NewRequest returns a correct opening request (RFC 6455 4.1) with the fields
// that every one has, and the extra ones behind them. The arguments are written
// as they are: target is the resource name, host the authority without a
// default port, key comes from [NewKey].
func NewRequest(target, host, key string, extra Fields) Request {
	fields := Fields{
		{fieldHost, host},
		{fieldUpgrade, "websocket"},
		{fieldConnection, "Upgrade"},
		{fieldKey, key},
		{fieldVersion, ProtocolVersion},
	}
	return Request{Method: "GET", Target: target, Version: "HTTP/1.1", Fields: append(fields, extra...)}
}

// NewResponse returns the response that accepts a request (RFC 6455 4.2.2):
// status 101, the accept value of the request's key, and, unless they are
// empty, the subprotocol and the extensions chosen. An empty field would not
// mean the same as none (RFC6455-4.2.2-17, RFC6455-4.2.2-21). Whether the
// client asked for what was chosen is the caller's business; [CheckResponse]
// tells.
func NewResponse(req Request, subprotocol string, extensions []Extension, extra Fields) Response {
	key, _ := req.Fields.Get(fieldKey)
	fields := Fields{
		{fieldUpgrade, "websocket"},
		{fieldConnection, "Upgrade"},
		{fieldAccept, AcceptKey(key)},
	}
	if subprotocol != "" {
		fields = append(fields, Field{fieldSubprotocol, subprotocol})
	}
	if len(extensions) > 0 {
		fields = append(fields, Field{fieldExtensions, FormatExtensions(extensions)})
	}
	return Response{Version: "HTTP/1.1", Status: 101, Reason: "Switching Protocols", Fields: append(fields, extra...)}
}

// NewRefusal returns the response without a body for a request that breaks the
// rules given, as [CheckRequest] found them: 426 with the version known if the
// version is another (RFC6455-4.2.2-11), 405 for another method, 426 for a
// request that asks for no WebSocket, 400 for the rest (RFC6455-4.2.1-2).
func NewRefusal(violations []*Violation) Response {
	broken := make(map[*Rule]bool)
	for _, v := range violations {
		broken[v.Rule] = true
	}
	resp := Response{Version: "HTTP/1.1", Status: 400, Reason: "Bad Request"}
	switch {
	case broken[RuleServerMethod]:
		resp.Status, resp.Reason = 405, "Method Not Allowed"
		resp.Fields = Fields{{"Allow", "GET"}}
	case broken[RuleServerUpgrade], broken[RuleServerProtocolVersion]:
		resp.Status, resp.Reason = 426, "Upgrade Required"
		resp.Fields = Fields{{fieldUpgrade, "websocket"}, {fieldConnection, "Upgrade"}}
	}
	return Response{
		Version: resp.Version, Status: resp.Status, Reason: resp.Reason,
		Fields: append(resp.Fields,
			Field{fieldVersion, ProtocolVersion},
			Field{fieldConnection, "close"},
			Field{"Content-Length", "0"}),
	}
}

// Subprotocols returns the subprotocols that a request asks for, most preferred
// first, over all its lines (RFC6455-11.3.4-1); none if the field is absent or
// malformed, which [CheckRequest] tells.
func (r Request) Subprotocols() []string {
	value, _ := r.Fields.List(fieldSubprotocol)
	names, err := ParseTokens(value)
	if err != nil {
		return nil
	}
	return names
}

// Extensions returns the extensions that a request offers, most preferred
// first, over all its lines (RFC6455-11.3.2-1); none if the field is absent or
// malformed, which [CheckRequest] tells.
func (r Request) Extensions() []Extension { return extensions(r.Fields) }

// Extensions returns the extensions that a response answers with, in the order
// in which they apply (RFC6455-9.1-11), over all its lines
// (RFC6455-11.3.2-E3433); none if the field is absent or malformed, which
// [CheckResponse] tells.
func (r Response) Extensions() []Extension { return extensions(r.Fields) }

func extensions(f Fields) []Extension {
	value, _ := f.List(fieldExtensions)
	list, err := ParseExtensions(value)
	if err != nil {
		return nil
	}
	return list
}

// isKey reports whether the key is base64 for 16 octets, and whether the four
// bits that base64 leaves unused are zero.
func isKey(key string) (ok, zeroPadding bool) {
	const length = 24 // base64 of 16 octets; Go's decoder would skip line ends
	if len(key) != length || strings.ContainsAny(key, "\r\n") {
		return false, false
	}
	octets, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(octets) != 16 {
		return false, false
	}
	return true, base64.StdEncoding.EncodeToString(octets) == key
}
