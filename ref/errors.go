package ref

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"

	"github.com/wsspec/wsspec/ref/wire"
)

// A CloseError says how a connection ended. From then on every method of the Conn
// returns it.
type CloseError struct {
	// Code is the status code of the peer's Close frame, or 1005 if that had none
	// (RFC 6455 7.1.5). If this side failed the connection, it is the code that
	// this side sent. It is 1006 if TCP ended without a Close frame of the peer.
	Code wire.StatusCode
	// Reason is the text beside the code. It is not meant for end users
	// (RFC6455-5.5.1-4).
	Reason string
	// Remote says that the peer ended the connection: its Close frame was the
	// first, or it closed or reset TCP, or it ended TLS with an alert. It is false
	// for what this side did: Close and CloseNow, failing the connection for a rule
	// that the peer broke, and giving up after a timeout.
	Remote bool
	// Err is the cause: a *[Violation] if the peer broke a rule. It is nil after
	// a closing handshake.
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

// Unwrap returns Err.
func (e *CloseError) Unwrap() error { return e.Err }

// CloseStatus returns the status code of the [CloseError] in err, or zero if there
// is no CloseError.
func CloseStatus(err error) wire.StatusCode {
	var e *CloseError
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// IsNormalClose reports whether err is a [CloseError] with code 1000, 1001 or 1005
// (no code): the ends that an application expects.
func IsNormalClose(err error) bool {
	switch CloseStatus(err) {
	case wire.StatusNormalClosure, wire.StatusGoingAway, wire.StatusNoStatusRcvd:
		return true
	}
	return false
}

// A HandshakeError says why an opening handshake failed.
type HandshakeError struct {
	// Status is the HTTP status of the response that Dial received or Accept sent.
	// It is 101 if the response was wrong in another way, and zero if there was no
	// response.
	Status int
	// Err is the cause, with the clause.
	Err error
}

// Error returns a sentence such as: opening handshake failed, status 403: …
func (e *HandshakeError) Error() string {
	if e.Status == 0 {
		return "opening handshake failed: " + e.Err.Error()
	}
	return fmt.Sprintf("opening handshake failed, status %d %s: %v", e.Status, http.StatusText(e.Status), e.Err)
}

// Unwrap returns Err.
func (e *HandshakeError) Unwrap() error { return e.Err }

// joined makes one error of the rules that a handshake broke.
func joined(violations []*wire.Violation) error {
	errs := make([]error, len(violations))
	for i, v := range violations {
		errs[i] = v
	}
	return errors.Join(errs...)
}

// errClosedHere is the cause in the CloseError of CloseNow.
var errClosedHere = fmt.Errorf("closed from this side without a closing handshake (RFC 6455 7.1.7): %w", net.ErrClosed)
