package observed

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Transcript is what was sent and received on one connection, in order. It is complete,
// with three exceptions, each of which it names: it has only samples of the frames of a
// [script.Exchange], the beginning of an entry with more than [MostKept] octets, and of
// a connection with more than about 1 MiB, the beginning and the end.
type Transcript []Entry

// An Entry is one line of a transcript.
type Entry struct {
	// At is the time since the connection began.
	At   time.Duration
	Dir  Direction
	Kind EntryKind
	// Text describes the entry in one line. It is empty for a frame, which
	// [Entry.String] describes.
	Text string
	// Header is the decoded header of a frame; nil for any other entry.
	Header *wire.Header
	// Octets are the octets on the wire: of a frame, its header and its payload,
	// still masked.
	Octets []byte
	// Length is the number of octets on the wire, and SHA256 their hash, if Octets
	// has only the first ones. Otherwise both are zero.
	Length int
	SHA256 [sha256.Size]byte

	// Number counts the entries that came from the peer, from 1. It is 0 for any
	// other entry. It identifies an entry even if others were not kept.
	Number int
}

// String describes the entry in one line.
func (e Entry) String() string {
	if e.Text != "" || e.Header == nil {
		return e.Text
	}
	h := *e.Header
	payload := e.Octets[min(len(e.Octets), h.Len()):]
	payload = append([]byte(nil), payload[:min(len(payload), mostShown)]...)
	if h.Masked {
		wire.Mask(h.MaskKey, 0, payload)
	}
	f := script.Frame{Fin: h.Fin, RSV: h.RSV, Opcode: h.Opcode, Payload: script.Payload{Octets: payload}}
	if h.Length > mostShown {
		return fmt.Sprintf("%s (%d octets in all)", f, h.Length)
	}
	return f.String()
}

// TextUnfinished is the text of an entry with the octets of a frame that never ended.
const TextUnfinished = "the beginning of a frame that never ended"

// mostShown is the most octets of a payload that String looks at. No control frame has
// more.
const mostShown = 128

// MostSampled is the most octets that [Entry.Sample] keeps.
const MostSampled = 1 << 10

// FramesSampled is the number of frames that are kept of an Exchange, in both directions
// together.
const FramesSampled = 16

// MostKept is the most octets that a transcript keeps of one entry.
const MostKept = 64 << 10

// Sample returns the entry with at most 1,024 octets. If it cuts octets, it sets Length
// and SHA256.
func (e Entry) Sample() Entry { return e.Beginning(MostSampled) }

// Beginning is [Entry.Sample] with another number of octets.
func (e Entry) Beginning(most int) Entry {
	if len(e.Octets) <= most {
		return e
	}
	if e.Length == 0 {
		e.Length, e.SHA256 = len(e.Octets), sha256.Sum256(e.Octets)
	}
	e.Octets = append([]byte(nil), e.Octets[:most]...)
	return e
}

// Size is the number of octets on the wire, also if only the first ones are kept.
func (e *Entry) Size() int { return max(len(e.Octets), e.Length) }

// Direction says who sent an entry's octets.
type Direction uint8

// The directions, from the view of the harness.
const (
	// Noted: nobody; the entry is a note of the harness.
	Noted Direction = iota
	// Sent: the harness.
	Sent
	// Received: the peer under test.
	Received
)

// An EntryKind is the kind of an [Entry].
type EntryKind uint8

// The kinds of entries.
const (
	EntryNote EntryKind = iota
	EntryConnect
	EntryRequest
	EntryResponse
	EntryFrame
	EntryOctets
	EntryEOF
	EntryReset
	// EntryDrop: the harness closed TCP.
	EntryDrop
)
