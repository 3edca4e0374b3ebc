package reports

// A Result is what one case found out about one target.
type Result struct {
	Agent string `json:"agent"`
	Role  Role   `json:"role"`
	// ID is the case's frozen id, such as "1.1.1" or "rfc6455/4.2.1/3".
	ID    string `json:"id"`
	Title string `json:"title"`
	// Level is the weight of what the case checks.
	Level Level `json:"level"`
	// Requirements are ids of the clauses the case checks.
	Requirements []string `json:"requirements"`

	Verdict Verdict `json:"verdict"`
	// Behavior and BehaviorClose are empty only when Verdict is skip or error:
	// a case that did not run says nothing about the peer.
	Behavior      Behavior      `json:"behavior"`
	BehaviorClose BehaviorClose `json:"behaviorClose"`
	// RemoteCloseCode is the status code of the peer's Close frame; nil when it
	// sent none or one without a code (RFC 6455 7.1.5).
	RemoteCloseCode *int `json:"remoteCloseCode"`

	// DurationMs is the time of the last attempt in milliseconds.
	DurationMs float64 `json:"durationMs"`
	// Attempts is how often the case ran; 0 when it was skipped.
	Attempts int `json:"attempts"`
	// Flaky says that the attempts disagreed.
	Flaky bool `json:"flaky"`

	// Expected are the permitted outcomes from best to worst.
	Expected []Outcome `json:"expected"`
	// Observed are the events as they were seen, one a string.
	Observed []string `json:"observed"`
	// Explanation says why the verdict is what it is, in one sentence.
	Explanation string `json:"explanation"`
	// LikelyCause is a guess at the mistake behind it, in one sentence; empty
	// where there is none.
	LikelyCause string `json:"likelyCause,omitempty"`
	// Departs points at the first octet that no permitted outcome allows, nil
	// when there is none such.
	Departs *Departure `json:"departs,omitempty"`
	// Transcript is everything that happened on the connection, in order.
	Transcript []Entry `json:"transcript"`
	// Stats are measurements of the cases that make some, else nil.
	Stats *Stats `json:"stats,omitempty"`
}

// An Outcome is one course of events and the behavior it counts as.
type Outcome struct {
	Behavior Behavior `json:"behavior"`
	Events   []string `json:"events"`
}

// A Departure is a place in a transcript.
type Departure struct {
	// Entry is the index into Result.Transcript.
	Entry int `json:"entry"`
	// Octet is the index into that entry's octets, 0 when the entry itself (a
	// connection closed too early, say) is what departs.
	Octet int64 `json:"octet"`
}

// Stats are what a performance case measured. Octets of payload are counted
// before compression, octets on the wire after it and with frame headers.
type Stats struct {
	// MessageOctets is the size of one message's payload.
	MessageOctets int64 `json:"messageOctets"`
	// Messages is how many messages were sent.
	Messages int64 `json:"messages"`
	// ElapsedMs is the time from the first message sent to the last one back,
	// in milliseconds.
	ElapsedMs             float64 `json:"elapsedMs"`
	SentPayloadOctets     int64   `json:"sentPayloadOctets"`
	SentWireOctets        int64   `json:"sentWireOctets"`
	ReceivedPayloadOctets int64   `json:"receivedPayloadOctets"`
	ReceivedWireOctets    int64   `json:"receivedWireOctets"`
}
