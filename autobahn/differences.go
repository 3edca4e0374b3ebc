package autobahn

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

//go:embed differences.json
var differencesFile []byte

// Documented are the differences between wsspec and the Autobahn|Testsuite that are
// on purpose. The tables of docs/differences.md are made of them, in this order. Those
// that concern few cases come before those that concern all, because the first one
// that explains a result is its reason.
var Documented = readDifferences(differencesFile)

// A Difference is a difference that is on purpose.
type Difference struct {
	// Name is short and tells it from the others: "silent peer".
	Name string `json:"name"`
	// Table is the table of the document that has it: verdicts or pace.
	Table string `json:"table"`
	// Cases says for people which cases it concerns.
	Cases string `json:"cases"`
	// Here and There say what wsspec and Autobahn do. Why gives the reason and, for a
	// verdict, the clause.
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
	// Ours and Theirs are the behaviors on each side. One of them is FAILED, unless the
	// pace of the two harnesses alone makes the difference.
	Ours   []verdict.Behavior `json:"ours,omitempty"`
	Theirs []verdict.Behavior `json:"theirs,omitempty"`
	// EndsHere and EndsThere, in place of Ours and Theirs, are how the connection ended
	// on each side. The behavior is then the same on both.
	EndsHere  []verdict.CloseBehavior `json:"endsHere,omitempty"`
	EndsThere []verdict.CloseBehavior `json:"endsThere,omitempty"`
	// Evidence is what wsspec's own result has to show. Without it a difference would
	// also excuse results that have another cause.
	Evidence Evidence `json:"evidence"`
}

// explains reports whether a difference accounts for a pair of results. silent is
// that of [Evidence.in].
func (d *Difference) explains(ours, theirs *reports.Result, silent bool) bool {
	x := d.Explains
	return x != nil && slices.ContainsFunc(x.Cases, func(glob string) bool { return takes(glob, ours.ID) }) &&
		x.pair(ours, theirs) && x.Evidence.in(ours, silent)
}

// pair reports whether these are verdicts that the difference explains.
func (x *Explains) pair(ours, theirs *reports.Result) bool {
	if len(x.EndsHere) > 0 {
		return ours.Behavior == theirs.Behavior &&
			slices.Contains(x.EndsHere, ours.BehaviorClose) && slices.Contains(x.EndsThere, theirs.BehaviorClose)
	}
	return ours.Behavior != theirs.Behavior && slices.Contains(x.Ours, ours.Behavior) && slices.Contains(x.Theirs, theirs.Behavior) && endExplained(ours, theirs)
}

// endExplained reports whether a difference in the behavior also explains how the two
// connections ended. If wsspec fails the case, it ends the connection itself, and any
// end follows from that. If only Autobahn fails it, wsspec's own end has to be in
// order, or the same as there.
func endExplained(ours, theirs *reports.Result) bool {
	return ours.Behavior == verdict.Failed || ours.BehaviorClose == theirs.BehaviorClose ||
		ours.BehaviorClose == verdict.CloseOK || ours.BehaviorClose == verdict.CloseInformational
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
