package script

import "github.com/wsspec/wsspec/ref/wire"

// An Application is a peer under test that has a purpose of its own and sends no message
// back. Its own messages may come at any time: the harness checks their frames and passes
// over what they say. Such a peer may end the connection by itself, because it does not
// understand a message, and then the case judges nothing.
type Application struct {
	// Messages are the legal messages that the script sends and the case of the catalogue
	// expects back, each as one frame. Those of an [Exchange] are not among them.
	Messages []Frame
	// Text and Binary: a message of that type is sent or begun. Longest is the length of
	// the longest one in octets.
	Text, Binary bool
	Longest      int
	// ProtocolError: the application is known to end the connection with 1002 on a message
	// that it does not understand, be it as plain as can be.
	ProtocolError bool
	// Question, if set, is what the script asks the application. Messages that answer it
	// are events; all others are passed over.
	Question *Question
	// Dialogue, if set, is what is said first on each connection, before the steps.
	Dialogue *Dialogue
}

// LimitOfAnyone is the length in octets of a message that every application has to take.
// One that takes no longer messages may say so with 1009 (RFC6455-10.4-1).
const LimitOfAnyone = 4096

// Sends reports whether the script sends a message, or begins one.
func (a *Application) Sends() bool { return a.Text || a.Binary }

// Declines reports whether an application may end the connection by a Close frame with
// that code, where the RFC gives it no reason to. The code 1005 stands for no code.
func (a *Application) Declines(code wire.StatusCode) bool {
	switch code {
	case wire.StatusNormalClosure, wire.StatusGoingAway, wire.StatusNoStatusRcvd, wire.StatusPolicyViolation,
		wire.StatusInternalServerError, wire.StatusServiceRestart, wire.StatusTryAgainLater:
		return true
	case wire.StatusUnsupportedData: // RFC6455-7.4.1-4
		return a.Sends()
	case wire.StatusProtocolError:
		return a.ProtocolError && a.Sends()
	case wire.StatusInvalidPayloadData: // its text has no meaning for the application
		return a.Text
	case wire.StatusMessageTooBig:
		return a.Longest > LimitOfAnyone
	}
	return code >= 3000 && code < 5000 // RFC6455-7.4.2-3, RFC6455-7.4.2-4
}
