package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/wsspec/wsspec/autobahn"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

// clientCaseDeadline is how long a client may take for one case, askDeadline how
// long the service for a question: its report takes a while if it is long.
// endDeadline is how long word may take that its container has ended.
const (
	clientCaseDeadline = 2 * time.Minute
	askDeadline        = time.Minute
	endDeadline        = 10 * time.Second
)

func newAutobahnClient() *cobra.Command {
	var f autobahnClientFlags
	cmd := &cobra.Command{
		Use:   "client [--listen ADDR] | client [--driver] -- COMMAND {url}",
		Short: "Have Autobahn test a client that echoes messages",
		Long: `Have the Autobahn|Testsuite test a client that sends each message back: its
fuzzing server runs in a container, which is removed however this ends.

With a command, it is started once for each case with the case's URL in place of
{url}; with --driver once with the base URL. Without one, the cases are served at
--listen until a driver asks to stop, or Ctrl-C.`,
		Example: `  wsspec autobahn client -- ./echo-client {url}
  wsspec autobahn client --driver --agent mine --out report -- ./autobahn-driver {url}
  wsspec autobahn client --listen 127.0.0.1:9001 --out report`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cmd.ArgsLenAtDash() != 0 {
				return usage("what is %q? A command to start stands behind --, as in: wsspec autobahn client -- ./echo-client {url}", args[0])
			}
			return f.client(cmd.Context(), args, cmd.OutOrStdout())
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.listen, "listen", defaultListen, "serve the cases at this `ADDR`")
	cmd.Flags().StringVar(&f.agent, "agent", "client", "the client's `NAME` in the report; a driver gives its own")
	cmd.Flags().BoolVar(&f.driver, "driver", false, "start the command once with the base URL, as drivers for Autobahn want it")
	return cmd
}

type autobahnClientFlags struct {
	autobahnFlags
	listen string
	driver bool
}

func (f *autobahnClientFlags) client(ctx context.Context, command []string, stdout io.Writer) error {
	each := len(command) > 0 && !f.driver
	switch {
	case len(command) == 0 && f.driver:
		return usage("--driver starts a command; there is none behind --")
	case f.compare && !each:
		return usage("--compare starts the command for wsspec's own cases too: it needs one, and not --driver")
	case each && !slices.ContainsFunc(command, func(a string) bool { return strings.Contains(a, placeholder) }):
		return usage("the command has no {url}; the client gets the address in its place, as in: wsspec autobahn client -- ./echo-client {url}")
	}
	r, err := f.begin(wire.RoleClient, stdout)
	if err != nil {
		return err
	}
	defer r.end()
	if len(command) > 0 {
		if err := canStart(command); err != nil {
			return couldNot(err)
		}
	}
	run := r.run()
	if len(command) == 0 {
		run.Idle = -1 // whoever comes, comes when it likes, for what it likes
		r.want = nil
	}
	stopped := ctx
	failed := run.Service(ctx, f.listen, r.pattern, answers, func(ctx context.Context, s autobahn.Service) error {
		switch {
		case len(command) == 0:
			stopped = context.Background() // Ctrl-C is how this ends
			fmt.Fprintf(stdout, "listening on %s\n", s.URL)
			select {
			case <-s.Ended:
			case <-ctx.Done():
			}
		case f.driver:
			said := launcher(command)(ctx, s.URL)
			r.console.line(strings.Join(said, "; "))
		default:
			if err := f.each(ctx, s.URL, command, r.console); err != nil {
				return err
			}
		}
		return f.askForReport(ctx, s, len(command) == 0)
	})
	var ours *reports.Report
	if failed == nil && f.compare {
		r.console.end()
		ours, failed = f.ours(ctx, r.cases, command, r.console.console)
	}
	var agents []string
	if each {
		agents = []string{f.agent}
	}
	return r.finish(stopped, failed, agents, nil, ours)
}

// each starts the client for one case after the other.
func (f *autobahnClientFlags) each(ctx context.Context, base string, command []string, console *autobahnConsole) error {
	count, err := caseCount(ctx, base)
	if err != nil {
		return err
	}
	for n := 1; n <= count; n++ {
		one, cancel := context.WithTimeout(ctx, clientCaseDeadline)
		said := launcher(command)(one, fmt.Sprintf("%s/runCase?case=%d&agent=%s", base, n, url.QueryEscape(f.agent)))
		cancel()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if len(said) > 1 || !strings.HasSuffix(said[0], "exit status 0") {
			console.line(fmt.Sprintf("case %d of %d: %s", n, count, strings.Join(said, "; ")))
		}
	}
	return nil
}

// askForReport has the service write its report, unless it has ended and did so.
// A service that serves until Ctrl-C is asked also after it.
func (f *autobahnClientFlags) askForReport(ctx context.Context, s autobahn.Service, interrupted bool) error {
	if ctx.Err() != nil {
		if !interrupted {
			return context.Cause(ctx)
		}
	} else {
		select {
		case <-s.Ended:
			return nil
		default:
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askDeadline)
	defer cancel()
	err := connectEcho(ctx, s.URL+"/updateReports?agent="+url.QueryEscape(f.agent))
	if err == nil {
		return nil
	}
	// The driver may have asked it to stop, of which word has not come yet.
	select {
	case <-s.Ended:
		return nil
	case <-time.After(endDeadline):
		return fmt.Errorf("asking Autobahn for its report: %w", err)
	}
}

// answers finds out whether a service serves cases.
func answers(ctx context.Context, base string) error {
	_, err := caseCount(ctx, base)
	return err
}

// caseCount asks a service how many cases it has.
func caseCount(ctx context.Context, base string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, askDeadline)
	defer cancel()
	c, _, err := ref.Dial(ctx, base+"/getCaseCount", dialOptions())
	if err != nil {
		return 0, err
	}
	defer c.CloseNow()
	_, text, err := c.Read(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the number of cases: %w", err)
	}
	count, err := strconv.Atoi(string(text))
	if err != nil || count < 0 {
		return 0, fmt.Errorf("the service says that there are %q cases", text)
	}
	_ = c.Close(wire.StatusNormalClosure, "")
	return count, nil
}

// ours runs wsspec's own cases with the same client.
func (f *autobahnClientFlags) ours(ctx context.Context, cases []*script.Case, command []string, console *console) (*reports.Report, error) {
	own := unsaid("")
	rec := newRecord(record.Options{Profile: f.profile})
	rec.AddTarget(f.agent, wire.RoleClient, strings.Join(command, " "))
	console.begin(f.agent, len(cases))
	results, err := conformance.RunClients(ctx, launcher(command), cases, conformance.Options{
		Parallel:       own.parallel,
		Deadlines:      conformance.NewDeadlines(own.timeout, 0, own.slow),
		Profile:        conformance.Profile(f.profile),
		SecureLauncher: secureLauncher(command),
		Done:           console.result,
	})
	for _, r := range results {
		rec.Add(f.agent, r)
	}
	console.end()
	if err != nil {
		return nil, errors.Join(errors.New("wsspec's own cases"), err)
	}
	return rec.Report(), nil
}
