package ref

import "github.com/wsspec/wsspec/ref/wire"

// StatusCode is the status code of a Close frame (RFC 6455 7.4). It is the type
// of package wire, so that programs that use this package need no second import.
type StatusCode = wire.StatusCode

// The status codes of RFC 6455 7.4.1 and of the IANA registry (RFC 6455 11.7).
// StatusNoStatusRcvd, StatusAbnormalClosure and StatusTLSHandshake are never
// sent. [Conn.Close] accepts StatusNoStatusRcvd and then sends a Close frame
// without a code. Codes from 3000 are for libraries and applications.
const (
	StatusNormalClosure       = wire.StatusNormalClosure       // 1000: the purpose is fulfilled
	StatusGoingAway           = wire.StatusGoingAway           // 1001: a server shuts down, a page is left
	StatusProtocolError       = wire.StatusProtocolError       // 1002
	StatusUnsupportedData     = wire.StatusUnsupportedData     // 1003: a message of the wrong type
	StatusNoStatusRcvd        = wire.StatusNoStatusRcvd        // 1005: the Close frame has no code
	StatusAbnormalClosure     = wire.StatusAbnormalClosure     // 1006: there was no Close frame
	StatusInvalidPayloadData  = wire.StatusInvalidPayloadData  // 1007: for example text that is not UTF-8
	StatusPolicyViolation     = wire.StatusPolicyViolation     // 1008
	StatusMessageTooBig       = wire.StatusMessageTooBig       // 1009
	StatusMandatoryExtension  = wire.StatusMandatoryExtension  // 1010: sent by clients
	StatusInternalServerError = wire.StatusInternalServerError // 1011
	StatusServiceRestart      = wire.StatusServiceRestart      // 1012
	StatusTryAgainLater       = wire.StatusTryAgainLater       // 1013
	StatusBadGateway          = wire.StatusBadGateway          // 1014
	StatusTLSHandshake        = wire.StatusTLSHandshake        // 1015: TLS failed
)

// State is how far the closing of a connection has come (RFC 6455 7.1).
type State = wire.State

// The states that [Conn.State] returns.
const (
	StateOpen          = wire.StateOpen          // no Close frame in either direction
	StateCloseSent     = wire.StateCloseSent     // the peer's Close frame is awaited
	StateCloseReceived = wire.StateCloseReceived // the answer is about to be sent
	StateExchanged     = wire.StateExchanged     // both were sent, TCP is being closed
	StateFailed        = wire.StateFailed        // this side failed the connection
	StateClosed        = wire.StateClosed        // TCP is closed after both Close frames
	StateAborted       = wire.StateAborted       // TCP is closed without both
)

// Violation is a rule of an RFC that was broken, with its clause and what was
// seen. Find it in an error by errors.As with a *Violation.
type Violation = wire.Violation
