package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
)

// A formOutput is a form of the report that goes to standard output. The zero value
// writes nothing.
type formOutput struct {
	form reports.Form
	to   io.Writer
}

// divert makes standard output the place of the form that --format names.
func (r *runFlags) divert(stdout io.Writer) error {
	if r.format == "" {
		return nil
	}
	form, err := formatFor(r.format, "")
	switch {
	case err != nil:
		return err
	case r.baselineToStdout():
		return usage("--format %s and --write-baseline -: standard output can have one of them", form.Name)
	case form.Write == nil:
		return usage("--format %s is a folder of files, which standard output cannot hold; use --autobahn-out DIR", form.Name)
	case form.Binary && terminalOf(stdout) != nil:
		return usage("--format %s is no text for a terminal: send standard output to a file, as in > %s", form.Name, form.File)
	}
	r.formOut = formOutput{form, stdout}
	return nil
}

// write writes a report there. As everywhere, a run that tested nothing has none.
func (o formOutput) write(report *reports.Report) error {
	if o.to == nil || !played(report) {
		return nil
	}
	if err := o.form.Write(o.to, report); err != nil {
		return fmt.Errorf("--format %s: %w", o.form.Name, err)
	}
	return nil
}

// formNames are the names of the forms that are one file.
func formNames() string {
	var names []string
	for _, f := range forms.All() {
		if f.Write != nil {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, ", ")
}
