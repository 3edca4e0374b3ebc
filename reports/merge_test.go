package reports

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// part is a report of one peer with the given cases.
func part(agent string, role Role, ids ...string) *Report {
	r := sample()
	r.Targets = []Target{{agent, role, "ws://" + agent + "/"}}
	r.Results = nil
	for _, id := range ids {
		r.Results = append(r.Results, passing(agent, role, id, id))
	}
	return r
}

func TestMergePutsShardsAgentsAndRolesTogether(t *testing.T) {
	early := part("alpha", Server, "1.1.10", "2.1")
	early.Started = early.Started.Add(-time.Hour)
	got, err := Merge(part("alpha", Server, "1.1.2"), early, part("beta", Server, "2.1", "1.1.10", "1.1.2"), part("beta", Client, "7.1"))
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
	if len(got.Targets) != 3 || got.Summary.Cases != 7 || !got.Started.Equal(early.Started) || got.DurationMs != 4*sample().DurationMs {
		t.Errorf("%d targets, %d cases, started %v, took %v ms", len(got.Targets), got.Summary.Cases, got.Started, got.DurationMs)
	}
	if again := got.rerun(&got.Results[0]); again != "wsspec server ws://alpha/ --agent alpha --run 1.1.2" {
		t.Errorf("a case is run again by %s", again)
	}
	if _, err := Read(bytes.NewReader(written(t, got))); err != nil {
		t.Errorf("a merged report cannot be read: %v", err)
	}
}

func TestMergeRefuses(t *testing.T) {
	other := part("beta", Server, "1.1.1")
	other.Tool.Version = "v0.2.0"
	for _, c := range []struct {
		name  string
		parts []*Report
		want  string
	}{
		{"nothing", nil, "no reports"},
		{"a doubled case", []*Report{part("alpha", Server, "1.1.1", "1.1.2"), part("alpha", Server, "1.1.2")}, "there twice: 1.1.2 of alpha as a server"},
		{"a missing shard", []*Report{part("alpha", Server, "1.1.1", "1.1.2"), part("beta", Server, "1.1.1")}, "missing: 1.1.2 of beta as a server"},
		{"another version", []*Report{part("alpha", Server, "1.1.1"), other}, "wsspec v0.1.0 and wsspec v0.2.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Merge(c.parts...)
			if err == nil || got != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Merge returned %v, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestMergePartialAllowsMissingCasesButNotDoubledOnes(t *testing.T) {
	got, err := MergePartial(part("alpha", Server, "1.1.1", "1.1.2"), part("beta", Server, "1.1.1"))
	if err != nil || len(got.Results) != 3 {
		t.Errorf("MergePartial returned %v, %v", got, err)
	}
	if _, err := MergePartial(part("alpha", Server, "1.1.1"), part("alpha", Server, "1.1.1")); err == nil || !strings.Contains(err.Error(), "there twice: 1.1.1") {
		t.Errorf("a doubled case: %v", err)
	}
}
