package wsspectest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

// A suite is one call of [Server] or [Client].
type suite struct {
	options
	role  wire.Role
	known *reports.Baseline

	// cases are those of the selection, chosen those of them whose subtests run.
	cases, chosen []*script.Case
	// short says what -short left out; empty if nothing.
	short string

	// report is what came out, nil before. results are those in it, by id.
	report  *reports.Report
	results map[string]*reports.Result
	// stopped is why there is no result of a case; empty if nothing went wrong.
	stopped string
}

func newSuite(role wire.Role, list []Option) (*suite, error) {
	s := &suite{role: role, results: map[string]*reports.Result{}}
	s.agent = role.String()
	for _, option := range list {
		option(&s.options)
	}
	var err error
	if s.cases, err = conformance.Choose(s.selection, script.ForRole(catalog.Cases(), role), role); err != nil {
		return nil, fmt.Errorf("wsspectest.Select: %w", err)
	}
	if err := s.readBaseline(); err != nil {
		return nil, err
	}
	if testing.Short() {
		s.shorten()
	}
	return s, nil
}

// largeSections are those whose cases send large or many messages.
var largeSections = []string{"9", "12", "13"}

// shorten leaves out what takes long.
func (s *suite) shorten() {
	var kept []*script.Case
	for _, c := range s.cases {
		large := false
		for _, section := range largeSections {
			large = large || strings.HasPrefix(c.ID, section+".")
		}
		if !large {
			kept = append(kept, c)
		}
	}
	s.short = fmt.Sprintf("-short: %d of %d cases, without those of sections %s, and no case in other shapes", len(kept), len(s.cases), strings.Join(largeSections, ", "))
	s.cases = kept
}

// opts are the options of the run.
func (s *suite) opts() conformance.Options {
	opts := conformance.Options{Profile: conformance.Quick, Vary: conformance.CoveringVariants, Deadlines: conformance.NewDeadlines(0, 0, 0)}
	if testing.Short() {
		opts.Vary = conformance.NoVariants
	}
	return opts
}

// tuned are options as the user wants them.
func (s *suite) tuned(opts conformance.Options) conformance.Options {
	for _, tune := range s.tune {
		tune(&opts)
	}
	return opts
}

// profileOf is the name of a profile of wsspec that covers as much.
func profileOf(opts conformance.Options) string {
	switch {
	case opts.Profile == conformance.Full:
		return string(conformance.Full)
	case opts.Vary == conformance.AllVariants:
		return "deep"
	case opts.Vary == conformance.NoVariants:
		return "plain"
	}
	return string(conformance.Quick)
}

// A player plays cases against the peer, and records it. Its options are those of the
// suite, before they are tuned.
type player func(ctx context.Context, t *testing.T, cases []*script.Case) (*record.Record, error)

// run makes a subtest of each case, plays those that -run selects, and returns when all
// subtests have ended.
func (s *suite) run(t *testing.T, play player) {
	t.Helper()
	matches := false
	// The subtests of a group have ended when Run returns. Without it, the server that the
	// caller closes behind us would be gone when the subtests go on.
	t.Run(s.role.String(), func(t *testing.T) {
		t.Helper() // a failure names the line of the caller
		matches = true
		if s.short != "" {
			t.Log(s.short)
		}
		for _, c := range s.cases {
			t.Run(c.ID, func(t *testing.T) {
				t.Helper()
				s.chosen = append(s.chosen, c)
				t.Parallel() // goes on when the function of the group has returned
				s.tell(t, c)
			})
		}
		if len(s.chosen) == 0 {
			t.Skipf("NOT TESTED: no case is chosen of the %d that there are", len(s.cases))
		}
		s.playChosen(t, play)
	})
	if !matches {
		t.Logf("NOT TESTED: -run chooses no case of the %s; their names are like %s/%s/1.1.1", s.role, t.Name(), s.role)
	}
}

// playChosen plays the chosen cases and says what is about all of them.
func (s *suite) playChosen(t *testing.T, play player) {
	t.Helper()
	ctx, stop := untilDeadline(t)
	defer stop()
	rec, err := play(ctx, t, s.chosen)
	if rec == nil {
		s.stopped = fmt.Sprintf("the %s could not be tested", s.role)
		t.Errorf("The %s could not be tested: %v", s.role, err)
		return
	}
	if err != nil {
		s.stopped = err.Error()
		if cause := context.Cause(ctx); cause != nil {
			s.stopped = cause.Error()
		}
		rec.Interrupted(s.stopped)
	}
	s.report = rec.Report()
	s.compare(t)
	for i := range s.report.Results {
		s.results[s.report.Results[i].ID] = &s.report.Results[i]
	}
	s.sayNotRun(t)
	if s.options.report != "" {
		if err := addToFolder(s.options.report, s.report); err != nil {
			t.Errorf("cannot write the report: %v", err)
		}
	}
}

// sayNotRun fails the test if cases were not run: a test that did not test must not pass.
func (s *suite) sayNotRun(t *testing.T) {
	t.Helper()
	missing, why := 0, s.stopped
	for _, res := range s.results {
		if res.Verdict == verdict.NotRun {
			if missing++; why == "" {
				why = res.Explanation
			}
		}
	}
	switch {
	case missing > 0:
		t.Errorf("%d of %d cases were not run: %s", missing, len(s.chosen), why)
	case s.stopped != "":
		t.Errorf("the run did not come to its end: %s", s.stopped)
	}
}

// errOutOfTime is why a run ends that the test binary would end a little later.
var errOutOfTime = errors.New("the time of the test binary is nearly over (go test -timeout gives more)")

// untilDeadline is the context of the run: it ends before the deadline of the test binary,
// so that what was found until then is told.
func untilDeadline(t *testing.T) (context.Context, context.CancelFunc) {
	ctx := t.Context()
	deadline, bounded := t.Deadline()
	if !bounded {
		return context.WithCancel(ctx)
	}
	return context.WithDeadlineCause(ctx, deadline.Add(-timeToTell(time.Until(deadline))), errOutOfTime)
}

// timeToTell is how long before the deadline a run ends that has so much time.
var timeToTell = func(left time.Duration) time.Duration { return min(10*time.Second, left/3) }
