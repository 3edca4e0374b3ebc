package network

import (
	"strings"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// responds takes over the response that a case has for a client. It returns false if a script
// cannot say it.
func (p *caseParts) responds(o *script.Opening) bool {
	if o.Silent || len(o.Earlier) > 0 || len(o.LineCuts) > 0 || o.Hold {
		return false
	}
	own := len(o.Edits) > 0 || o.Raw != "" || o.Preface != "" || o.Body != ""
	if own {
		if p.script.Offer != "" {
			return false // a response of its own says what is agreed on
		}
		r := wire.Response{Version: "HTTP/1.1", Status: 101, Reason: "Switching Protocols", Fields: wire.Fields{
			{Name: "Upgrade", Value: "websocket"}, {Name: "Connection", Value: "Upgrade"}, {Name: "Sec-WebSocket-Accept", Value: "{accept}"},
		}}
		p.script.Head = o.Preface + string(o.ResponseWith(&r, strings.NewReplacer())) + o.Body
	}
	if len(o.With) > 0 {
		p.script.Joined = true
		p.add(o.With, nil)
	}
	return true
}
