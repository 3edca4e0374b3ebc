package forms

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// A run that was interrupted must not look like a peer that conforms, in any form
// that gives a verdict.
func TestEveryFormSaysThatARunIsNotComplete(t *testing.T) {
	everyFormSays(t, fixture.Partial(), map[string][]string{
		"json":     {`"interrupted": "signal interrupt"`, `"ran": 1,`, `"verdict": "not run"`},
		"html":     {"Incomplete: 1 of 4 cases of alpha", "Interrupted: signal interrupt", "3 cases of alpha as a server were not run (1.1.2, 2.7, 7.1.1)"},
		"junit":    {`<error message="Incomplete: 1 of 4 cases. Interrupted: signal interrupt" type="incomplete">`, `errors="1"`},
		"markdown": {"⏸️ Incomplete: 1 of 4 cases", "3 cases of alpha as a server were not run"},
		"tap":      {"not ok 2 - alpha server 1.1.2", "# Incomplete: 1 of 4 cases", "Bail out! Interrupted: signal interrupt"},
		"sarif":    {`"executionSuccessful": false`, "The run was interrupted: signal interrupt", "3 cases of alpha as a server were not run"},
		"text":     {"3 cases of alpha as a server were not run", "\nIncomplete: 1 of 4 cases of alpha. Interrupted: signal interrupt."},
		"github":   {"::error title=wsspec::Incomplete: 1 of 4 cases of alpha. Interrupted: signal interrupt."},
		"badge":    {`"message":"incomplete: 1 of 4 cases","color":"lightgrey"`},
	}, nil)
}

// One shard whose cases all pass says that it is not the whole run, and is no failure: the CI
// job of a shard is green.
func TestEveryFormSaysThatAShardIsNotTheRun(t *testing.T) {
	r := fixture.Part("alpha", verdict.Server, "3.2")
	r.Schema = reports.Schema
	r.Targets[0].Shards = reports.NewShards(reports.Shard{Index: 3, Of: 4}, []string{"1.1.1", "2.7", "3.2"})
	r.Summary = reports.Summarize(r.Targets, r.Results)
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	const says = "Incomplete by itself: shard 3 of 4, with 1 of 3 cases"
	everyFormSays(t, r, map[string][]string{
		"json":     {`"shards": {`, `"of": 4,`, `"cases": [`},
		"html":     {says + " of alpha", "alpha was not tested in full", "Only shard 3 of 4, with 1 of 3 cases."},
		"junit":    {`<testcase name="all shards are here"`, `<skipped message="` + says + `">`, `failures="0" errors="0" skipped="1"`},
		"markdown": {"⏸️ " + says},
		"tap":      {"# " + says},
		"sarif":    {`"executionSuccessful": true`, `"level": "note"`, says},
		"text":     {says + " of alpha."},
		"github":   {"::notice title=wsspec::" + says + " of alpha."},
		"badge":    {`"message":"` + strings.ToLower(says) + `","color":"lightgrey"`},
	}, []string{"Bail out", "::error", `type="incomplete"`, `errors="1"`})
	r.Results[0] = fixture.NotRun("alpha", verdict.Server, "3.2", "The run was interrupted before this case.")
	r.Interrupted = "signal interrupt"
	everyFormSays(t, r, map[string][]string{
		"json": {}, "html": {"Incomplete: 0 of 1 case of shard 3 of 4"}, "junit": {`<error message="Incomplete: 0 of 1 case of shard 3 of 4`},
		"markdown": {"Incomplete: 0 of 1 case of shard 3 of 4"}, "tap": {"Incomplete: 0 of 1 case of shard 3 of 4", "Bail out!"}, "sarif": {`"executionSuccessful": false`},
		"text": {"Incomplete: 0 of 1 case of shard 3 of 4"}, "github": {"::error title=wsspec::Incomplete: 0 of 1 case of shard 3 of 4"}, "badge": {"incomplete: 0 of 1 case of shard 3 of 4"},
	}, nil)
}

// everyFormSays draws a report in each form that gives a verdict, and looks for texts that it
// has to have, and for those that none may have.
func everyFormSays(t *testing.T, r *reports.Report, says map[string][]string, none []string) {
	t.Helper()
	for _, f := range All() {
		if f.Write == nil || f.Binary {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			var b bytes.Buffer
			if err := f.Write(&b, r); err != nil {
				t.Fatal(err)
			}
			if says[f.Name] == nil {
				t.Errorf("the test does not know what %s has to say", f.Name)
			}
			for _, want := range says[f.Name] {
				if !strings.Contains(b.String(), want) {
					t.Errorf("%q is missing in\n%.3000s", want, b.String())
				}
			}
			for _, unwanted := range none {
				if strings.Contains(b.String(), unwanted) {
					t.Errorf("%q is in\n%.3000s", unwanted, b.String())
				}
			}
		})
	}
}
