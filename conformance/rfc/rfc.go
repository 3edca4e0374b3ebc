// Package rfc is the ledger of requirements: every normative statement of RFC
// 6455 and RFC 7692 (and of RFC 8441 and RFC 9220, which carry WebSocket over
// HTTP/2 and HTTP/3), in our own words and with an id that never changes.
package rfc

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

// A Requirement is one normative statement of an RFC.
type Requirement struct {
	// ID is "RFC", the document's number, the section, and a number within it
	// or "E" and the number of an erratum: "RFC6455-5.5.1-3".
	ID string `json:"id"`
	// RFC is the document's number.
	RFC int `json:"rfc"`
	// Section is the clause, such as "5.5.1".
	Section string `json:"section"`
	// Level is the RFC 2119 word: MUST, MUST NOT, SHOULD, …
	Level string `json:"level"`
	// AppliesTo is client, server, both or intermediary.
	AppliesTo string `json:"applies_to"`
	// Summary is the statement in one sentence of ours.
	Summary string `json:"summary"`
	// Imperative says that the RFC has it as a step to take, without a word of RFC
	// 2119, which is to be read as MUST (RFC 6455 2).
	Imperative bool `json:"imperative"`
	// Derived says that it follows from the clause, which does not have it in so
	// many words.
	Derived bool `json:"derived"`
	// Testable says who could see a breach: wire, api or not-testable.
	Testable string `json:"testable"`
	// How says how a black-box test can see it, and where to grade softly.
	How string `json:"how"`
	// Autobahn are the numbers of Autobahn's cases that touch it; "*" means
	// every case.
	Autobahn []string `json:"autobahn"`
}

// Clause names the requirement's place, such as "RFC 6455 5.5.1".
func (r *Requirement) Clause() string { return fmt.Sprintf("RFC %d %s", r.RFC, r.Section) }

// Sentence is the statement, and whether it is only derived.
func (r *Requirement) Sentence() string {
	if r.Derived {
		return r.Summary + " (Derived: the RFC does not say it in so many words.)"
	}
	return r.Summary
}

//go:embed requirements.json
var embedded []byte

var load = sync.OnceValue(func() ledger {
	var l ledger
	if err := json.Unmarshal(embedded, &l.all); err != nil {
		panic("conformance/rfc: requirements.json: " + err.Error())
	}
	l.byID = make(map[string]*Requirement, len(l.all))
	for i := range l.all {
		l.byID[l.all[i].ID] = &l.all[i]
	}
	return l
})

type ledger struct {
	all  []Requirement
	byID map[string]*Requirement
}

// All returns every requirement, in the order of the documents. Callers must
// not change them.
func All() []Requirement { return load().all }

// ByID returns the requirement with that id, or nil.
func ByID(id string) *Requirement { return load().byID[id] }
