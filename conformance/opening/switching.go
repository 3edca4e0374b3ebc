package opening

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// Switching returns the response that opens a connection (RFC 6455 4.2.2): with the first of
// the subprotocols that the client asks for (RFC6455-4.2.2-14), and with permessage-deflate as
// the first of the demands has it that the client's offers allow. The deflation is the
// harness's side of that; nil if it is not agreed on.
func Switching(request wire.Request, subprotocols []string, demands []wire.DeflateOffer) (wire.Response, *stream.Deflation) {
	key, _ := request.Fields.Get("Sec-WebSocket-Key")
	r := switchingProtocols(strings.TrimSpace(key))
	for _, p := range subprotocols {
		if slices.Contains(tokens(request.Fields, "Sec-WebSocket-Protocol"), p) {
			r.Fields = append(r.Fields, wire.Field{Name: "Sec-WebSocket-Protocol", Value: p})
			break
		}
	}
	offers, _ := extensions(request.Fields)
	deflate, answer := acceptDeflate(demands, offers)
	if deflate != nil {
		r.Fields = append(r.Fields, wire.Field{Name: "Sec-WebSocket-Extensions", Value: wire.FormatExtensions([]wire.Extension{answer})})
	}
	return r, deflate
}
