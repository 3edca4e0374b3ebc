package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/wsspec/wsspec/autobahn"
	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/forms"
	"github.com/wsspec/wsspec/reports/record"
)

func newAutobahn() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "autobahn COMMAND",
		Short: "Run the real Autobahn|Testsuite in Docker, and compare",
		Long: `Run the real Autobahn|Testsuite in Docker, with its verdicts in this program's
reports and exit codes, and hold them against those of wsspec.

The image is ` + autobahn.Image[:strings.Index(autobahn.Image, "@")] + `,
pinned by its digest; the variable AUTOBAHN_IMAGE names another one. Docker itself
is needed, and nothing else: no Python, no Compose.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("there is no command %q; there are server, client and compare", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAutobahnServer(), newAutobahnClient(), newAutobahnCompare())
	return cmd
}

// autobahnFlags are those of running the Autobahn|Testsuite.
type autobahnFlags struct {
	selection conformance.Selection
	image     string
	network   string
	out       string
	agent     string
	compare   bool
	profile   string
	quiet     bool
	strict    bool
}

func (f *autobahnFlags) add(cmd *cobra.Command) {
	selectionFlags(cmd, &f.selection)
	flags := cmd.Flags()
	flags.StringVar(&f.image, "image", "", "run this `IMAGE` (default: AUTOBAHN_IMAGE, else the one that is pinned)")
	flags.StringVar(&f.network, "network", "", "`host` or bridge (default: host where Docker has it)")
	flags.StringVar(&f.out, "out", "", "write report.json, index.html and junit.xml into this `DIR`, and Autobahn's own report into DIR/autobahn")
	flags.BoolVar(&f.compare, "compare", false, "run wsspec's own cases too, and compare: exit 1 if they differ without a documented reason")
	flags.StringVar(&f.profile, "profile", "quick", "of wsspec's own cases for --compare, `quick` or full; Autobahn's are always full")
	flags.BoolVar(&f.quiet, "quiet", false, "print failures and the last line only")
	flags.BoolVar(&f.strict, "strict", false, "exit 1 on warnings too")
}

func (f *autobahnFlags) check() error {
	switch {
	case f.network != "" && f.network != string(autobahn.Host) && f.network != string(autobahn.Bridge):
		return usage("--network %s: it has to be host or bridge", f.network)
	case f.profile != "quick" && f.profile != "full":
		return usage("--profile %s: it has to be quick or full", f.profile)
	}
	if f.image == "" {
		f.image = os.Getenv("AUTOBAHN_IMAGE")
	}
	if f.image == "" {
		f.image = autobahn.Image
	}
	return nil
}

// cases are those of the selection that Autobahn has, whose ids are numbers.
func (f *autobahnFlags) cases(role wire.Role) (cases []*script.Case, all bool, err error) {
	chosen, err := choose(f.selection, role)
	if err != nil {
		return nil, false, err
	}
	for _, c := range chosen {
		if !strings.Contains(c.ID, "/") {
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		return nil, false, usage("Autobahn has none of these cases: they are wsspec's own")
	}
	return cases, len(f.selection.Run)+len(f.selection.Skip)+len(f.selection.RFC) == 0, nil
}

// ids are the cases' own; for a spec file none are enough to mean all.
func ids(cases []*script.Case) []string {
	names := make([]string, len(cases))
	for i, c := range cases {
		names[i] = c.ID
	}
	return names
}

// an autobahnRun is one run with what is to become of it.
type autobahnRun struct {
	*autobahnFlags
	role    wire.Role
	cases   []*script.Case
	pattern []string // of the spec file
	console *autobahnConsole
	// want are the cases that the report has to have; empty if whoever comes
	// chooses.
	want []string
	// dir has Autobahn's own report until it is moved to its place. keep: it could
	// not be moved, and end does not remove it.
	dir   string
	keep  bool
	began time.Time
}

// begin prepares a run; end has to be called for what it returns.
func (f *autobahnFlags) begin(role wire.Role, stdout io.Writer) (*autobahnRun, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	cases, all, err := f.cases(role)
	if err != nil {
		return nil, err
	}
	r := &autobahnRun{autobahnFlags: f, role: role, cases: cases, want: ids(cases), console: newAutobahnConsole(stdout, f.quiet), began: time.Now()}
	if !all {
		r.pattern = ids(cases)
	}
	parent := ""
	if f.out != "" {
		if err := os.MkdirAll(f.out, 0o777); err != nil {
			return nil, couldNot(fmt.Errorf("--out: %w", err))
		}
		err := autobahn.CheckPlace(r.place())
		if err == nil && f.compare {
			err = autobahn.CheckPage(r.page())
		}
		if err != nil {
			return nil, couldNot(fmt.Errorf("--out: %w", err))
		}
		parent = f.out // a rename does not leave its file system
	}
	if r.dir, err = os.MkdirTemp(parent, ".autobahn-"); err != nil {
		return nil, couldNot(fmt.Errorf("a folder for Autobahn's report: %w", err))
	}
	// The folder becomes part of the report, which others may read.
	if err := os.Chmod(r.dir, 0o755); err != nil {
		return nil, couldNot(errors.Join(err, os.RemoveAll(r.dir)))
	}
	return r, nil
}

// end removes the temporary folder.
func (r *autobahnRun) end() {
	if !r.keep {
		_ = os.RemoveAll(r.dir)
	}
}

// page is where the comparison goes.
func (r *autobahnRun) page() string { return filepath.Join(r.out, "comparison.html") }

// place is the folder for Autobahn's own report.
func (r *autobahnRun) place() string { return filepath.Join(r.out, "autobahn") }

// run is the container's.
func (r *autobahnRun) run() *autobahn.Run {
	run := &autobahn.Run{
		Image: r.image, Network: autobahn.Network(r.network), Dir: r.dir, Line: r.console.line,
	}
	if uid := os.Getuid(); uid >= 0 { // not on Windows, where Docker sees to it
		run.User = fmt.Sprintf("%d:%d", uid, os.Getgid())
	}
	return run
}

// finish reads what Autobahn wrote, writes it in this program's forms, and decides
// the exit code. ours is the report to compare with, nil if none is wanted.
func (r *autobahnRun) finish(ctx context.Context, failed error, agents []string, urls map[string]string, ours *reports.Report) error {
	r.console.end()
	if ctx.Err() != nil && failed != nil {
		interrupted := errors.New("interrupted: Autobahn writes its report at the end, so there is none")
		if left := new(autobahn.LeftError); errors.As(failed, &left) {
			interrupted = errors.Join(interrupted, left)
		}
		return couldNot(interrupted)
	}
	if failed != nil {
		return couldNot(failed)
	}
	report, err := autobahn.Read(r.dir, autobahn.Options{
		Role: verdict.Role(r.role.String()), URLs: urls, Want: r.want, Agents: agents, Describe: describeCase,
		Tool: reports.Tool{Name: "Autobahn|Testsuite", Version: r.image}, Command: append([]string{"wsspec"}, arguments(os.Args)...),
		Started: r.began.UTC(), Duration: time.Since(r.began),
	})
	if report == nil {
		return couldNot(err)
	}
	var comparison *autobahn.Comparison
	if ours != nil {
		var none error
		if comparison, none = autobahn.Compare(ours, report); none != nil {
			err = errors.Join(err, none)
		}
	}
	written, failedWrite := r.write(report, ours, comparison)
	r.console.summary(report, written)
	if err = errors.Join(err, failedWrite); err != nil {
		return couldNot(err)
	}
	if comparison != nil {
		if err := comparison.WriteText(r.console.w); err != nil {
			return couldNot(err)
		}
	}
	if err := verdictOf(report, nil, reports.Comparison{}, r.strict); err != nil {
		return err
	}
	if comparison != nil && !comparison.Agrees() {
		return &exitError{code: exitNonconformant}
	}
	return nil
}

// write puts everything into the folder that is wanted, and returns the files to
// look at first. Autobahn's own report replaces the one that wsspec put there before;
// other files in that folder stay.
func (r *autobahnRun) write(report, ours *reports.Report, comparison *autobahn.Comparison) ([]string, error) {
	if r.out == "" {
		return nil, nil
	}
	if err := forms.WriteFolder(r.out, report); err != nil {
		return nil, fmt.Errorf("cannot write the report: %w", err)
	}
	place := r.place()
	if err := autobahn.Place(r.dir, place); err != nil {
		r.keep = true
		return nil, fmt.Errorf("the report of Autobahn itself is in %s and cannot be moved to %s: %w", r.dir, place, err)
	}
	written := []string{filepath.Join(r.out, "index.html"), filepath.Join(place, "index.html")}
	if ours == nil || comparison == nil {
		return written, nil
	}
	if err := forms.WriteFolder(filepath.Join(r.out, "wsspec"), ours); err != nil {
		return nil, fmt.Errorf("cannot write the report: %w", err)
	}
	if err := reports.ReplaceFile(r.page(), comparison.WriteHTML); err != nil {
		return nil, err
	}
	return append(written, r.page()), nil
}

// describeCase is what the catalogue knows of one of Autobahn's cases.
func describeCase(id string) autobahn.Case { return knownCases()[id] }

var knownCases = sync.OnceValue(func() map[string]autobahn.Case {
	all := map[string]autobahn.Case{}
	for _, c := range catalog.Cases() {
		all[c.ID] = autobahn.Case{Title: c.Title, Level: c.Level, Requirements: c.Requires, Clauses: record.Clauses(c)}
	}
	return all
})
