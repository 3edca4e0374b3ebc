package reports_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestMergePutsShardsAgentsAndRolesTogether(t *testing.T) {
	early := fixture.Part("alpha", verdict.Server, "1.1.10", "2.1")
	early.Started = early.Started.Add(-time.Hour)
	got, err := reports.Merge(fixture.Part("alpha", verdict.Server, "1.1.2"), early, fixture.Part("beta", verdict.Server, "2.1", "1.1.10", "1.1.2"), fixture.Part("beta", verdict.Client, "7.1"))
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, res := range got.Results {
		order = append(order, res.Agent+" "+string(res.Role)+" "+res.ID)
	}
	want := "alpha server 1.1.2, beta server 1.1.2, alpha server 1.1.10, beta server 1.1.10, alpha server 2.1, beta server 2.1, beta client 7.1"
	if s := strings.Join(order, ", "); s != want {
		t.Errorf("results are %s", s)
	}
	if len(got.Targets) != 3 || got.Summary.Cases != 7 || !got.Started.Equal(early.Started) || got.DurationMs != 4*fixture.Sample().DurationMs {
		t.Errorf("%d targets, %d cases, started %v, took %v ms", len(got.Targets), got.Summary.Cases, got.Started, got.DurationMs)
	}
	if again := got.Rerun(&got.Results[0]); again != "wsspec server ws://alpha/ --agent alpha --run 1.1.2" {
		t.Errorf("a case is run again by %s", again)
	}
	if _, err := reports.Read(bytes.NewReader(fixture.Written(t, got))); err != nil {
		t.Errorf("a merged report cannot be read: %v", err)
	}
}

func TestMergeRefuses(t *testing.T) {
	other := fixture.Part("beta", verdict.Server, "1.1.1")
	other.Tool.Version = "v0.2.0"
	for _, c := range []struct {
		name  string
		parts []*reports.Report
		want  string
	}{
		{"nothing", nil, "no reports"},
		{"a doubled case", []*reports.Report{fixture.Part("alpha", verdict.Server, "1.1.1", "1.1.2"), fixture.Part("alpha", verdict.Server, "1.1.2")}, "more than once: 1.1.2 of alpha as a server"},
		{"a missing shard", []*reports.Report{fixture.Part("alpha", verdict.Server, "1.1.1", "1.1.2"), fixture.Part("beta", verdict.Server, "1.1.1")}, "missing: 1.1.2 of beta as a server"},
		{"another version", []*reports.Report{fixture.Part("alpha", verdict.Server, "1.1.1"), other}, "wsspec v0.1.0 and wsspec v0.2.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := reports.Merge(c.parts...)
			if err == nil || got != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Merge returned %v, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestMergePartialAllowsMissingCasesButNotDoubledOnes(t *testing.T) {
	got, err := reports.MergePartial(fixture.Part("alpha", verdict.Server, "1.1.1", "1.1.2"), fixture.Part("beta", verdict.Server, "1.1.1"))
	if err != nil || len(got.Results) != 3 {
		t.Errorf("MergePartial returned %v, %v", got, err)
	}
	if _, err := reports.MergePartial(fixture.Part("alpha", verdict.Server, "1.1.1"), fixture.Part("alpha", verdict.Server, "1.1.1")); err == nil || !strings.Contains(err.Error(), "more than once: 1.1.1") {
		t.Errorf("a doubled case: %v", err)
	}
}
