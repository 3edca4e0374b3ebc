// Command wsspec tells whether a WebSocket endpoint does what RFC 6455 and RFC
// 7692 say.
//
//	wsspec server ws://localhost:9001/ --out report
//
// Exit codes: 0 pass, 1 nonconformant, 2 usage, 3 could not test, 4 regression
// against the baseline.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// softMemory is where the collector begins to work harder, so that the cases
// with messages of many MiB leave a small machine its memory.
const softMemory = 200 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, arguments(os.Args), os.Stdin, os.Stdout, os.Stderr)
	stop()
	if code == exitNonconformant && calledWstest(os.Args[0]) {
		code = exitPass // what the verdicts are, Autobahn leaves to who reads them
	}
	os.Exit(code)
}
