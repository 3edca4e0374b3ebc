package conformance

import (
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance/streams"
	"github.com/wsspec/wsspec/ref/wire"
)

// deflation is the harness's side of permessage-deflate on one connection. It
// keeps to what was agreed, and checks that the peer does.
type deflation struct {
	params wire.DeflateParams
	// peer is the role of the peer under test.
	peer     wire.Role
	inflater *wire.Inflater
	// history is how many octets the peer's compressed messages had so far.
	history int64
}

func newDeflation(params wire.DeflateParams, peer wire.Role) (*deflation, error) {
	bits, takeover := params.Sender(peer)
	inflater, err := wire.NewInflater(wire.InflaterOptions{WindowBits: bits, NoContextTakeover: !takeover})
	if err != nil {
		return nil, err
	}
	return &deflation{params: params, peer: peer, inflater: inflater}, nil
}

// inflate checks the payload of one of the peer's messages and inflates it to
// at most limit octets. A reference further back than the agreed window, or
// into a context that the peer promised to drop, is a violation even where a
// larger window would inflate it (RFC7692-7.2.1-11, RFC7692-7.2.1-15).
func (d *deflation) inflate(payload []byte, limit uint64) ([]byte, *wire.Violation) {
	use, v := wire.MeasureWindow(payload, d.history)
	if v == nil {
		v = wire.CheckWindow(use, d.params, d.peer)
	}
	if v == nil && use.PaddingSet {
		v = rulePadding.Violation("BFINAL block whose last octet is not padded with zero bits")
	}
	if v != nil {
		return nil, ofMessage(v)
	}
	room := min(uint64(use.Octets), limit)
	message, err := d.inflater.AppendMessage(make([]byte, 0, room), payload, int64(limit))
	if err != nil {
		return nil, ofMessage(asViolation(err))
	}
	d.history += int64(len(message))
	return message, nil
}

// ofMessage words what is wrong with a compressed message as what the peer sent.
func ofMessage(v *wire.Violation) *wire.Violation {
	if what, ok := strings.CutPrefix(v.Detail, "compressed message "); ok {
		return v.Rule.Violation("a compressed message that %s", what)
	}
	return v.Rule.Violation("a compressed message with a %s", v.Detail)
}

// compressed returns the i-th message of an exchange compressed for the agreed
// window. The harness never takes over context, as each sender is free to do
// (RFC7692-7.2.1-9), so that one compression serves all connections.
func (d *deflation) compressed(s Exchange, i int, message []byte) []byte {
	bits, _ := d.params.Sender(d.peer.Peer())
	key := compressedKey{s.Stream, s.Size, i % streams.Positions(s.Size), bits}
	if b, ok := compressedOnce.Load(key); ok {
		return b.([]byte)
	}
	deflater, err := wire.NewDeflater(wire.DeflaterOptions{WindowBits: bits, NoContextTakeover: true})
	if err != nil {
		panic("conformance: " + err.Error()) // the agreed window was checked in the handshake
	}
	b := deflater.AppendMessage(nil, message)
	deflater.Release()
	kept, _ := compressedOnce.LoadOrStore(key, b)
	return kept.([]byte)
}

// compressedOnce has every message of an exchange that was compressed so far in
// this process: some tens of MiB when all cases have run.
var compressedOnce sync.Map

type compressedKey struct {
	stream   *streams.Stream
	size     int
	position int
	bits     int
}
