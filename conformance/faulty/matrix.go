package faulty

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// A Matrix says which cases catch which fault. It is measured, never written by
// hand: the package's test compares it with what it sees, and writes it with
// -update.
type Matrix struct {
	// Cases are the ids of those that were run.
	Cases []string `json:"cases"`
	Rows  []Row    `json:"rows"`
}

// A Row is one fault in one role.
type Row struct {
	Fault string `json:"fault"`
	// Role is "server" or "client".
	Role string `json:"role"`
	// Fails and Warns are the cases whose verdict is fail or warn because of
	// the fault, as globs on the ids in Matrix.Cases.
	Fails []string `json:"fails,omitempty"`
	Warns []string `json:"warns,omitempty"`
	// Uncaught says what is missing where no case notices the fault.
	Uncaught string `json:"uncaught,omitempty"`
}

//go:embed matrix.json
var matrixJSON []byte

//go:embed symptoms.json
var symptomsJSON []byte

// Symptoms returns how some failures of each row were explained, by case; the
// rows are called by fault and role, "pong-twice server". It is measured too.
func Symptoms() map[string]map[string]string {
	var s map[string]map[string]string
	if err := json.Unmarshal(symptomsJSON, &s); err != nil {
		panic(fmt.Sprintf("faulty: symptoms.json: %v", err)) // a test reads it
	}
	return s
}

// Catches returns the matrix of this release.
func Catches() Matrix {
	var m Matrix
	if err := json.Unmarshal(matrixJSON, &m); err != nil {
		panic(fmt.Sprintf("faulty: matrix.json: %v", err)) // a test reads it
	}
	return m
}
