package wsspectest

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// readBaseline reads the known failures. It is an error if the file does not know the peer:
// a misspelled name must not make every failure new.
func (s *suite) readBaseline() error {
	if s.baseline == "" {
		if s.renew {
			return errors.New("wsspectest.RenewBaseline: wsspectest.Baseline has to name the file")
		}
		return nil
	}
	known, err := reports.ReadBaselineFile(s.baseline)
	switch {
	case s.renew && errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("wsspectest.Baseline: %w (wsspectest.RenewBaseline(true) writes it)", err)
	case err != nil:
		return fmt.Errorf("wsspectest.Baseline: %w", err)
	case s.renew:
	default:
		if err := known.CheckKnows(s.peer()); err != nil {
			return fmt.Errorf("wsspectest.Baseline: %s %w (wsspectest.Agent gives the name)", s.baseline, err)
		}
	}
	s.known = known
	return nil
}

// peer is the peer under test as reports name it.
func (s *suite) peer() reports.Peer {
	return reports.Peer{Agent: s.agent, Role: verdict.Role(s.role.String())}
}

// compare marks in the report what the baseline knows, and says what is better than it says.
func (s *suite) compare(t *testing.T) {
	t.Helper()
	if s.renew {
		if err := s.renewBaseline(); err != nil {
			t.Errorf("%s is not renewed: %v", s.baseline, err)
		} else {
			t.Logf("%s is renewed", s.baseline)
		}
	}
	better := s.known.Mark(s.report).Better
	var ids []string
	for _, d := range better {
		ids = append(ids, d.ID)
	}
	if len(ids) > 0 {
		t.Logf("better than in %s, which wsspectest.RenewBaseline(true) renews: %s", s.baseline, strings.Join(ids, ", "))
	}
	for i := range s.report.Results {
		if res := &s.report.Results[i]; res.Verdict == verdict.Skip && !s.mustApply(res) {
			res.Standing = ""
		}
	}
	if len(s.chosen) < len(s.cases) || s.short != "" {
		s.report.BaselineNotes = nil // they name the cases that nobody wanted
	}
}

// mustApply reports whether a case that was skipped is worse than before: the peer did what
// it needs. It is not if the test left it out, nor if the baseline is older than the case.
func (s *suite) mustApply(res *reports.Result) bool {
	return res.Explanation != withoutTLS && s.known.HasCase(s.peer(), res.ID)
}

// renewing: one test at a time renews a baseline, since several may share a file.
var renewing sync.Mutex

// renewBaseline writes the verdicts of the run to the baseline, and what that has of other
// peers.
func (s *suite) renewBaseline() error {
	notRun := 0
	for i := range s.report.Results {
		if !s.report.Results[i].Verdict.Settled() {
			notRun++
		}
	}
	switch {
	case s.short != "":
		return errors.New("-short leaves out cases")
	case len(s.chosen) < len(s.cases):
		return fmt.Errorf("-run leaves out %d of %d cases", len(s.cases)-len(s.chosen), len(s.cases))
	case notRun > 0 || s.report.Interrupted != "":
		return fmt.Errorf("%d of %d cases were not run, or could not be judged", notRun, len(s.cases))
	}
	renewing.Lock()
	defer renewing.Unlock()
	before, err := reports.ReadBaselineFile(s.baseline) // another test may have renewed it
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	renewed := before.Renewed(reports.BaselineOf(s.report))
	if err := reports.ReplaceFile(s.baseline, renewed.Write); err != nil {
		return err
	}
	s.known = renewed
	return nil
}
