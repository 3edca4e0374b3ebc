package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/autobahn/spec"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
)

// runFlags are the flags that every way of running cases has.
type runFlags struct {
	selection conformance.Selection
	profile   string
	out       string
	parallel  int
	timeout   time.Duration
	slow      float64
	baseline  string
	quiet     bool
	strict    bool

	writeBaseline string
	transcripts   string

	// spec names Autobahn's spec file, which file is when it was read.
	spec        string
	file        *spec.File
	autobahnOut string
}

func (r *runFlags) add(cmd *cobra.Command) {
	selectionFlags(cmd, &r.selection)
	f := cmd.Flags()
	f.StringVar(&r.profile, "profile", "quick", "`quick` (few messages in the cases about size and compression) or full")
	f.StringVar(&r.out, "out", "", "write report.json, index.html and junit.xml into this `DIR`")
	f.IntVar(&r.parallel, "parallel", conformance.DefaultParallel, "run `N` cases at once")
	f.DurationVar(&r.timeout, "timeout", conformance.DefaultTimeout, "the longest the peer may stay silent when something is owed; all deadlines follow it")
	f.Float64Var(&r.slow, "slow", 1, "stretch all deadlines by this `FACTOR`, for debuggers and loaded machines")
	f.StringVar(&r.baseline, "baseline", "", "compare with this `FILE` of known verdicts: exit 4 if something got worse")
	f.StringVar(&r.writeBaseline, "write-baseline", "", "write this run's verdicts to a `FILE` for --baseline")
	f.StringVar(&r.transcripts, "transcripts", "", "write each case's full transcript into this `DIR`, a line of JSON an entry")
	f.StringVar(&r.spec, "spec", "", "take cases, peers and folder from Autobahn's spec `FILE`; --run, --skip and --rfc choose among its cases")
	f.StringVar(&r.autobahnOut, "autobahn-out", "", "write the report in Autobahn's form (index.json, a file a case) into this `DIR`")
	f.BoolVar(&r.quiet, "quiet", false, "print failures and the last line only")
	f.BoolVar(&r.strict, "strict", false, "exit 1 on warnings too")
}

// check finds what no run can do with, before anything is started.
func (r *runFlags) check() error {
	switch {
	case r.profile != "quick" && r.profile != "full":
		return usage("--profile %s: it has to be quick or full", r.profile)
	case r.parallel < 1:
		return usage("--parallel %d: at least one case has to run at once", r.parallel)
	case r.timeout <= 0:
		return usage("--timeout %s: it has to be longer than nothing, as in --timeout 5s", r.timeout)
	case r.slow <= 0:
		return usage("--slow %g: it has to be above 0, as in --slow 10", r.slow)
	}
	return nil
}

// serverFlags are those that say how to reach a server.
type serverFlags struct {
	runFlags
	agent        string
	headers      []string
	origin       string
	subprotocols []string
	insecure     bool
	ca           string
	wait         time.Duration
}

func newServer() *cobra.Command {
	var f serverFlags
	cmd := &cobra.Command{
		Use:   "server URL | server NAME=URL... | server --spec FILE",
		Short: "Test a server that echoes messages",
		Long: `Test a WebSocket server that sends each message back, as the echo example of
every library does. Several servers, each as NAME=URL, share one report; so do
those that a spec file for Autobahn's fuzzing client lists (--spec).

Exit codes: 0 pass, 1 nonconformant, 2 usage, 3 could not test, 4 regression
against the baseline. An agent that the baseline knows is compared with it;
any other is gated by itself.`,
		Example: `  wsspec server ws://localhost:9001/
  wsspec server wss://example.org/echo --ca ca.pem --out report
  wsspec server ws://localhost:9001/ --run '5.*' --run 7.1
  wsspec server one=ws://localhost:9001/ two=ws://localhost:9002/ --out report`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 0 && f.spec != "":
				return usage("the spec file lists the servers: leave out %s", strings.Join(args, " "))
			case len(args) == 0 && f.spec == "":
				return usage("which server? For example: wsspec server ws://localhost:9001/")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.agent, "agent", "", "the server's `NAME` in the report (default: host and port)")
	flags.StringArrayVar(&f.headers, "header", nil, "add a field to each opening request: `'K: V'`; can be repeated")
	flags.StringVar(&f.origin, "origin", "", "send this Origin")
	flags.StringArrayVar(&f.subprotocols, "subprotocol", nil, "ask for this subprotocol; can be repeated, the most wanted first")
	flags.BoolVar(&f.insecure, "insecure", false, "accept any certificate")
	flags.StringVar(&f.ca, "ca", "", "trust the certificates in this PEM `FILE`")
	flags.DurationVar(&f.wait, "wait", 0, "wait this long for the server to come up, for CI that has just started it")
	return cmd
}

