package stream

import "github.com/wsspec/wsspec/conformance/script"

// Bounds are what a case can account for of what a peer sends.
type Bounds struct {
	// Message is the most octets of one message; all that was sent may come
	// back as one, and reasons of the peer's own have room.
	Message uint64
	// Sent is how many octets of payload the harness sends, in so many Frames.
	Sent, Frames int
	// octets is the most on the wire in all.
	octets uint64
	// entries is the most frames.
	entries int
	// passing: the messages of the peer are checked and passed over; they are no events
	// and no progress.
	passing bool
	// asked, if set, is what the peer is asked. Answers are events.
	asked *script.Question
	// dialogue, if set, is what is said first, and how the peer keeps itself alive.
	dialogue *script.Dialogue
	// events is the most messages, pings and pongs.
	events int
	// empties is the most fragments without a payload that end no message.
	empties int
}

// mostEvents is how many messages, pings and pongs of one connection are kept, or two for
// each frame that the case sends if that is more, up to mostAnswers. Few cases ask for more
// than ten; the rest is room for pings of the peer's own. A flood has room besides.
const (
	mostEvents  = 1 << 10
	mostAnswers = 4 << 10
)

// MostEvents is the most messages, pings and pongs that a peer may send where it is sent so
// many frames, floods apart.
func MostEvents(frames int) int { return max(mostEvents, min(2*frames, mostAnswers)) }

// mostEmpties is how many empty fragments of one connection are read, or two for each frame
// that the case sends if that is more. They carry nothing, and each costs the peer two octets.
const mostEmpties = 1 << 10

// mostUntaken is how many octets the messages, pings and pongs of one connection may
// have beyond the most that the harness sends at once. A message that an Exchange waited
// for does not count: it is taken out.
const mostUntaken = 1 << 20

// The most that an application sends of its own during one case: octets of one message,
// octets in all, and frames.
const (
	ownMessage = 16 << 20
	ownOctets  = 256 << 20
	ownFrames  = 1 << 18
)

// BoundsOf counts what the steps of a case send, in octets, and derives how much a
// peer may send back.
func BoundsOf(c *script.Case, p script.Profile) Bounds {
	const spare = 64 << 10
	b := Bounds{Message: spare}
	total, flood := uint64(0), 0
	for _, s := range c.Script.Steps {
		sent := s.Volume(p)
		b.Message += sent.Message
		total += sent.Total
		b.Sent += int(max(sent.Message, sent.Total))
		b.Frames += sent.Frames
		flood += sent.Flood
	}
	// Framing costs at most 14 octets for each octet of payload, if a peer
	// echoes in the smallest fragments; pings of the peer's own come on top.
	b.octets = 16*(b.Message+total) + 1<<20
	// A peer may echo octet by octet, each in a fragment of its own; the large
	// messages are those of an Exchange, which keeps samples.
	b.events = MostEvents(b.Frames) + flood
	b.empties = max(mostEmpties, 2*b.Frames)
	b.entries = int(min(b.Message-spare, 1<<18)) + 2*b.events
	if c.Script.Application != nil {
		b.passing, b.asked = true, c.Script.Application.Question
		b.dialogue = c.Script.Application.Dialogue
		b.Message = max(b.Message, ownMessage)
		b.octets, b.entries = b.octets+ownOctets, b.entries+ownFrames
	}
	return b
}
