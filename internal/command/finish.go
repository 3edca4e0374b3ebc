package command

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/internal/conntrack"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/autobahn"
	"github.com/wsspec/wsspec/reports/forms"
	"github.com/wsspec/wsspec/reports/record"
)

// known reads the baseline, nil if none is wanted.
func (r *runFlags) known() (*reports.Baseline, error) {
	if r.baseline == "" {
		return nil, nil
	}
	b, err := reports.ReadBaselineFile(r.baseline)
	if err != nil {
		return nil, usage("--baseline: %w", err)
	}
	return b, nil
}

// write writes the report in every form and place that is wanted. Nothing is
// written of a run that tested nothing: an empty report would look like a pass.
func (r *runFlags) write(report *reports.Report) error {
	if !played(report) {
		return nil
	}
	if r.out != "" {
		if err := forms.WriteFolder(r.out, report); err != nil {
			return fmt.Errorf("cannot write the report: %w", err)
		}
	}
	if r.autobahnOut != "" && report.Summary.Ran > 0 {
		return autobahn.Write(r.autobahnOut, report)
	}
	return nil
}

// played reports whether any case was begun: one that was under way when the server
// stopped serving was not run, and has its transcript.
func played(report *reports.Report) bool {
	return isEmptyShard(report) || report.Summary.Ran > 0 || slices.ContainsFunc(report.Results, func(res reports.Result) bool { return len(res.Transcript) > 0 })
}

// written are the files to look at first.
func (r *runFlags) written(report *reports.Report) []string {
	var files []string
	if played(report) && r.out != "" {
		files = append(files, filepath.Join(r.out, "index.html"))
	}
	if report.Summary.Ran > 0 && r.autobahnOut != "" {
		files = append(files, filepath.Join(r.autobahnOut, "index.json"))
	}
	return files
}

// transcriptErr says that --transcripts did not get every transcript, nil if it
// did.
func transcriptErr(rec *record.Record) error {
	if err := rec.TranscriptErr(); err != nil {
		return fmt.Errorf("--transcripts: %w", err)
	}
	return nil
}

// finish writes the report, prints the summary, and decides the exit code. failures
// say which peers could not be tested to the end.
func (r *runFlags) finish(console *console, rec *record.Record, known *reports.Baseline, failures ...error) error {
	_ = rec.Close()
	report := rec.Report() // reads the journal
	failed := errors.Join(failures...)
	comparison := known.Mark(report)
	written, lost := r.keep(report, errors.Join(rec.JournalErr(), transcriptErr(rec)))
	tellOfWait(console.w, conntrack.System.Waited())
	console.summary(report, known, comparison, written)
	if lost != nil {
		return couldNot(errors.Join(failed, lost))
	}
	code := exitCode(report, known, comparison, r.strict)
	switch {
	case failed == nil:
	case !onlyOutages(failures):
		code = exitHarness
	case code == exitPass:
		code = exitHarness
	}
	if r.writeBaseline != "" && failed == nil {
		if n := report.Summary.Verdicts[verdict.NotRun]; n > 0 {
			failed = fmt.Errorf("no baseline is written, because %d cases were not run", n)
		} else if err := r.writeBaselineOf(report); err != nil {
			return couldNot(err)
		}
	}
	if code == exitPass {
		return nil
	}
	return &exitError{code: code, err: failed}
}

// keep writes the reports of a run that has ended, and removes its journal if nothing is
// lost. It returns the files to look at first. The error says what is lost, lost so far
// included, and where the results are.
func (r *runFlags) keep(report *reports.Report, lost error) (written []string, err error) {
	if err := errors.Join(r.write(report), r.formOut.write(report)); err != nil {
		return nil, fmt.Errorf("%w%s", errors.Join(lost, err), r.journalKept())
	}
	if lost == nil {
		lost = r.removeJournal(report)
	}
	return r.written(report), lost
}

// onlyOutages reports whether all that went wrong is that servers stopped serving, and
// no case could be named for it.
func onlyOutages(failures []error) bool {
	for _, err := range failures {
		var outage *conformance.OutageError
		if err != nil && !errors.As(err, &outage) {
			return false
		}
	}
	return true
}

// verdictOf is the error with the run's exit code, nil for a pass.
func verdictOf(report *reports.Report, known *reports.Baseline, comparison reports.Comparison, strict bool) error {
	if code := exitCode(report, known, comparison, strict); code != exitPass {
		return &exitError{code: code}
	}
	return nil
}

// exitCode is the run's exit code. What the harness could not judge outweighs a
// regression, that a failure, and that a case that was not run: where a server stops
// serving, the case that stops it fails, and those behind it are not run.
func exitCode(report *reports.Report, known *reports.Baseline, comparison reports.Comparison, strict bool) int {
	var unjudged, failed, notRun bool
	for _, res := range report.Results {
		switch res.Verdict {
		case verdict.Error:
			unjudged = true
		case verdict.NotRun:
			notRun = true
		case verdict.Fail:
			failed = failed || !known.Knows(res.Agent, res.Role)
		case verdict.Warn:
			failed = failed || strict && !known.Knows(res.Agent, res.Role)
		}
	}
	switch {
	case unjudged:
		return exitHarness
	case comparison.Regressed():
		return exitRegression
	case failed:
		return exitNonconformant
	case notRun, comparison.Incomplete(), report.Interrupted != "":
		return exitHarness
	}
	return exitPass
}
