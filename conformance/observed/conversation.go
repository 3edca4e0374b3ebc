package observed

import (
	"fmt"
	"slices"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Conversation is everything that the judge knows of one connection.
type Conversation struct {
	// Role is that of the peer under test; 0 if nobody said.
	Role   wire.Role
	Events []Event
	// OverHTTP2: the connection was a stream of HTTP/2.
	OverHTTP2 bool
	// OverHTTP3: it was a stream of HTTP/3.
	OverHTTP3 bool
	// Pings has the payloads of the pings that were sent, each with the number of
	// events before the first of them.
	Pings map[string]int
	// ScriptClosedAt is the number of events before a step first sent Close.
	// HarnessClosedAt is the number before the harness did so by itself. -1: never.
	ScriptClosedAt, HarnessClosedAt int
	// TimedOut: the harness waited for something, for the time Waited, and it did
	// not come. CloseTimedOut: the harness sent Close, and the peer did not answer
	// within CloseWaited.
	TimedOut, CloseTimedOut bool
	Waited, CloseWaited     time.Duration
	// MoreTime is what gives the peer more time, in words: an option of the command.
	MoreTime string
	// Owed is the kind of the event that did not come in time.
	Owed EventKind
	// LeftTCPOpen: the peer did not close TCP, and the harness did so after
	// DropWaited.
	LeftTCPOpen bool
	DropWaited  time.Duration

	Transcript Transcript
	Stats      *Stats
}

// Stats are the measurements of a [script.Exchange]. The payload is counted in octets
// before compression, the octets on the wire after it and with frame headers.
type Stats struct {
	// MessageOctets is the length of one message in octets, Messages their number.
	MessageOctets, Messages int
	// Elapsed is the time from sending the first message to the end of the last echo.
	Elapsed                       time.Duration
	SentPayload, SentWire         int64
	ReceivedPayload, ReceivedWire int64
}

// A Position says where in a transcript an event is.
type Position struct {
	// First and Last are the numbers of the first and the last frame of a message,
	// as in [Entry.Number]. Any other event has only Last. 0 means no entry.
	First, Last int
	// Octet is an index into the octets of the last entry or, if InPayload is set,
	// into the payload of the message.
	Octet     int
	InPayload bool
	// Compressed: the message is compressed, so that the octets of its payload are
	// not those on the wire.
	Compressed bool
}

// LengthOctet is the index of the second octet of a frame. It has the mask bit and the
// first seven bits of the payload length (RFC 6455 5.2).
const LengthOctet = 1

// mostDescribed is the most sentences that Describe returns.
const mostDescribed = 100

// Describe describes events for people. Equal events in a row are one entry, with their
// number. Where there are very many entries, those in the middle are left out, and one
// says how many.
func Describe(events []Event) []string {
	const first = mostDescribed * 2 / 3
	var out []string
	leftOut := 0
	for i := 0; i < len(events); {
		text, n := events[i].String(), 1
		for i+n < len(events) && events[i+n].String() == text {
			n++
		}
		if i += n; n > 1 {
			text += fmt.Sprintf(", %d times", n)
		}
		if out = append(out, text); len(out) > mostDescribed {
			leftOut = max(leftOut, 1) + 1
			out = slices.Delete(out, first+1, first+2)
			out[first] = fmt.Sprintf("%d more are left out here", leftOut)
		}
	}
	return out
}

// Unfinished says how much came of a frame that never ended: "3 of 8 octets of a text
// frame". It is empty if the peer began none.
func (o *Conversation) Unfinished() string {
	for _, e := range o.Transcript {
		if e.Kind != EntryOctets || e.Dir != Received || e.Text != TextUnfinished {
			continue
		}
		if h, n, err := wire.ParseHeader(e.Octets); err == nil {
			return fmt.Sprintf("%d of %d octets of a %s frame", e.Size()-n, h.Length, h.Opcode)
		}
	}
	return ""
}

// EndTCP records the end of TCP on a connection without frames. The entry gets number 1.
func (o *Conversation) EndTCP(at time.Duration, entry EntryKind, text string, event EventKind) {
	o.Transcript = append(o.Transcript, Entry{At: at, Dir: Received, Kind: entry, Text: text, Number: 1})
	o.Events = append(o.Events, Event{Kind: event, At: at, Position: Position{Last: 1}})
}

// Asked reports whether a pong, the event with index i, has the payload of a ping that
// the harness had sent by then. A pong that nobody asked for is permitted, and answers
// nothing (RFC6455-5.5.3-3).
func (o *Conversation) Asked(i int, pong Event) bool { return Asked(o.Pings, i, pong) }

// Asked is [Conversation.Asked] for the pings sent so far.
func Asked(pings map[string]int, i int, pong Event) bool {
	at, sent := pings[string(pong.Payload)]
	return sent && at <= i
}
