// Package testing stands in for the standard library's where
// fuzz/libfuzzer/build.sh builds a target for libFuzzer: it has the little that
// targets use, and calls the function given to F.Fuzz straight, where go test
// starts a goroutine, takes two stack traces and counts coverage in Go for each
// input.
package testing

import (
	"fmt"
	"os"
)

// T is what a target gets for one input. A failure ends the process, and
// libFuzzer keeps the input.
type T struct{}

// Helper does nothing.
func (*T) Helper() {}

// Logf does nothing.
func (*T) Logf(string, ...any) {}

// Fatal ends the process.
func (*T) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// Fatalf ends the process.
func (*T) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// Error ends the process.
func (t *T) Error(args ...any) { t.Fatal(args...) }

// Errorf ends the process.
func (t *T) Errorf(format string, args ...any) { t.Fatalf(format, args...) }

// F is what FuzzX gets, once for all inputs.
type F struct {
	T
	target func(*T, []byte)
}

// Add does nothing: seeds are files.
func (*F) Add(...any) {}

// Fatal says what setting the target up lacks, and goes on: its seeds do not come
// that way, and the folders they are in may be far away.
func (*F) Fatal(args ...any) { fmt.Fprintln(os.Stderr, args...) }

// Fuzz takes the target.
func (f *F) Fuzz(target func(*T, []byte)) { f.target = target }

// An Entry is a target that has been set up.
type Entry struct {
	f F
	t T
}

// Run calls the target of fuzz with an input.
func (e *Entry) Run(fuzz func(*F), data []byte) {
	if e.f.target == nil {
		fuzz(&e.f)
	}
	e.f.target(&e.t, data)
}