func (f *serverFlags) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	if err := f.readSpec(spec.FuzzingClient, stderr); err != nil {
		return err
	}
	return f.test(ctx, args, stdout, stderr)
}

// test is run without what only the command line has.
func (f *serverFlags) test(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	targets, err := f.targets(args, stderr)
	if err != nil {
		return err
	}
	cases, err := f.choose(wire.RoleServer)
	if err != nil {
		return err
	}
	plan := map[string][]*conformance.Case{}
	for _, t := range targets {
		if plan[t.Agent], err = f.casesFor(t.Agent, cases); err != nil {
			return err
		}
	}
	known, err := f.known()
	if err != nil {
		return err
	}
	console := newConsole(stdout, f.quiet)
	record := f.record()
	var failed error
	for _, t := range targets {
		record.target(t.Agent, wire.RoleServer, t.URL.String())
		if err := f.runOne(ctx, t, plan[t.Agent], console, record); err != nil {
			if ctx.Err() != nil {
				failed = fmt.Errorf("interrupted: %d cases had ended", len(record.report.Results))
				break
			}
			failed = errors.Join(failed, fmt.Errorf("%s: %w", t.Agent, err))
		}
	}
	return f.finish(console, record, known, failed)
}

// runOne tests one server and records what came.
func (f *serverFlags) runOne(ctx context.Context, t *conformance.Target, cases []*conformance.Case, console *console, record *record) error {
	roundTrip, err := f.probe(ctx, t)
	if err != nil {
		return err
	}
	console.begin(t.Agent, len(cases))
	results, err := conformance.RunServer(ctx, t, cases, conformance.Options{
		Parallel:  f.parallel,
		Deadlines: conformance.NewDeadlines(f.timeout, roundTrip, f.slow),
		Profile:   conformance.Profile(f.profile),
		Done:      console.result,
	})
	for _, r := range results {
		record.result(t.Agent, r)
	}
	console.end()
	return err
}

// probe finds out whether the server can be tested at all, and waits for it
// if --wait says so.
func (f *serverFlags) probe(ctx context.Context, t *conformance.Target) (time.Duration, error) {
	deadlines := conformance.NewDeadlines(f.timeout, 0, f.slow)
	until := time.Now().Add(f.wait)
	for {
		roundTrip, err := conformance.Probe(ctx, t, deadlines)
		if err == nil || ctx.Err() != nil || time.Now().After(until) {
			return roundTrip, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// targets are the servers to test, with all that the flags say about the
// connection; what a spec file says of a server is not overruled.
func (f *serverFlags) targets(args []string, stderr io.Writer) ([]*conformance.Target, error) {
	config, err := f.tls()
	if err != nil {
		return nil, err
	}
	var fields wire.Fields
	for _, h := range f.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, usage("--header %q: it has to look like 'Name: value'", h)
		}
		fields = append(fields, wire.Field{Name: textproto.TrimString(name), Value: textproto.TrimString(value)})
	}
	named := f.argTargets
	if f.file != nil {
		named = func([]string) ([]*conformance.Target, error) { return f.specTargets(stderr) }
	}
	targets, err := named(args)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, t := range targets {
		if seen[t.Agent] {
			return nil, usage("two servers are called %s; tell them apart by NAME=URL, or an agent in the spec file", t.Agent)
		}
		seen[t.Agent] = true
		t.Fields, t.TLS = fields, config
		if t.Origin == "" {
			t.Origin = f.origin
		}
		if len(t.Subprotocols) == 0 {
			t.Subprotocols = f.subprotocols
		}
	}
	return targets, nil
}

// argTargets are the servers that the arguments name.
func (f *serverFlags) argTargets(args []string) ([]*conformance.Target, error) {
	var targets []*conformance.Target
	for _, arg := range args {
		name, raw := "", arg
		if before, after, ok := strings.Cut(arg, "="); ok && !strings.Contains(before, "://") {
			name, raw = before, after
		}
		t, err := conformance.ParseTarget(raw)
		if err != nil {
			return nil, &exitError{exitUsage, err}
		}
		switch {
		case name != "":
			t.Agent = name
		case f.agent != "" && len(args) == 1:
			t.Agent = f.agent
		case f.agent != "":
			return nil, usage("--agent names one server; write several as NAME=URL")
		}
		targets = append(targets, t)
	}
	return targets, nil
}

func (f *serverFlags) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: f.insecure}
	if f.ca == "" {
		return config, nil
	}
	pem, err := os.ReadFile(f.ca)
	if err != nil {
		return nil, usage("--ca: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, usage("--ca %s: there is no PEM certificate in it", f.ca)
	}
	return config, nil
}

