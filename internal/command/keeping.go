package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

// keeping says what a run keeps of what it finds out, and where.
type keeping struct {
	// secrets: nothing is removed. journal: the journal stays beside the report.
	keepSecrets bool
	keepJournal bool
	// resumes: the run goes on with the one that the journal has. An interrupted one keeps
	// its journal.
	resumes bool
	// hidden are the secrets of this run.
	hidden hidden
	// stdout is the standard output, also where the console is elsewhere.
	stdout io.Writer
	// ownJournal is the journal of a run that writes none beside a report, in the folder
	// for temporary files: a form of the report takes whole transcripts from it.
	ownJournal string
	// made are the folders that the run made for its report, the innermost first.
	made []string
}

// keepSecretsHelp describes --keep-secrets.
const keepSecretsHelp = "keep passwords, tokens and cookies in what is printed and written, where each is REDACTED otherwise"

func (k *keeping) add(f *pflag.FlagSet) {
	f.BoolVar(&k.keepSecrets, "keep-secrets", false, keepSecretsHelp)
	f.BoolVar(&k.keepJournal, "keep-journal", false, "leave "+reports.JournalFile+" beside the report: it has the transcripts that report.json has no room for")
}

// journalPath is where a run writes its results as they come: beside the report. It is
// empty for a run that writes no report, unless that has a journal of its own.
func (r *runFlags) journalPath() string {
	switch {
	case r.out != "":
		return filepath.Join(r.out, reports.JournalFile)
	case r.autobahnOut != "":
		return filepath.Join(r.autobahnOut, reports.JournalFile)
	}
	return r.ownJournal
}

// openOwnJournal makes the journal for a form that has whole transcripts, where the run
// has no other journal: without one, a run keeps only what it has memory for.
func (r *runFlags) openOwnJournal() error {
	if r.journalPath() != "" || !r.formOut.form.Whole {
		return nil
	}
	file, err := os.CreateTemp("", "wsspec-*.jsonl")
	if err != nil {
		return couldNot(fmt.Errorf("--format %s needs a temporary file, or --out DIR: %w", r.format, err))
	}
	r.ownJournal = file.Name()
	return file.Close()
}

// record begins the record of a run, and its journal.
func (r *runFlags) record() (*record.Record, error) {
	if err := r.openOwnJournal(); err != nil {
		return nil, err
	}
	path := r.journalPath()
	if path != "" {
		dir := filepath.Dir(path)
		r.made = missingFolders(dir)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, couldNot(fmt.Errorf("cannot write the report: %w", err))
		}
	}
	rec := newRecord(record.Options{
		Profile: r.profile, Transcripts: r.transcripts, Journal: path, Resume: r.resumes,
		KeepSecrets: r.keepSecrets, Secrets: r.hidden.redactor,
	})
	if err := rec.JournalErr(); err != nil {
		return nil, couldNot(fmt.Errorf("cannot write the report: %w", err))
	}
	return rec, nil
}

// newRecord begins the record of what this process was asked to run.
func newRecord(o record.Options) *record.Record {
	o.Tool = reports.Tool{Name: "wsspec", Version: version()}
	o.Command = append([]string{"wsspec"}, arguments(os.Args)...)
	return record.New(o)
}

// missingFolders are the folders on the way to this one that do not exist, the innermost
// first.
func missingFolders(dir string) (missing []string) {
	for dir != filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, os.ErrNotExist) {
			break
		}
		missing = append(missing, dir)
		dir = filepath.Dir(dir)
	}
	return missing
}

// removeJournal removes the journal of a run whose reports are written, and the folders
// that were made for nothing.
func (r *runFlags) removeJournal(report *reports.Report) error {
	path := r.journalPath()
	wanted := r.ownJournal == "" && (r.keepJournal || r.resumes && report.Interrupted != "")
	if path == "" || wanted && played(report) {
		return nil
	}
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil // a link or a device stays what it is
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cannot remove the journal: %w", err)
	}
	if !played(report) {
		for _, dir := range r.made {
			if os.Remove(dir) != nil {
				break // it is not empty
			}
		}
	}
	return nil
}

// journalKept says where the results are that are in no report, as the end of an error.
func (r *runFlags) journalKept() string {
	path := r.journalPath()
	if path == "" {
		return ""
	}
	if _, err := reports.ReadJournal(path); err != nil {
		return ""
	}
	return fmt.Sprintf("; the results are in %s, and wsspec report %s shows them", path, path)
}

// writeBaselineOf writes the baseline that --write-baseline wants.
func (r *runFlags) writeBaselineOf(report *reports.Report) error {
	draw := reports.BaselineOf(report).Write
	err := error(nil)
	if r.baselineToStdout() {
		err = draw(r.stdout)
	} else {
		err = reports.ReplaceFile(r.writeBaseline, draw)
	}
	if err != nil {
		return fmt.Errorf("cannot write the baseline: %w", err)
	}
	return nil
}

func (r *runFlags) baselineToStdout() bool { return r.writeBaseline == "-" }

// screenOf returns where a run tells how it goes: standard output, or standard error
// where the baseline or a form of the report goes to standard output. Secrets do not get there.
func (r *runFlags) screenOf(stdout, stderr io.Writer) io.Writer {
	r.stdout = stdout
	if r.baselineToStdout() || r.format != "" {
		stdout = stderr
	}
	return r.hidden.writer(stdout)
}
