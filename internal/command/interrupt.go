package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
)

// An interruption is why a run ends before its time. It is the cause of the run's
// context.
type interruption struct {
	why string
	// wanted: a failure ended the run, as --fail-fast wants it. It is no error by itself.
	wanted bool
}

func (i *interruption) Error() string { return i.why }

// whyInterrupted says why a context has ended.
func whyInterrupted(ctx context.Context) string {
	var known *interruption
	if errors.As(context.Cause(ctx), &known) {
		return known.why
	}
	return "interrupted"
}

// endedEarly are the errors of a run that ended before its time: none where a failure
// ended it that was to.
func endedEarly(ctx context.Context, cases int) []error {
	var known *interruption
	if errors.As(context.Cause(ctx), &known) && known.wanted {
		return nil
	}
	return []error{fmt.Errorf("%s: %d cases had ended", whyInterrupted(ctx), cases)}
}

// bounded returns the context of a run, which --max-time and --fail-fast end, and the
// function that has to be told of each result.
func (r *runFlags) bounded(ctx context.Context) (context.Context, func(conformance.Result), context.CancelFunc) {
	stop := func() {}
	if r.maxTime > 0 {
		ctx, stop = context.WithTimeoutCause(ctx, r.maxTime, &interruption{why: fmt.Sprintf("--max-time %s is over", r.maxTime)})
	}
	ctx, cancel := context.WithCancelCause(ctx)
	done := func(res conformance.Result) {
		if r.failFast && res.Verdict == verdict.Fail {
			cancel(&interruption{why: "--fail-fast: case " + res.Case.ID + " failed", wanted: true})
		}
	}
	return ctx, done, func() { cancel(nil); stop() }
}

// signalNames are the signals that end a run in order.
var signalNames = map[os.Signal]string{
	os.Interrupt:    "SIGINT",
	syscall.SIGTERM: "SIGTERM",
	syscall.SIGHUP:  "SIGHUP",
	syscall.SIGQUIT: "SIGQUIT",
}

// interruptible returns a context that a signal ends. A second signal ends the process
// at once.
func interruptible(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	came := make(chan os.Signal, 2)
	for s := range signalNames {
		// Who starts this program by nohup wants it to go on without a terminal.
		if s != syscall.SIGHUP || !signal.Ignored(s) {
			signal.Notify(came, s)
		}
	}
	// Writing to standard output behind a reader that has gone is then an error, and not
	// the end. Sockets raise the signal too: it says nothing by itself.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	go func() {
		cancel(&interruption{why: "interrupted by " + signalNames[<-came]})
		<-came
		os.Exit(exitHarness)
	}()
	return ctx
}
