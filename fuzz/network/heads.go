package network

import (
	"fmt"
	"slices"
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

// acceptsValid is the requirement to answer a valid request by the steps of RFC 6455 4.2.2.
const acceptsValid = "RFC6455-4.2.2-1"

// longHead is how long a request or response may be that nobody has reason to refuse for its
// length, and mostFields how many fields it may have: some servers take 100 at most.
const (
	longHead   = 4 << 10
	mostFields = 64
)

// judgeRefusal judges a response other than 101.
func (s *Script) judgeRefusal(sent []byte, o *opened) *wrong {
	if !s.isAcceptable(sent, o) {
		return nil
	}
	return &wrong{WrongVerdict, acceptsValid, fmt.Sprintf("the server refused a valid opening request with %d", o.response.Status)}
}

// isAcceptable reports whether a server that accepts a plain request has to accept that of the
// script. It does so if the request is in other words that mean the same: RFC 6455 leaves the
// order of fields, further fields, and what HTTP lets a client write, to the client
// (RFC6455-4.2.1-20, RFC6455-4.2.1-21).
func (s *Script) isAcceptable(sent []byte, o *opened) bool {
	if s.Head == "" {
		return true
	}
	r, size, err := wire.ParseRequest(sent)
	if err != nil || size != len(sent) || len(sent) > longHead || len(r.Fields) > mostFields || r.Version != "HTTP/1.1" {
		return false
	}
	if requirement, _ := lacks(r); requirement != "" || len(opening.CheckRequest(r)) > 0 || r.Target != o.request.Target {
		return false
	}
	if upgrade, _ := r.Fields.List("Upgrade"); !strings.EqualFold(upgrade, "websocket") {
		return false // a server may know no other protocol in the list (RFC 9110 7.8)
	}
	seen := map[string]bool{}
	for _, f := range r.Fields {
		name := strings.ToLower(f.Name)
		single := strings.HasPrefix(name, "sec-websocket-") && name != "sec-websocket-extensions" && name != "sec-websocket-protocol" || name == "host" || name == "origin"
		switch {
		case single && seen[name], len(f.Value) > longHead/2,
			slices.Contains([]string{"content-length", "transfer-encoding", "expect", "te", "cookie", "origin"}, name):
			return false // a server may refuse these
		}
		seen[name] = true
	}
	was, _ := o.request.Fields.Get("Host")
	host, _ := r.Fields.Get("Host")
	return host == was
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
	case !opening.HasToken(r.Fields.Values("Upgrade"), "websocket"):
		return "RFC6455-4.2.1-8", "whose Upgrade does not name websocket"
	case !opening.HasToken(r.Fields.Values("Connection"), "upgrade"):
		return "RFC6455-4.2.1-10", "whose Connection does not name Upgrade"
	case strings.TrimSpace(key) == "":
		return "RFC6455-4.2.1-12", "without Sec-WebSocket-Key"
	case strings.TrimSpace(strings.Join(versions, "")) == "":
		return "RFC6455-4.2.1-14", "without Sec-WebSocket-Version"
	case !opening.HasToken(versions, "13"): // of several values, one may be the right one
		return "RFC6455-4.2.1-15", fmt.Sprintf("with Sec-WebSocket-Version %q", strings.Join(versions, ", "))
	}
	return "", ""
}
