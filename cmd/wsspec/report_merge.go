package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/reports"
)

func newReportMerge() *cobra.Command {
	var partial bool
	var out output
	cmd := &cobra.Command{
		Use:   "merge FILE FILE...",
		Short: "Merge reports: shards, agents, roles",
		Long: `Merge the reports of several runs: shards of one agent, several agents, both
roles. It is an error if an agent has a case twice in one role, or lacks a case
that another agent of the role has, because then a shard is missing. The counts of
each agent are printed on standard error.`,
		Example: `  wsspec report merge shard1.json shard2.json -o report.json
  wsspec report merge server.json client.json -o report.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage("merge takes two reports or more, as in: wsspec report merge a.json b.json -o out.json")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			merged, err := readMerged(args, partial)
			if err != nil {
				return err
			}
			if err := out.write(cmd.OutOrStdout(), func(w io.Writer) error { return reports.Write(w, merged) }); err != nil {
				return err
			}
			for _, a := range merged.Summary.Agents {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s as a %s: %s\n", a.Agent, a.Role, tally(a.Verdicts))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&partial, "partial", false, "allow agents to lack cases that others have")
	out.add(cmd)
	return cmd
}
