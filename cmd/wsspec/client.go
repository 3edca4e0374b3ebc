package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/autobahn/spec"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// clientFlags are those of testing clients.
type clientFlags struct {
	runFlags
	listen       string
	agent        string
	driver       bool
	subprotocols []string
	cert, key    string
}

func newClient() *cobra.Command {
	var f clientFlags
	cmd := &cobra.Command{
		Use:   "client [--listen ADDR] [--spec FILE] | client [--driver] -- COMMAND {url}",
		Short: "Test a client that sends back what it gets",
		Long: `Test a WebSocket client that sends back every message it gets.

With a command, wsspec starts it once for each case, many at a time, with the
case's URL in place of {url}; with --driver it starts it once with the base URL.

Without one it serves the cases at --listen until a driver asks to stop, or
Ctrl-C. Drivers written for Autobahn's fuzzing server work unchanged
(/getCaseCount, /runCase?case=N&agent=A, /updateReports?agent=A, …), and a
browser that opens http://ADDR/ is tested and shows the report. With --spec it
listens as Autobahn does: on every interface, at the port of the file's url.`,
		Example: `  wsspec client -- ./echo-client {url}
  wsspec client --agent mine --driver --out report -- ./autobahn-driver {url}
  wsspec client --listen 127.0.0.1:9001 --out report
  wsspec client --spec fuzzingserver.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if len(args) > 0 && cmd.ArgsLenAtDash() != 0 {
				return usage("what is %q? A command to start stands behind --, as in: wsspec client -- ./echo-client {url}", args[0])
			}
			if len(args) == 0 && f.driver {
				return usage("--driver starts a command; there is none behind --")
			}
			if err := f.readSpec(spec.FuzzingServer, cmd.ErrOrStderr()); err != nil {
				return err
			}
			return f.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "", "serve the cases at this `ADDR` (default "+defaultListen+"); port 0 takes a free one")
	flags.StringVar(&f.agent, "agent", "client", "the client's `NAME` in the report; a driver gives its own")
	flags.BoolVar(&f.driver, "driver", false, "start the command once with the base URL, as drivers for Autobahn want it")
	flags.StringArrayVar(&f.subprotocols, "subprotocol", nil, "speak this subprotocol with clients that ask for it; can be repeated, the most wanted first")
	flags.StringVar(&f.cert, "cert", "", "serve with TLS, by the certificate in this PEM `FILE`")
	flags.StringVar(&f.key, "key", "", "the certificate's private key, a PEM `FILE`")
	return cmd
}

func (f *clientFlags) run(ctx context.Context, command []string, stdout, stderr io.Writer) error {
	cases, err := f.choose(wire.RoleClient)
	if err != nil {
		return err
	}
	if f.file != nil && len(f.subprotocols) == 0 {
		f.subprotocols = f.file.Protocols
	}
	known, err := f.known()
	if err != nil {
		return err
	}
	if len(command) == 0 {
		return f.serve(ctx, cases, nil, known, stdout, stderr)
	}
	// A driver may know the address by itself, if it is fixed.
	fixed := f.driver && (f.listen != "" || f.file != nil)
	if !fixed && !slices.ContainsFunc(command, func(a string) bool { return strings.Contains(a, placeholder) }) {
		return usage("the command has no {url}; the client gets the address in its place, as in: wsspec client -- ./echo-client {url}")
	}
	if err := canStart(command); err != nil {
		return couldNot(err)
	}
	if f.driver {
		return f.serve(ctx, cases, command, known, stdout, stderr)
	}
	return f.each(ctx, cases, command, known, stdout)
}

// each starts the client for each case.
func (f *clientFlags) each(ctx context.Context, cases []*conformance.Case, command []string, known *reports.Baseline, stdout io.Writer) error {
	cases, err := f.casesFor(f.agent, cases)
	if err != nil {
		return err
	}
	console := newConsole(stdout, f.quiet)
	record := f.record()
	record.target(f.agent, wire.RoleClient, strings.Join(command, " "))
	console.begin(f.agent, len(cases))
	results, err := conformance.RunClients(ctx, launcher(command), cases, conformance.Options{
		Parallel:       f.parallel,
		Deadlines:      conformance.NewDeadlines(f.timeout, 0, f.slow),
		Profile:        conformance.Profile(f.profile),
		Subprotocols:   f.subprotocols,
		SecureLauncher: secureLauncher(command),
		Done:           console.result,
	})
	for _, r := range results {
		record.result(f.agent, r)
	}
	console.end()
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("interrupted: %d cases had ended", len(results))
	}
	return f.finish(console, record, known, err)
}
