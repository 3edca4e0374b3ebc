package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/reports/secrets"
	"github.com/wsspec/wsspec/reports/terminal"
)

// The exit codes that CI reads.
const (
	exitPass          = 0
	exitNonconformant = 1
	exitUsage         = 2
	exitHarness       = 3
	exitRegression    = 4
)

// An exitError ends the command with a code. Its text, if any, goes to
// standard error.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage marks an error as one of the command line's.
func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// couldNot marks an error as the harness's, or of a target that cannot be
// tested.
func couldNot(err error) error { return &exitError{exitHarness, err} }

// run is the command: it takes arguments and streams, and returns the exit
// code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := &standardOutput{w: stdout, gone: func() { cancel(&interruption{why: "interrupted: nobody reads standard output any more"}) }}
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	lost := out.lost()
	if lost == nil {
		return explainEnd(err, stderr)
	}
	if !errors.Is(err, lost) {
		explainEnd(err, stderr)
	}
	if !out.closed() {
		fmt.Fprintln(stderr, "wsspec: cannot write to standard output:", lost)
	}
	return exitHarness
}

// explainEnd says what went wrong, and returns the exit code.
func explainEnd(err error, stderr io.Writer) int {
	if err == nil {
		return exitPass
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		exit = &exitError{exitUsage, err} // what cobra itself finds is in the command line
	}
	text := exit.Error()
	if exit.code == exitUsage && strings.Contains(text, "://") {
		text = (&secrets.Redactor{}).Text(text) // it repeats the command line
	}
	if text != "" {
		fmt.Fprintln(stderr, "wsspec:", terminal.Clean(text)) // it may quote the peer
	}
	if exit.code == exitUsage {
		fmt.Fprintln(stderr, "Run 'wsspec --help' or 'wsspec COMMAND --help' for the commands and their flags.")
	}
	return exit.code
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "wsspec",
		Short: "Test WebSocket endpoints against RFC 6455 and RFC 7692",
		Long: `wsspec tells whether a WebSocket endpoint does what RFC 6455 and RFC 7692 say,
and whether it survives a peer that does not.

Exit codes: 0 pass, 1 nonconformant, 2 usage, 3 could not test (or the harness
failed), 4 regression against the baseline.`,
		Example: `  wsspec server ws://localhost:9001/              test an echo server
  wsspec server ws://localhost:9001/ --out report  and write a page, JSON and JUnit
  wsspec explain 3.2                               what a case does, and why`,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			err := fmt.Sprintf("there is no command %q", args[0])
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				err += fmt.Sprintf("; did you mean %q?", near[0])
			}
			return usage("%s", err)
		},
	}
	root.Version = versionLine()
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(explainFlag)
	root.AddCommand(newServer(), newClient(), newWatch(), newBetween(), newCheck(), newFuzz(), newReplay(), newEcho(), newList(), newExplain(), newDialogue(), newWstest(), newAutobahn(), newLedger(), newReport(), newVersion(), newMan())
	completeFlags(root)
	return root
}
