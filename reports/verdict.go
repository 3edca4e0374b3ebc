package reports

import "slices"

// A Verdict is the overall word on a case.
type Verdict string

// The verdicts.
const (
	Pass Verdict = "pass" // the peer does what the clause says
	Warn Verdict = "warn" // permitted, but not what the clause recommends
	Fail Verdict = "fail" // the peer breaks the clause
	Skip Verdict = "skip" // the case was not run against this peer
	// Error means that the harness failed, never the peer.
	Error Verdict = "error"
)

// Verdicts lists all verdicts, the best first.
func Verdicts() []Verdict { return []Verdict{Pass, Warn, Fail, Skip, Error} }

// A Behavior is the verdict on what the peer did up to the closing handshake,
// in the words of the Autobahn testsuite.
type Behavior string

// The behaviors.
const (
	OK            Behavior = "OK"
	NonStrict     Behavior = "NON-STRICT"
	Informational Behavior = "INFORMATIONAL"
	Unimplemented Behavior = "UNIMPLEMENTED"
	Failed        Behavior = "FAILED"
)

// Behaviors lists all behaviors.
func Behaviors() []Behavior {
	return []Behavior{OK, NonStrict, Informational, Unimplemented, Failed}
}

// A BehaviorClose is the verdict on how the connection ended, in the words of
// the Autobahn testsuite.
type BehaviorClose string

// The close behaviors.
const (
	CloseOK             BehaviorClose = "OK"
	CloseFailedByClient BehaviorClose = "FAILED BY CLIENT"
	CloseUnclean        BehaviorClose = "UNCLEAN"
	CloseWrongCode      BehaviorClose = "WRONG CODE"
	CloseFailed         BehaviorClose = "FAILED"
	CloseInformational  BehaviorClose = "INFORMATIONAL"
)

// CloseBehaviors lists all close behaviors.
func CloseBehaviors() []BehaviorClose {
	return []BehaviorClose{CloseOK, CloseFailedByClient, CloseUnclean, CloseWrongCode, CloseFailed, CloseInformational}
}

// A Level is the weight of what a case checks.
type Level string

// The levels.
const (
	Must               Level = "MUST"
	Should             Level = "SHOULD"
	May                Level = "MAY"
	LevelInformational Level = "INFORMATIONAL"
)

// Levels lists all levels, the heaviest first.
func Levels() []Level { return []Level{Must, Should, May, LevelInformational} }

// A Role is the peer under test's end of the connection.
type Role string

// The roles.
const (
	Server Role = "server"
	Client Role = "client"
)

// Roles lists both roles.
func Roles() []Role { return []Role{Server, Client} }

// Ran says whether the case said anything about the peer: a skipped case did
// not, and neither did one that the harness failed.
func (v Verdict) Ran() bool { return slices.Contains([]Verdict{Pass, Warn, Fail}, v) }
