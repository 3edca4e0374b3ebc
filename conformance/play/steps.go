package play

import (
	"context"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
)

// A stepPlayer plays one step at a time.
type stepPlayer struct {
	*player
	ctx context.Context
}

func (p *stepPlayer) VisitSend(s script.Send) { p.send(s.Frames, s.Chop, s.Cuts) }
func (p *stepPlayer) VisitSendOctets(s script.SendOctets) {
	p.sendOctets(s.Octets, s.Note, s.Chop, s.Cuts)
}
func (p *stepPlayer) VisitSendPart(s script.SendPart) { p.sendPart(s) }
func (p *stepPlayer) VisitExchange(s script.Exchange) { p.exchange(p.ctx, s) }
func (p *stepPlayer) VisitSettle(s script.Settle)     { p.quiet(p.ctx, s.Name, p.Deadlines.Settle) }
func (p *stepPlayer) VisitWatch(s script.Watch)       { p.quiet(p.ctx, s.Name, p.Deadlines.FailFast) }

func (p *stepPlayer) VisitAwait(s script.Await) {
	due := judge.Due([]script.Outcome{{Events: s.Events}}, nil)
	p.UntilIdle(p.ctx, func() time.Duration { return p.idle(due) }, func(events []observed.Event, ended bool) bool {
		return ended || judge.MatchEvents(s.Events, p.answers(events)) != judge.MatchPart
	})
	p.volume, p.frames = 0, 0
}

func (p *stepPlayer) VisitHold(s script.Hold) {
	p.Until(p.ctx, p.Deadlines.Answer, peerEnded)
	p.Until(p.ctx, p.Deadlines.Settle, never)
	var gone bool
	p.Look(func(_ []observed.Event, _, g bool) { gone = g })
	if !gone {
		p.Mark(s.Name, p.Deadlines.Settle)
	}
}

func (p *stepPlayer) VisitPause(script.Pause)             { p.Until(p.ctx, p.Deadlines.Settle, peerEnded) }
func (p *stepPlayer) VisitStopReading(script.StopReading) { p.StopReading() }
func (p *stepPlayer) VisitReadSlowly(s script.ReadSlowly) { p.ReadSlowly(s.Octets) }
func (p *stepPlayer) VisitHalfClose(s script.HalfClose) {
	if s.Truncate {
		p.Truncate()
		return
	}
	p.CloseWrite()
}
func (p *stepPlayer) VisitReset(script.Reset)       { p.Reset() }
func (p *stepPlayer) VisitConnect(s script.Connect) { p.connectAgain(p.ctx, s) }

func (p *stepPlayer) VisitFlood(s script.Flood) { p.flood(p.ctx, s) }

func (p *stepPlayer) VisitSendHTTP2(s script.SendHTTP2)     { p.WriteHTTP2(s) }
func (p *stepPlayer) VisitSendHTTP3(s script.SendHTTP3)     { p.WriteHTTP3(s) }
func (p *stepPlayer) VisitPlainRequest(script.PlainRequest) { p.AskPlainly() }

func peerEnded(_ []observed.Event, ended bool) bool { return ended }

func never([]observed.Event, bool) bool { return false }
