package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/reports"
)

// A diffForm is one way to write a difference.
type diffForm struct {
	name  string
	write func(*reports.Changes, io.Writer) error
}

var diffForms = []diffForm{
	{"text", (*reports.Changes).WriteText},
	{"markdown", (*reports.Changes).WriteMarkdown},
	{"html", (*reports.Changes).WriteHTML},
}

func newReportDiff() *cobra.Command {
	var format string
	var out output
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Tell what a newer report says that an older one did not",
		Long: `Tell what became of each case between two reports: new failures, new remarks,
fixed, changed, flaky, gone. A folder stands for the report.json in it.

Exit code 4 says that something got worse: a failure or a remark where there was
none. That is what --baseline means by it too.`,
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
			if err := out.write(cmd.OutOrStdout(), func(w io.Writer) error { return form.write(changes, w) }); err != nil {
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
