package rfc

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
)

//go:embed excuses.json
var embeddedExcuses []byte

var loadExcuses = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	if err := json.Unmarshal(embeddedExcuses, &m); err != nil {
		panic("conformance/rfc: excuses.json: " + err.Error())
	}
	return m
})

// Excuse is the written reason why no case checks a requirement that could be
// seen on the wire; empty if there is none.
func Excuse(id string) string { return loadExcuses()[id] }

// Binding reports whether a requirement is stronger than MAY.
func (r *Requirement) Binding() bool { return r.Level != "MAY" && r.Level != "OPTIONAL" }

// OnWire reports whether a black box can see a breach on the wire.
func (r *Requirement) OnWire() bool { return r.Testable == "wire" }

// EveryCase stands for the ids of cases where a requirement is checked in each.
const EveryCase = "*"

// Checks says by which cases each requirement is checked.
type Checks map[string][]string

// Add notes that a case checks these requirements.
func (c Checks) Add(caseID string, requirements ...string) {
	for _, id := range requirements {
		if !slices.Contains(c[id], caseID) {
			c[id] = append(c[id], caseID)
		}
	}
}

// An Entry is one requirement and how it is covered.
type Entry struct {
	Requirement
	// Cases are the ids of the cases that check it; EveryCase alone if all do.
	Cases []string `json:"cases"`
	// Excuse is why there are none.
	Excuse string `json:"excuse,omitempty"`
}

// Due reports whether the ledger owes a case or an excuse.
func (e *Entry) Due() bool { return e.OnWire() && e.Binding() }

// Open reports whether it owes one still.
func (e *Entry) Open() bool { return e.Due() && len(e.Cases) == 0 && e.Excuse == "" }

// Ledger puts every requirement beside what checks it, in the order of the
// documents.
func Ledger(checks Checks) []Entry {
	var out []Entry
	for _, r := range All() {
		e := Entry{Requirement: r, Cases: checks[r.ID]}
		if len(e.Cases) == 0 {
			e.Excuse = Excuse(r.ID)
		}
		out = append(out, e)
	}
	return out
}

// A Tally counts the requirements of a section, or of all, that the ledger owes
// a case.
type Tally struct {
	RFC     int    `json:"rfc,omitempty"`
	Section string `json:"section,omitempty"`
	Due     int    `json:"due"`
	Covered int    `json:"covered"`
	Excused int    `json:"excused"`
}

// Add counts one entry.
func (t *Tally) Add(e *Entry) {
	if !e.Due() {
		return
	}
	t.Due++
	switch {
	case len(e.Cases) > 0:
		t.Covered++
	case e.Excuse != "":
		t.Excused++
	}
}

// Tallies counts by RFC and section, in the order of the documents, and in
// all.
func Tallies(ledger []Entry) (sections []Tally, all Tally) {
	for i := range ledger {
		e := &ledger[i]
		all.Add(e)
		if n := len(sections); n == 0 || sections[n-1].RFC != e.RFC || sections[n-1].Section != e.Section {
			sections = append(sections, Tally{RFC: e.RFC, Section: e.Section})
		}
		sections[len(sections)-1].Add(e)
	}
	return slices.DeleteFunc(sections, func(t Tally) bool { return t.Due == 0 }), all
}
