package specs

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/onsi/ginkgo/v2"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

// readBaseline reads the known failures of a target; nil if there is no file, or it is renewed.
func readBaseline(target *conformance.Target, opts Options) (*reports.Baseline, error) {
	switch {
	case opts.RenewBaseline && opts.Baseline == "":
		return nil, errors.New("option RenewBaseline: Baseline has to name the file")
	case opts.RenewBaseline || opts.Baseline == "":
		return nil, nil
	}
	known, err := reports.ReadBaselineFile(opts.Baseline)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("option Baseline: %w (RenewBaseline writes it)", err)
	case err != nil:
		return nil, fmt.Errorf("option Baseline: %w", err)
	}
	if err := known.CheckKnows(reports.Peer{Agent: target.Agent, Role: verdict.Server}); err != nil {
		return nil, fmt.Errorf("option Baseline: %s %w (the Agent of the target gives the name)", opts.Baseline, err)
	}
	return known, nil
}

// compared is a report of one result, which says how it stands to the known failures.
func (s *server) compared(r conformance.Result) *reports.Report {
	rec := record.New(record.Options{})
	rec.AddTarget(s.target.Agent, r.Role, s.target.URL.String())
	rec.Add(s.target.Agent, r)
	part := rec.Report()
	s.known.Mark(part)
	part.BaselineNotes = nil // they name all other cases
	if res := &part.Results[0]; res.Verdict == verdict.Skip && !s.known.HasCase(res.Peer(), res.ID) {
		res.Standing = "" // the baseline is older than the case
	}
	return part
}

// reportKnown fails or skips the spec as the verdict and the known failures say.
func (s *server) reportKnown(r conformance.Result, res *reports.Result) {
	switch res.Standing {
	case reports.New:
		ginkgo.Fail("worse than in the baseline: " + Message(r))
	case reports.Known:
		ginkgo.Skip(fmt.Sprintf("known: %s/%s: %s", res.Behavior, res.BehaviorClose, res.Why()))
	case reports.Fixed:
		text := fmt.Sprintf("better than in the baseline %s, which can be renewed (RenewBaseline): now %s/%s", s.options.Baseline, res.Behavior, res.BehaviorClose)
		if s.options.StrictBaseline {
			ginkgo.Fail(text)
		}
		ginkgo.AddReportEntry("better", text, ginkgo.ReportEntryVisibilityAlways)
	}
	if s.options.RenewBaseline && r.Verdict != verdict.Pass && r.Verdict.Settled() {
		ginkgo.Skip(fmt.Sprintf("goes to the baseline: %s/%s: %s", res.Behavior, res.BehaviorClose, res.Why()))
	}
	s.report(r)
}

// renewAfterSuite writes the verdicts of a suite to a baseline.
func renewAfterSuite(file string) {
	collecting = true
	ginkgo.ReportAfterSuite("baseline "+file, func(suite ginkgo.Report) {
		if err := renewBaseline(file, suite); err != nil {
			ginkgo.Fail(fmt.Sprintf("%s is not renewed: %v", file, err))
		}
	})
}

func renewBaseline(file string, suite ginkgo.Report) error {
	merged, err := merge(suite)
	if err != nil {
		return err
	}
	ran, all := 0, 0
	for i := range suite.SpecReports {
		if slices.Contains(suite.SpecReports[i].ContainerHierarchyTexts, container) {
			all++
		}
	}
	if merged != nil {
		for i := range merged.Results {
			if merged.Results[i].Verdict.Settled() {
				ran++
			}
		}
	}
	if ran < all || merged == nil {
		return fmt.Errorf("%d of %d specs were left out, or could not be judged", all-ran, all)
	}
	before, err := reports.ReadBaselineFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return reports.ReplaceFile(file, before.Renewed(reports.BaselineOf(merged)).Write)
}
