package network

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/oracle"
	"github.com/wsspec/wsspec/ref/wire"
)

// A script is to blame if a ping on another connection takes leastStall or more while the script
// is played, and stallRatio times as long as while a plain message of the same size is played.
const (
	leastStall = 80 * time.Millisecond
	stallRatio = 10
)

// A stall is a time in which the peer did not answer a ping.
type stall struct{ from, to time.Time }

// A canary is a connection of its own, on which a ping follows the other. It shows when a server
// has no time for one connection because of another. The processes of clients have one
// connection each, so that there is no canary for them.
type canary struct {
	stop   context.CancelFunc
	done   sync.WaitGroup
	mu     sync.Mutex
	took   []time.Duration // of the latest pings
	stalls []stall
}

// pulseEvery is the time between two pings of a canary. The latest ones, as many as pulses says,
// are the baseline. A canary keeps mostStalls stalls.
const (
	pulseEvery = 20 * time.Millisecond
	pulses     = 256
	mostStalls = 64
)

// newCanary starts a canary. It returns nil if the peer is a client.
func (c *campaign) newCanary(ctx context.Context) *canary {
	if _, is := c.peer.(*Server); !is {
		return nil
	}
	living, stop := context.WithCancel(ctx)
	y := &canary{stop: stop}
	p := newPlayer(c.peer)
	p.patience = full(c.Deadlines)
	y.done.Go(func() { y.live(living, p) })
	return y
}

// end stops a canary.
func (y *canary) end() {
	if y != nil {
		y.stop()
		y.done.Wait()
	}
}

// mostMute is how many connections in a row may bring no pong.
const mostMute = 10

// live sends pings until the context ends, or the peer answers none any more.
func (y *canary) live(ctx context.Context, p *player) {
	for mute := 0; mute < mostMute && ctx.Err() == nil; mute++ {
		s, end := p.pulsing(ctx)
		if s == nil {
			wait(ctx, mostMute*pulseEvery) // the peer may be about to start again
			continue
		}
		for answered := true; answered && ctx.Err() == nil; {
			var took time.Duration
			from, stop := time.Now(), lagging(ctx)
			took, answered = s.pulse()
			if lag := stop(); answered {
				mute = 0
				y.note(from, max(0, took-lag))
			}
			wait(ctx, pulseEvery)
		}
		end()
	}
}

// wait waits, or until the context ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// note takes the time of a ping.
func (y *canary) note(from time.Time, took time.Duration) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if took >= leastStall && took >= stallRatio*median(y.took) && len(y.stalls) < mostStalls {
		y.stalls = append(y.stalls, stall{from, from.Add(took)})
	}
	if y.took = append(y.took, took); len(y.took) > pulses {
		y.took = y.took[1:]
	}
}

