package reports

import "time"

// Schema names the form of report.json that this package reads and writes.
// It changes only when a reader of the older form would misread the newer one.
const Schema = "wsspec-report/1"

// A Report is what one run, or the merge of several, found out.
type Report struct {
	// Schema is always the constant [Schema]; Write fills it.
	Schema string `json:"schema"`
	Tool   Tool   `json:"tool"`
	// Started is when the run began.
	Started time.Time `json:"started"`
	// DurationMs is the run's wall time in milliseconds.
	DurationMs float64 `json:"durationMs"`
	// Profile is what the run was asked to cover: "quick" or "full".
	Profile string `json:"profile"`
	// Command repeats the run: the program and its arguments, one a string.
	Command []string `json:"command"`
	// Targets are the peers under test. Each result belongs to one of them.
	Targets []Target `json:"targets"`
	// Results are in the order the command wants them read; an agent has at
	// most one for each role and case.
	Results []Result `json:"results"`
	// Clauses has every requirement that a result names, by id, so that a
	// reader can show the clause without the ledger at hand.
	Clauses map[string]Clause `json:"clauses"`
	// Summary counts the results. Write computes it.
	Summary Summary `json:"summary"`
	// GoTests are cases as Go tests that stand alone, of which there may be none;
	// [Report.AddGoTest] adds one. GoTestCode is what they share.
	GoTests    []GoTest `json:"goTests,omitempty"`
	GoTestCode []string `json:"goTestCode,omitempty"`
	// Faults is what the cases are known to notice, nil if nobody said.
	Faults *FaultCounts `json:"faults,omitempty"`
}

// Tool is the program that ran the cases.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A Target is one peer under test.
type Target struct {
	// Agent is the peer's name in the report.
	Agent string `json:"agent"`
	// Role is the peer's own: a server's is tested by connecting to it.
	Role Role `json:"role"`
	// URL is where a server was reached, or where a client was served.
	URL string `json:"url"`
}

// A Clause is one normative statement of an RFC.
type Clause struct {
	// RFC is the document's number.
	RFC int `json:"rfc"`
	// Section is the clause's number within it, such as "5.5".
	Section string `json:"section"`
	// Level is the statement's RFC 2119 word, such as "MUST NOT".
	Level string `json:"level"`
	// Summary is the statement in one sentence.
	Summary string `json:"summary"`
}
