package network

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// confirming is how often a script is played again before it is a finding.
const confirming = 5

// examine plays a script again that went wrong, makes it smaller, and reports it. No other
// script is under way meanwhile.
func (c *campaign) examine(ctx context.Context, p *player, number uint64, s *Script, w *wrong) error {
	switch {
	case c.kinds[w.kind()] >= mostOfKind:
		c.progress.Again++
		return nil
	case c.late():
		c.progress.Unexamined++
		return nil
	}
	plays := c.decides(ctx, s, w)
	same, lost := plays.like(w)
	switch {
	case lost || ctx.Err() != nil:
		return c.lostOn(ctx, p, number, s)
	case same == 0:
		c.progress.Unconfirmed++
		return nil
	case w.class == WrongVerdict && plays.differ() != nil:
		return c.examineDifference(ctx, p, number, s, plays)
	}
	if w.class == Crash { // of a client: another process takes its place
		c.progress.Crashes++
	}
	f := &Finding{Class: w.class, Requirement: w.requirement, Why: w.why, Role: c.peer.Role().String(), Reproduced: same, Plays: confirming, Seed: c.Seed, Number: number, Script: s}
	if same == confirming {
		c.kinds[w.kind()]++
		c.shrinkFinding(ctx, p, f)
	}
	if ctx.Err() == nil && c.unreachable(ctx, p) {
		return c.lostOn(ctx, p, number, s)
	}
	c.transcribe(ctx, p, f)
	c.add(f)
	return nil
}

// plays are the outcomes of one script, played several times at once.
type plays [confirming]outcome

// again plays a script so often as confirms it, all plays at once, with that patience.
func (c *campaign) again(ctx context.Context, s *Script, with patience) *plays {
	var all plays
	var playing sync.WaitGroup
	for i, p := range c.confirmers {
		playing.Go(func() {
			p.patience = with
			all[i] = p.play(ctx, s)
		})
	}
	playing.Wait()
	return &all
}

// like counts how many plays are wrong in that way. Lost says that the peer takes no connection
// any more.
func (all *plays) like(w *wrong) (same int, lost bool) {
	for i := range all {
		switch out := &all[i]; {
		case out.lost != nil:
			lost = lost || isUnreachable(out.lost)
		case out.wrong != nil && out.wrong.class == w.class && out.wrong.requirement == w.requirement:
			same++
		}
	}
	return same, lost
}

// shrinkFinding makes the script of a finding smaller. It does so with little patience, and
// keeps the result if it is confirmed with all patience.
func (c *campaign) shrinkFinding(ctx context.Context, p *player, f *Finding) {
	p.patience = c.brief()
	small := shrink(f.Script, func(s *Script) bool {
		if s.behindFinal() {
			return false
		}
		out := p.play(ctx, s)
		return ctx.Err() == nil && out.wrong != nil && out.wrong.class == f.Class && out.wrong.requirement == f.Requirement
	})
	w := &wrong{class: f.Class, requirement: f.Requirement}
	if same, _ := c.decides(ctx, small, w).like(w); same == confirming {
		f.Script = small
	}
}

// transcribe plays the script of a finding once more, for its transcript and what it says.
func (c *campaign) transcribe(ctx context.Context, p *player, f *Finding) {
	if c.known[f.Signature()] {
		return
	}
	p.record = true
	out := p.play(ctx, f.Script)
	p.record = false
	f.Transcript = out.transcript
	if out.wrong != nil && out.wrong.class == f.Class {
		f.Why = out.wrong.why
	}
}

// add reports a finding, unless the same is known.
func (c *campaign) add(f *Finding) {
	f.judgedAs(c.peer.application())
	if c.known[f.Signature()] {
		c.progress.Again++
		return
	}
	c.known[f.Signature()] = true
	if !f.Warns() {
		c.progress.Failures++
	}
	if f.Flaky() && f.Class != Inconsistency {
		c.progress.Flaky++
	} else {
		c.progress.Findings[f.Class]++
	}
	if c.Found != nil {
		c.Found(f)
	}
}

// unreachable reports whether the peer takes no connection.
func (c *campaign) unreachable(ctx context.Context, p *player) bool {
	out := p.play(ctx, &Script{})
	return out.lost != nil && isUnreachable(out.lost)
}

