package faulty

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// A Matrix says which cases catch which fault. It is measured, not written by hand:
// the test of this package checks it, and writes it with -update.
type Matrix struct {
	// Cases lists the ids of the cases that ran.
	Cases []string `json:"cases"`
	Rows  []Row    `json:"rows"`
}

// A Row has the results for one fault in one role.
type Row struct {
	Fault string `json:"fault"`
	// Role is "server" or "client".
	Role string `json:"role"`
	// Fails and Warns list the cases with the verdict fail or warn because of the
	// fault, as globs on the ids in Matrix.Cases.
	Fails []string `json:"fails,omitempty"`
	Warns []string `json:"warns,omitempty"`
	// Variants lists variants of cases that fail because of the fault, by their ids, where
	// no case as it is catches it. They are of the selection that every run plays.
	Variants []string `json:"variants,omitempty"`
	// Uncaught says which case is missing if no case catches the fault.
	Uncaught string `json:"uncaught,omitempty"`
}

// The two files are a megabyte without compression, which the command need not carry.
// matrix.json is there to be read as well.
var (
	//go:embed matrix.json.gz
	matrixJSON []byte
	//go:embed symptoms.json.gz
	symptomsJSON []byte
)

// unpack reads one of the two files.
func unpack(packed []byte, v any) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		err = json.NewDecoder(r).Decode(v)
	}
	if err != nil {
		panic(fmt.Sprintf("faulty: what was measured: %v", err)) // a test reads it
	}
}

// Symptoms says how failures look. The first key is the name of the fault and the
// role, such as "pong-twice server"; the second is the shape of an explanation (see
// [Likely]). The value lists the cases that fail with such an explanation, as globs on
// the ids in Matrix.Cases.
func Symptoms() map[string]map[string][]string {
	// The rows of the file have the index of a shape instead of its text, and the globs
	// joined by spaces.
	var file struct {
		Shapes []string                  `json:"shapes"`
		Rows   map[string]map[int]string `json:"rows"`
	}
	unpack(symptomsJSON, &file)
	symptoms := map[string]map[string][]string{}
	for name, row := range file.Rows {
		symptoms[name] = map[string][]string{}
		for i, globs := range row {
			symptoms[name][file.Shapes[i]] = strings.Fields(globs)
		}
	}
	return symptoms
}

// Catches returns the matrix of this release.
func Catches() Matrix {
	var m Matrix
	unpack(matrixJSON, &m)
	return m
}
