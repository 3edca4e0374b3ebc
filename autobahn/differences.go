package autobahn

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/reports"
)

//go:embed differences.json
var differencesFile []byte

// Documented are the differences between wsspec and the Autobahn|Testsuite that are
// on purpose, in the order of docs/differences.md, whose tables are these.
var Documented = readDifferences(differencesFile)

// A Difference is one that is on purpose.
type Difference struct {
	// Table is the one in the document that it stands in: verdicts or pace.
	Table string `json:"table"`
	// Cases are those that it concerns, for people.
	Cases string `json:"cases"`
	// Here and There say what wsspec and Autobahn do, Why the reason.
	Here  string `json:"here"`
	There string `json:"there"`
	Why   string `json:"why"`
	// Explains says which pairs of verdicts come from it; nil if none do.
	Explains *Explains `json:"explains,omitempty"`
}

// Explains are the pairs of verdicts that a difference accounts for.
type Explains struct {
	// Cases are globs on ids, in which * stands for any characters.
	Cases []string `json:"cases"`
	// Ours and Theirs are the behaviors on each side.
	Ours   []reports.Behavior `json:"ours"`
	Theirs []reports.Behavior `json:"theirs"`
	// Evidence is what wsspec's own result has to show besides, so that a
	// difference that concerns all cases does not excuse every mistake.
	Evidence Evidence `json:"evidence,omitempty"`
}

// Evidence is something that a result shows.
type Evidence string

// What a result can show.
const (
	NoEvidence Evidence = ""
	// Silence: the peer sent no frame.
	Silence Evidence = "silence"
	// Message: the peer sent a text or a binary message.
	Message Evidence = "message"
	// PingOrPong: the peer sent one.
	PingOrPong Evidence = "ping or pong"
	// Flaky: the case failed, and did not when played again.
	Flaky Evidence = "flaky"
	// Extension: an extension was negotiated.
	Extension Evidence = "extension"
)

// in reports whether a result shows it.
func (e Evidence) in(r *reports.Result) bool {
	received := func(opcodes ...int) bool {
		return slices.ContainsFunc(r.Transcript, func(e reports.Entry) bool {
			return e.Dir == reports.Received && e.Frame != nil && (opcodes == nil || slices.Contains(opcodes, e.Frame.Opcode))
		})
	}
	switch e {
	case NoEvidence:
		return true
	case Silence:
		return len(r.Transcript) > 0 && !received()
	case Message:
		return received(1, 2)
	case PingOrPong:
		return received(9, 10)
	case Flaky:
		return r.Flaky
	case Extension:
		return slices.ContainsFunc(r.Transcript, func(e reports.Entry) bool {
			return e.Kind == reports.KindResponse && bytes.Contains(bytes.ToLower(e.Octets), []byte("\nsec-websocket-extensions:"))
		})
	}
	return false
}

// explains reports whether a difference accounts for a pair of results.
func (d *Difference) explains(ours, theirs *reports.Result) bool {
	x := d.Explains
	return x != nil && slices.ContainsFunc(x.Cases, func(glob string) bool { return takes(glob, ours.ID) }) &&
		slices.Contains(x.Ours, ours.Behavior) && slices.Contains(x.Theirs, theirs.Behavior) && x.Evidence.in(ours)
}

// takes reports whether a glob takes an id.
func takes(glob, id string) bool {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(glob), `\*`, ".*") + "$").MatchString(id)
}

func readDifferences(octets []byte) []Difference {
	d := json.NewDecoder(bytes.NewReader(octets))
	d.DisallowUnknownFields()
	var list []Difference
	if err := d.Decode(&list); err != nil {
		panic("autobahn: differences.json: " + err.Error()) // it is built in: a test would have seen it
	}
	return list
}
