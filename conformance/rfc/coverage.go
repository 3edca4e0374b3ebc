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

// Excuse returns the written reason why no case checks a requirement that is
// visible on the wire. It is empty if there is no such reason.
func Excuse(id string) string { return loadExcuses()[id] }

// Binding reports whether a requirement is stronger than MAY.
func (r *Requirement) Binding() bool { return r.Level != "MAY" && r.Level != "OPTIONAL" }

// OnWire reports whether a black-box test can see a violation on the wire.
func (r *Requirement) OnWire() bool { return r.Testable == "wire" }

// EveryCase stands for all case ids, for a requirement that every case checks.
const EveryCase = "*"

// Checks maps the id of a requirement to the ids of the cases that check it.
type Checks map[string][]string

// Add records that a case checks the requirements.
func (c Checks) Add(caseID string, requirements ...string) {
	for _, id := range requirements {
		if !slices.Contains(c[id], caseID) {
			c[id] = append(c[id], caseID)
		}
	}
}

// An Entry is a requirement with its coverage.
type Entry struct {
	Requirement
	// Cases lists the ids of the cases that check it, or only EveryCase.
	Cases []string `json:"cases"`
	// Excuse says why no case checks it.
	Excuse string `json:"excuse,omitempty"`
}

// Due reports whether the requirement needs a case or an excuse.
func (e *Entry) Due() bool { return e.OnWire() && e.Binding() }

// Open reports whether the requirement still needs a case or an excuse.
func (e *Entry) Open() bool { return e.Due() && len(e.Cases) == 0 && e.Excuse == "" }

// Ledger returns every requirement with its coverage, in the order of the
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

// A Tally counts the requirements of one section, or of all sections, that need
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

// Tallies counts the requirements for each section, in the order of the
// documents, and in total. It leaves out sections without due requirements.
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
