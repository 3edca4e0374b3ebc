package conformance

import "sync/atomic"

// patience keeps a run against a peer that never says anything from waiting the
// whole answer deadline in every case: nobody who was silent in so many cases,
// and heard in none, will begin to speak in the next.
type patience struct{ silent, heard atomic.Int64 }

// enoughSilence is how many cases it takes.
const enoughSilence = 16

// note learns from one connection whose opening handshake was over.
func (p *patience) note(o observed) {
	for _, e := range o.events {
		switch e.Kind {
		case EventAccepted, EventQuiet:
		default:
			p.heard.Add(1)
			return
		}
	}
	if o.gaveUp {
		p.silent.Add(1)
	}
}

// of returns the deadlines for the next connection.
func (p *patience) of(d Deadlines) Deadlines {
	if p.heard.Load() == 0 && p.silent.Load() >= enoughSilence {
		d.Answer, d.FailFast, d.Drop = d.Answer/10, d.FailFast/10, d.Drop/10
	}
	return d
}
