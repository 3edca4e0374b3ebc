package passive

import (
	"fmt"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// Options say what a [Connection] tells, and what it keeps. All functions are called during
// the call that feeds the octets, in the order of what they tell; nil ones are not called.
type Options struct {
	// Violation is told of each violation as it is found.
	Violation func(Violation)
	// Entry is told of each head of HTTP, each whole frame, and each end of TCP.
	Entry func(Entry)
	// Unjudged is told where judging stops.
	Unjudged func(Unjudged)

	// FrameOctets is how many octets of a frame an [Entry] has at most, with the header.
	// Of longer frames it has the first ones, the length and the hash, as
	// [observed.Entry.Beginning] does. 0 means 142, which is enough for
	// [observed.Entry.String], and then longer frames have no hash.
	FrameOctets int
	// HeadsOnly: Entry is told of no frames, and the transcript has none, which saves the
	// work of keeping their octets.
	HeadsOnly bool
	// Transcript: keep the entries for [Connection.Transcript]. That takes about 1 MiB at
	// most, and [stream.Keeper] bounds what all connections take together.
	Transcript bool

	// Keys and Masks, if set, are those of all connections with clients of one kind. They
	// find a Sec-WebSocket-Key or masking keys that an earlier connection had already
	// (RFC6455-4.1-29, RFC6455-5.3-4).
	Keys  *opening.KeyQuality
	Masks *stream.MaskHistory
}

// A Violation is a rule that one side broke.
type Violation struct {
	*wire.Violation
	// Sender is the role of who broke it.
	Sender wire.Role
	// At is the time of the octets that show it, as they were fed.
	At time.Duration
	// Offset is the index of the first wrong octet in all that the sender sent on the
	// connection, from 0.
	Offset int64
}

// An Entry is something that one side sent, or did.
type Entry struct {
	// Sender is the role of who did.
	Sender wire.Role
	// Offset is the index of its first octet in all that the sender sent.
	Offset int64
	// Entry has the time of its last octet. Its Dir is Received, and its Number counts the
	// entries of both sides from 1.
	observed.Entry
}

// An Unjudged says that something is not judged, and why. The octets are counted on.
type Unjudged struct {
	// Sender is the role of whose octets are not judged.
	Sender wire.Role
	At     time.Duration
	// Offset is where judging stops in all that the sender sent.
	Offset int64
	// Why is a clause that completes "not judged: ".
	Why string
	// Rest: nothing more of this sender is judged. Otherwise it is one message.
	Rest bool
}

// An End is how one side ended TCP.
type End uint8

// The ends.
const (
	// FIN: the side closed its half of TCP in order.
	FIN End = iota + 1
	// Reset: the side reset TCP.
	Reset
	// Lost: the connection ended in another way, such as by a time limit of the network.
	Lost
)

// String is the end in words: "TCP closed".
func (e End) String() string {
	switch e {
	case FIN:
		return "TCP closed"
	case Reset:
		return "TCP reset"
	case Lost:
		return "connection lost"
	}
	return fmt.Sprintf("End(%d)", uint8(e))
}
