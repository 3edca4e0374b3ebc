package faulty

import "github.com/wsspec/wsspec/ref/wire"

// deflation is a peer's side of permessage-deflate.
type deflation struct {
	params   wire.DeflateParams
	deflater *wire.Deflater
	inflater *wire.Inflater
}

// agreed starts permessage-deflate with the negotiated parameters.
func (p *peer) agreed(params wire.DeflateParams) {
	out, in := wire.DeflaterOptions{Level: 7}, wire.InflaterOptions{}
	bits, takeover := params.Sender(p.role)
	out.WindowBits, out.NoContextTakeover = bits, !takeover
	bits, takeover = params.Sender(p.role.Peer())
	in.WindowBits, in.NoContextTakeover = bits, !takeover
	p.deflaterOptions(&out)
	p.inflaterOptions(&in)
	deflater, err := wire.NewDeflater(out)
	if err != nil {
		panic("faulty: " + err.Error()) // cannot happen: negotiation allows only valid windows
	}
	inflater, err := wire.NewInflater(in)
	if err != nil {
		panic("faulty: " + err.Error())
	}
	p.deflate = &deflation{params: params, deflater: deflater, inflater: inflater}
	p.state.RSV1 = true
}

// release frees the compressor and the decompressor.
func (p *peer) release() {
	if p.deflate != nil {
		p.deflate.deflater.Release()
		p.deflate.inflater.Release()
	}
}
