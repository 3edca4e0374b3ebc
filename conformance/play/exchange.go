package play

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// exchange plays an Exchange.
func (p *player) exchange(ctx context.Context, s script.Exchange) {
	began := time.Now()
	stats := &observed.Stats{MessageOctets: s.Size}
	p.stats = stats
	p.exchangeAt = p.EventCount()
	before := p.ReceivedOctets()
	p.Sample(true)
	count := s.Count(p.opts.Profile)
	for i := range count {
		p.answerHeartbeats()
		sent := time.Now()
		message := messageOf(s, i)
		stats.SentWire += int64(p.sendMessage(s, i, message))
		stats.SentPayload += int64(len(message))
		if s.Pinged && !p.ponged(ctx, s, i) || !s.Pinged && !p.echoed(ctx, s, i, message) {
			break
		}
		if !s.Pinged {
			stats.ReceivedPayload += int64(len(message))
		}
		stats.Messages++
		p.Allow(4 * time.Since(sent) * time.Duration(count))
	}
	p.Sample(false)
	stats.Elapsed = time.Since(began)
	stats.ReceivedWire = int64(p.ReceivedOctets() - before)
	if stats.Messages == count {
		e := observed.Event{Kind: observed.EventExchanged, Frames: stats.Messages}
		switch {
		case s.Asked != nil:
			e.Type = wire.OpText
		case s.Pinged:
			e.Type = wire.OpPong
		}
		p.AddEvent(e)
	}
}

// ponged sends a ping behind the i-th message and waits for its pong, which is taken out
// of the events.
func (p *player) ponged(ctx context.Context, s script.Exchange, i int) bool {
	ping := script.Ping(script.Octets(fmt.Sprintf("wsspec: behind message %d", i+1)))
	p.send([]script.Frame{ping}, script.ChopNone, nil)
	at, _ := p.exchanged(ctx, s, observed.EventPong, ping.Payload.Octets, func(e observed.Event) bool {
		return string(e.Payload) == string(ping.Payload.Octets)
	})
	if at >= 0 {
		p.RemoveEvent(at)
	}
	return at >= 0
}

// exchanged waits for the event of an Exchange that is owed, and returns where it is; -1 if
// it did not come, which is noted with the octets that are missing. Of the events of its
// kind it is the first that fits.
func (p *player) exchanged(ctx context.Context, s script.Exchange, owed observed.EventKind, missing []byte, fits func(observed.Event) bool) (at int, e observed.Event) {
	allowed := func() time.Duration {
		d := p.now()
		if owed == observed.EventPong {
			return d.Answer + d.Transfer(s.Size, s.Frames())
		}
		return d.Message + d.Transfer(s.Size, s.Frames())
	}
	at = -1
	seen, began := p.exchangeAt, time.Now()
	came := p.UntilIdle(ctx, allowed, func(events []observed.Event, ended bool) bool {
		for ; seen < len(events); seen++ {
			if events[seen].Kind == owed && fits(events[seen]) {
				at, e = seen, events[seen]
				return true
			}
		}
		return ended
	})
	if !came {
		p.missing, p.timedOut, p.owed = missing, true, owed
		p.waited = p.waitedSince(began, allowed())
	}
	return at, e
}

// messageOf is the i-th message.
func messageOf(s script.Exchange, i int) []byte {
	if s.Asked != nil {
		return s.Asked.Request.Payload.Bytes()
	}
	return s.Stream.Message(s.Size, i)
}

// sendMessage sends the i-th message and returns its octets on the wire.
func (p *player) sendMessage(s script.Exchange, i int, message []byte) int {
	payload, first := message, wire.RSV(0)
	if d := p.Agreed(); d != nil {
		if s.Asked != nil {
			payload = d.Compress(message)
		} else {
			payload = d.Compressed(s, i, message)
		}
		first = wire.RSV1
	}
	size := s.Fragment
	if size == 0 {
		size = max(len(payload), 1)
	}
	frames := script.Fragmented(s.Opcode(), script.Payload{Octets: payload}, size)
	frames[0].RSV = first
	return p.send(frames, s.Chop, nil)
}

// echoed waits for the next message and compares it, the i-th, octet for octet. A true
// echo is taken out of the events, so that a long exchange holds no memory; any
// other message stays and fails the case.
func (p *player) echoed(ctx context.Context, s script.Exchange, i int, message []byte) bool {
	at, echo := p.exchanged(ctx, s, observed.EventMessage, message, func(observed.Event) bool { return true })
	switch {
	case at < 0:
		return false
	case s.Asked != nil: // the stream keeps answers alone
	case echo.Type != s.Opcode():
		p.Remark(at, "", false) // the type says it
		return false
	case !bytes.Equal(echo.Payload, message):
		p.Remark(at, differs(echo.Payload, message, i, s.Count(p.opts.Profile)), false)
		return false
	}
	p.RemoveEvent(at)
	return true
}

// differs says how what came differs from the i-th of so many messages.
func differs(came, message []byte, i, count int) string {
	return fmt.Sprintf(", which is not message %d of %d (%d octets): they differ from octet %d on,", i+1, count, len(message), judge.CommonPrefix(came, message)+1)
}

// remarkLate notes the right echo, or pong, that came after its time.
func (p *player) remarkLate() {
	if p.missing == nil {
		return
	}
	events, _ := p.Seen()
	for i, e := range events {
		if e.Kind == p.owed && bytes.Equal(e.Payload, p.missing) {
			p.Remark(i, fmt.Sprintf(", the right %s but later than the %s that it had,", answerWord(p.owed), judge.Seconds(p.waited)), true)
		}
	}
}

// answerWord names what answers a message of an Exchange.
func answerWord(k observed.EventKind) string {
	if k == observed.EventPong {
		return "answer"
	}
	return "echo"
}
