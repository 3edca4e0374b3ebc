package conformance

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/wsspec/wsspec/conformance/streams"
	"github.com/wsspec/wsspec/ref/wire"
)

// Exchange sends messages one after the other, each when the echo of the one
// before has come back octet for octet, and notes the event Exchanged when all
// have.
type Exchange struct {
	// Stream is where the messages are cut from, Size their length in octets.
	Stream *streams.Stream
	Size   int
	// Quick and Full are how many messages the two profiles send.
	Quick, Full int
	// Fragment cuts what is sent, compressed or not, into frames of at most so
	// many octets of payload; 0 means one frame.
	Fragment int
	Chop     Chop
}

// A Profile says how much a run sends in the cases about size and compression.
type Profile string

// Quick, the default, has all cases, sizes and parameters with few messages, so
// that it suits every commit. Full has the counts of the older harness.
const (
	Quick Profile = "quick"
	Full  Profile = "full"
)

// Stats are what an Exchange measured. Octets of payload are counted before
// compression, octets on the wire after it and with frame headers.
type Stats struct {
	MessageOctets, Messages int
	// Elapsed is the time from the first message sent to the last one back.
	Elapsed                       time.Duration
	SentPayload, SentWire         int64
	ReceivedPayload, ReceivedWire int64
}

func (Exchange) step() {}

func (s Exchange) count(p Profile) int {
	if p == Full {
		return s.Full
	}
	return s.Quick
}

func (s Exchange) opcode() wire.Opcode {
	if s.Stream.Text {
		return wire.OpText
	}
	return wire.OpBinary
}

func (s Exchange) String() string {
	text := fmt.Sprintf("send %d messages (%d in the quick profile) of %d octets of %s, each when the last one has come back", s.Full, s.Quick, s.Size, s.Stream.Name)
	if s.Full == 1 {
		text = fmt.Sprintf("send a message of %d octets of %s and wait for its echo", s.Size, s.Stream.Name)
	}
	if s.Fragment > 0 {
		text += fmt.Sprintf(", in fragments of %d octets", s.Fragment)
	}
	return text + s.Chop.suffix(1)
}

// exchange plays an Exchange.
func (p *player) exchange(ctx context.Context, s Exchange) {
	began := time.Now()
	stats := &Stats{MessageOctets: s.Size}
	p.stats = stats
	before := p.receivedSoFar()
	p.sample(true)
	for i := range s.count(p.profile) {
		message := s.Stream.Message(s.Size, i)
		stats.SentWire += int64(p.sendMessage(s, i, message))
		stats.SentPayload += int64(len(message))
		if !p.echoed(ctx, s, i, message) {
			break
		}
		stats.Messages++
		stats.ReceivedPayload += int64(len(message))
		p.end = time.Now().Add(p.deadlines.Case)
	}
	p.sample(false)
	stats.Elapsed = time.Since(began)
	stats.ReceivedWire = int64(p.receivedSoFar() - before)
	if stats.Messages == s.count(p.profile) {
		p.mu.Lock()
		p.events = append(p.events, Event{Kind: EventExchanged, At: time.Since(p.began), Frames: stats.Messages})
		p.mu.Unlock()
	}
}

// sendMessage sends the i-th message and returns its octets on the wire.
func (p *player) sendMessage(s Exchange, i int, message []byte) int {
	payload, first := message, wire.RSV(0)
	if d := p.in.deflate; d != nil {
		payload, first = d.compressed(s, i, message), wire.RSV1
	}
	size := s.Fragment
	if size == 0 {
		size = max(len(payload), 1)
	}
	frames := Fragmented(s.opcode(), Payload{Octets: payload}, size)
	frames[0].RSV = first
	return p.send(frames, s.Chop)
}

// echoed waits for the next message and compares it, the i-th, octet for octet. A true
// echo is taken out of the events, so that a long exchange holds no memory; any
// other message stays and fails the case.
func (p *player) echoed(ctx context.Context, s Exchange, i int, message []byte) bool {
	// A large message takes the peer time to read before it can answer, and so
	// do many frames.
	patience := p.deadlines.Answer + p.deadlines.Answer/4*time.Duration(s.Size>>20)
	if s.Fragment > 0 {
		patience += p.deadlines.Answer / 4 * time.Duration(s.Size/s.Fragment>>13)
	}
	seen := 0
	at := -1
	came := p.until(ctx, patience, func(events []Event, ended bool) bool {
		for ; seen < len(events); seen++ {
			if events[seen].Kind == EventMessage {
				at = seen
				return true
			}
		}
		return ended
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	if at < 0 {
		if !came {
			p.owed, p.patience = message, patience
		}
		return false
	}
	if e := &p.events[at]; e.Type != s.opcode() || !bytes.Equal(e.Payload, message) {
		if e.Type == s.opcode() { // else the type says it
			e.Name = differs(e.Payload, message, i, s.count(p.profile))
		}
		if p.samples < 0 { // its frames were not kept
			note := p.in.entry(e.At, EntryNote, nil, e.String())
			note.Dir = Noted
			p.transcript = append(p.transcript, note)
			e.place = place{last: note.number}
		}
		return false
	}
	p.events = append(p.events[:at], p.events[at+1:]...)
	return true
}

// differs says how what came differs from the i-th of so many messages.
func differs(came, message []byte, i, count int) string {
	return fmt.Sprintf(", which is not message %d of %d (%d octets): they differ from octet %d on,", i+1, count, len(message), agreement(came, message)+1)
}

// remarkLate notes the right echo that came after its time.
func (p *player) remarkLate() {
	for i, e := range p.events {
		if p.owed != nil && e.Kind == EventMessage && bytes.Equal(e.Payload, p.owed) {
			p.events[i].Name = fmt.Sprintf(", the right echo but later than the %v that it had (--slow gives more time),", p.patience)
		}
	}
}

func (p *player) receivedSoFar() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.received
}
