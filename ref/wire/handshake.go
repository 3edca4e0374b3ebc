package wire

import (
	"crypto/sha1"
	"encoding/base64"
	"strings"
)

// ProtocolVersion is the value of Sec-WebSocket-Version (RFC6455-4.1-34).
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

// AcceptKey returns the Sec-WebSocket-Accept for a Sec-WebSocket-Key: base64 of
// the SHA-1 of the key and a fixed GUID (RFC6455-4.2.2-26). It does not decode or
// check the key (RFC6455-4.2.2-9).
func AcceptKey(key string) string {
	// RFC 6455 prescribes SHA-1; nothing depends on its security.
	sum := sha1.Sum([]byte(key + keyGUID))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// NewKey returns the Sec-WebSocket-Key for 16 octets, which have to be random for
// each connection (RFC6455-4.1-28, RFC6455-4.1-29).
func NewKey(random [16]byte) string {
	return base64.StdEncoding.EncodeToString(random[:])
}

// NewRequest returns a correct opening request (RFC 6455 4.1): the required
// fields, followed by the extra ones. The arguments are not checked: target is
// the resource name, host the authority without a default port, and key comes
// from [NewKey].
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
// status 101, the accept value of the request's key, and the chosen subprotocol
// and extensions unless they are empty. An empty field would not mean the same as
// none (RFC6455-4.2.2-17, RFC6455-4.2.2-21). It does not check that the client
// asked for them; [CheckResponse] does.
func NewResponse(req Request, subprotocol string, extensions []Extension, extra Fields) Response {
	key, _ := req.Fields.Get(fieldKey)
	fields := append(make(Fields, 0, 5+len(extra)),
		Field{fieldUpgrade, "websocket"},
		Field{fieldConnection, "Upgrade"},
		Field{fieldAccept, AcceptKey(key)},
	)
	if subprotocol != "" {
		fields = append(fields, Field{fieldSubprotocol, subprotocol})
	}
	if len(extensions) > 0 {
		fields = append(fields, Field{fieldExtensions, FormatExtensions(extensions)})
	}
	return Response{Version: "HTTP/1.1", Status: 101, Reason: "Switching Protocols", Fields: append(fields, extra...)}
}

// NewRefusal returns the response without body for a request that breaks the
// given rules, as [CheckRequest] found them: 426 with the known version if the
// version is another one (RFC6455-4.2.2-11), 405 for another method, 426 for a
// request that does not ask for a WebSocket, 400 otherwise (RFC6455-4.2.1-2).
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
// first, of all lines (RFC6455-11.3.4-1). It returns none if the field is absent
// or malformed; [CheckRequest] tells.
func (r Request) Subprotocols() []string {
	value, ok := r.Fields.List(fieldSubprotocol)
	if !ok {
		return nil
	}
	names, err := ParseTokens(value)
	if err != nil {
		return nil
	}
	return names
}

// Extensions returns the extensions that a request offers, most preferred first,
// of all lines (RFC6455-11.3.2-1). It returns none if the field is absent or
// malformed; [CheckRequest] tells.
func (r Request) Extensions() []Extension { return extensions(r.Fields) }

// Extensions returns the extensions in a response, in the order in which they
// apply (RFC6455-9.1-11), of all lines (RFC6455-11.3.2-E3433). It returns none if
// the field is absent or malformed; [CheckResponse] tells.
func (r Response) Extensions() []Extension { return extensions(r.Fields) }

func extensions(f Fields) []Extension {
	value, ok := f.List(fieldExtensions)
	if !ok {
		return nil
	}
	list, err := ParseExtensions(value)
	if err != nil {
		return nil
	}
	return list
}

// isKey reports whether the key is base64 of 16 octets, and whether the four
// unused bits are zero.
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
