package fuzz

import (
	_ "embed" // instrumented.txt
	"strings"
)

//go:embed instrumented.txt
var instrumented string

// InstrumentFlags are the flags with which go build and go test count the
// branches of what is fuzzed, and of nothing else, as fuzz/run.sh does.
func InstrumentFlags() (flags []string) {
	for line := range strings.Lines(instrumented) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			flags = append(flags, "-gcflags="+line+"=-d=libfuzzer")
		}
	}
	return flags
}
