package conformance

// Behavior is the verdict on what the peer did with what it was sent, with the
// meanings that Autobahn gave the words.
type Behavior string

// The verdicts on the behaviour.
const (
	// OK: the best permitted outcome.
	OK Behavior = "OK"
	// NonStrict: permitted, but not what the RFC asks for first.
	NonStrict Behavior = "NON-STRICT"
	// InformationalBehavior: the RFC leaves the outcome open; it is recorded.
	InformationalBehavior Behavior = "INFORMATIONAL"
	// Unimplemented: the peer declined an optional extension that the case needs.
	Unimplemented Behavior = "UNIMPLEMENTED"
	// Failed: none of the permitted outcomes.
	Failed Behavior = "FAILED"
)

// CloseBehavior is the verdict on how the connection ended.
type CloseBehavior string

// The verdicts on how the connection ended.
const (
	// CloseOK: as permitted.
	CloseOK CloseBehavior = "OK"
	// CloseFailedByClient: the server under test left it to the harness, as
	// the client, to close TCP (RFC6455-7.1.1-3).
	CloseFailedByClient CloseBehavior = "FAILED BY CLIENT"
	// CloseUnclean: the peer ended the connection without the Close frame it
	// owed (RFC6455-5.5.1-7).
	CloseUnclean CloseBehavior = "UNCLEAN"
	// CloseWrongCode: a Close frame with a status code that does not fit.
	CloseWrongCode CloseBehavior = "WRONG CODE"
	// CloseFailed: the wrong endpoint ended the connection.
	CloseFailed CloseBehavior = "FAILED"
	// CloseInformational: any end is permitted; it is recorded.
	CloseInformational CloseBehavior = "INFORMATIONAL"
)

// Verdict is the overall verdict on a case.
type Verdict string

// The overall verdicts. Error means that the harness failed, never the peer.
const (
	Pass  Verdict = "pass"
	Warn  Verdict = "warn"
	Fail  Verdict = "fail"
	Skip  Verdict = "skip"
	Error Verdict = "error"
)

// overall combines the two verdicts of a case. A wrong status code only warns:
// which code fits is a SHOULD (RFC6455-7.1.7-5), and to repeat the code that
// was received a MAY (RFC6455-5.5.1-8).
func overall(b Behavior, c CloseBehavior) Verdict {
	switch {
	case b == Unimplemented:
		return Skip
	case b == Failed, c == CloseFailed, c == CloseUnclean, c == CloseFailedByClient:
		return Fail
	case b == NonStrict, c == CloseWrongCode:
		return Warn
	}
	return Pass
}
