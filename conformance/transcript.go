package conformance

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Transcript is everything that passed on one connection, in order and whole;
// of the messages of an [Exchange] it has samples.
type Transcript []Entry

// An Entry is one line of a transcript.
type Entry struct {
	// At is the time since the connection began.
	At   time.Duration
	Dir  Direction
	Kind EntryKind
	// Text says in one line what happened; a frame says it by itself.
	Text string
	// Header is a frame's, decoded.
	Header *wire.Header
	// Octets are those on the wire, a frame's with its header and still masked.
	Octets []byte
	// Length is how many octets there were, and SHA256 their hash, where only
	// the first are kept: in an [Exchange]. Both are zero elsewhere.
	Length int
	SHA256 [sha256.Size]byte

	// number counts what came from the peer, from 1; 0 is anything else. It
	// finds an entry again when sampling has left out others.
	number int
}

// String says in one line what happened.
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
	f := Frame{Fin: h.Fin, RSV: h.RSV, Opcode: h.Opcode, Payload: Payload{Octets: payload}}
	if h.Length > mostShown {
		return fmt.Sprintf("%s (%d octets in all)", f, h.Length)
	}
	return f.String()
}

// mostShown is how many octets of a payload String looks at; more than any
// control frame has.
const mostShown = 128

// mostSampled is how many octets of a frame an Exchange keeps, framesSampled of
// how many frames in each direction together.
const (
	mostSampled   = 1 << 10
	framesSampled = 16
)

// sample cuts the octets of an entry.
func (e Entry) sample() Entry {
	if len(e.Octets) > mostSampled {
		e.Length, e.SHA256 = len(e.Octets), sha256.Sum256(e.Octets)
		e.Octets = append([]byte(nil), e.Octets[:mostSampled]...)
	}
	return e
}

// Direction says whose octets they were.
type Direction uint8

// The directions, as the harness sees them.
const (
	Noted Direction = iota
	Sent
	Received
)

// EntryKind says what a transcript's entry is.
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
