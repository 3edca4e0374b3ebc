package standalone

// A Case is what the test does on one connection, and what may come of it.
type Case struct {
	ID      string
	Clauses string // where the RFCs say so
	// Opening is set if the case is about the opening handshake.
	Opening *Opening
	// Offers are the extensions that a server is offered (Sec-WebSocket-Extensions)
	// and Subprotocols the subprotocols; Demand says that a client's offer of
	// permessage-deflate is taken.
	Offers       string
	Subprotocols []string
	Demand       bool
	// Needs is what has to be agreed of permessage-deflate, Applies what a
	// client's request has to have; the test is skipped where it does not.
	Needs   *Agreement
	Applies []Condition
	// Inspect names what is judged of the peer's handshake; none means all.
	Inspect  []string
	Steps    []Step
	Outcomes []Outcome // from best to worst; anything else fails
}

// An Opening is the test's own part of the handshake: its request to a server,
// with {host}, {target} and {key}, or its response to a client, with {accept}.
type Opening struct {
	Head string
	Key  string // in a request
	Chop int    // octets a write; 0 is all at once
	With []Frame
	Hold bool // the response is held back for a moment
}

// An Agreement is the smallest window and the context takeover that the test
// needs for what it sends.
type Agreement struct {
	Takeover   bool
	WindowBits int
}

// A Condition is what the peer's part of the handshake has to have: one of the
// statuses, or what Has says of the field of that name.
type Condition struct {
	Statuses         []int
	Has, Name, Value string // Has: "field", "no field", "element", "text", "no text"
}

// A Step sends frames or octets, or waits: until events have come, or for the
// peer to end the connection, which is noted as Quiet if it does not.
type Step struct {
	Send   []Frame
	Octets string
	Chop   int // octets a write; 0 is all at once, -1 frame by frame
	Await  []Expect
	Wait   Wait
	Quiet  string
}

// A Wait is how long the peer has to end the connection.
type Wait int

// The waits: a moment, as long as failing takes, and a moment behind its Close.
const (
	Settle Wait = iota + 1
	Watch
	Hold
)

// A Frame is sent as it is, legal or not.
type Frame struct {
	More     bool // FIN is clear
	RSV      byte // RSV1 is 4, RSV2 is 2, RSV3 is 1
	Opcode   Opcode
	Payload  string
	Form     int    // octets of a length in a longer form than it needs: 2 or 8
	Mask     int    // 1 always, -1 never, 0 as the role has it
	Key      string // if it is not to be drawn
	Announce uint64 // another length than the payload's
}

// An Opcode is that of a frame (RFC 6455 5.2).
type Opcode byte

// The opcodes.
const (
	Continuation Opcode = 0
	Text         Opcode = 1
	Binary       Opcode = 2
	Close        Opcode = 8
	Ping         Opcode = 9
	Pong         Opcode = 10
)

// An Outcome is one way for the case to go: the events in order with nothing
// between them, and then the end of the connection.
type Outcome struct {
	Verdict string // OK, NON-STRICT, INFORMATIONAL or UNIMPLEMENTED
	Says    string
	Events  []Expect
	Ending  Ending
}

// An Expect is a message or a pong, the mark of a wait, or the answer to the
// opening request. Of several payloads the last one has to come: a pong may
// answer the latest ping alone (RFC 6455 5.5.3).
type Expect struct {
	Says       string
	Opcode     Opcode
	Payloads   []string
	Maybe      bool // it may stay away
	Quiet      string
	Answer     string // "accepted", with 101, or "refused"
	Conditions []Condition
}

// An Ending says who ends the connection, with which codes (none: any), by a
// Close frame or also without (Clean), and whether TCP ends by a FIN.
type Ending struct {
	By          EndedBy
	Codes       []int
	Clean       bool
	Any         bool // any end is recorded and not judged
	FIN         bool
	Exact       bool // the Close frame is part of what the outcome asks for
	DropTCPHere bool // the test itself drops TCP
}

// EndedBy is who ends the connection first.
type EndedBy int

// The enders: the test when all is there, the peer that fails the connection,
// the Close of a step, and the refusal of the opening handshake.
const (
	ByTest EndedBy = iota
	ByPeer
	ByStep
	ByRefusal
)
