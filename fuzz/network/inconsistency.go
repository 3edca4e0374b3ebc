package network

import (
	"context"
	"fmt"
)

// playedTwice: one of so many scripts is played twice, if its connection had a fate, so that a
// peer that does not always do the same is noticed.
const playedTwice = 32

// A difference is how plays of one script differ.
type difference struct {
	// requirement is the one that some plays broke; empty if the RFC permits what each play did.
	requirement, why string
	// fewer is how many plays did what fewer did.
	fewer int
}

// differ says how plays of one script differ; nil if they do not. They differ if some are wrong
// by what the peer sent and others are right, or if the connection had more than one fate. A
// peer that is late, silent or gone in some plays does not differ: a busy machine does that.
func differ(plays ...outcome) *difference {
	shown, right := 0, 0
	fates := map[fate]int{}
	var d difference
	var first fate
	for i := range plays {
		switch out := &plays[i]; {
		case out.lost != nil:
		case out.wrong == nil:
			right++
			if fates[out.fate]++; first == noFate {
				first = out.fate
			}
		case out.shown:
			if shown++; d.why == "" {
				d.requirement, d.why = out.wrong.requirement, out.wrong.why
			}
		}
	}
	if shown > 0 && right > 0 {
		d.fewer, d.why = min(shown, right), "in some plays the peer did what it has to, and in others: "+d.why
		return &d
	}
	for _, other := range []fate{refused, lived, failed} { // in this order, so that the sentence is always the same
		if n := fates[other]; n > 0 && other != first {
			d.fewer = min(n, fates[first])
			d.why = fmt.Sprintf("in some plays the peer %s, and in others it %s", min(first, other), max(first, other))
			return &d
		}
	}
	return nil
}

// differ is [differ] of all plays.
func (all *plays) differ() *difference { return differ(all[:]...) }

// lookInto plays a script again that went wrong, on which the peer did not do the same twice, or
// on which another server did something else.
func (c *campaign) lookInto(ctx context.Context, p *player, number uint64, s *Script, o *outcome) error {
	if o.wrong != nil {
		return c.examine(ctx, p, number, s, o.wrong)
	}
	if c.late() {
		c.progress.Unexamined++
		return nil
	}
	if o.wavered {
		return c.examineDifference(ctx, p, number, s, c.again(ctx, s, full(c.Deadlines)))
	}
	return c.examineDisagreement(ctx, p, number, s)
}

// examineDifference makes a script smaller whose plays differ, and reports it.
func (c *campaign) examineDifference(ctx context.Context, p *player, number uint64, s *Script, all *plays) error {
	d := all.differ()
	switch {
	case ctx.Err() != nil: // some were not played to their end
		return nil
	case d == nil:
		c.progress.Unconfirmed++
		return nil
	}
	kind := (&wrong{Inconsistency, d.requirement, d.why}).kind()
	if c.kinds[kind] >= mostOfKind {
		c.progress.Again++
		return nil
	}
	c.kinds[kind]++
	f := &Finding{Class: Inconsistency, Requirement: d.requirement, Why: d.why, Role: c.peer.Role().String(), Reproduced: d.fewer, Plays: confirming, Seed: c.Seed, Number: number}
	f.Script = shrink(s, func(s *Script) bool {
		if s.behindFinal() || ctx.Err() != nil {
			return false
		}
		now := c.again(ctx, s, full(c.Deadlines)).differ()
		if now == nil || now.requirement != d.requirement || ctx.Err() != nil {
			return false
		}
		f.Why, f.Reproduced = now.why, now.fewer
		return true
	})
	if ctx.Err() == nil && c.unreachable(ctx, p) {
		return c.lostOn(ctx, p, number, s)
	}
	c.transcribe(ctx, p, f)
	c.add(f)
	return nil
}

// says is what a play came to.
func (out *outcome) says() string {
	switch {
	case out.wrong != nil:
		return string(out.wrong.class) + ": " + out.wrong.why
	case out.fate != noFate:
		return "the peer " + string(out.fate)
	}
	return "nothing wrong"
}
