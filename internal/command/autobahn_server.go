package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/wsspec/wsspec/autobahn"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

func newAutobahnServer() *cobra.Command {
	var f autobahnFlags
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "server URL | server NAME=URL...",
		Short: "Have Autobahn test a server that echoes messages",
		Long: `Have the Autobahn|Testsuite test a server that sends each message back: its
fuzzing client runs in a container, which is removed however this ends.

Autobahn itself always ends well. Here a case that fails in either of its two
verdicts is exit code 1, and a report that lacks cases exit code 3.`,
		Example: `  wsspec autobahn server ws://localhost:9001/ --out report
  wsspec autobahn server ws://localhost:9001/ --run '[1-7].*' --compare
  AUTOBAHN_IMAGE=my/autobahn wsspec autobahn server ws://localhost:9001/`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("which server? For example: wsspec autobahn server ws://localhost:9001/")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.server(cmd.Context(), args, wait, cmd.OutOrStdout())
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.agent, "agent", "", "the server's `NAME` in the report (default: host and port)")
	cmd.Flags().DurationVar(&wait, "wait", 0, "wait this long for the server to come up, for CI that has just started it")
	return cmd
}

func (f *autobahnFlags) server(ctx context.Context, args []string, wait time.Duration, stdout io.Writer) error {
	r, err := f.begin(wire.RoleServer, stdout)
	if err != nil {
		return err
	}
	defer r.end()
	// wsspec's own way to servers: it tells a person what is wrong with one, where
	// Autobahn writes an empty report.
	own := &serverFlags{runFlags: unsaid(""), agent: f.agent, wait: wait, noProbe: true}
	own.profile, own.quiet = f.profile, f.quiet
	targets, err := own.targets(args, io.Discard)
	if err != nil {
		return err
	}
	var servers []autobahn.Server
	var agents []string
	urls := map[string]string{}
	for _, t := range targets {
		if _, err := own.probe(ctx, t, conformance.Options{}); err != nil {
			return couldNot(fmt.Errorf("%s: %w", t.Agent, err))
		}
		servers = append(servers, autobahn.Server{Agent: t.Agent, URL: t.URL.String()})
		agents = append(agents, t.Agent)
		urls[t.Agent] = t.URL.String()
	}
	failed := r.run().Servers(ctx, servers, r.pattern)
	var ours *reports.Report
	if failed == nil && f.compare {
		r.console.end()
		if ours, failed = own.ours(ctx, targets, r.cases, r.console.console); failed != nil {
			failed = fmt.Errorf("wsspec's own cases: %w", failed)
		}
	}
	return r.finish(ctx, failed, agents, urls, ours)
}

// ours runs wsspec's cases against the same servers.
func (f *serverFlags) ours(ctx context.Context, targets []*conformance.Target, cases []*script.Case, console *console) (*reports.Report, error) {
	rec := newRecord(record.Options{Profile: f.profile})
	var failed error
	for _, t := range targets {
		rec.AddTarget(t.Agent, wire.RoleServer, t.URL.String())
		failed = errors.Join(failed, f.runOne(ctx, t, planned{cases: slices.Clone(cases)}, console, rec))
	}
	return rec.Report(), failed
}
