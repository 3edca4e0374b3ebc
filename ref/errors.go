package ref

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"

	"github.com/wsspec/wsspec/ref/wire"
)

// A CloseError says how a connection ended. Everything that is tried on the
// connection afterwards fails with it.
type CloseError struct {
	// Code is the status code of the peer's Close frame, 1005 if that had none
	// (RFC 6455 7.1.5). If this side failed the connection, it is the code that
	// it gave to the peer; if TCP was lost or closed without a Close frame from
	// the peer, 1006.
	Code wire.StatusCode
	// Reason is the text that came or went with the code. It is not meant for
	// end users' eyes (RFC6455-5.5.1-4).
	Reason string
	// Remote says that the end came from the peer: its Close frame was the first,
	// or it dropped TCP. A failure, for all that the peer caused it, comes from
	// this side.
	Remote bool
	// Err is what was wrong, a *[wire.Violation] with the clause if the peer broke
	// a rule; nil after a closing handshake.
	Err error
}

// Error returns a sentence such as: closed by the peer: 1001 (going away) "bye".
func (e *CloseError) Error() string {
	how := "closed from this side"
	switch {
	case e.Err != nil && e.Code == wire.StatusAbnormalClosure:
		return "connection lost: " + e.Err.Error()
	case e.Err != nil:
		return fmt.Sprintf("connection failed with %v: %v", e.Code, e.Err)
	case e.Remote:
		how = "closed by the peer"
	}
	s := fmt.Sprintf("%s: %v", how, e.Code)
	if e.Reason != "" {
		s += " " + strconv.Quote(e.Reason)
	}
	return s
}

// Unwrap returns what was wrong.
func (e *CloseError) Unwrap() error { return e.Err }

// CloseStatus returns the status code of the [CloseError] in err, zero if there
// is none.
func CloseStatus(err error) wire.StatusCode {
	var e *CloseError
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// IsNormalClose reports whether err says that the peer closed with 1000, 1001
// or no code at all: the ends that an application expects.
func IsNormalClose(err error) bool {
	switch CloseStatus(err) {
	case wire.StatusNormalClosure, wire.StatusGoingAway, wire.StatusNoStatusRcvd:
		return true
	}
	return false
}

// A HandshakeError says why an opening handshake came to nothing.
type HandshakeError struct {
	// Status is the HTTP status of the answer, the server's or that of Accept: one
	// that refused, or 101 if something else was wrong with it. Zero if there was no
	// answer.
	Status int
	// Err is what was wrong, with the clause.
	Err error
}

// Error returns a sentence such as: opening handshake failed, status 403: …
func (e *HandshakeError) Error() string {
	if e.Status == 0 {
		return "opening handshake failed: " + e.Err.Error()
	}
	return fmt.Sprintf("opening handshake failed, status %d %s: %v", e.Status, http.StatusText(e.Status), e.Err)
}

// Unwrap returns what was wrong.
func (e *HandshakeError) Unwrap() error { return e.Err }

// joined turns the rules that a handshake broke into one error.
func joined(violations []*wire.Violation) error {
	errs := make([]error, len(violations))
	for i, v := range violations {
		errs[i] = v
	}
	return errors.Join(errs...)
}

// errClosedHere is the cause when CloseNow ended the connection.
var errClosedHere = fmt.Errorf("closed from this side without a closing handshake (RFC 6455 7.1.7): %w", net.ErrClosed)
