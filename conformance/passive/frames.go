package passive

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// frames judges the frames of one side. It needs no memory for a message: the payload is
// judged as it comes.
type frames struct {
	side  *side
	rules stream.FrameRules
	// foreign: an extension was agreed on whose rules are unknown, so that reserved bits
	// and opcodes may have a meaning.
	foreign bool
	// inflation inflates what the side compressed; nil if that was not agreed on, or if
	// the parameters are unknown.
	inflation *stream.Inflation
	masks     stream.MaskKeyQuality
	maskTold  bool
	// keysTaken is what the connection has of keysTaken. keysFull: there was no more.
	keysTaken int64
	keysFull  bool
	// windowTold: it was told that compressed messages are no longer inflated.
	windowTold bool

	// The frame under way: its header, as far as it came, and what is left of it.
	head    [wire.MaxHeaderLen]byte
	headLen int
	header  wire.Header
	begin   int64
	inside  bool
	left    uint64
	maskPos int
	control []byte
	// judged: the frame is part of a message whose content is judged. broken: it breaks a
	// rule.
	judged, broken bool
	// gap: some of its payload was not seen. unsure: frames before it were not seen, so that
	// nobody knows whether a message is under way.
	gap, unsure bool
	// kept are the first octets of the frame for its entry, and hash is that of all.
	kept []byte
	hash hash.Hash

	message message
	// faults is how many headers broke a rule.
	faults int
}

// A message is the one under way.
type message struct {
	kind       wire.Opcode
	compressed bool
	// judged: its content is judged. told: it broke a rule already.
	judged, told bool
	// payload is the offset of its first octet of payload, latest that of the last one.
	payload, latest int64
	utf8            wire.UTF8Validator
}

// mostFaults is how many headers of one side may break a rule. A side with more sends no
// frames, or where they begin is unknown.
const mostFaults = 64

// leastKept is how many octets of a frame an entry needs to describe it.
const leastKept = wire.MaxHeaderLen + 128

func newFrames(s *side, agreed opening.Agreement, unknown bool) *frames {
	f := &frames{side: s, rules: stream.FrameRules{Sender: s.role, Deflate: agreed.Deflate != nil || unknown}, foreign: len(agreed.Others) > 0}
	if agreed.Deflate != nil {
		// A window that is no window is a violation of the response, which has none.
		f.inflation, _ = stream.NewInflation(*agreed.Deflate, s.role)
	}
	return f
}

// feed takes octets, of which the first has that offset.
func (f *frames) feed(p []byte, offset int64, at time.Duration) {
	for len(p) > 0 && !f.side.stopped {
		if f.inside {
			n := int(min(uint64(len(p)), f.left))
			f.payload(p[:n], offset, at)
			p, offset = p[n:], offset+int64(n)
			continue
		}
		if f.headLen == 0 {
			f.begin = offset
		}
		if f.headLen == 0 && len(p) >= wire.MaxHeaderLen {
			if h, n, err := wire.ParseHeader(p); err == nil {
				f.headLen = copy(f.head[:], p[:n])
				p, offset = p[n:], offset+int64(n)
				f.open(h, false, at)
				continue
			}
		}
		// As many octets as the header still needs, and no more.
		f.head[f.headLen] = p[0]
		f.headLen++
		p, offset = p[1:], offset+1
		h, _, err := wire.ParseHeader(f.head[:f.headLen])
		if errors.Is(err, wire.ErrShort) {
			continue
		}
		f.open(h, err != nil, at)
	}
}

// open begins a frame, whose header has come.
func (f *frames) open(h wire.Header, lost bool, at time.Duration) {
	f.header, f.left, f.maskPos, f.inside = h, h.Length, 0, true
	f.control, f.kept, f.hash, f.broken, f.gap = nil, nil, nil, false, false
	f.keep(f.head[:f.headLen])
	checked := h
	if f.foreign {
		checked.RSV = 0
		if checked.Opcode.IsReserved() { // a kind of frame of the extension
			checked.Opcode = wire.OpPong
			checked.Fin, checked.Length, checked.Form = true, 0, wire.Length7
		}
	}
	f.assume(checked.Opcode)
	v := f.rules.Check(checked)
	if v != nil {
		f.broken = true
		f.faults++
		f.violated(v, f.begin+int64(stream.HeaderOctet(v.Rule, h)), at)
	}
	switch {
	case lost:
		f.endFrame(at)
		f.side.stop("where the next frame begins is unknown", at)
		return
	case f.faults > mostFaults:
		f.endFrame(at)
		f.side.stop(fmt.Sprintf("%d frames broke a rule, so that these may be no frames", f.faults), at)
		return
	}
	if h.Masked && v == nil {
		f.mask(h.MaskKey, at)
	}
	f.judged = false
	switch {
	case h.Opcode.IsControl():
	case h.Opcode.IsReserved():
	default:
		f.openData(h, v)
	}
	if f.left == 0 {
		f.endFrame(at)
	}
}

