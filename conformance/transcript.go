package conformance

import (
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Transcript is everything that passed on one connection, in order, whole.
type Transcript []Entry

// An Entry is one line of a transcript.
type Entry struct {
	// At is the time since the connection began.
	At   time.Duration
	Dir  Direction
	Kind EntryKind
	// Text says in one line what happened.
	Text string
	// Header is a frame's, decoded.
	Header *wire.Header
	// Octets are those on the wire, a frame's with its header and still masked.
	Octets []byte
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
