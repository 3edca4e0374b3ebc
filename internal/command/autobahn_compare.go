package command

import (
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/autobahn"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// A comparisonForm is one way to write a comparison.
type comparisonForm struct {
	name  string
	write func(*autobahn.Comparison, io.Writer) error
}

var comparisonForms = []comparisonForm{
	{"text", (*autobahn.Comparison).WriteText},
	{"markdown", (*autobahn.Comparison).WriteMarkdown},
	{"html", (*autobahn.Comparison).WriteHTML},
}

func newAutobahnCompare() *cobra.Command {
	var format, role string
	var out output
	cmd := &cobra.Command{
		Use:   "compare OURS THEIRS",
		Short: "Hold wsspec's report against Autobahn's, case by case",
		Long: `Hold wsspec's report against Autobahn's, case by case, for the same peers. Each
is a report.json, the folder of one, or a folder that Autobahn wrote (with its
index.json).

Exit codes: 0 all cases agree, or differ for a documented reason; 1 some differ
without one; 2 there is nothing to compare.`,
		Example: `  wsspec autobahn compare ours/ theirs/
  wsspec autobahn compare report.json reports/servers --format html -o comparison.html`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("compare takes two reports, wsspec's first, as in: wsspec autobahn compare ours/ theirs/")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			form, err := comparisonFormFor(format)
			if err != nil {
				return err
			}
			if role != "" && role != string(verdict.Server) && role != string(verdict.Client) {
				return usage("--role %s: it has to be server or client", role)
			}
			ours, err := readEither(args[0], verdict.Role(role))
			if err != nil {
				return err
			}
			theirs, err := readEither(args[1], verdict.Role(role))
			if err != nil {
				return err
			}
			comparison, err := autobahn.Compare(ours, theirs)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			if err := out.write(cmd.OutOrStdout(), func(w io.Writer) error { return form.write(comparison, w) }); err != nil {
				return err
			}
			if !comparison.Agrees() {
				return &exitError{code: exitNonconformant}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`text`, markdown or html")
	cmd.Flags().StringVar(&role, "role", "", "the peers' `ROLE` in a folder of Autobahn's, server or client (default: what its files tell)")
	out.add(cmd)
	return cmd
}

func comparisonFormFor(name string) (comparisonForm, error) {
	var names []string
	for _, f := range comparisonForms {
		if f.name == name {
			return f, nil
		}
		names = append(names, f.name)
	}
	return comparisonForm{}, noFormat(name, names)
}

// readEither reads a report of either kind.
func readEither(path string, role verdict.Role) (*reports.Report, error) {
	if _, err := os.Stat(filepath.Join(path, "report.json")); err == nil {
		return readReportFile(path)
	}
	if filepath.Base(path) == "index.json" {
		path = filepath.Dir(path)
	}
	if _, err := os.Stat(filepath.Join(path, "index.json")); err == nil {
		return asUsage(autobahn.Read(path, autobahn.Options{Role: role, Describe: describeCase}))
	}
	return readReportFile(path)
}