// lostOn reports that a script stopped the peer, and has it started again.
func (c *campaign) lostOn(ctx context.Context, p *player, number uint64, s *Script) error {
	if ctx.Err() != nil {
		return nil
	}
	f := &Finding{Class: Crash, Why: c.peer.gone() + " behind this script", Role: c.peer.Role().String(), Reproduced: 1, Plays: 1, Seed: c.Seed, Number: number, Script: s}
	c.progress.Crashes++
	words, err := c.revive(ctx)
	f.Notes = words
	if err != nil {
		c.add(f)
		return err
	}
	if cause := causeOf(words); cause != "" {
		if c.kinds["cause|"+cause]++; c.kinds["cause|"+cause] > 1 { // the same place of the same program
			c.progress.Again++
			return nil
		}
	}
	kind := "crash|" + shapeOf(s)
	if c.kinds[kind] == 0 {
		c.kinds[kind]++
		f.Script = shrink(s, func(s *Script) bool {
			if !c.kills(ctx, p, s) {
				return false
			}
			_, err := c.revive(ctx)
			return err == nil
		})
	}
	c.add(f)
	return nil
}

// causeOf is the stack trace in the last words of a process, as files with lines; empty if they
// have none. Other words, such as those of its start, do not say why it ended.
func causeOf(words []string) string {
	at := places.FindAllString(strings.Join(words, "\n"), -1)
	if len(at) < 2 { // a logger writes one such place too
		return ""
	}
	return strings.Join(at, " ")
}

// places are files with lines, as stack traces have them.
var places = regexp.MustCompile(`[^\s("]+\.[a-z]{1,5}(", line |:)[0-9]+`)

// kills plays a script, and reports whether the peer takes no connection behind it.
func (c *campaign) kills(ctx context.Context, p *player, s *Script) bool {
	out := p.play(ctx, s)
	return ctx.Err() == nil && (out.lost != nil && isUnreachable(out.lost) || c.unreachable(ctx, p))
}

// revive waits until the peer takes connections again.
func (c *campaign) revive(ctx context.Context) ([]string, error) {
	switch client, is := c.peer.(*Client); {
	case is && client.Start != nil && c.Revive == nil: // a client that is started needs no help
		return nil, nil
	case c.Revive == nil:
		return nil, ErrGone
	}
	return c.Revive(ctx)
}

// crashed looks for the script that stopped the peer, among those that were under way and
// those that ended last.
func (c *campaign) crashed(ctx context.Context, p *player, first uint64, scripts []*Script, outcomes []outcome) error {
	words, err := c.revive(ctx)
	if err != nil {
		c.progress.Crashes++
		f := &Finding{Class: Crash, Why: c.peer.gone() + ", and which script is the reason could not be found out", Role: c.peer.Role().String(), Reproduced: 0, Plays: 0, Seed: c.Seed, Number: c.number(first), Script: &Script{}, Notes: words}
		if last := c.suspects(outcomes); len(last) > 0 {
			f.Script = scripts[last[0]]
			f.Why = fmt.Sprintf("%s; this script was one of %d that were under way", c.peer.gone(), len(last))
		}
		c.add(f)
		return err
	}
	p.patience = full(c.Deadlines)
	for _, i := range c.suspects(outcomes) {
		if ctx.Err() != nil {
			return nil
		}
		if c.kills(ctx, p, scripts[i]) {
			return c.lostOn(ctx, p, c.number(first+uint64(i)), scripts[i])
		}
	}
	c.progress.Unconfirmed++
	return nil
}

// mostSuspects is how many scripts are played again behind a crash.
const mostSuspects = 96

// suspects are the indices of the scripts that may have stopped the peer: those that ended
// wrong or were not answered first, and then the latest.
func (c *campaign) suspects(outcomes []outcome) []int {
	var wrong, others []int
	for i := len(outcomes) - 1; i >= 0; i-- {
		switch o := &outcomes[i]; {
		case o.elapsed == 0: // not played
		case o.wrong != nil, o.lost != nil, strings.HasSuffix(o.course, "end"):
			wrong = append(wrong, i)
		default:
			others = append(others, i)
		}
	}
	all := slices.Concat(wrong, others)
	return all[:min(len(all), mostSuspects)]
}

// collapsed is a course in which repetitions count once.
func collapsed(course string) string {
	var out []string
	for word := range strings.FieldsSeq(course) {
		if n := len(out); n > 0 && (out[n-1] == word || out[n-1] == word+"+") {
			out[n-1] = word + "+"
			continue
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}
