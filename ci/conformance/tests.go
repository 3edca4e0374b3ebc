package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
)

// tests has the state of all runs of wsspec. Each run writes its own report.
type tests struct {
	wsspec         string
	parts          string
	rest           []string
	stdout, stderr *os.File
	// reports lists the report files so far. code is the worst exit code so far.
	reports []string
	code    int
}

// severity orders the exit codes of wsspec: an untested peer is worse than a regression,
// and a regression is worse than a failure.
var severity = []int{0, 1, 4, 2, exitHarness}

// run runs wsspec once and keeps its report. name is the name of the folder for the report.
func (t *tests) run(ctx context.Context, name string, command, behind []string) error {
	dir := filepath.Join(t.parts, name)
	args := slices.Concat(command, t.rest, []string{"--out", dir}, behind)
	cmd := exec.CommandContext(ctx, t.wsspec, args...)
	cmd.Stdout, cmd.Stderr = t.stdout, t.stderr
	cmd.Cancel = func() error { return interrupt(cmd.Process) }
	cmd.WaitDelay = stopDeadline
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.Exited():
		if slices.Index(severity, exit.ExitCode()) > slices.Index(severity, t.code) {
			t.code = exit.ExitCode()
		}
	case err != nil:
		t.code = exitHarness
		return fmt.Errorf("wsspec %s: %w", command[0], err)
	}
	if file := filepath.Join(dir, "report.json"); exists(file) {
		t.reports = append(t.reports, file)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// merge writes one report and, if requested, one baseline for all runs. If a run did not
// complete, the report has its partial results.
func (t *tests) merge(o options) error {
	if len(t.reports) == 0 {
		return nil
	}
	var parts []*reports.Report
	for _, file := range t.reports {
		part, err := reports.ReadFile(file)
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	merge := reports.Merge
	if t.code == exitHarness {
		merge = reports.MergePartial
	}
	merged, err := merge(parts...)
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := forms.WriteFolder(o.out, merged); err != nil {
			return err
		}
		fmt.Fprintf(t.stdout, "report of all: %s\n", filepath.Join(o.out, "index.html"))
	}
	if o.writeBaseline != "" && t.code != exitHarness {
		return reports.ReplaceFile(o.writeBaseline, reports.BaselineOf(merged).Write)
	}
	return nil
}
