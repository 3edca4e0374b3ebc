package play

import (
	"context"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
)

// connectAgain opens one more connection, on which the script goes on. If that fails,
// the event says why, and the script is over.
func (p *player) connectAgain(ctx context.Context, s script.Connect) {
	failed := func(why string) {
		p.unconnected = true
		p.AddEvent(observed.Event{Kind: observed.EventNoConnection, Name: why})
	}
	connect := p.opts.Connect
	if s.Beside {
		connect = p.opts.Beside
	}
	if connect == nil {
		failed("the harness can open none to a client")
		return
	}
	before := p.Conn
	if !s.Keep {
		before.Drop()
	}
	next, err := connect(ctx, before)
	if err != nil {
		failed(err.Error())
		return
	}
	if s.Keep {
		p.others = append(p.others, before)
	}
	p.Conn, p.pings, p.scriptClosedAt, p.harnessClosedAt = next, map[string]int{}, -1, -1
	p.midMessage = false
	p.greet(ctx)
}

// dropOthers closes the connections that Connect steps kept.
func (p *player) dropOthers() {
	for _, c := range p.others {
		c.Drop()
	}
}
