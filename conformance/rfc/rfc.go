// Package rfc lists the requirements: every normative statement of RFC 6455 and
// RFC 7692, and of RFC 8441 and RFC 9220, which define WebSocket over HTTP/2 and
// HTTP/3. Each has an id that never changes and a summary in our own words.
package rfc

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

// A Requirement is one normative statement of an RFC.
type Requirement struct {
	// ID is "RFC" and the number of the document, the section, and either a number
	// within the section or "E" and the number of an erratum: "RFC6455-5.5.1-3".
	ID string `json:"id"`
	// RFC is the number of the document.
	RFC int `json:"rfc"`
	// Section is the clause, such as "5.5.1".
	Section string `json:"section"`
	// Level is the RFC 2119 word: MUST, MUST NOT, SHOULD, …
	Level string `json:"level"`
	// AppliesTo is client, server, both or intermediary.
	AppliesTo string `json:"applies_to"`
	// Summary is the statement in one sentence of our own. It begins with "Must",
	// "Must not", "Should", "Should not" or "May", as Level says; its subject is then
	// the endpoint that AppliesTo names.
	Summary string `json:"summary"`
	// LowerCase says that the RFC writes the word of Level in lower case.
	LowerCase bool `json:"lower_case"`
	// Imperative says that the RFC states it as a step of an algorithm, without a
	// word of RFC 2119. Such a step counts as a MUST (RFC 6455 2).
	Imperative bool `json:"imperative"`
	// Derived says that the requirement follows from the clause, but the RFC does
	// not state it explicitly.
	Derived bool `json:"derived"`
	// Testable says where a violation is visible: "wire", "api" or "not-testable".
	Testable string `json:"testable"`
	// How describes how a black-box test can see a violation, and where to judge
	// leniently.
	How string `json:"how"`
	// Autobahn lists the Autobahn cases that touch the requirement; "*" means every
	// case.
	Autobahn []string `json:"autobahn"`
}

// Clause returns the RFC and the section, such as "RFC 6455 5.5.1".
func (r *Requirement) Clause() string { return fmt.Sprintf("RFC %d %s", r.RFC, r.Section) }

// Sentence returns the summary, with a note if the requirement is derived.
func (r *Requirement) Sentence() string {
	if r.Derived {
		return r.Summary + " (Derived: the RFC does not state this explicitly.)"
	}
	return r.Summary
}

// The command carries requirements.json packed, in a sixth of its octets.
//
//go:generate gzip -9 -n -k -f requirements.json
//go:embed requirements.json.gz
var packed []byte

var load = sync.OnceValue(func() ledger {
	var l ledger
	text, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		err = json.NewDecoder(text).Decode(&l.all)
	}
	if err != nil {
		panic("conformance/rfc: requirements.json: " + err.Error()) // a test reads it
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

// All returns every requirement in the order of the documents. Callers must not
// modify them.
func All() []Requirement { return load().all }

// ByID returns the requirement with the id, or nil if there is none.
func ByID(id string) *Requirement { return load().byID[id] }
