package outline

import (
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestHeadlineSaysTheVerdict(t *testing.T) {
	only := func(results ...reports.Result) *reports.Report {
		r := fixture.Sample()
		r.Targets, r.Results = r.Targets[:1], results
		return r
	}
	pass, fail := fixture.Passing("alpha", verdict.Server, "1.1.1", ""), fixture.Failing("alpha", verdict.Server, "2.7")
	warn, skip, broke := fixture.Warning("alpha", verdict.Server, "3.2"), fixture.Skipped("alpha", verdict.Server, "12.1.1"), fixture.Broken("alpha", verdict.Server, "robust/x")
	gap := fixture.NotRun("alpha", verdict.Server, "7.1.1", "The run was interrupted before this case.")
	interrupted := func(r *reports.Report) *reports.Report {
		r.Interrupted = "signal interrupt"
		return r
	}
	for _, c := range []struct {
		report           *reports.Report
		sentence, detail string
	}{
		{only(pass), "alpha conforms", "The only case passes."},
		{only(pass, skip), "alpha conforms", "2 cases: 1 pass, 1 skip."},
		{only(pass, warn), "alpha conforms, with warnings", "2 cases: 1 pass, 1 warn."},
		{only(pass, warn, fail, broke), "alpha does not conform", "4 cases: 1 pass, 1 warn, 1 fail, 1 error. The failed cases check 1 requirement."},
		{only(pass, broke), "alpha could not be tested in full", "2 cases: 1 pass, 1 error."},
		{only(skip), "alpha was not tested", "1 case: 1 skip."},
		{only(pass, gap), "Incomplete: 1 of 2 cases of alpha", "alpha was not tested in full. 2 cases: 1 pass, 1 not run."},
		{only(fail, gap), "Incomplete: 1 of 2 cases of alpha", "alpha does not conform. 2 cases: 1 fail, 1 not run. The failed cases check 1 requirement."},
		{interrupted(only(pass, gap)), "Incomplete: 1 of 2 cases of alpha", "Interrupted: signal interrupt. alpha was not tested in full. 2 cases: 1 pass, 1 not run."},
		{interrupted(only(pass)), "Incomplete: 1 case of alpha", "Interrupted: signal interrupt. alpha was not tested in full. The only case passes."},
		{interrupted(only()), "Incomplete: 0 cases of alpha", "Interrupted: signal interrupt. The report has no results."},
		{only(), "Nothing was tested", "The report has no results."},
	} {
		s := reports.Summarize(c.report.Targets, c.report.Results)
		h := NewHeadline(c.report, PeerCards(c.report, s), s)
		if h.Sentence != c.sentence || h.Detail != c.detail {
			t.Errorf("headline is %q, %q\nwant        %q, %q", h.Sentence, h.Detail, c.sentence, c.detail)
		}
	}
}
