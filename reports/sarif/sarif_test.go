package sarif

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/wsspec/wsspec/reports/internal/fixture"
)

func TestSARIFResultsHaveTheirRules(t *testing.T) {
	var log log
	if err := json.Unmarshal([]byte(fixture.Drawn(t, Write, fixture.Sample())), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	rules := make(map[string]bool)
	for _, rule := range run.Tool.Driver.Rules {
		rules[rule.ID] = true
	}
	fingerprints := make(map[string]bool)
	for _, res := range run.Results {
		if !rules[res.RuleID] {
			t.Errorf("result of rule %q, which is not declared", res.RuleID)
		}
		if p := res.Locations[0].Physical; p.Artifact.URI != "report.json" || p.Region.StartLine != 1 {
			t.Errorf("GitHub finds no location in %+v", p)
		}
		fingerprints[res.Fingerprints["wsspecCase/v1"]] = true
	}
	if len(run.Results) != 4 || len(fingerprints) != 4 {
		t.Errorf("%d results with %d fingerprints, want the 3 that fail and the one that warns", len(run.Results), len(fingerprints))
	}
	var notes []string
	for _, n := range run.Invocations[0].Notifications {
		notes = append(notes, n.Message.Text)
	}
	want := []string{
		"beta as a client, case robust/slow-handshake: The harness ran out of file descriptors.",
		"1 case of beta as a client was not run (7.1.1): The client ended before this case.",
	}
	if run.Invocations[0].ExecutionSuccessful || !slices.Equal(notes, want) {
		t.Errorf("the run notes %q, want %q", notes, want)
	}
}

func TestFormOfTheSample(t *testing.T) { fixture.Form(t, Form) }
