package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/reports"
)

// defaultFormat is what a person at a terminal can read.
const defaultFormat = "markdown"

// output is where a form goes: a file, or standard output.
type output struct{ path string }

func (o *output) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.path, "output", "o", "-", "write to this `FILE`; - is standard output")
}

func (o *output) toStdout() bool { return o.path == "-" }

// write has draw write there. A file changes all at once or not at all.
func (o *output) write(stdout io.Writer, draw func(io.Writer) error) error {
	if o.toStdout() {
		if err := draw(stdout); err != nil {
			return couldNot(err)
		}
		return nil
	}
	if err := reports.ReplaceFile(o.path, draw); err != nil {
		return couldNot(fmt.Errorf("-o: %w", err))
	}
	return nil
}

func newReport() *cobra.Command {
	var format string
	var partial, public bool
	var out output
	cmd := &cobra.Command{
		Use:   "report FILE... | report COMMAND",
		Short: "Draw, merge, compare and browse reports",
		Long: `Draw a report.json in another form. Several files are merged first, as report
merge does it; a folder stands for the report.json in it.

` + formatsHelp(),
		Example: `  wsspec report report.json
  wsspec report report.json -o page.html
  wsspec report report.json --format sarif -o wsspec.sarif
  wsspec report merge shard1.json shard2.json -o report.json
  wsspec report diff old.json new.json --format markdown`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("which report? For example: wsspec report report.json --format html -o page.html")
			}
			f, err := formatFor(format, out.path)
			if err != nil {
				return err
			}
			report, err := readMerged(args, partial)
			if err != nil {
				return err
			}
			if public {
				report = report.Public()
			}
			return out.write(cmd.OutOrStdout(), func(w io.Writer) error { return f.Write(w, report) })
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "the form, one of those above (default: what the name after -o says, else "+defaultFormat+")")
	cmd.Flags().BoolVar(&partial, "partial", false, "of several files, let agents lack cases that others have")
	cmd.Flags().BoolVar(&public, "public", false, "leave out what it says about this machine: folders, and what clients' processes wrote")
	out.add(cmd)
	cmd.AddCommand(newReportMerge(), newReportDiff(), newReportServe(), newReportFaults())
	return cmd
}

// formatsHelp lists the forms, a line each.
func formatsHelp() string {
	var b strings.Builder
	b.WriteString("Formats:")
	for _, f := range reports.Formats() {
		fmt.Fprintf(&b, "\n  %-9s %s", f.Name, f.About)
	}
	return b.String()
}

// formatFor finds a form by its name, or by the name of the file it goes to.
func formatFor(name, path string) (reports.Format, error) {
	formats := reports.Formats()
	if name == "" {
		if ext := filepath.Ext(path); ext != "" {
			for _, f := range formats {
				if filepath.Ext(f.File) == ext {
					return f, nil
				}
			}
		}
		name = defaultFormat
	}
	var names []string
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return reports.Format{}, noFormat(name, names)
}

// noFormat is the error of a name that no form has.
func noFormat(name string, names []string) error {
	return usage("--format %s: there is no such format; did you mean %q? All are %s", name, conformance.Nearest(name, names)[0], strings.Join(names, ", "))
}

// readMerged reads one report, or merges several.
func readMerged(paths []string, partial bool) (*reports.Report, error) {
	if len(paths) == 1 {
		return readReportFile(paths[0])
	}
	parts := make([]*reports.Report, len(paths))
	for i, path := range paths {
		part, err := readReportFile(path)
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	if partial {
		return asUsage(reports.MergePartial(parts...))
	}
	merged, err := reports.Merge(parts...)
	if err != nil {
		if _, other := reports.MergePartial(parts...); other == nil {
			err = fmt.Errorf("%w (--partial lets cases be missing)", err)
		}
		return asUsage(nil, err)
	}
	return merged, nil
}

// readReportFile reads a report.json, or the one in a folder.
func readReportFile(path string) (*reports.Report, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "report.json")
	}
	return asUsage(reports.ReadFile(path))
}

// asUsage makes an error about a file that the user named one of usage.
func asUsage(r *reports.Report, err error) (*reports.Report, error) {
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return r, nil
}
