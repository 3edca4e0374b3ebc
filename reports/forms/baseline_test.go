package forms

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/fixture"
)

// Every form tells failures that the baseline knows from new ones.
func TestEveryFormKnowsTheBaseline(t *testing.T) {
	r := fixture.Part("alpha", verdict.Server, "1.1.1", "5.1")
	r.Results = append(r.Results, fixture.Failing("alpha", verdict.Server, "2.7"), fixture.Failing("alpha", verdict.Server, "2.8"))
	before := fixture.Part("alpha", verdict.Server, "1.1.1", "2.8", "7.1")
	before.Results = append(before.Results, fixture.Failing("alpha", verdict.Server, "2.7"), fixture.Failing("alpha", verdict.Server, "5.1"))
	reports.BaselineOf(before).Mark(r)
	says := map[string][]string{
		"json":     {`"baseline": "known"`, `"baseline": "new"`, `"baseline": "fixed"`, `"baselineNotes": [`},
		"html":     {"Compared with the baseline: 1 new, 1 known, 1 fixed", "1 case of the baseline was not run: 7.1"},
		"junit":    {`failures="1" errors="0" skipped="1"`, `<skipped message="known: The peer answered`, "better than in the baseline"},
		"markdown": {"Compared with the baseline: 1 new, 1 known, 1 fixed", "- **2.7** (known) ", "- **2.8** (new) ", "not run: 7.1"},
		"tap":      {"not ok 3 - alpha server 2.7 # TODO known\n", "not ok 4 - alpha server 2.8\n", `baseline: "new"`},
		"sarif":    {`"baselineState": "unchanged"`, `"baselineState": "new"`},
		"text":     {"FAIL 2.8 ", "Compared with the baseline: 1 new, 1 known, 1 fixed"},
		"github":   {"::error title=wsspec 2.8::"},
		"badge":    {"2 of 4 cases"},
	}
	for _, f := range All() {
		if f.Write == nil || f.Binary {
			continue
		}
		var b bytes.Buffer
		if err := f.Write(&b, r); err != nil {
			t.Fatal(err)
		}
		if says[f.Name] == nil {
			t.Errorf("the test does not know what %s has to say", f.Name)
		}
		for _, want := range says[f.Name] {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: %q is missing in\n%.2000s", f.Name, want, b.String())
			}
		}
	}
}
