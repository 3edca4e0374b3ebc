package run

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// A canary is a second connection to the server under test, while an attack goes on. The
// server has to answer its pings. How long that takes is reported, and judges nothing.
//
// A server that answers no second connection before the attack has none: it may serve one
// at a time, or send no pongs.
type canary struct {
	target *opening.Target
	// deadlines are those of the run; patience is how long one answer may take.
	deadlines stream.Deadlines
	patience  time.Duration
	memory    *memoryWatch
	conn      *opening.IdleConn
	// why says why there is no canary; empty if there is one.
	why string

	stop    chan struct{}
	stopped sync.WaitGroup
	checked sync.Once
	// answers counts its answers, and slowest is the longest time that one took.
	answers int
	slowest time.Duration
	// fault says what the server did not do; empty if it did all.
	fault string
}

// between is the time between two pings of a canary.
const between = 50 * time.Millisecond

// mostPatience is how many times the answer deadline a canary waits at most, also beside a
// large case.
const mostPatience = 5

// newCanary opens the canary for a case of a suite. It is nil for any other case, and for
// one that is left out.
func (r *serverRun) newCanary(ctx context.Context, c *script.Case) *canary {
	if c.Suite == "" || r.lacksOrigin(c) {
		return nil
	}
	r.mu.Lock()
	d := r.opts.Deadlines.Stretch(r.stretch)
	r.mu.Unlock()
	b := stream.BoundsOf(c, r.opts.Profile)
	k := &canary{
		target: r.target, deadlines: d, stop: make(chan struct{}),
		patience: min(d.Answer+d.Transfer(b.Sent, b.Frames), mostPatience*d.Answer),
		memory:   newMemoryWatch(r.opts.Memory),
	}
	if k.why = r.withoutCanary(); k.why != "" {
		return k
	}
	if k.conn, k.why = openBeside(ctx, k.target, d); k.conn == nil {
		r.missCanary(ctx, k.why)
		return k
	}
	k.stopped.Go(k.ping)
	return k
}

// openBeside opens two connections, and returns the second one if the server answers a ping on
// it while the first one is open. Otherwise it says why there is none.
func openBeside(ctx context.Context, t *opening.Target, d stream.Deadlines) (second *opening.IdleConn, why string) {
	first, err := opening.Idle(ctx, t, d)
	if err != nil {
		return nil, err.Error()
	}
	defer first.Close()
	if _, ok := first.Answers(d.Answer); !ok {
		return nil, fmt.Sprintf("a ping got no pong within %s before the case", judge.Seconds(d.Answer))
	}
	if second, err = opening.Idle(ctx, t, d); err != nil {
		return nil, fmt.Sprintf("the server takes one connection at a time (%v)", err)
	}
	if _, ok := second.Answers(d.Answer); !ok {
		second.Close()
		return nil, "the server serves one connection at a time"
	}
	return second, ""
}

// mostMissed is how often a server may have no canary until the run gives up to open one.
const mostMissed = 2

// withoutCanary says why the run opens no canaries any more; empty if it does.
func (r *serverRun) withoutCanary() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.missed < mostMissed {
		return ""
	}
	return r.whyMissed
}

// missCanary notes that there was no canary.
func (r *serverRun) missCanary(ctx context.Context, why string) {
	if ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.missed++
	r.whyMissed = why
}

// ping sends pings until the canary is stopped, or the server does not answer one.
func (k *canary) ping() {
	for {
		k.memory.look()
		took, ok := k.conn.Answers(k.patience)
		if !ok {
			k.fault = fmt.Sprintf("The server did not answer a ping on another connection within %s", judge.Seconds(k.patience))
			if took < k.patience*9/10 {
				k.fault = "The server ended another connection"
			}
			return
		}
		k.answers++
		k.slowest = max(k.slowest, took)
		select {
		case <-k.stop:
			return
		case <-time.After(between):
		}
	}
}

// check ends the canary, and looks whether the server takes a new connection. The first
// call counts. It is made while the attack is not over yet, if there is such a moment.
func (k *canary) check(ctx context.Context) {
	if k != nil && k.conn != nil {
		k.checked.Do(func() { k.look(ctx) })
	}
}

// look is check, once.
func (k *canary) look(ctx context.Context) {
	close(k.stop)
	k.stopped.Wait()
	k.conn.Close()
	k.memory.look()
	if k.fault != "" || ctx.Err() != nil {
		return
	}
	d := k.deadlines
	d.Handshake, d.Connect = max(d.Handshake, k.patience), max(d.Connect, k.patience)
	began := time.Now()
	fresh, err := opening.Idle(ctx, k.target, d)
	if err != nil {
		k.fault = fmt.Sprintf("The server took no new connection (%v)", err)
		return
	}
	defer fresh.Close()
	if _, ok := fresh.Answers(k.patience); !ok {
		k.fault = fmt.Sprintf("The server took a new connection and did not answer a ping on it within %s", judge.Seconds(k.patience))
		return
	}
	k.answers++
	k.slowest = max(k.slowest, time.Since(began))
}

// after adds to a result what the canary saw.
func (k *canary) after(ctx context.Context, r Result) Result {
	if k == nil {
		return r
	}
	k.check(ctx)
	if ctx.Err() != nil {
		return r
	}
	switch {
	case k.why != "":
		r = r.told("whether the server served others meanwhile is not known: " + k.why)
	default:
		r = r.told(fmt.Sprintf("the server answered %d times on other connections, after at most %s", k.answers, k.slowest.Round(100*time.Microsecond)))
	}
	r = k.memory.after(r)
	if k.fault == "" {
		return r
	}
	r.Verdict, r.Behavior = verdict.Fail, verdict.Failed
	r.Explanation = k.fault + " while this case was played. An endpoint that is attacked on one connection has to go on serving the others (RFC 6455 10.4)."
	r.FirstWrong, r.Violation, r.proven = nil, nil, false
	r.timedOut, r.abrupt = true, true
	return r.told(k.fault + ".")
}

// told adds what was observed beside the connection of the case.
func (r Result) told(sentence string) Result {
	r.Observed = append(r.Observed, sentence)
	r.Transcript = append(r.Transcript, observed.Entry{At: time.Since(r.Started), Kind: observed.EntryNote, Text: sentence})
	return r
}
