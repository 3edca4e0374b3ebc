package command

import (
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/markdown"
	"github.com/wsspec/wsspec/reports/page"
	"github.com/wsspec/wsspec/reports/record"
)

func newReportFaults() *cobra.Command {
	var format string
	var out output
	cmd := &cobra.Command{
		Use:   "faults",
		Short: "Show which cases detect which faults of a peer",
		Long: `Show the fault matrix of this release: peers that are wrong on purpose, with one
fault each, and how many cases of each part of the catalogue detect it.`,
		Example: `  wsspec report faults
  wsspec report faults -o faults.html`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format == "" && filepath.Ext(out.path) == ".html" {
				format = "html"
			}
			matrix := record.FaultMatrix()
			write, ok := map[string]func(io.Writer, *reports.FaultMatrix) error{"": markdown.WriteFaults, "markdown": markdown.WriteFaults, "html": page.WriteFaults}[format]
			if !ok {
				return noFormat(format, []string{"markdown", "html"})
			}
			return out.write(cmd.OutOrStdout(), func(w io.Writer) error { return write(w, matrix) })
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "markdown or html (default: by the extension of the -o file, otherwise markdown)")
	out.add(cmd)
	return cmd
}
