package fuzz

import (
	_ "embed" // instrumented.txt
	"strings"
)

//go:embed instrumented.txt
var instrumented string

// InstrumentFlags returns the flags that make go build and go test instrument only the
// packages in instrumented.txt, as fuzz/run.sh does.
func InstrumentFlags() (flags []string) {
	for line := range strings.Lines(instrumented) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			flags = append(flags, "-gcflags="+line+"=-d=libfuzzer")
		}
	}
	return flags
}
