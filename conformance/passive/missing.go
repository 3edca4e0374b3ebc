package passive

import (
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// Missing says that the next n octets of a role were not seen, and why: a clause that
// completes "not judged: ". Judging goes on behind them if they are all in the payload of
// one frame, or in the body of one HTTP message: then the octets before them say where that
// ends. The content of a message with missing octets is not judged. Where a later message
// may refer to it (RFC 7692 7.2.3.2), that is not judged either. Otherwise Missing does what
// [Connection.Stop] does. It does that also if n is negative, because the number is unknown.
func (c *Connection) Missing(sender wire.Role, n int64, why string, at time.Duration) {
	s := c.side(sender)
	switch {
	case n == 0 || s.stopped || s.ended:
	case n > 0 && c.phase == inFrames && s.frames.inside && uint64(n) <= s.frames.left:
		s.frames.missing(uint64(n), why, at)
	case n > 0 && c.phase == inHTTP && len(s.held) == 0 && s.body.left >= n:
		if !s.body.endless() {
			s.body.left -= n
		}
	case c.phase == inHTTP && c.waiting && sender == wire.RoleClient: // it did not wait for the response
		s.stop(why, at)
	default:
		c.Stop(sender, why, at)
	}
	s.offset += max(0, n)
}

// missing passes over octets of the frame under way.
func (f *frames) missing(n uint64, why string, at time.Duration) {
	f.left -= n
	f.gap, f.hash = true, nil
	switch {
	case f.header.Opcode.IsControl():
		f.notJudged(why, at)
	case f.judged:
		f.notJudged(why, at)
		f.spoil()
		f.judged = false
	}
	if f.left == 0 {
		f.endFrame(at)
	}
}

// LeftOut says that whole frames of a role were not seen, and why; what comes next begins a
// frame. A continuation behind that may belong to a message that was not seen, and a
// compressed message may refer to one, so neither is judged by its content. Masking keys are
// not compared any more. The octets that were left out count in no offset. Within a frame,
// and before the opening handshake is over, LeftOut does what [Connection.Stop] does.
func (c *Connection) LeftOut(sender wire.Role, why string, at time.Duration) {
	s := c.side(sender)
	switch {
	case s.stopped || s.ended:
	case c.phase != inFrames || s.frames.inside || s.frames.headLen > 0:
		c.Stop(sender, why, at)
	default:
		s.frames.leftOut(why, s.offset, at)
	}
}

func (f *frames) leftOut(why string, offset int64, at time.Duration) {
	f.begin = offset
	f.notJudged(why, at)
	if f.inflation != nil {
		f.inflation.Skip()
	}
	f.unsure, f.maskTold = true, true
}

// assume takes a data frame behind frames that were not seen for what it can be: the
// beginning of a message, or part of one whose beginning was not seen.
func (f *frames) assume(o wire.Opcode) {
	if !f.unsure || o.IsControl() || o.IsReserved() {
		return
	}
	f.unsure, f.message = false, message{}
	f.rules.Fragmented = o == wire.OpContinuation
}
