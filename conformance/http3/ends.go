package http3

import (
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/quic-go/quic-go"

	"github.com/wsspec/wsspec/ref/wire"
)

// An EndError says how a stream or its connection ended otherwise than by FIN, as what the peer
// did.
type EndError struct {
	Text string
	err  error
}

// Error returns the text.
func (e *EndError) Error() string { return e.Text }

// StreamEnd returns the text: see opening.Stream.
func (e *EndError) StreamEnd() string { return e.Text }

// Unwrap returns the error of QUIC, or that of a reset.
func (e *EndError) Unwrap() error {
	if e.err == nil {
		return syscall.ECONNRESET
	}
	return e.err
}

// A ResetError says that the peer has reset a stream, and with which error code.
type ResetError struct {
	EndError
	Code uint64
}

// RefusesRequest reports whether that is how a server answers a malformed request (RFC 9114
// 4.1.2).
func (e *ResetError) RefusesRequest() bool { return e.Code == codeMessage }

// endOf tells from an error of QUIC what the peer did. An error that is no end, such as that
// of a deadline, stays as it is.
func (c *Conn) endOf(err error) error {
	if v := c.broken(); v != nil {
		return v
	}
	var reset *quic.StreamError
	var closed *quic.ApplicationError
	var failed *quic.TransportError
	var idle *quic.IdleTimeoutError
	var forgotten *quic.StatelessResetError
	switch {
	case errors.As(err, &reset) && reset.Remote:
		return &ResetError{Code: uint64(reset.ErrorCode), EndError: EndError{Text: "reset the stream by RESET_STREAM with " + codeName(uint64(reset.ErrorCode))}}
	case errors.As(err, &reset):
		return net.ErrClosed
	case errors.As(err, &closed) && closed.Remote:
		return &EndError{Text: "closed the connection of QUIC with " + codeName(uint64(closed.ErrorCode)) + c.sentGoAway() + quoted(closed.ErrorMessage)}
	case errors.As(err, &closed):
		return net.ErrClosed
	case errors.As(err, &failed) && failed.Remote:
		return &EndError{Text: fmt.Sprintf("closed the connection of QUIC with the error %#x of QUIC%s", uint64(failed.ErrorCode), quoted(failed.ErrorMessage))}
	case errors.As(err, &failed):
		return &EndError{Text: "broke a rule of QUIC (" + failed.Error() + ")", err: failed}
	case errors.As(err, &idle):
		return &EndError{Text: "sent no packet of QUIC any more"}
	case errors.As(err, &forgotten):
		return &EndError{Text: "has lost the connection of QUIC (stateless reset)"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &EndError{Text: "listens no more at its port of UDP"}
	}
	return err
}

// quoted is the text that goes with an error code.
func quoted(message string) string {
	const most = 80
	if message == "" {
		return ""
	}
	return fmt.Sprintf(": %q", message[:min(len(message), most)])
}

// violationOf is the violation in an error, nil if there is none.
func violationOf(err error) *wire.Violation {
	var v *wire.Violation
	errors.As(err, &v)
	return v
}
