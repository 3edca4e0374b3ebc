package network

import (
	"regexp"
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
	// Leak: the memory, the descriptors or the threads of the process grow with each
	// connection.
	Leak Class = "leak"
)

// Classes are all classes, the most urgent first.
var Classes = []Class{Crash, Leak, Hang, WrongVerdict}

// requirementIn finds the id of a requirement in a sentence of the oracle.
var requirementIn = regexp.MustCompile(`\((RFC[0-9]+-[0-9.]+-E?[0-9]+)\)`)

// wrongBy puts into a class what the oracle said. What is owed and did not come is a hang.
func wrongBy(why string) *wrong {
	w := &wrong{class: WrongVerdict, why: why}
	if m := requirementIn.FindStringSubmatch(why); m != nil {
		w.requirement = m[1]
	}
	if strings.HasPrefix(why, "no ") || strings.Contains(why, "stayed open") || strings.Contains(why, "left TCP open") {
		w.class = Hang
	}
	return w
}
