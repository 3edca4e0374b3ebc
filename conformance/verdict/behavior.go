package verdict

// A Behavior is the verdict on what the peer did with what it was sent, up to
// the closing handshake. The words and their meanings are Autobahn's.
type Behavior string

// The behaviours.
const (
	// OK: the preferred outcome.
	OK Behavior = "OK"
	// NonStrict: allowed, but not the preferred outcome.
	NonStrict Behavior = "NON-STRICT"
	// Informational: the RFC leaves the outcome open; it is recorded.
	Informational Behavior = "INFORMATIONAL"
	// Unimplemented: the peer declined an optional extension that the case needs.
	Unimplemented Behavior = "UNIMPLEMENTED"
	// Failed: none of the allowed outcomes.
	Failed Behavior = "FAILED"
)

// Behaviors lists all behaviours.
func Behaviors() []Behavior {
	return []Behavior{OK, NonStrict, Informational, Unimplemented, Failed}
}

// Rank says how far a behaviour is from a pass: 0 for OK and Informational, 1
// for NonStrict and Unimplemented, 2 for Failed.
func (b Behavior) Rank() int {
	switch b {
	case NonStrict, Unimplemented:
		return 1
	case Failed:
		return 2
	}
	return 0
}

// A CloseBehavior is the verdict on how the connection ended, in Autobahn's
// words.
type CloseBehavior string

// The close behaviours.
const (
	// CloseOK: the connection ended as the case allows.
	CloseOK CloseBehavior = "OK"
	// CloseFailedByClient: the server under test left it to the harness, as
	// the client, to close TCP (RFC6455-7.1.1-3).
	CloseFailedByClient CloseBehavior = "FAILED BY CLIENT"
	// CloseUnclean: the peer ended the connection without the Close frame it
	// owed (RFC6455-5.5.1-7).
	CloseUnclean CloseBehavior = "UNCLEAN"
	// CloseWrongCode: the peer sent a Close frame with a status code that does
	// not fit.
	CloseWrongCode CloseBehavior = "WRONG CODE"
	// CloseFailed: the wrong endpoint ended the connection.
	CloseFailed CloseBehavior = "FAILED"
	// CloseInformational: any end is allowed; it is recorded.
	CloseInformational CloseBehavior = "INFORMATIONAL"
)

// CloseBehaviors lists all close behaviours.
func CloseBehaviors() []CloseBehavior {
	return []CloseBehavior{CloseOK, CloseFailedByClient, CloseUnclean, CloseWrongCode, CloseFailed, CloseInformational}
}

// Rank says how far a close behaviour is from a pass: 0 for CloseOK and
// CloseInformational, 1 for CloseWrongCode, 2 for the others.
func (c CloseBehavior) Rank() int {
	switch c {
	case CloseWrongCode:
		return 1
	case CloseFailedByClient, CloseUnclean, CloseFailed:
		return 2
	}
	return 0
}
