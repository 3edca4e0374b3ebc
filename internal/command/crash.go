package command

import (
	"errors"
	"os/exec"
	"regexp"
	"syscall"
)

// The exit statuses by which a process shows that it crashed.
const (
	// goPanic is that of Go's panics and fatal errors. Other programs use it for usage
	// errors, so that their standard error has to say what it was.
	goPanic   = 2
	rustPanic = 101
	// shellSignal and above are those of a shell whose command ended by a signal: 134
	// after SIGABRT, 139 after SIGSEGV.
	shellSignal = 128
	// exitMinusOne is exit(-1), by which many a program says that it failed in order.
	exitMinusOne = 255
)

// goCrash is how Go's runtime begins to say why it ends a program.
var goCrash = regexp.MustCompile(`panic: |fatal error: |(?m:^SIG[A-Z]+: )`)

// crashed reports whether a process crashed: it ended by a signal, or as one that
// panicked. said is the end of its standard error.
func crashed(err error, said string) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return true
	}
	switch code := exit.ExitCode(); {
	case code == goPanic:
		return goCrash.MatchString(said)
	case code == rustPanic:
		return true
	default:
		return code >= shellSignal && code != exitMinusOne
	}
}
