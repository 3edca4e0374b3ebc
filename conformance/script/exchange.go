package script

import (
	"fmt"

	"github.com/wsspec/wsspec/internal/payloads"
	"github.com/wsspec/wsspec/ref/wire"
)

// Exchange sends messages one after the other. It sends the next message when the
// echo of the last one has arrived and is equal to it octet for octet. After the last
// echo it records the event that [Exchanged] expects.
type Exchange struct {
	// Stream is the data that the messages are cut from. Size is the length of one
	// message in octets.
	Stream *payloads.Stream
	Size   int
	// Quick and Full are the numbers of messages in the two profiles.
	Quick, Full int
	// Fragment is the most octets of payload in one frame, after compression. 0
	// means one frame for each message.
	Fragment int
	// Chop says how the octets are cut into writes.
	Chop Chop
	// Pinged: the peer does not send the messages back. A ping follows each message,
	// and the harness sends the next message when its pong has come.
	Pinged bool
	// Asked, if set, is sent as each message. The harness sends the next message when an
	// answer has come.
	Asked *Question
}

// A Profile says how much a run sends in the cases about size and compression.
type Profile string

// Quick, the default, plays all cases, sizes and parameters with few messages, so
// that it suits every commit. Full sends as many messages as Autobahn does.
const (
	Quick Profile = "quick"
	Full  Profile = "full"
)

// Count is the number of messages in a profile.
func (s Exchange) Count(p Profile) int {
	if p == Full {
		return s.Full
	}
	return s.Quick
}

// Opcode is the type of the messages: text or binary.
func (s Exchange) Opcode() wire.Opcode {
	if s.Asked != nil {
		return s.Asked.Request.Opcode
	}
	if s.Stream.Text {
		return wire.OpText
	}
	return wire.OpBinary
}

// String describes the step for people.
func (s Exchange) String() string {
	text := fmt.Sprintf("send %d messages (%d in the quick profile) of %d octets of %s, each when the last one has come back", s.Full, s.Quick, s.Size, s.Stream.Name)
	switch {
	case s.Asked != nil:
		text = fmt.Sprintf("send %s %d times (%d in the quick profile), each when the last one is answered", s.Asked.Request, s.Full, s.Quick)
	case s.Pinged && s.Full == 1:
		text = fmt.Sprintf("send a message of %d octets of %s, and a ping behind it", s.Size, s.Stream.Name)
	case s.Pinged:
		text = fmt.Sprintf("send %d messages (%d in the quick profile) of %d octets of %s, each with a ping behind it and when the pong for the last one has come", s.Full, s.Quick, s.Size, s.Stream.Name)
	case s.Full == 1:
		text = fmt.Sprintf("send a message of %d octets of %s and wait for its echo", s.Size, s.Stream.Name)
	}
	if s.Fragment > 0 {
		text += fmt.Sprintf(", in fragments of %d octets", s.Fragment)
	}
	return text + s.Chop.suffix(1)
}