// openData brings the message on. After a breach of the rules it goes on with what the sender
// most likely meant, so that one mistake is told once.
func (f *frames) openData(h wire.Header, v *wire.Violation) {
	switch {
	case v != nil && v.Rule == wire.RuleInterleaved:
		f.spoil()
		return // whose message the next continuation belongs to is unknown
	case h.Opcode != wire.OpContinuation:
		f.message = message{kind: h.Opcode, compressed: h.RSV&wire.RSV1 != 0 && f.rules.Deflate && !f.foreign, judged: true, payload: f.begin + int64(f.headLen), latest: f.begin}
		if h.RSV != 0 && !f.message.compressed || f.message.compressed && f.inflation == nil {
			f.message.judged = false // what the payload is nobody knows
		}
		if v != nil && v.Rule == wire.RuleReservedBits {
			f.spoil()
		}
	case v != nil && v.Rule == wire.RuleContinuation:
		f.message = message{}
	}
	f.rules.Fragmented = !h.Fin
	f.judged = f.message.judged
}

// spoil stops judging the content of the message under way.
func (f *frames) spoil() {
	if f.message.judged && f.message.compressed {
		f.inflation.Skip()
	}
	f.message.judged = false
}

// mask judges the masking keys (RFC6455-5.3-2, RFC6455-5.3-4): of the first few frames at
// once, and of all at the end.
func (f *frames) mask(key [4]byte, at time.Duration) {
	if f.masks.Len()%keysAtOnce == 0 && f.masks.Len() > 0 && !f.moreKeys() {
		return
	}
	f.masks.Add(key, observed.Position{})
	if f.masks.Len() == stream.FewestKeys {
		f.judgeMasks(at)
	}
}

const (
	// keysAtOnce is how many masking keys each connection may keep. What it keeps beyond
	// that it takes so many at a time out of mostKeys, which all connections share: 16 MiB.
	keysAtOnce = 256
	mostKeys   = 4 << 20
)

var keysTaken atomic.Int64

// moreKeys takes room for more masking keys, and reports whether there is some.
func (f *frames) moreKeys() bool {
	if f.keysFull || keysTaken.Add(keysAtOnce) > mostKeys {
		if !f.keysFull {
			keysTaken.Add(-keysAtOnce)
		}
		f.keysFull = true
		return false
	}
	f.keysTaken += keysAtOnce
	return true
}

func (f *frames) judgeMasks(at time.Duration) {
	if f.maskTold {
		return
	}
	if v := f.masks.Judge(); v != nil {
		f.maskTold = true
		f.violated(v, f.lastKey(), at)
	}
}

// lastKey is the offset of the masking key of the latest frame.
func (f *frames) lastKey() int64 { return f.begin + int64(f.header.Len()-len(f.header.MaskKey)) }

// payload takes a part of the payload of the frame under way.
func (f *frames) payload(p []byte, offset int64, at time.Duration) {
	f.left -= uint64(len(p))
	f.keep(p)
	control := f.header.Opcode.IsControl() && f.header.Length <= 125
	if control || f.judged {
		f.unmasked(p, func(piece []byte) {
			if control {
				f.control = append(f.control, piece...)
			} else {
				f.content(piece, offset, at)
			}
			offset += int64(len(piece))
		})
	}
	if f.left == 0 {
		f.endFrame(at)
	}
}

// scratch has room for what is unmasked.
var scratch = sync.Pool{New: func() any { return &[16 << 10]byte{} }}

// unmasked calls take with the next octets of the frame's payload, unmasked, in pieces that
// are valid only during the call.
func (f *frames) unmasked(p []byte, take func([]byte)) {
	if !f.header.Masked {
		take(p)
		return
	}
	room := scratch.Get().(*[16 << 10]byte)
	defer scratch.Put(room)
	for len(p) > 0 {
		n := copy(room[:], p)
		f.maskPos = wire.Mask(f.header.MaskKey, f.maskPos, room[:n])
		take(room[:n])
		p = p[n:]
	}
}

// content judges a piece of a message, unmasked.
func (f *frames) content(piece []byte, offset int64, at time.Duration) {
	m := &f.message
	if !m.judged {
		return
	}
	m.latest = offset + int64(len(piece)) - 1
	if m.compressed {
		f.inflate(piece, false, at)
		return
	}
	f.text(piece, offset, at)
}

// text judges a piece of a text message (RFC6455-8.1-1).
func (f *frames) text(piece []byte, offset int64, at time.Duration) {
	m := &f.message
	if m.kind != wire.OpText || m.told {
		return
	}
	if n, ok := m.utf8.Validate(piece); !ok {
		if m.compressed {
			offset, n = m.payload, 0
		}
		f.spoiled(wire.RuleText.Violation("a text message that is not valid UTF-8"), offset+int64(n), at)
	}
}

