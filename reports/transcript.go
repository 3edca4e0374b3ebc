package reports

// An Entry is one thing that happened on a connection.
type Entry struct {
	// T is the time in microseconds since the connection began.
	T    int64     `json:"t"`
	Dir  Direction `json:"dir"`
	Kind Kind      `json:"kind"`
	// Text is the entry as one line of prose.
	Text string `json:"text"`
	// Frame is the decoded header when Kind is "frame".
	Frame *Frame `json:"frame,omitempty"`
	// Octets are those on the wire, headers and masking included. They may be
	// the beginning only: Length and SHA256 tell.
	Octets []byte `json:"octets,omitempty"`
	// Length is the true number of octets.
	Length int64 `json:"length,omitempty"`
	// SHA256 is that of all octets, in hex; set exactly when Octets were cut.
	SHA256 string `json:"sha256,omitempty"`
}

// Cut says whether Octets hold less than was on the wire.
func (e *Entry) Cut() bool { return int64(len(e.Octets)) < e.Length }

// A Direction says who acted, as the harness sees it.
type Direction string

// The directions.
const (
	Sent     Direction = "sent"     // by the harness
	Received Direction = "received" // from the peer under test
	Note     Direction = "note"     // the harness about itself
)

// Directions lists all directions.
func Directions() []Direction { return []Direction{Sent, Received, Note} }

// A Kind is the sort of an entry.
type Kind string

// The kinds.
const (
	KindConnect  Kind = "connect"  // the transport connection is up
	KindRequest  Kind = "request"  // the opening handshake's request
	KindResponse Kind = "response" // the opening handshake's response
	KindFrame    Kind = "frame"    // one frame
	KindOctets   Kind = "octets"   // octets that are no whole frame
	KindEOF      Kind = "eof"      // an orderly end of a direction
	KindReset    Kind = "reset"    // the connection was reset
	KindDrop     Kind = "drop"     // the harness gave the connection up
	KindNote     Kind = "note"     // anything else worth knowing
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
