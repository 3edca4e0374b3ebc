package play

import (
	"context"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// batch is about how many octets of a flood go out in one write.
const batch = 32 << 10

// flood sends frames over and over, until the peer takes no more or has ended the
// connection.
func (p *player) flood(ctx context.Context, s script.Flood) {
	p.Flooded()
	octets, frames := make([]byte, 0, batch+sizeOf(s.Frames)), 0
	for n := range s.Times {
		for i, f := range s.Frames {
			start := len(octets)
			octets, _ = f.Append(octets, p.Role, p.Keys.Next)
			if frames++; n == 0 && i == 0 {
				first := append([]byte{}, octets[start:]...)
				p.RecordSent(nil, first, "the first frame of a flood: "+s.String())
			}
			if f.Opcode == wire.OpClose && p.scriptClosedAt < 0 {
				p.scriptClosedAt = p.EventCount()
			}
		}
		if len(octets) < batch && n+1 < s.Times {
			continue
		}
		taken := p.pour(ctx, octets)
		p.took(taken, len(octets), frames)
		if taken < len(octets) || ctx.Err() != nil || p.TimeUp() || p.PeerEnded() && p.scriptClosedAt < 0 {
			return
		}
		octets, frames = octets[:0], 0
	}
}

// pour writes octets. A peer that cannot send its answers may stop reading, so that the
// write blocks. After a while, the harness calls AfterSteps, which looks whether the peer
// still serves others, and then reads again.
func (p *player) pour(ctx context.Context, octets []byte) (taken int) {
	blocked := time.AfterFunc(p.Deadlines.Answer/2, func() {
		if p.opts.AfterSteps != nil {
			p.opts.AfterSteps(ctx)
		}
		p.ReadOn()
	})
	defer blocked.Stop()
	return p.Write(octets, 0)
}
