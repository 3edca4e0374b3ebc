package command

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
	"github.com/wsspec/wsspec/reports/record"
)

// defaultFormat is readable at a terminal.
const defaultFormat = "markdown"

// output is the destination of a form: a file, or standard output.
type output struct{ path string }

func (o *output) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.path, "output", "o", "-", "write to this `FILE`; - is standard output")
}

func (o *output) toStdout() bool { return o.path == "-" }

// write writes there with draw. A file is replaced all at once or not at all.
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

// writeForm writes a report there in a form. A form that is a folder of files needs
// the name of a folder.
func (o *output) writeForm(stdout io.Writer, f reports.Form, r *reports.Report) error {
	switch {
	case f.WriteFolder == nil:
		return o.write(stdout, func(w io.Writer) error { return f.Write(w, r) })
	case o.toStdout():
		return usage("--format %s is a folder of files: name the folder with -o DIR", f.Name)
	}
	if err := f.WriteFolder(o.path, r); err != nil {
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
		Short: "Convert, merge, compare and browse reports",
		Long: `Write a report.json or a journal.jsonl in another form. Several files are merged first, as by report
merge. A folder stands for the report.json in it, or for the journal.jsonl of a later
run that was killed before it could write its report. A journal can be read at any
time, also while its run goes on.

` + formatsHelp(),
		Example: `  wsspec report report.json
  wsspec report report.json -o page.html
  wsspec report journal.jsonl --format pcapng -o all.pcapng
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
			return out.writeForm(cmd.OutOrStdout(), f, report)
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "the form, one of those above (default: by the extension of the -o file, otherwise "+defaultFormat+")")
	cmd.Flags().BoolVar(&partial, "partial", false, "with several files, allow agents to lack cases that others have")
	cmd.Flags().BoolVar(&public, "public", false, "leave out details of this machine: folders of programs, and the output of clients")
	out.add(cmd)
	cmd.AddCommand(newReportMerge(), newReportDiff(), newReportServe(), newReportFaults())
	return cmd
}

// formatsHelp lists the forms, one a line.
func formatsHelp() string {
	var b strings.Builder
	b.WriteString("Formats:")
	for _, f := range forms.All() {
		fmt.Fprintf(&b, "\n  %-9s %s", f.Name, f.About)
	}
	return b.String()
}

// formatFor finds a form by its name, or by the name of the file to write.
func formatFor(name, path string) (reports.Form, error) {
	if name == "" {
		if f, ok := forms.ForFile(path); ok {
			return f, nil
		}
		name = defaultFormat
	}
	if f, ok := forms.ByName(name); ok {
		return f, nil
	}
	var names []string
	for _, f := range forms.All() {
		names = append(names, f.Name)
	}
	return reports.Form{}, noFormat(name, names)
}

// noFormat is the error for an unknown name of a form.
func noFormat(name string, names []string) error {
	return usage("--format %s: there is no such format; did you mean %q? All are %s", name, script.Nearest(name, names)[0], strings.Join(names, ", "))
}

// readMerged reads one report, or merges several.
func readMerged(args []string, partial bool) (*reports.Report, error) {
	paths, err := matching(args)
	if err != nil {
		return nil, err
	}
	if len(paths) == 1 {
		return readReportFile(paths[0])
	}
	parts, err := readReportFiles(paths)
	if err != nil {
		return nil, err
	}
	return merged(parts, reports.MergeOptions{Partial: partial})
}

// readReportFiles is [readReportFile] for several.
func readReportFiles(paths []string) ([]*reports.Report, error) {
	parts := make([]*reports.Report, len(paths))
	for i, path := range paths {
		part, err := readReportFile(path)
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	return parts, nil
}

// readReportFile reads a report.json or a journal, or the latest one in a folder: a run
// that was killed leaves its journal, beside the report of the run before.
func readReportFile(path string) (*reports.Report, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return readOne(path)
	}
	report, err := readOne(filepath.Join(path, reports.JSONForm.File))
	if journal, other := readOne(filepath.Join(path, reports.JournalFile)); other == nil && (err != nil || journal.Started.After(report.Started)) {
		return journal, nil
	}
	return report, err
}

// readOne reads one report.json or journal.
func readOne(path string) (*reports.Report, error) {
	journal, err := reports.IsJournal(path)
	if err != nil || !journal {
		return asUsage(reports.ReadFile(path))
	}
	report, err := reports.ReadJournal(path)
	if err == nil {
		record.AddLikelyCauses(report)
	}
	return asUsage(report, err)
}

// asUsage makes an error about a file that the user named a usage error.
func asUsage(r *reports.Report, err error) (*reports.Report, error) {
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return r, nil
}
