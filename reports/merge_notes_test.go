package reports_test

import (
	"slices"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// A merged report says once what all its parts say of the baseline, and no more than they do.
func TestMergedReportsSayOnceWhatTheBaselineLacks(t *testing.T) {
	part := func(agent string, notes ...string) *reports.Report {
		return &reports.Report{
			Schema: reports.Schema, Tool: reports.Tool{Name: "wsspec", Version: "1"}, Started: time.Unix(0, 0).UTC(), Profile: "quick",
			Command: []string{"wsspec"}, BaselineNotes: notes, Targets: []reports.Target{{Agent: agent, Role: verdict.Server}},
		}
	}
	const a, b, both = "The baseline does not have a as a server; it has x as a client",
		"The baseline does not have b as a server; it has x as a client",
		"The baseline does not have a as a server, b as a server; it has x as a client"
	const lacks = "9 cases of the baseline were not run: 1.1.1, and 8 more"
	for name, tt := range map[string]struct {
		parts []*reports.Report
		want  []string
	}{
		"two shards of one peer":       {[]*reports.Report{part("a", a), part("a", a)}, []string{a}},
		"two peers":                    {[]*reports.Report{part("a", a), part("b", b)}, []string{both}},
		"one of them in both":          {[]*reports.Report{part("a", a), part("b", both), part("b", b)}, []string{both}},
		"two baselines":                {[]*reports.Report{part("a", a), part("b", b+", y as a client")}, []string{a, b + ", y as a client"}},
		"a case that another part ran": {[]*reports.Report{part("a", lacks), part("a")}, []string{"In one of the merged reports, " + lacks}},
		"nothing":                      {[]*reports.Report{part("a"), part("b")}, nil},
	} {
		merged, err := reports.Merge(tt.parts...)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(merged.BaselineNotes, tt.want) {
			t.Errorf("%s: the notes are %q, want %q", name, merged.BaselineNotes, tt.want)
		}
		if again, err := reports.Merge(merged, part("z")); err != nil || !slices.Equal(again.BaselineNotes, tt.want) {
			t.Errorf("%s, merged again: the notes are %q, want %q; %v", name, again.BaselineNotes, tt.want, err)
		}
	}
}
