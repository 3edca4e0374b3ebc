package wire

import "fmt"

// State is how far the closing of a connection has come (RFC 6455 7.1), seen from
// one endpoint. RFC 6455 calls all states between StateOpen and StateClosed
// CLOSING (RFC6455-7.1.3-1); they differ in what is left to do.
type State uint8

// The states, after the opening handshake.
const (
	// StateOpen: no Close frame was sent or received.
	StateOpen State = iota
	// StateCloseSent: the own Close frame was sent, the peer's is awaited.
	StateCloseSent
	// StateCloseReceived: the peer's Close frame was received and has to be
	// answered (RFC6455-5.5.1-7).
	StateCloseReceived
	// StateExchanged: both Close frames were exchanged; TCP has to be closed
	// (RFC6455-5.5.1-12).
	StateExchanged
	// StateFailed: this endpoint failed the connection; TCP has to be closed and
	// nothing is read (RFC 6455 7.1.7).
	StateFailed
	// StateClosed: TCP is closed after the closing handshake (RFC6455-7.1.4-2).
	StateClosed
	// StateAborted: TCP is closed or lost without a complete closing handshake.
	StateAborted
)

// A Step takes a connection from one state of closing to another.
type Step uint8

// The steps.
const (
	StepSendClose    Step = iota // the own Close frame is sent
	StepReceiveClose             // the peer's Close frame came
	StepFail                     // the peer broke a rule
	StepEndTCP                   // TCP is closed or lost
)

// closing[state][step] is the state after the step.
var closing = [...][4]State{
	StateOpen:          {StateCloseSent, StateCloseReceived, StateFailed, StateAborted},
	StateCloseSent:     {StateCloseSent, StateExchanged, StateFailed, StateAborted},
	StateCloseReceived: {StateExchanged, StateCloseReceived, StateCloseReceived, StateAborted},
	StateExchanged:     {StateExchanged, StateExchanged, StateExchanged, StateClosed},
	StateFailed:        {StateFailed, StateFailed, StateFailed, StateAborted},
	StateClosed:        {StateClosed, StateClosed, StateClosed, StateClosed},
	StateAborted:       {StateAborted, StateAborted, StateAborted, StateAborted},
}

// After returns the state after a step. Steps that have no meaning in a state,
// such as a second Close frame, do not change it.
func (s State) After(step Step) State { return closing[s][step] }

// ClosesTCP reports whether an endpoint of the role has to close TCP in this
// state. After the closing handshake the server closes it at once
// (RFC6455-5.5.1-13) and the client waits (RFC6455-5.5.1-14). The endpoint that
// fails the connection closes it (RFC6455-7.1.7-1, RFC6455-7.1.7-3).
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
