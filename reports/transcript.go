package reports

import (
	"slices"
	"strings"
)

// An Entry is one thing that happened on a connection.
type Entry struct {
	// T is the time in microseconds since the connection began.
	T    int64     `json:"t"`
	Dir  Direction `json:"dir"`
	Kind Kind      `json:"kind"`
	// Text describes the entry in one line.
	Text string `json:"text"`
	// Frame is the decoded header when Kind is "frame".
	Frame *Frame `json:"frame,omitempty"`
	// Octets are the octets on the wire, with headers and masking. Long entries are
	// cut: then there is only the beginning, and Length and SHA256 are those of all.
	Octets []byte `json:"octets,omitempty"`
	// Length is the true number of octets.
	Length int64 `json:"length,omitempty"`
	// SHA256 is the hash of all octets in hex; set exactly if Octets were cut.
	SHA256 string `json:"sha256,omitempty"`
}

// Cut reports whether Octets has less than was on the wire.
func (e *Entry) Cut() bool { return int64(len(e.Octets)) < e.Length }

// leavesOut are what the notes have in them that stand where entries are left out: those of
// a transcript, of a run whose transcripts take too much memory, and of a report.
var leavesOut = []string{
	" of the exchange, which were compared and not kept", "left out here: entries: ", " entries are left out: ",
	" entries are left out here, ", " entries of the next ",
}

// LeavesOut reports whether the entry is a note that stands where entries with octets are
// left out. How many octets these had, and on which side, it does not say.
func (e *Entry) LeavesOut() bool {
	return e.Kind == KindNote && slices.ContainsFunc(leavesOut, func(part string) bool { return strings.Contains(e.Text, part) })
}

// A Direction says who acted.
type Direction string

// The directions.
const (
	Sent     Direction = "sent"     // by the harness
	Received Direction = "received" // from the peer under test
	Note     Direction = "note"     // the harness about itself
)

// Directions lists all directions.
func Directions() []Direction { return []Direction{Sent, Received, Note} }

// A Kind is the kind of an entry.
type Kind string

// The kinds.
const (
	KindConnect  Kind = "connect"  // the transport connection is up
	KindRequest  Kind = "request"  // the opening handshake's request
	KindResponse Kind = "response" // the opening handshake's response
	KindFrame    Kind = "frame"    // one frame
	KindOctets   Kind = "octets"   // octets that are not a whole frame
	KindEOF      Kind = "eof"      // the end of what one side sends (TCP FIN)
	KindReset    Kind = "reset"    // the connection was reset
	KindDrop     Kind = "drop"     // the harness closed the connection
	KindNote     Kind = "note"     // a note of the harness
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{KindConnect, KindRequest, KindResponse, KindFrame, KindOctets, KindEOF, KindReset, KindDrop, KindNote}
}

// A Frame is a frame's header as it was on the wire (RFC 6455 5.2).
type Frame struct {
	Fin bool `json:"fin"`
	// RSV holds RSV1, RSV2 and RSV3 as 4, 2 and 1.
	RSV int `json:"rsv"`
	// Opcode is 0 to 15.
	Opcode int  `json:"opcode"`
	Masked bool `json:"masked"`
	// MaskKey is the four octets in hex; empty when Masked is false.
	MaskKey string `json:"maskKey,omitempty"`
	// Form is the number of bits that carried the length: 7, 16 or 64.
	Form int `json:"form"`
	// Length is the payload length the header claims, up to 2^64-1: a frame
	// with the most significant bit set is illegal but can be on the wire.
	Length uint64 `json:"length"`
}
