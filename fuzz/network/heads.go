package network

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/ref/wire"
)

// judgeSwitch judges a 101 to a request that is not an ordinary one. A server that switches
// protocols on a request that has not what RFC 6455 4.2.1 asks for breaks RFC6455-4.2.1-2.
// Only what no reading of the RFC permits is wrong: a head that HTTP forbids as a whole is
// left to the cases of the catalogue.
func (s *Script) judgeSwitch(sent []byte, o *opened) *wrong {
	r, _, err := wire.ParseRequest(sent)
	if err != nil {
		return nil
	}
	if requirement, lack := lacks(r); lack != "" {
		return &wrong{WrongVerdict, requirement, "the server switched protocols on a request " + lack}
	}
	broken, agreed := opening.CheckResponse(r, o.response)
	if len(broken) > 0 {
		return &wrong{WrongVerdict, broken[0].Rule.ID, "the server's response: " + broken[0].Detail}
	}
	o.deflate = agreed.Deflate
	return nil
}

// lacks says what a request lacks that each opening request has, and by which requirement;
// empty if it lacks nothing. A key that does not decode to 16 octets is nothing: "It is not
// necessary for the server to base64-decode the |Sec-WebSocket-Key| value" (RFC 6455 4.2.2).
func lacks(r wire.Request) (requirement, lack string) {
	key, _ := r.Fields.Get("Sec-WebSocket-Key")
	versions := r.Fields.Values("Sec-WebSocket-Version")
	_, host := r.Fields.Get("Host")
	switch {
	case r.Method != "GET":
		return "RFC6455-4.2.1-3", fmt.Sprintf("with the method %q", r.Method)
	case r.Version == "HTTP/1.0" || r.Version == "HTTP/0.9":
		return "RFC6455-4.2.1-4", "of " + r.Version
	case !host:
		return "RFC6455-4.2.1-7", "without Host"
	case !has(r.Fields.Values("Upgrade"), "websocket"):
		return "RFC6455-4.2.1-8", "whose Upgrade does not name websocket"
	case !has(r.Fields.Values("Connection"), "upgrade"):
		return "RFC6455-4.2.1-10", "whose Connection does not name Upgrade"
	case strings.TrimSpace(key) == "":
		return "RFC6455-4.2.1-12", "without Sec-WebSocket-Key"
	case strings.TrimSpace(strings.Join(versions, "")) == "":
		return "RFC6455-4.2.1-14", "without Sec-WebSocket-Version"
	case !has(versions, "13"): // of several values, one may be the right one
		return "RFC6455-4.2.1-15", fmt.Sprintf("with Sec-WebSocket-Version %q", strings.Join(versions, ", "))
	}
	return "", ""
}

// has reports whether lists of tokens have one, whatever its case.
func has(values []string, token string) bool {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}

// switching is the response of a server that accepts.
func switching(accept string) wire.Response {
	return wire.Response{Version: "HTTP/1.1", Status: 101, Reason: "Switching Protocols", Fields: wire.Fields{
		{Name: "Upgrade", Value: "websocket"}, {Name: "Connection", Value: "Upgrade"}, {Name: "Sec-WebSocket-Accept", Value: accept},
	}}
}
