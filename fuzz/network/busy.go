package network

import (
	"context"
	"time"
)

// busyLag is how late a timer is on a machine that has no time for the peer either. A campaign
// alone on two cores makes timers late by a few milliseconds.
const busyLag = 100 * time.Millisecond

// busyStretch is by how much the deadlines are stretched on such a machine: a peer that hangs
// answers nothing then either.
const busyStretch = 8

// decides plays a script again, as [campaign.again] does. If it hangs, and the machine was busy
// meanwhile, it is played once more with eight times the patience, and that decides.
func (c *campaign) decides(ctx context.Context, s *Script, w *wrong) *plays {
	if w.class != Hang {
		return c.again(ctx, s, full(c.Deadlines))
	}
	lag := c.lagging(ctx)
	all := c.again(ctx, s, full(c.Deadlines))
	busy := lag() >= busyLag
	if same, _ := all.like(w); same == 0 || !busy || ctx.Err() != nil {
		return all
	}
	return c.again(ctx, s, full(c.Deadlines).stretched(busyStretch))
}

// stretched is the patience with another time for answers.
func (p patience) stretched(factor int) patience {
	p.answer *= time.Duration(factor)
	return p
}
