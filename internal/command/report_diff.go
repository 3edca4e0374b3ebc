package command

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/markdown"
	"github.com/wsspec/wsspec/reports/page"
)

// A diffForm is one way to write a difference.
type diffForm struct {
	name  string
	write func(io.Writer, *reports.Changes) error
}

var diffForms = []diffForm{
	{"text", func(w io.Writer, d *reports.Changes) error { return d.WriteText(w) }},
	{"markdown", markdown.WriteDiff},
	{"html", page.WriteDiff},
}

func newReportDiff() *cobra.Command {
	var format string
	var out output
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Compare two reports",
		Long: `Compare each case of two reports: new failures, new warnings, fixed, changed,
flaky, gone. A folder stands for the report.json in it.

Exit code 4 means that a case got worse: it fails or warns now and did not before.
--baseline uses the same rule.`,
		Example: `  wsspec report diff old.json new.json
  wsspec report diff old.json new.json --format html -o diff.html`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("diff takes two reports, the older one first, as in: wsspec report diff old.json new.json")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			form, err := diffFormFor(format)
			if err != nil {
				return err
			}
			older, err := readReportFile(args[0])
			if err != nil {
				return err
			}
			newer, err := readReportFile(args[1])
			if err != nil {
				return err
			}
			changes := reports.Diff(older, newer)
			if err := out.write(cmd.OutOrStdout(), func(w io.Writer) error { return form.write(w, changes) }); err != nil {
				return err
			}
			if changes.Regressed() {
				return &exitError{code: exitRegression}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`text`, markdown or html")
	out.add(cmd)
	return cmd
}

func diffFormFor(name string) (diffForm, error) {
	var names []string
	for _, f := range diffForms {
		if f.name == name {
			return f, nil
		}
		names = append(names, f.name)
	}
	return diffForm{}, noFormat(name, names)
}
