package reports

import (
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
)

// Schema names the form of report.json that this package reads and writes.
// It changes only when a reader of the older form would misread the newer one.
const Schema = "wsspec-report/3"

// The older forms, which Read reads too. The first has no verdict "not run", and neither has
// shards.
const (
	schemaTwo = "wsspec-report/2"
	schemaOne = "wsspec-report/1"
)

// readsSchema reports whether Read reads reports of a form.
func readsSchema(name string) bool { return name == Schema || name == schemaTwo || name == schemaOne }

// A Report has the results of one run, or of several that were merged.
type Report struct {
	// Schema is always the constant [Schema]; Write fills it.
	Schema string `json:"schema"`
	Tool   Tool   `json:"tool"`
	// Started is when the run began.
	Started time.Time `json:"started"`
	// DurationMs is the run's wall time in milliseconds.
	DurationMs float64 `json:"durationMs"`
	// Profile is how much the run covers: "quick", "full" or "deep".
	Profile string `json:"profile"`
	// Command repeats the run: the program and its arguments.
	Command []string `json:"command"`
	// Interrupted says why the run ended before all planned cases were run; empty if
	// it did not. The cases that are missing have the verdict "not run".
	Interrupted string `json:"interrupted,omitempty"`
	// BaselineNotes say where the run and its baseline do not match: a peer that the
	// baseline does not have, cases that the run lacks.
	BaselineNotes []string `json:"baselineNotes,omitempty"`
	// Targets are the peers under test. Each result belongs to one of them.
	Targets []Target `json:"targets"`
	// Results are in the order in which they are shown. An agent has at most one
	// for each role and case.
	Results []Result `json:"results"`
	// LeftOut is how many results were played and have no transcript here, because the
	// report would be too large. A journal that is kept has them.
	LeftOut int `json:"transcriptsLeftOut,omitempty"`
	// Transcripts has the whole transcript of each result, for [Report.Whole]; nil if
	// they are known from the results alone.
	Transcripts Transcripts `json:"-"`
	// Clauses has every requirement that a result names, by id, so that a reader
	// can show it without conformance/rfc.
	Clauses map[string]Clause `json:"clauses"`
	// Summary counts the results. Write computes it.
	Summary Summary `json:"summary"`
	// GoTests are cases as standalone Go tests, which [Report.AddGoTest] adds.
	// GoTestCode is the code that they share. Both are optional.
	GoTests    []GoTest `json:"goTests,omitempty"`
	GoTestCode []string `json:"goTestCode,omitempty"`
	// Faults counts the known faults that the cases detect; nil if unknown.
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
	// Role is the role of the peer.
	Role verdict.Role `json:"role"`
	// URL is the address of a server. For a client it is the command that started
	// it, or the address at which it was served.
	URL string `json:"url"`
	// Transport is what carried the connections, such as "HTTP/2"; empty for HTTP/1.1.
	Transport string `json:"transport,omitempty"`
	// Unfinished says in a sentence what the run owes this peer that no result names;
	// empty if nothing.
	Unfinished string `json:"unfinished,omitempty"`
	// Shards say which parts of its cases are here, where several runs share them; nil if
	// all are.
	Shards *Shards `json:"shards,omitempty"`
}

// A Clause is one normative statement of an RFC.
type Clause struct {
	// RFC is the document's number.
	RFC int `json:"rfc"`
	// Section is the clause's number within it, such as "5.5".
	Section string `json:"section"`
	// Level is the keyword of RFC 2119, such as "MUST NOT".
	Level string `json:"level"`
	// Summary is the statement in one sentence.
	Summary string `json:"summary"`
}