func median(of []time.Duration) time.Duration {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

// take returns the stalls since it was called last.
func (y *canary) take() []stall {
	if y == nil {
		return nil
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	out := y.stalls
	y.stalls = nil
	return out
}

// pulsing opens a connection for pings, which ends with the context or by end; nil if there is
// none.
func (p *player) pulsing(ctx context.Context) (s *session, end func()) {
	s, err := p.begin(ctx, &Script{}, time.Now())
	switch {
	case err != nil:
		return nil, nil
	case s.over():
		s.conn.Close()
		return nil, nil
	}
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	return s, func() { stop(); s.conn.Close() }
}

// pulse sends a ping, and returns how long its pong took. It is not ok if none came in time.
func (c *session) pulse() (took time.Duration, ok bool) {
	began := time.Now()
	payload := fmt.Appendf(nil, "wsspec fuzz: %d", began.UnixNano())
	c.events, c.course, c.transcript = c.events[:0], c.course[:0], c.transcript[:0]
	c.write(c.own(&Frame{Opcode: wire.OpPing, Payload: payload}))
	answered := func() bool {
		return slices.ContainsFunc(c.events, func(e oracle.Event) bool { return e.Kind == oracle.Pong && bytes.Equal(e.Payload, payload) })
	}
	for deadline := began.Add(c.patience.answer); !answered(); {
		if c.closed || !c.read(deadline) {
			return 0, answered()
		}
	}
	return time.Since(began), true
}

// A holdup says how long the longest ping on another connection took while a script was played,
// and how long that was.
type holdup struct {
	longest, lasted time.Duration
	// lag is how late a timer of this process was meanwhile: the machine, or the harness with what
	// it judges, was busy for so long.
	lag time.Duration
	// ok: each ping was answered.
	ok bool
}

// blamed is what of the longest ping is not the harness's own lag.
func (w holdup) blamed() time.Duration { return max(0, w.longest-w.lag) }

// lagging measures how late timers are, until it is stopped.
func lagging(ctx context.Context) (stop func() time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	worst := make(chan time.Duration)
	go func() {
		var lag time.Duration
		for ctx.Err() == nil {
			began := time.Now()
			if wait(ctx, leastPause); ctx.Err() == nil {
				lag = max(lag, time.Since(began)-leastPause)
			}
		}
		worst <- lag
	}()
	return func() time.Duration { cancel(); return <-worst }
}

// waits plays a script, and meanwhile sends pings on another connection, for so long at least.
func waits(ctx context.Context, p, other *player, s *Script, least time.Duration) (w holdup) {
	canary, end := other.pulsing(ctx)
	if canary == nil {
		return w
	}
	defer end()
	if _, ok := canary.pulse(); !ok { // the connection is in use
		return w
	}
	began, stop := time.Now(), lagging(ctx)
	defer func() { w.lag = stop() }()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.play(ctx, s)
		wait(ctx, least-time.Since(began))
	}()
	w.ok = true
	for playing := true; playing; { // the last ping is sent behind the script
		select {
		case <-ended:
			playing = false
		default:
		}
		took, ok := canary.pulse()
		w.longest, w.ok = max(w.longest, took), w.ok && ok
		if !ok {
			break
		}
		wait(ctx, leastPause)
	}
	<-ended
	w.lasted = time.Since(began)
	return w
}

// control is a plain message of as many octets as a script has.
func (s *Script) control() *Script {
	return &Script{Parts: []Part{{Frame: &Frame{Opcode: wire.OpBinary, Payload: make([]byte, min(s.size(), messageLimit))}}}}
}

// A blocking is how much longer others had to wait for a script than for a plain message.
type blocking struct{ with, without time.Duration }

// certain reports whether the script is to blame.
func (b blocking) certain() bool { return b.with >= leastStall && b.with >= stallRatio*b.without }

// blocks plays a script and its control in turn, so many times. With is the shortest of the
// waits for the script, and without the longest of those for the control: a busy machine makes
// the two alike.
func blocks(ctx context.Context, p, other *player, s *Script, times int) (b blocking, ok bool) {
	for i := range times {
		with := waits(ctx, p, other, s, 0)
		if i == 0 || with.blamed() < b.with {
			b.with = with.blamed()
		}
		switch {
		case ctx.Err() != nil: // it was not played to its end
			return b, false
		case !with.ok || with.blamed() < leastStall: // no need for its control
			return b, with.ok
		}
		without := waits(ctx, p, other, s.control(), with.lasted)
		if b.without = max(b.without, without.longest); !without.ok || ctx.Err() != nil {
			return b, false
		}
	}
	return b, true
}

// What bounds the search for the script behind a stall: the scripts and the time for one, and
// which part of the campaign, beside some seconds, may be spent in vain. A busy machine makes
// stalls too.
const (
	mostSuspected = 64
	longestSearch = 3 * time.Second
	searchingPart = 20 // one of so many parts
)

// maySearch reports whether the campaign has time to look for the script behind a stall.
func (c *campaign) maySearch() bool {
	return c.kinds[string(Liveness)] < mostOfKind && !c.late() && c.searched <= longestSearch+time.Since(c.began)/searchingPart
}

// lookForStalls looks for the script that made others wait, among those that were under way.
func (c *campaign) lookForStalls(ctx context.Context, p *player, stalls []stall, flying []*round) error {
	if len(stalls) == 0 || !c.maySearch() {
		return nil
	}
	began := time.Now()
	other, r := c.confirmers[0], joined(flying)
	other.patience = full(c.Deadlines)
	for _, i := range suspected(stalls, r.outcomes) {
		switch {
		case ctx.Err() != nil:
			return nil
		case time.Since(began) > longestSearch:
			c.searched += time.Since(began)
			return nil
		}
		p.patience = other.patience
		if w := waits(ctx, p, other, r.scripts[i], 0); !w.ok || w.blamed() < leastStall {
			continue
		}
		b, ok := blocks(ctx, p, other, r.scripts[i], confirming)
		if !ok || !b.certain() {
			continue
		}
		return c.addStall(ctx, p, other, c.number(r.first+uint64(i)), r.scripts[i], b)
	}
	c.searched += time.Since(began)
	return nil
}

// suspected are the indices of the scripts that were under way when a stall began, those that
// began last first.
func suspected(stalls []stall, outcomes []outcome) (out []int) {
	for i := range outcomes {
		o := &outcomes[i]
		if slices.ContainsFunc(stalls, func(s stall) bool {
			return o.elapsed > 0 && o.began.Before(s.from.Add(pulseEvery)) && o.began.Add(o.elapsed).After(s.from)
		}) {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(i, j int) int { return outcomes[j].began.Compare(outcomes[i].began) })
	return out[:min(len(out), mostSuspected)]
}

// addStall makes a script smaller that makes others wait, and reports it.
func (c *campaign) addStall(ctx context.Context, p, other *player, number uint64, s *Script, b blocking) error {
	c.kinds[string(Liveness)]++
	small := shrink(s, func(s *Script) bool {
		if s.behindFinal() {
			return false
		}
		w := waits(ctx, p, other, s, 0)
		return ctx.Err() == nil && w.ok && w.blamed() >= leastStall && w.blamed() >= stallRatio*b.without
	})
	if again, ok := blocks(ctx, p, other, small, confirming); ok && again.certain() {
		s, b = small, again
	}
	switch {
	case ctx.Err() != nil:
		return nil
	case c.unreachable(ctx, p):
		return c.lostOn(ctx, p, number, s)
	}
	f := &Finding{Class: Liveness, Why: b.why(), Role: c.peer.Role().String(), Reproduced: confirming, Plays: confirming, Seed: c.Seed, Number: number, Script: s}
	c.transcribe(ctx, p, f)
	c.add(f)
	return nil
}

// why says who had to wait.
func (b blocking) why() string {
	return fmt.Sprintf("while the script was played, a ping on another connection took %s or more; with a plain message of as many octets, %s or less",
		b.with.Round(time.Millisecond), max(time.Millisecond, b.without.Round(time.Millisecond)))
}
