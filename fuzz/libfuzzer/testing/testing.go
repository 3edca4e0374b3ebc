// Package testing replaces the package testing of the standard library when
// fuzz/libfuzzer/build.sh builds a target for libFuzzer. It has only what the targets use.
// It calls the function of F.Fuzz directly, whereas go test starts a goroutine, takes two
// stack traces and counts coverage in Go for each input.
package testing

import (
	"fmt"
	"os"
)

// T is the argument of a target for one input. A failure ends the process, and libFuzzer
// keeps the input.
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

// F is the argument of FuzzX, once for all inputs.
type F struct {
	T
	target func(*T, []byte)
}

// Add does nothing, because the seeds are files.
func (*F) Add(...any) {}

// Fatal prints an error of the target's set-up and continues. The set-up only adds seeds,
// which libFuzzer gets as files, and their folders may not exist at run time.
func (*F) Fatal(args ...any) { fmt.Fprintln(os.Stderr, args...) }

// Fuzz sets the target.
func (f *F) Fuzz(target func(*T, []byte)) { f.target = target }

// An Entry is a target after its set-up.
type Entry struct {
	f F
	t T
}

// Run calls the target with an input.
func (e *Entry) Run(fuzz func(*F), data []byte) {
	if e.f.target == nil {
		fuzz(&e.f)
	}
	e.f.target(&e.t, data)
}
