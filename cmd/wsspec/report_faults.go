package main

import (
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance/faulty"
	"github.com/wsspec/wsspec/reports"
)

func newReportFaults() *cobra.Command {
	var format string
	var out output
	cmd := &cobra.Command{
		Use:   "faults",
		Short: "Draw which cases catch which faults of a peer",
		Long: `Draw the fault matrix of this release: peers that are wrong on purpose, one fault
each, and in how many cases of each part of the catalogue it shows.`,
		Example: `  wsspec report faults
  wsspec report faults -o faults.html`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format == "" && filepath.Ext(out.path) == ".html" {
				format = "html"
			}
			matrix := faultMatrix()
			write, ok := map[string]func(io.Writer) error{"": matrix.WriteMarkdown, "markdown": matrix.WriteMarkdown, "html": matrix.WriteHTML}[format]
			if !ok {
				return noFormat(format, []string{"markdown", "html"})
			}
			return out.write(cmd.OutOrStdout(), write)
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "markdown or html (default: what the name after -o says, else markdown)")
	out.add(cmd)
	return cmd
}

// faultMatrix puts what was measured together with what the faults are.
func faultMatrix() *reports.FaultMatrix {
	measured := faulty.Catches()
	m := &reports.FaultMatrix{Cases: measured.Cases}
	for _, row := range measured.Rows {
		out := reports.FaultRow{Fault: row.Fault, Role: reports.Role(row.Role), Fails: row.Fails, Warns: row.Warns, Uncaught: row.Uncaught}
		if f, err := faulty.ByName(row.Fault); err == nil {
			out.Area, out.Sentence, out.Requires = string(f.Area), f.Sentence, f.Requires
		}
		m.Rows = append(m.Rows, out)
	}
	return m
}
