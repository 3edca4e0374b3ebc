package stream

import (
	"errors"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/internal/payloads"
	"github.com/wsspec/wsspec/ref/wire"
)

// Deflation is the harness's side of permessage-deflate on one connection. It keeps to
// the agreed parameters and checks that the peer does.
type Deflation struct {
	params wire.DeflateParams
	// peer is the role of the peer under test.
	peer     wire.Role
	inflater *wire.Inflater
	// history is how many octets the peer's compressed messages had so far.
	history int64
}

// NewDeflation returns the harness's side for the agreed parameters and the role of the
// peer under test. It returns an error if the parameters are not valid.
func NewDeflation(params wire.DeflateParams, peer wire.Role) (*Deflation, error) {
	bits, takeover := params.Sender(peer)
	inflater, err := wire.NewInflater(wire.InflaterOptions{WindowBits: bits, NoContextTakeover: !takeover})
	if err != nil {
		return nil, err
	}
	return &Deflation{params: params, peer: peer, inflater: inflater}, nil
}

// inflate checks the payload of one of the peer's messages and inflates it to
// at most limit octets. A reference further back than the agreed window, or
// into a context that the peer promised to drop, is a violation even where a
// larger window would inflate it (RFC7692-7.2.1-11, RFC7692-7.2.1-15).
func (d *Deflation) inflate(payload []byte, limit uint64) ([]byte, *wire.Violation) {
	use, v := wire.MeasureWindow(payload, d.history)
	if v == nil {
		v = wire.CheckWindow(use, d.params, d.peer)
	}
	if v == nil && use.PaddingSet {
		v = judge.RulePadding.Violation("BFINAL block whose last octet is not padded with zero bits")
	}
	if v != nil {
		return nil, ofMessage(v)
	}
	room := min(uint64(use.Octets), limit)
	message, err := d.inflater.AppendMessage(make([]byte, 0, room), payload, int64(limit))
	if err != nil {
		return nil, ofMessage(AsViolation(err))
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

// Compressed returns message i of an exchange, compressed for the agreed window. The
// harness never refers to earlier messages, which each sender is free to do
// (RFC7692-7.2.1-9). So all connections can use the same compressed message.
func (d *Deflation) Compressed(s script.Exchange, i int, message []byte) []byte {
	bits, _ := d.params.Sender(d.peer.Peer())
	key := compressedKey{s.Stream, s.Size, i % payloads.Positions(s.Size), bits}
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

// Compress compresses a message that refers to no earlier one.
func (d *Deflation) Compress(message []byte) []byte {
	bits, _ := d.params.Sender(d.peer.Peer())
	deflater, err := wire.NewDeflater(wire.DeflaterOptions{WindowBits: bits, NoContextTakeover: true})
	if err != nil {
		panic("conformance: " + err.Error()) // the agreed window was checked in the handshake
	}
	defer deflater.Release()
	return deflater.AppendMessage(nil, message)
}

// compressedOnce has every message of an exchange that was compressed so far in
// this process: some tens of MiB when all cases have run.
var compressedOnce sync.Map

type compressedKey struct {
	stream   *payloads.Stream
	size     int
	position int
	bits     int
}

// Satisfies reports whether the agreed parameters are what a case needs. A nil Deflation
// satisfies only the zero Agreement.
func (d *Deflation) Satisfies(a script.Agreement) bool {
	if a == (script.Agreement{}) {
		return true
	}
	if d == nil {
		return false
	}
	bits, takeover := d.params.Sender(d.peer.Peer())
	return (takeover || !a.Takeover) && bits >= a.WindowBits
}

// AsViolation returns the violation that an error of ref/wire wraps. It returns nil for
// nil.
func AsViolation(err error) *wire.Violation {
	var v *wire.Violation
	if err != nil && !errors.As(err, &v) {
		return wire.RuleDeflateData.Violation("%v", err)
	}
	return v
}