// known reads the baseline, nil if none is wanted.
func (r *runFlags) known() (*reports.Baseline, error) {
	if r.baseline == "" {
		return nil, nil
	}
	b, err := reports.ReadBaselineFile(r.baseline)
	if err != nil {
		return nil, usage("--baseline: %w", err)
	}
	return b, nil
}

// write writes the report in every form and place that is wanted. Nothing is
// written of a run that tested nothing: an empty report would look like a pass.
func (r *runFlags) write(report *reports.Report) error {
	if len(report.Results) == 0 {
		return nil
	}
	if r.out != "" {
		report.Faults = faultMatrix().Counts()
		if err := writeAll(report, r.out); err != nil {
			return err
		}
	}
	if r.autobahnOut != "" {
		return reports.WriteAutobahn(r.autobahnOut, report)
	}
	return nil
}

// written are the files to look at first.
func (r *runFlags) written(report *reports.Report) []string {
	var files []string
	if len(report.Results) > 0 && r.out != "" {
		files = append(files, filepath.Join(r.out, "index.html"))
	}
	if len(report.Results) > 0 && r.autobahnOut != "" {
		files = append(files, filepath.Join(r.autobahnOut, "index.json"))
	}
	return files
}

// record begins the record of a run.
func (r *runFlags) record() *record {
	record := newRecord(r.profile)
	record.transcripts = r.transcripts
	return record
}

// finish writes the report, prints the summary, and decides the exit code:
// what could not be tested outweighs a regression, and that a failure.
func (r *runFlags) finish(console *console, record *record, known *reports.Baseline, failed error) error {
	report := record.finish()
	if err := errors.Join(r.write(report), record.lost); err != nil {
		return couldNot(errors.Join(failed, err))
	}
	comparison := known.Compare(report)
	console.summary(report, known, comparison, r.written(report))
	if r.writeBaseline != "" && failed == nil {
		if err := reports.ReplaceFile(r.writeBaseline, reports.BaselineOf(report).Write); err != nil {
			return couldNot(fmt.Errorf("cannot write the baseline: %w", err))
		}
	}
	if failed != nil {
		return couldNot(failed)
	}
	return verdictOf(report, known, comparison, r.strict)
}

// verdictOf is the run's own exit code.
func verdictOf(report *reports.Report, known *reports.Baseline, comparison reports.Comparison, strict bool) error {
	code := exitPass
	for _, res := range report.Results {
		switch {
		case res.Verdict == reports.Error:
			code = exitHarness
		case known.Knows(res.Agent, res.Role) || code == exitHarness:
		case res.Verdict == reports.Fail, strict && res.Verdict == reports.Warn:
			code = exitNonconformant
		}
	}
	if code != exitHarness && comparison.Regressed() {
		code = exitRegression
	}
	if code == exitPass {
		return nil
	}
	return &exitError{code: code}
}
