package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
)

// tests has the state of all runs of wsspec. Each run writes its own report.
type tests struct {
	wsspec string
	parts  string
	rest   []string
	// baseline is a file that wsspec gets too; "" means none.
	baseline       string
	stdout, stderr *os.File
	// reports lists the report files so far. code is the worst exit code so far.
	reports []string
	code    int
}

// severity orders the exit codes of wsspec: an untested peer is worse than a regression,
// and a regression is worse than a failure.
var severity = []int{0, 1, 4, 2, exitHarness}

// A wsspecRun is one run of wsspec.
type wsspecRun struct {
	agent string
	role  verdict.Role
	// command is what stands before the flags of all runs, behind what stands after them.
	command, behind []string
}

// atOnce is how many runs are under way at a time. They wait for three quarters of their time.
func atOnce() int { return min(2*runtime.NumCPU(), 8) }

// run runs wsspec several times, some runs at a time, and keeps the reports. It starts first
// what waits longest. The output is as if one ran after the other, in the given order: that
// of the first one that has not ended is shown as it comes.
func (t *tests) run(ctx context.Context, runs []wsspecRun) error {
	ends := make([]chan error, len(runs))
	outputs, errs := make([]*turn, len(runs)), make([]*turn, len(runs))
	for i := range runs {
		ends[i], outputs[i], errs[i] = make(chan error, 1), &turn{w: t.stdout}, &turn{w: t.stderr}
	}
	go func() {
		places := make(chan struct{}, atOnce())
		for _, i := range t.starts(runs) {
			places <- struct{}{}
			go func() {
				defer func() { <-places }()
				ends[i] <- t.command(ctx, runs[i], outputs[i], errs[i])
			}()
		}
	}()
	var failed error
	for i, r := range runs {
		failed = errors.Join(failed, outputs[i].begin(), errs[i].begin())
		failed = errors.Join(failed, t.ended(r, <-ends[i]))
	}
	return failed
}

// starts is the order in which the runs start. A peer with many known failures comes first:
// wsspec waits for what it does not send, which would be all that is left to do at the end.
// The first run starts at once in any case, because its output is shown first.
func (t *tests) starts(runs []wsspecRun) []int {
	failures := make([]int, len(runs))
	if known, err := reports.ReadBaselineFile(t.baseline); err == nil { // wsspec complains about others
		for i, r := range runs {
			for _, a := range known.Agents {
				if a.Agent == r.agent && a.Role == r.role {
					failures[i] = len(a.Deviations)
				}
			}
		}
	}
	order := make([]int, len(runs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order[min(1, len(order)):], func(a, b int) int { return failures[b] - failures[a] })
	return order
}

// command runs wsspec once.
func (t *tests) command(ctx context.Context, r wsspecRun, stdout, stderr io.Writer) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, t.wsspec, slices.Concat(r.command, t.rest, []string{"--out", t.dir(r)}, r.behind)...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if info, err := t.stdout.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		cmd.Env = append(os.Environ(), "FORCE_COLOR=1") // behind the pipe there is a terminal
	}
	cmd.Cancel = func() error { return interrupt(cmd.Process) }
	cmd.WaitDelay = stopDeadline
	return cmd.Run()
}

func (t *tests) dir(r wsspecRun) string { return filepath.Join(t.parts, string(r.role)+"-"+r.agent) }

// ended keeps the report and the exit code of a run.
func (t *tests) ended(r wsspecRun, err error) error {
	var exit *exec.ExitError
	switch {
	case errors.Is(err, context.Canceled): // nobody wants it any more
		t.code = exitHarness
		return nil
	case errors.As(err, &exit) && exit.Exited():
		if slices.Index(severity, exit.ExitCode()) > slices.Index(severity, t.code) {
			t.code = exit.ExitCode()
		}
	case err != nil:
		t.code = exitHarness
		return fmt.Errorf("wsspec %s: %w", r.command[0], err)
	}
	if file := filepath.Join(t.dir(r), "report.json"); exists(file) {
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
