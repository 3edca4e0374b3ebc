package wire

import "fmt"

// State is how far the closing of a connection has come (RFC 6455 7.1), seen
// from one endpoint. RFC 6455 calls everything between StateOpen and
// StateClosed CLOSING (RFC6455-7.1.3-1); what is left to do differs.
type State uint8

// The states. Opening is over when there is a state.
const (
	// StateOpen: no Close frame in either direction.
	StateOpen State = iota
	// StateCloseSent: the own Close is sent, the peer's is awaited.
	StateCloseSent
	// StateCloseReceived: the peer's Close came, the own is owed (RFC6455-5.5.1-7).
	StateCloseReceived
	// StateExchanged: both came; the closing handshake is complete and TCP is
	// to be closed (RFC6455-5.5.1-12).
	StateExchanged
	// StateFailed: the connection was failed from here; TCP is to be closed and
	// nothing is read (RFC 6455 7.1.7).
	StateFailed
	// StateClosed: TCP is closed after the closing handshake, cleanly
	// (RFC6455-7.1.4-2).
	StateClosed
	// StateAborted: TCP is closed, or lost, without a complete closing handshake.
	StateAborted
)

// A Step of closing takes a connection from one state to another.
type Step uint8

// The steps.
const (
	StepSendClose    Step = iota // the own Close frame is sent
	StepReceiveClose             // the peer's Close frame came
	StepFail                     // the peer broke a rule
	StepEndTCP                   // TCP is closed or lost
)

// closing[state][step] is the state behind the step.
var closing = [...][4]State{
	StateOpen:          {StateCloseSent, StateCloseReceived, StateFailed, StateAborted},
	StateCloseSent:     {StateCloseSent, StateExchanged, StateFailed, StateAborted},
	StateCloseReceived: {StateExchanged, StateCloseReceived, StateCloseReceived, StateAborted},
	StateExchanged:     {StateExchanged, StateExchanged, StateExchanged, StateClosed},
	StateFailed:        {StateFailed, StateFailed, StateFailed, StateAborted},
	StateClosed:        {StateClosed, StateClosed, StateClosed, StateClosed},
	StateAborted:       {StateAborted, StateAborted, StateAborted, StateAborted},
}

// After returns the state behind a step. Steps that make no sense any more,
// such as a second Close frame, change nothing.
func (s State) After(step Step) State { return closing[s][step] }

// ClosesTCP reports whether an endpoint of the role has to close TCP in this
// state. After the closing handshake that is the server's, at once
// (RFC6455-5.5.1-13), while the client waits for it (RFC6455-5.5.1-14);
// whoever fails the connection closes it (RFC6455-7.1.7-1, RFC6455-7.1.7-3).
func (s State) ClosesTCP(role Role) bool {
	switch s {
	case StateExchanged:
		return role == RoleServer
	case StateFailed:
		return true
	case StateOpen, StateCloseSent, StateCloseReceived, StateClosed, StateAborted:
		return false
	}
	return false
}

// String returns the state in words.
func (s State) String() string {
	switch s {
	case StateOpen:
		return "open"
	case StateCloseSent:
		return "close sent"
	case StateCloseReceived:
		return "close received"
	case StateExchanged:
		return "close exchanged"
	case StateFailed:
		return "failed"
	case StateClosed:
		return "closed"
	case StateAborted:
		return "aborted"
	}
	return fmt.Sprintf("state %d", uint8(s))
}
