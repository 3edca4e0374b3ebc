// Package command is the program wsspec: flags in, output and exit code out. Each file is one
// command, or one duty of several. Programs of other modules call [Main] too, so that they can
// add what this module has no dependency for.
package command

import (
	"context"
	"os"
	"runtime/debug"
)

// softMemory is where the collector begins to work harder, so that the cases
// with messages of many MiB leave a small machine its memory. Below that, garbage may be
// garbagePercent of what is in use: a quick run takes 190 MiB then, and less time than with
// smaller values. A campaign of fuzzing lasts for longer, and takes 130 MiB with its value.
const (
	softMemory         = 200 << 20
	garbagePercent     = 130
	garbagePercentLong = 60
)

// Main runs the command line of the process to its end, and exits. With an [HTTP3], --http3
// works.
func Main(with ...HTTP3) {
	if guard() {
		return
	}
	if len(with) > 0 {
		overHTTP3 = with[0]
	}
	limitMemory(softMemory)
	limitGarbage(garbagePercent)
	os.Exit(program(os.Args))
}

// limitGarbage sets how much garbage may be there, unless the user did, and returns what sets it
// back.
func limitGarbage(percent int) (back func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}

// limitMemory sets where the collector begins to work harder, unless the user did, and
// returns what sets it back.
func limitMemory(octets int64) (back func()) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	before := debug.SetMemoryLimit(octets)
	return func() { debug.SetMemoryLimit(before) }
}

// program runs a command line to its end, and returns the exit code.
func program(argv []string) int {
	code := run(interruptible(context.Background()), arguments(argv), os.Stdin, os.Stdout, os.Stderr)
	endAllOrphans()
	if code == exitNonconformant && calledWstest(argv) {
		code = exitPass // wstest exits 0 even when cases fail
	}
	return code
}
