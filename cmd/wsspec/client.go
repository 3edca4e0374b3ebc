package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
)

// clientFlags are those of testing clients.
type clientFlags struct {
	runFlags
	listen       string
	agent        string
	driver       bool
	subprotocols []string
}

func newClient() *cobra.Command {
	var f clientFlags
	cmd := &cobra.Command{
		Use:   "client [--listen ADDR] | client [--driver] -- COMMAND {url}",
		Short: "Test a client that sends back what it gets",
		Long: `Test a WebSocket client that sends back every message it gets.

With a command, wsspec starts it once for each case, many at a time, with the
case's URL in place of {url}; with --driver it starts it once with the base URL.

Without one it serves the cases at --listen until a driver asks to stop, or
Ctrl-C. Drivers written for Autobahn's fuzzing server work unchanged
(/getCaseCount, /runCase?case=N&agent=A, /updateReports?agent=A, …), and a
browser that opens http://ADDR/ is tested and shows the report.`,
		Example: `  wsspec client -- ./echo-client {url}
  wsspec client --agent mine --driver --out report -- ./autobahn-driver {url}
  wsspec client --listen 127.0.0.1:9001 --out report`,
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
			return f.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:9001", "serve the cases at this `ADDR`; port 0 takes a free one")
	flags.StringVar(&f.agent, "agent", "client", "the client's `NAME` in the report; a driver gives its own")
	flags.BoolVar(&f.driver, "driver", false, "start the command once with the base URL, as drivers for Autobahn want it")
	flags.StringArrayVar(&f.subprotocols, "subprotocol", nil, "speak this subprotocol with clients that ask for it; can be repeated, the most wanted first")
	return cmd
}

func (f *clientFlags) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cases, err := choose(f.selection, wire.RoleClient)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return f.serve(ctx, cases, nil, stdout, stderr)
	}
	if !slices.ContainsFunc(args, func(a string) bool { return strings.Contains(a, placeholder) }) {
		return usage("the command has no {url}; the client gets the address in its place, as in: wsspec client -- ./echo-client {url}")
	}
	if f.driver {
		return f.serve(ctx, cases, args, stdout, stderr)
	}
	return f.each(ctx, cases, args, stdout)
}

// each starts the client for each case.
func (f *clientFlags) each(ctx context.Context, cases []*conformance.Case, command []string, stdout io.Writer) error {
	known, err := f.known()
	if err != nil {
		return err
	}
	if err := canStart(command); err != nil {
		return couldNot(err)
	}
	console := newConsole(stdout, f.quiet)
	record := newRecord(f.profile)
	record.target(f.agent, wire.RoleClient, strings.Join(command, " "))
	console.begin(f.agent, len(cases))
	results, err := conformance.RunClients(ctx, launcher(command), cases, conformance.Options{
		Parallel:     f.parallel,
		Deadlines:    conformance.NewDeadlines(f.timeout, 0, f.slow),
		Profile:      conformance.Profile(f.profile),
		Subprotocols: f.subprotocols,
		Done:         console.result,
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

// serve serves the cases, to whoever connects or to one driver.
func (f *clientFlags) serve(ctx context.Context, cases []*conformance.Case, driver []string, stdout, stderr io.Writer) error {
	known, err := f.known()
	if err != nil {
		return err
	}
	addr := f.listen
	if driver != nil {
		if err := canStart(driver); err != nil {
			return couldNot(err)
		}
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return couldNot(fmt.Errorf("cannot listen on %s: %w (another port goes by --listen)", addr, err))
	}
	url := fmt.Sprintf("ws://%s", l.Addr())
	served := &served{url: url, cases: cases, console: newConsole(stdout, f.quiet)}
	page := &page{}
	service := &conformance.Service{
		Cases:        cases,
		Deadlines:    conformance.NewDeadlines(f.timeout, 0, f.slow),
		Profile:      conformance.Profile(f.profile),
		Subprotocols: f.subprotocols,
		Done:         served.done,
		Page:         page.respond,
	}
	served.service = service
	service.Update = func(agent string) {
		record := served.record(f.profile)
		page.show(record)
		if f.out != "" {
			if err := writeAll(record.finish(), f.out); err != nil {
				fmt.Fprintln(stderr, "wsspec:", err)
			}
		}
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	var ended sync.WaitGroup
	var remarks []string
	if driver != nil {
		ended.Go(func() {
			remarks = launcher(driver)(serving, url)
			stop()
		})
	} else {
		fmt.Fprintf(stdout, "listening on %s (a browser is tested by opening http://%s/)\n", url, l.Addr())
	}
	err = service.Serve(serving, l)
	stop()
	ended.Wait()
	if err != nil && !errors.Is(err, context.Canceled) {
		return couldNot(err)
	}
	record := served.record(f.profile)
	if len(record.report.Results) == 0 {
		return couldNot(errors.New(strings.Join(append([]string{"no client has run a case"}, remarks...), "; ")))
	}
	return f.finish(served.console, record, known, nil)
}

// served gathers what a service finds out.
type served struct {
	url     string
	cases   []*conformance.Case
	service *conformance.Service
	console *console
}

// done is told of each result.
func (s *served) done(agent string, r conformance.Result) {
	if !s.console.quiet {
		fmt.Fprintf(s.console.w, "%s %s %s/%s\n", agent, r.Case.ID, r.Behavior, r.Close)
	}
}

// record turns what is there into a report: the agents by name, their cases in
// order.
func (s *served) record(profile string) *record {
	record := newRecord(profile)
	for _, agent := range slices.Sorted(slices.Values(s.service.Agents())) {
		record.target(agent, wire.RoleClient, s.url)
		for _, c := range s.cases {
			if r, ok := s.service.Result(agent, c.ID); ok {
				record.result(agent, r)
			}
		}
	}
	return record
}
