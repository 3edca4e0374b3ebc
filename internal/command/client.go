package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/wsspec/wsspec/autobahn/spec"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// clientFlags are those of testing clients.
type clientFlags struct {
	runFlags
	listen        string
	agent         string
	driver        bool
	worker        bool
	perConnection bool
	// over is the scheme of --http2; empty means HTTP/1.1.
	over         string
	subprotocols []string
	origins      []string
	cert, key    string
	// command is the client that --config names.
	command []string
	// said is the dialogue as the server of the application has it.
	said *conformance.Dialogue
}

func newClient() *cobra.Command {
	var f clientFlags
	cmd := &cobra.Command{
		Use:   "client [--listen ADDR] [--spec FILE] | client [--driver] -- COMMAND {url} | client --worker -- COMMAND",
		Short: "Test a client",
		Long: `Test a WebSocket client that sends back every message it gets, or with --no-echo
any other.

With a command, wsspec starts it once for each case, many at a time, with the
case's URL in place of {url}; with --driver it starts it once with the base URL.
With --worker it starts the command a few times only, and writes it URL after URL on
standard input: the fast way, and the one for --profile deep. docs/workers.md says
what a worker answers.

Without one it serves the cases at --listen until a driver asks to stop, or
Ctrl-C. Drivers written for Autobahn's fuzzing server work unchanged
(/getCaseCount, /runCase?case=N&agent=A, /updateReports?agent=A, …), and a
browser that opens http://ADDR/ is tested and shows the report. With
--each-connection, every connection plays the next case, at any path: for devices and
apps that connect again by themselves. With --spec it
listens as Autobahn does: on every interface, at the port of the file's url.`,
		Example: `  wsspec client -- ./echo-client {url}
  wsspec client --profile deep --worker -- ./echo-worker
  wsspec client --agent mine --driver --out report -- ./autobahn-driver {url}
  wsspec client --listen 127.0.0.1:9001 --out report
  wsspec client --listen :9001 --no-echo --each-connection
  wsspec client --http2=wss -- ./echo-client {url}
  wsspec client --spec fuzzingserver.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			listens := f.listen != "" && !f.driver // the command line wins over a command of the file
			if err := f.useConfig(cmd); err != nil {
				return err
			}
			if err := errors.Join(f.check(), f.checkHTTP2()); err != nil {
				return err
			}
			if len(args) > 0 && cmd.ArgsLenAtDash() != 0 {
				return usage("what is %q? A command to start stands behind --, as in: wsspec client -- ./echo-client {url}", args[0])
			}
			if len(args) == 0 && !listens {
				args = f.command
			}
			if len(args) == 0 && f.driver {
				return usage("--driver starts a command; there is none behind --")
			}
			if len(args) == 0 && f.worker {
				return usage("--worker starts a command; there is none behind --")
			}
			stderr := cmd.ErrOrStderr()
			f.hide(stderr)
			f.hidden.redactor.Arguments(args)
			stderr = f.hidden.writer(stderr)
			if err := f.readSpec(spec.FuzzingServer, stderr); err != nil {
				return f.hidden.error(err)
			}
			return f.hidden.error(f.run(cmd.Context(), args, cmd.OutOrStdout(), stderr))
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "", "serve the cases at this `ADDR` (default "+defaultListen+"); port 0 takes a free one")
	flags.StringVar(&f.agent, "agent", "client", "the client's `NAME` in the report; a driver gives its own")
	flags.BoolVar(&f.driver, "driver", false, "start the command once with the base URL, as drivers for Autobahn want it")
	flags.BoolVar(&f.worker, "worker", false, "start the command a few times only: it reads a URL a line from standard input, and answers each with a line when the conversation is over")
	flags.BoolVar(&f.perConnection, "each-connection", false, "give each connection the next case, whatever its path: for a client that connects again by itself")
	flags.StringArrayVar(&f.subprotocols, "subprotocol", nil, "speak this subprotocol with clients that ask for it; can be repeated, the most wanted first")
	flags.StringArrayVar(&f.origins, "allow-origin", nil, "let web pages of this `ORIGIN` connect, such as http://localhost:3000; * is any; can be repeated")
	flags.StringVar(&f.cert, "cert", "", "serve with TLS, by the certificate in this PEM `FILE`")
	flags.StringVar(&f.key, "key", "", "the certificate's private key, a PEM `FILE`")
	f.addHTTP2(flags)
	cmd.MarkFlagsMutuallyExclusive("driver", "worker")
	return cmd
}

func (f *clientFlags) run(ctx context.Context, command []string, stdout, stderr io.Writer) error {
	if f.list {
		return f.printCases(wire.RoleClient, stdout)
	}
	if err := f.divert(stdout); err != nil {
		return err
	}
	cases, err := f.choose(wire.RoleClient)
	if err != nil {
		return err
	}
	if f.file != nil && len(f.subprotocols) == 0 {
		f.subprotocols = f.file.Protocols
	}
	if err := f.converseWithClients(); err != nil {
		return err
	}
	known, err := f.known()
	if err != nil {
		return err
	}
	if f.perConnection && (len(command) > 0 || f.driver) {
		return usage("--each-connection: the client connects by itself, so that there is no command: leave it out, or leave out --each-connection")
	}
	if len(command) > 0 && !f.driver && f.listen != "" {
		return usage("--listen %s: a command is started for each case at an address of its own; add --driver if the command runs all cases, or leave out --listen", f.listen)
	}
	if len(command) == 0 {
		return f.serve(ctx, cases, nil, known, stdout, stderr)
	}
	// A driver may know the address by itself, if it is fixed.
	fixed := f.driver && (f.listen != "" || f.file != nil)
	switch named := slices.ContainsFunc(command, func(a string) bool { return strings.Contains(a, placeholder) }); {
	case f.worker && named:
		return usage("--worker: the command reads the URLs from its standard input: leave out {url}")
	case !fixed && !named && !f.worker:
		return usage("the command has no {url}; the client gets the address in its place, as in: wsspec client -- ./echo-client {url}")
	}
	if err := canStart(command); err != nil {
		return couldNot(err)
	}
	if f.driver {
		return f.serve(ctx, cases, command, known, stdout, stderr)
	}
	return f.each(ctx, cases, command, known, stdout, stderr)
}

// each starts the client for each case.
func (f *clientFlags) each(ctx context.Context, cases []*script.Case, command []string, known *reports.Baseline, stdout, stderr io.Writer) error {
	plan, err := f.planFor(f.agent, cases)
	if err != nil {
		return err
	}
	cases = plan.cases
	rec, err := f.record()
	if err != nil {
		return err
	}
	ctx, done, stop := f.bounded(ctx)
	defer stop()
	console := newConsole(f.screenOf(stdout, stderr), f.quiet)
	console.also, console.known, console.over = done, known, f.transport()
	frames := f.frames(console)
	defer frames.end()
	rec.AddTargetOver(f.transport(), f.agent, wire.RoleClient, strings.Join(command, " "))
	plan.record(rec, f.shard, f.agent, wire.RoleClient)
	console.begin(f.agent, len(cases))
	if f.depth() != conformance.NoVariants {
		rec.PlanVariants(f.agent, wire.RoleClient)
	}
	start := starter(command)
	if f.worker {
		pool := &workers{command: command}
		defer pool.end()
		start = pool.start
	}
	results, err := conformance.RunClients(ctx, nil, cases, conformance.Options{
		Starter:      start,
		Parallel:     f.parallel,
		Deadlines:    conformance.NewDeadlines(f.timeout, 0, f.slow),
		Profile:      f.volume(),
		Vary:         f.depth(),
		VaryAmong:    plan.all,
		NoEcho:       f.noEcho,
		Ask:          f.question,
		Dialogue:     f.said,
		Subprotocols: f.subprotocols,
		HTTP2:        f.over,
		Done:         func(res conformance.Result) { console.result(rec.Put(f.agent, res)) },
		DoneKeeps:    true,
		Found:        func(res conformance.Result) { rec.Found(f.agent, res) },
		Watch:        frames.watch(),
	})
	frames.end()
	rec.Varied(f.agent, wire.RoleClient, results, err == nil)
	console.end()
	if err != nil && ctx.Err() != nil {
		rec.Interrupted(whyInterrupted(ctx))
		return f.finish(console, rec, known, endedEarly(ctx, len(results))...)
	} else if err == nil {
		err = errors.Join(neverConnected(results), f.neverOverHTTP2(results))
	}
	return f.finish(console, rec, known, err)
}

// neverConnected is the error where clients were started, and none of them connected.
func neverConnected(results []conformance.Result) error {
	why := ""
	for _, r := range results {
		switch {
		case r.Verdict == verdict.Skip || r.Verdict == verdict.NotRun || r.Verdict == verdict.Error:
		case r.Connected() || r.Verdict != verdict.Fail:
			return nil
		case why == "":
			why = r.Explanation
		}
	}
	if why == "" {
		return nil
	}
	return fmt.Errorf("no client connected, so that nothing was tested: %s", why)
}
