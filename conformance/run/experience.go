package run

import (
	"slices"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
)

// An experience is what a run has learned about how fast a peer is. The deadlines of
// the next connection follow it: a peer that is slow, and answers, gets more time; a
// peer that has never done a thing does not make every case wait for it.
type experience struct {
	mu sync.Mutex
	// openings, messages, controls, closes and drops count how often the peer answered an
	// opening request, sent a message, a pong or another answer, answered a Close, and
	// closed TCP.
	openings, messages, controls, closes, drops tally
	// slowest is the largest part that an echo of an Exchange took of the time that it
	// had, when nothing was stretched. It is above 1 for one that came too late.
	slowest float64
	// lingered counts the connections that the peer ended long after its Close frame.
	lingered int
	// trial: the next connections get the whole time, also for what never came.
	trial bool
	// plain counts the plain opening requests that were answered, and slowestOpening is the
	// longest time that one took.
	plain          int
	slowestOpening time.Duration
}

// A tally counts how often a thing came, and how often it did not come in time: in all, and
// in a row since it came last.
type tally struct{ came, missed, row int }

func (t *tally) come() { t.came, t.row = t.came+1, 0 }

func (t *tally) miss() { t.missed, t.row = t.missed+1, t.row+1 }

// enough is how many cases a thing has to be missed in before the run stops waiting for
// it as long as for others.
const enough = 16

// never reports whether the peer has never done the thing, in cases enough to tell, or no
// longer does it.
func (t tally) never() bool { return t.came == 0 && t.missed >= enough || t.row >= 2*enough }

// hardlyEver reports whether the peer does the thing in few cases of many.
func (t tally) hardlyEver() bool { return t.missed >= enough && 8*t.came < t.missed }

// spare is how many times as long as the slowest echo so far the next one may take, and
// mostStretch bounds by how much that stretches the deadlines.
const (
	spare       = 3
	mostStretch = 4
)

// stretch is by how much the deadlines have to be stretched for a peer as slow as this
// one; 1 if it is fast enough.
func (x *experience) stretch() float64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return min(max(1, spare*x.slowest), mostStretch)
}

// partOf is the part of its time that an echo took in the Exchange of a case, on average;
// 0 if there was none.
func partOf(c *script.Case, o observed.Conversation, d stream.Deadlines) float64 {
	if o.Stats == nil {
		return 0
	}
	i := slices.IndexFunc(c.Script.Steps, func(s script.Step) bool { _, ok := s.(script.Exchange); return ok })
	s := c.Script.Steps[i].(script.Exchange)
	took := time.Duration(0)
	if o.Stats.Messages > 0 {
		took = o.Stats.Elapsed / time.Duration(o.Stats.Messages)
	}
	for _, e := range o.Events {
		if e.Late {
			took = max(took, e.At)
		}
	}
	return float64(took) / float64(d.Message+d.Transfer(s.Size, s.Frames()))
}

// learn takes in one connection of a case whose opening handshake was over. The deadlines
// are those that nothing has stretched.
func (x *experience) learn(c *script.Case, o observed.Conversation, d stream.Deadlines) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.slowest = max(x.slowest, partOf(c, o, d))
	closed, ended := false, false
	var closedAt time.Duration
	for i, e := range o.Events {
		switch e.Kind {
		case observed.EventMessage, observed.EventExchanged:
			x.messages.come()
		case observed.EventPong:
			if o.Asked(i, e) {
				x.controls.come()
			}
		case observed.EventClose:
			closed, closedAt = true, e.At
		case observed.EventEOF, observed.EventReset:
			ended = true
			if closed && e.At-closedAt > d.Drop/20 {
				x.lingered++
			}
		}
	}
	if o.TimedOut && o.Owed == observed.EventMessage {
		x.messages.miss()
	} else if o.TimedOut {
		x.controls.miss()
	}
	switch {
	case o.CloseTimedOut:
		x.closes.miss()
	case closed || ended:
		x.closes.come()
	}
	switch {
	case o.LeftTCPOpen:
		x.drops.miss()
	case ended && closed && o.HarnessClosedAt >= 0:
		x.drops.come()
	}
}

// learnOpening takes in whether an opening request was answered.
func (x *experience) learnOpening(answered bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if answered {
		x.openings.come()
	} else {
		x.openings.miss()
	}
}

// learnPlainOpening takes in how long the answer to a plain opening request took.
func (x *experience) learnPlainOpening(took time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.plain, x.slowestOpening = x.plain+1, max(x.slowestOpening, took)
}

// A peer is quick that has answered so many plain opening requests, each of them at once, while
// as many cases as usual were under way. One whose queue of connections is full takes a second.
const (
	plainOfQuick  = 64
	openingAtOnce = 100 * time.Millisecond
)

// quick reports whether the peer takes more cases at once than usual without being late.
func (x *experience) quick() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.plain >= plainOfQuick && x.openings.missed == 0 && x.slowestOpening <= openingAtOnce
}

// setTrial gives the next connections the whole time, or no longer does.
func (x *experience) setTrial(on bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.trial = on
}

// deadlines returns the deadlines for the next connection.
func (x *experience) deadlines(d stream.Deadlines) stream.Deadlines {
	x.mu.Lock()
	defer x.mu.Unlock()
	const less = 10
	if x.trial {
		return d
	}
	if x.openings.never() {
		d.Handshake /= less
	}
	if x.messages.never() {
		d.Message, d.PerMiB, d.PerThousandFrames = d.Message/less, 0, 0
	}
	if x.controls.never() && (x.messages.came == 0 || x.messages.never()) {
		d.Answer, d.FailFast = d.Answer/less, d.FailFast/less
	}
	if x.closes.hardlyEver() {
		d.Close = d.Close / less
	}
	if x.drops.hardlyEver() {
		d.Drop = d.Drop / (less * less)
	}
	return d
}

// lingers reports whether the peer often keeps TCP open for long behind its Close frame.
func (x *experience) lingers() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.lingered >= enough
}

// silent reports whether the peer has never sent a message.
func (x *experience) silent() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.messages.never()
}

// ever reports whether the peer has ever done what a case waited for.
func (x *experience) ever(r Result) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case r.mute:
		return !x.openings.never()
	case !r.timedOut: // it left TCP open
		return !x.drops.hardlyEver()
	case r.owed == observed.EventMessage:
		return !x.messages.never()
	}
	return !x.controls.never() && !x.closes.never()
}
