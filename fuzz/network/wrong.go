package network

import (
	"regexp"
	"slices"
	"strings"
)

// A Class is the kind of a finding.
type Class string

// The classes.
const (
	// Crash: the process of the peer ended, or the peer takes no connections any more.
	Crash Class = "crash"
	// Hang: the peer owed an answer, or the end of the connection, and gave neither in time.
	Hang Class = "hang"
	// WrongVerdict: the peer did something that the RFC does not permit.
	WrongVerdict Class = "wrong verdict"
	// WrongCode: the peer ended the connection where it had to, with a status code that the
	// clause does not name. The RFC suggests codes (RFC 6455 7.4.1): it is a warning, as WRONG
	// CODE is in a run of the catalogue.
	WrongCode Class = "wrong code"
	// Leak: the memory, the descriptors or the threads of the process grow with each
	// connection.
	Leak Class = "leak"
	// Inconsistency: the peer did what the RFC permits in some plays of a script and something
	// wrong in others, or took in some what it refused in others. It is a warning.
	Inconsistency Class = "inconsistency"
	// Liveness: the peer had no time for other connections because of one. No clause says how
	// long a pong may take: it is a warning.
	Liveness Class = "liveness"
	// Disagreement: several servers do not do the same, and nobody knows which of them is wrong,
	// if one is. It is a warning of low confidence.
	Disagreement Class = "disagreement"
)

// InOnePlay reports whether a fault of the class shows in one play of its script on one peer.
func (c Class) InOnePlay() bool {
	return !slices.Contains([]Class{Leak, Inconsistency, Liveness, Disagreement}, c)
}

// Classes are all classes, the most urgent first.
var Classes = []Class{Crash, Leak, Hang, WrongVerdict, WrongCode, Liveness, Inconsistency, Disagreement}

// requirementIn finds the id of a requirement in a sentence of the oracle.
var requirementIn = regexp.MustCompile(`\((RFC[0-9]+-[0-9.]+-E?[0-9]+)\)`)

// wrongBy puts into a class what the oracle said. What is owed and did not come is a hang.
func wrongBy(why string) *wrong {
	w := &wrong{class: WrongVerdict, why: why}
	if m := requirementIn.FindStringSubmatch(why); m != nil {
		w.requirement = m[1]
	}
	switch {
	case strings.Contains(why, "but only this is allowed"):
		w.class = WrongCode
	case strings.HasPrefix(why, "no ") || strings.Contains(why, "stayed open") || strings.Contains(why, "left TCP open"):
		w.class = Hang
	}
	return w
}
