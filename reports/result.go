package reports

import (
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// A Result is the result of one case for one target.
type Result struct {
	Agent string       `json:"agent"`
	Role  verdict.Role `json:"role"`
	// ID is the case's frozen id, such as "1.1.1" or "rfc6455/4.2.1/3".
	ID    string `json:"id"`
	Title string `json:"title"`
	// Level is the strength of the principal requirement.
	Level verdict.Level `json:"level"`
	// Requirements are the ids of the clauses that the case checks, the principal
	// one first.
	Requirements []string `json:"requirements"`

	Verdict verdict.Verdict `json:"verdict"`
	// Behavior and BehaviorClose are the two verdicts with Autobahn's words. They
	// may be empty if Verdict is skip or error.
	Behavior      verdict.Behavior      `json:"behavior"`
	BehaviorClose verdict.CloseBehavior `json:"behaviorClose"`
	// Standing says how the case stands to the run's baseline; empty if there is none.
	Standing Standing `json:"baseline,omitempty"`
	// RemoteCloseCode is the status code of the peer's Close frame; nil if it sent no
	// Close frame or one without a code (RFC 6455 7.1.5).
	RemoteCloseCode *int `json:"remoteCloseCode"`

	// DurationMs is the time of the last attempt in milliseconds.
	DurationMs float64 `json:"durationMs"`
	// Attempts is how often the case ran; 0 when it was skipped.
	Attempts int `json:"attempts"`
	// Flaky says that the attempts had different verdicts.
	Flaky bool `json:"flaky"`

	// Expected are the allowed outcomes, the preferred one first.
	Expected []Outcome `json:"expected"`
	// Observed are the events that were seen, one sentence each.
	Observed []string `json:"observed"`
	// Broken is the requirement that the peer broke in what it sent, or by how it ended the
	// connection, if that is why the case did not pass; empty if the case failed in another
	// way. It may be one that the case does not check.
	Broken string `json:"broken,omitempty"`
	// Explanation says in one sentence why the case has this verdict.
	Explanation string `json:"explanation"`
	// LikelyCause is a guess at the peer's mistake, in one sentence; empty if there
	// is none.
	LikelyCause string `json:"likelyCause,omitempty"`
	// FirstWrong is the position of the first octet that no allowed outcome has; nil
	// if the transcript does not show one.
	FirstWrong *Position `json:"departs,omitempty"`
	// Transcript is everything that happened on the connection, in order.
	Transcript []Entry `json:"transcript"`
	// Stats are the measurements of a performance case; nil for others.
	Stats *Stats `json:"stats,omitempty"`
	// Variants say how the case went in other shapes; nil if none was played.
	Variants *Variants `json:"variants,omitempty"`
	// Judged says how much of the case was judged of a peer that does not send messages
	// back; empty in a run that expects echoes.
	Judged Judged `json:"judged,omitempty"`
}

// Variants say how a case went in other shapes. If one fails, the case fails: Expected,
// Observed, Explanation and Transcript are then those of the variant, and Behavior and
// BehaviorClose stay those of the case as it is.
type Variants struct {
	// Played is how many variants were played that say something of the peer, Failed how
	// many of them failed.
	Played int `json:"played"`
	Failed int `json:"failed"`
	// Shown is the id of the variant that the result shows; empty if none failed.
	Shown string `json:"shown,omitempty"`
}

// ReplayID is the id that plays again what the result shows: that of the case, or of a
// variant of it.
func (r *Result) ReplayID() string {
	if r.Variants != nil && r.Variants.Shown != "" {
		return r.Variants.Shown
	}
	return r.ID
}

// findingPrefix begins the ids of what wsspec fuzz reports. CampaignID is the id of the result
// that says how much it has played; all others are findings. FindingsFolder is where it writes
// these, beside the report.
const (
	findingPrefix  = "fuzz/"
	CampaignID     = findingPrefix + "scripts"
	FindingsFolder = "findings"
)

// IsFinding reports whether the result is a finding of wsspec fuzz. No catalogue has its case.
func (r *Result) IsFinding() bool {
	return strings.HasPrefix(r.ID, findingPrefix) && r.ID != CampaignID
}

// Clause is the requirement that this result is about: the broken one, or otherwise the
// principal one of the case; empty if the case has none.
func (r *Result) Clause() string {
	if r.Broken == "" && len(r.Requirements) > 0 {
		return r.Requirements[0]
	}
	return r.Broken
}

// Named are the requirements that the result names: those of the case, and the broken one.
func (r *Result) Named() []string {
	if r.Broken == "" || slices.Contains(r.Requirements, r.Broken) {
		return r.Requirements
	}
	return append(slices.Clip(r.Requirements), r.Broken)
}

// An Outcome is a sequence of events, and the behavior that it counts as.
type Outcome struct {
	Behavior verdict.Behavior `json:"behavior"`
	Events   []string         `json:"events"`
}

// A Position is an octet in a transcript.
type Position struct {
	// Entry is the index into Result.Transcript.
	Entry int `json:"entry"`
	// Octet is the index into that entry's octets; 0 if the entry as a whole is wrong,
	// such as a connection that was closed too early.
	Octet int64 `json:"octet"`
}

// Stats are the measurements of a performance case. Payload octets are counted
// before compression, wire octets after it and with frame headers.
type Stats struct {
	// MessageOctets is the size of one message's payload.
	MessageOctets int64 `json:"messageOctets"`
	// Messages is how many messages were sent.
	Messages int64 `json:"messages"`
	// ElapsedMs is the time from sending the first message to receiving the last,
	// in milliseconds.
	ElapsedMs             float64 `json:"elapsedMs"`
	SentPayloadOctets     int64   `json:"sentPayloadOctets"`
	SentWireOctets        int64   `json:"sentWireOctets"`
	ReceivedPayloadOctets int64   `json:"receivedPayloadOctets"`
	ReceivedWireOctets    int64   `json:"receivedWireOctets"`
}
