package faulty

import (
	"crypto/rand"

	"github.com/wsspec/wsspec/ref/wire"
)

// offerHandshake sends an opening request and checks the response (RFC 6455 4.1). It
// returns false if the client has to fail the connection, which it does by closing
// TCP (RFC6455-7.2.1-1).
func (p *peer) offerHandshake() bool {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // documented never to fail
	offer := wire.DeflateOffer{ClientMaxWindowBits: wire.AnyWindowBits}.Extension()
	req := wire.NewRequest(p.resource, p.host, wire.NewKey(nonce), wire.Fields{
		{Name: "Sec-WebSocket-Extensions", Value: offer.String()},
	})
	p.request(&req)
	p.write(p.head(req.Append(nil)))
	var resp wire.Response
	var broken []*wire.Violation
	var octets []byte
	ok := true
	for first := true; ok && (first || len(broken) == 0 && p.interim(resp.Status)); first = false {
		ok = p.readHead(func(b []byte) (n int, err error) {
			resp, n, err = wire.ParseResponse(b)
			octets = b[:n]
			return n, err
		}, &broken)
	}
	p.readsResponse(&resp)
	switch {
	case !ok, len(broken) > 0,
		p.distrusts != nil && p.distrusts(resp),
		p.rawHead != nil && p.rawHead(octets):
		return false
	}
	for _, v := range wire.CheckResponse(resp, req) {
		if !p.overlooks(v, wire.Header{}) {
			return false
		}
	}
	params, agreed, v := wire.CheckDeflateAnswer(req.Extensions(), resp.Extensions())
	if v != nil && !p.overlooks(v, wire.Header{}) {
		return false
	}
	if agreed {
		p.agreed(params)
	}
	p.in = p.early(p.in)
	return true
}