// inflate judges a piece of a compressed message.
func (f *frames) inflate(piece []byte, last bool, at time.Duration) {
	m := &f.message
	err := f.inflation.Feed(piece, last, func(b []byte) { f.text(b, 0, at) })
	var v *wire.Violation
	switch {
	case errors.As(err, &v):
		f.spoiled(v, m.payload, at)
	case err != nil:
		m.judged = false
		if !m.told && !f.windowTold {
			f.windowTold = true
			f.notJudged("the contents of this and later compressed messages, because an earlier one could not be inflated or this one has more than 1 GiB", at)
		}
	}
}

// spoiled tells of a violation in the content of a message. The rest of the message is
// inflated, because later messages may refer to it.
func (f *frames) spoiled(v *wire.Violation, offset int64, at time.Duration) {
	f.message.told, f.broken = true, true
	f.violated(v, offset, at)
}

// endFrame ends the frame under way.
func (f *frames) endFrame(at time.Duration) {
	h := f.header
	f.inside, f.headLen = false, 0
	f.side.seen.Frames++
	switch {
	case h.Opcode == wire.OpClose:
		if h.Length <= 125 && !f.gap {
			f.closeFrame(h, at)
		}
		f.rules.Closed = true
	case f.judged && h.Fin:
		f.endMessage(at)
	case !h.Opcode.IsControl() && !h.Opcode.IsReserved() && h.Fin && !f.rules.Fragmented:
		f.side.seen.Messages++
	}
	f.tell(h, at)
}

// closeFrame judges the body of a Close frame.
func (f *frames) closeFrame(h wire.Header, at time.Duration) {
	ev, v := stream.CloseEvent(f.control, at)
	if f.side.seen.CloseCode == 0 {
		f.side.seen.CloseCode = ev.Code
	}
	if v != nil {
		f.broken = true
		f.violated(v, f.begin+int64(stream.CloseOctet(v.Rule, h, ev)), at)
	}
}

// endMessage judges what only a whole message shows.
func (f *frames) endMessage(at time.Duration) {
	m := &f.message
	f.side.seen.Messages++
	if m.compressed && m.judged {
		f.inflate(nil, true, at)
	}
	if m.judged && m.kind == wire.OpText && !m.told && !m.utf8.Complete() {
		offset := m.latest
		if m.compressed {
			offset = m.payload
		}
		f.spoiled(wire.RuleText.Violation("a text message that is not valid UTF-8: it ends inside a code point"), offset, at)
	}
}

// keep keeps octets of the frame for its entry.
func (f *frames) keep(p []byte) {
	o := &f.side.of.options
	if o.HeadsOnly || o.Entry == nil && !o.Transcript || f.gap {
		return
	}
	most := max(o.FrameOctets, leastKept)
	size := uint64(f.headLen) + f.header.Length
	if f.kept == nil {
		f.kept = make([]byte, 0, min(size, uint64(most)))
		if o.FrameOctets > 0 && size > uint64(most) {
			f.hash = sha256.New()
		}
	}
	f.kept = append(f.kept, p[:min(len(p), most-len(f.kept))]...)
	if f.hash != nil {
		f.hash.Write(p)
	}
}

// tell tells of the frame that ended.
func (f *frames) tell(h wire.Header, at time.Duration) {
	if f.kept == nil {
		return
	}
	e := observed.Entry{At: at, Kind: observed.EntryFrame, Header: &h, Octets: f.kept}
	if size := uint64(h.Len()) + h.Length - f.left; size > uint64(len(f.kept)) {
		e.Length = int(size)
		if f.hash != nil {
			f.hash.Sum(e.SHA256[:0])
		}
	}
	f.side.of.enter(f.side, f.begin, e, f.broken)
}

// cut says where TCP ended inside a frame; empty between frames.
func (f *frames) cut() string {
	switch {
	case f.inside:
		return fmt.Sprintf("inside %s, after %d of %d octets", stream.FrameOf(f.header.Opcode), f.header.Length-f.left, f.header.Length)
	case f.headLen > 0:
		return "inside the header of a frame"
	}
	return ""
}

// end judges what only a whole connection shows.
func (f *frames) end(at time.Duration) {
	if f.side.role == wire.RoleClient && f.masks.Len() > 0 {
		f.judgeMasks(at)
		if masks := f.side.of.options.Masks; masks != nil && !f.maskTold {
			if v, _ := masks.Add(f.masks.Keys()); v != nil {
				f.violated(v, f.lastKey(), at)
			}
		}
	}
	f.release()
}

func (f *frames) release() {
	if f.inflation != nil {
		f.inflation.Release()
	}
	keysTaken.Add(-f.keysTaken)
	f.keysTaken, f.keysFull = 0, true
	f.masks, f.kept, f.control, f.hash = stream.MaskKeyQuality{}, nil, nil, nil
}

func (f *frames) violated(v *wire.Violation, offset int64, at time.Duration) {
	f.side.of.violated(f.side, v, offset, at)
}

// notJudged says that the message under way is not judged.
func (f *frames) notJudged(why string, at time.Duration) {
	if told := f.side.of.options.Unjudged; told != nil {
		told(Unjudged{Sender: f.side.role, At: at, Offset: f.begin, Why: why})
	}
}
