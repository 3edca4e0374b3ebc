package reports_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// part is a report of one peer with cases that pass and cases that were not run.
func part(interrupted string, passed, missing []string) *reports.Report {
	r := fixture.Part("alpha", verdict.Server, passed...)
	r.Interrupted = interrupted
	for _, id := range missing {
		r.Results = append(r.Results, fixture.NotRun("alpha", verdict.Server, id, "The run was interrupted before this case."))
	}
	return r
}

func TestMergeKeepsWhatWasNotRun(t *testing.T) {
	for _, c := range []struct {
		name        string
		parts       []*reports.Report
		ran, cases  int
		interrupted string
	}{
		{"one part is cut off", []*reports.Report{part("signal interrupt", []string{"1.1"}, []string{"1.2"}), part("", []string{"2.1"}, nil)}, 2, 3, "signal interrupt"},
		{"both are cut off", []*reports.Report{part("signal interrupt", []string{"1.1"}, []string{"1.2"}), part("out of time", []string{"2.1"}, []string{"1.2"})}, 2, 3, "signal interrupt; out of time"},
		{"another part has what one lacks", []*reports.Report{part("signal interrupt", []string{"1.1"}, []string{"1.2"}), part("", []string{"1.2"}, nil)}, 2, 2, ""},
		{"in the other order", []*reports.Report{part("", []string{"1.2"}, nil), part("signal interrupt", []string{"1.1"}, []string{"1.2"})}, 2, 2, ""},
		{"a part that cannot name what it lacks", []*reports.Report{part("signal interrupt", []string{"1.1"}, nil), part("", []string{"1.2"}, nil)}, 2, 2, "signal interrupt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range c.parts {
				p.Schema = reports.Schema
			}
			merged, err := reports.Merge(c.parts...)
			if err != nil {
				t.Fatal(err)
			}
			if merged.Summary.Ran != c.ran || merged.Summary.Cases != c.cases || merged.Interrupted != c.interrupted {
				t.Errorf("%d of %d ran, interrupted is %q", merged.Summary.Ran, merged.Summary.Cases, merged.Interrupted)
			}
		})
	}
}

func TestDiffNamesWhatWasNotRun(t *testing.T) {
	d := reports.Diff(part("", []string{"1.1", "1.2"}, nil), part("signal interrupt", []string{"1.1"}, []string{"1.2", "1.3"}))
	var ids []string
	for _, c := range d.NotRun {
		ids = append(ids, c.Result().ID)
	}
	if !slices.Equal(ids, []string{"1.2", "1.3"}) || d.Regressed() || len(d.Fixed)+len(d.Changed)+len(d.Gone) > 0 {
		t.Errorf("not run: %q; %+v", ids, d)
	}
	if got, want := d.Sentence(), "2 not run; 1 unchanged"; got != want {
		t.Errorf("sentence is %q, want %q", got, want)
	}
	var b strings.Builder
	if err := d.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "\nNot run\n  alpha server 1.2: not run, was OK/OK\n") {
		t.Errorf("text is\n%s", b.String())
	}
}

// A baseline of eight cases and a run of one of them: the other seven are named.
func TestBaselineNamesWhatWasNotRun(t *testing.T) {
	all := []string{"1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8"}
	known := reports.BaselineOf(part("", all, nil))
	for name, run := range map[string]*reports.Report{
		"the rest is missing":     part("", all[:1], nil),
		"the rest was not run":    part("signal interrupt", all[:1], all[1:]),
		"the rest is partly told": part("signal interrupt", all[:1], all[4:]),
	} {
		got := known.Compare(run)
		var ids []string
		for _, d := range got.NotRun {
			ids = append(ids, d.ID)
		}
		if diff := cmp.Diff(all[1:], ids); diff != "" || !got.Incomplete() || got.Regressed() {
			t.Errorf("%s: incomplete is %t (-want +got):\n%s", name, got.Incomplete(), diff)
		}
		if s, want := got.NotRunSentence(), "7 cases of the baseline were not run: 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8"; s != want {
			t.Errorf("%s: sentence is %q", name, s)
		}
	}
	if whole := known.Compare(part("", all, nil)); whole.Incomplete() || whole.NotRunSentence() != "" {
		t.Errorf("a whole run lacks %v", whole.NotRun)
	}
	// A case that was not run is not known to pass.
	if cases := reports.BaselineOf(part("signal interrupt", all[:1], all[1:])).Agents[0].Cases; !slices.Equal(cases, all[:1]) {
		t.Errorf("the baseline of a partial run knows %q", cases)
	}
	// Baselines of older versions have no list of cases, but their deviations.
	older := &reports.Baseline{Agents: []reports.KnownAgent{{Agent: "alpha", Role: verdict.Server, Deviations: map[string][2]string{"9.9": {"FAILED", "OK"}}}}}
	if s, want := older.Compare(part("", all, nil)).NotRunSentence(), "1 case of the baseline was not run: 9.9"; s != want {
		t.Errorf("sentence is %q, want %q", s, want)
	}
}

func TestBaselineSaysWhichPeersItHas(t *testing.T) {
	known := reports.BaselineOf(fixture.Part("beta", verdict.Client, "1.1"))
	got := known.Compare(fixture.Part("alpha", verdict.Server, "1.1"))
	if !slices.Equal(got.Unknown, []reports.Peer{{Agent: "alpha", Role: verdict.Server}}) || got.Incomplete() {
		t.Errorf("unknown: %v, incomplete: %t", got.Unknown, got.Incomplete())
	}
	if !slices.Equal(known.Peers(), []reports.Peer{{Agent: "beta", Role: verdict.Client}}) {
		t.Errorf("the baseline has %v", known.Peers())
	}
	if none := (*reports.Baseline)(nil).Compare(fixture.Sample()); none.Incomplete() || len(none.Unknown) > 0 {
		t.Errorf("no baseline differs: %+v", none)
	}
}
