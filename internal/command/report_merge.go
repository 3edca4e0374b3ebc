package command

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

func newReportMerge() *cobra.Command {
	var o reports.MergeOptions
	var baseline string
	var wait time.Duration
	var out output
	cmd := &cobra.Command{
		Use:   "merge FILE FILE...",
		Short: "Merge reports: shards, agents, roles",
		Long: `Merge the reports of several runs: shards of one agent, several agents, both
roles. It is an error if an agent has a case twice in one role, or lacks a case
that another agent of the role has.

Of the shards of a run (--shard 2/4), each has to be there once, and to have come to
its end; the report is then that of the whole run. --partial lets shards and cases be
missing, and --latest lets them be there more than once. The counts of each agent are
printed on standard error.

A FILE with *, ? or [ in it stands for all files that match, also where no shell is. With
--wait, shards may come later: wsspec looks for them again and again.`,
		Example: `  wsspec report merge report/shard-*-of-4 -o report/report.json
  wsspec report merge --wait 30m --latest '/reports/*/shard-*/report.json' -o all.json
  wsspec report merge server.json client.json -o report.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("merge takes two reports or more, as in: wsspec report merge a.json b.json -o out.json")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if wait < 0 {
				return usage("--wait %s: it cannot be negative", wait)
			}
			merged, err := mergeWithin(cmd.Context(), args, o, wait)
			if err != nil {
				return err
			}
			if baseline != "" {
				if err := writeMergedBaseline(baseline, merged); err != nil {
					return err
				}
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
	cmd.Flags().BoolVar(&o.Partial, "partial", false, "allow agents to lack cases that others have, and shards to be missing or incomplete")
	cmd.Flags().BoolVar(&o.Latest, "latest", false, "allow shards and cases to be there more than once: the run that began last counts")
	cmd.Flags().DurationVar(&wait, "wait", 0, "wait this long for shards that are missing, or have not come to their end")
	cmd.Flags().StringVar(&baseline, "write-baseline", "", "write the verdicts of the merged report to a `FILE` for --baseline")
	out.add(cmd)
	return cmd
}

// mergeFiles merges the reports in files. One file alone has to be the only shard of a run.
func mergeFiles(args []string, o reports.MergeOptions) (*reports.Report, error) {
	paths, err := matching(args)
	if err != nil {
		return nil, err
	}
	parts, err := readReportFiles(paths)
	if err != nil {
		return nil, err
	}
	if len(parts) == 1 && !isShard(parts[0]) {
		return nil, usage("merge takes two reports or more, as in: wsspec report merge a.json b.json -o out.json")
	}
	return merged(parts, o)
}

// isShard reports whether a report is of one shard of a run, or of several.
func isShard(r *reports.Report) bool {
	return slices.ContainsFunc(r.Targets, func(t reports.Target) bool { return t.Shards != nil })
}

// merged merges reports. An error names the flags that would help.
func merged(parts []*reports.Report, o reports.MergeOptions) (*reports.Report, error) {
	all, err := reports.MergeWith(o, parts...)
	if err == nil {
		if slices.ContainsFunc(parts, isShard) { // each knew a part of the failures
			for i := range all.Results {
				all.Results[i].LikelyCause = ""
			}
			record.AddLikelyCauses(all)
		}
		return all, nil
	}
	for _, with := range []struct {
		o    reports.MergeOptions
		says string
	}{
		{reports.MergeOptions{Partial: true, Latest: o.Latest}, "--partial lets cases and shards be missing"},
		{reports.MergeOptions{Partial: o.Partial, Latest: true}, "--latest takes the later one"},
		{reports.MergeOptions{Partial: true, Latest: true}, "--latest takes the later one, and --partial lets cases and shards be missing"},
	} {
		if _, other := reports.MergeWith(with.o, parts...); other == nil {
			if with.o.Latest == o.Latest {
				err = &incompleteError{err}
			}
			return asUsage(nil, fmt.Errorf("%w (%s)", err, with.says))
		}
	}
	return asUsage(nil, err)
}

// writeMergedBaseline writes a baseline of a merged report that is complete.
func writeMergedBaseline(path string, r *reports.Report) error {
	incomplete := r.Interrupted != "" || r.Summary.Ran < r.Summary.Cases ||
		slices.ContainsFunc(r.Targets, func(t reports.Target) bool { return !t.Shards.Complete() || t.Unfinished != "" })
	if incomplete {
		return usage("--write-baseline: the merged report is not complete")
	}
	if err := reports.ReplaceFile(path, reports.BaselineOf(r).Write); err != nil {
		return couldNot(fmt.Errorf("--write-baseline: %w", err))
	}
	return nil
}
