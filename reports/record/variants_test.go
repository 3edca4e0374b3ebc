package record_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

// What is known of the variants of cases that pass comes behind the cases. Until then the
// run is not complete, though every case ran.
func TestVariantsComeBehindTheCases(t *testing.T) {
	journal := filepath.Join(t.TempDir(), reports.JournalFile)
	rec := record.New(record.Options{Journal: journal})
	rec.Plan("mine", wire.RoleServer, []string{"1.1.1", "2.1"})
	rec.PlanVariants("mine", wire.RoleServer)
	var results []conformance.Result
	play(t, func(r conformance.Result) { rec.Put("mine", r); results = append(results, r) }, "1.1.1", "2.1")
	slices.SortFunc(results, func(a, b conformance.Result) int { return strings.Compare(a.Case.ID, b.Case.ID) })
	check := func(when, interrupted, unfinished string, variants ...int) {
		t.Helper()
		ofJournal, err := reports.ReadJournal(journal)
		if err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]*reports.Report{"record": rec.Report(), "journal": ofJournal} {
			var played []int
			for _, res := range r.Results {
				n := 0
				if res.Variants != nil {
					n = res.Variants.Played
				}
				played = append(played, n)
			}
			if (r.Interrupted != "") != (interrupted != "") || !strings.Contains(r.Interrupted, interrupted) && name == "record" || r.Targets[0].Unfinished != unfinished || !slices.Equal(played, variants) {
				t.Errorf("%s, %s: interrupted is %q, unfinished %q, variants %v", when, name, r.Interrupted, r.Targets[0].Unfinished, played)
			}
			if err := r.Validate(); err != nil {
				t.Error(err)
			}
		}
	}
	const missing = "The variants of its cases were not all played."
	check("before", "the variants of the cases of mine as a server were not all played", missing, 0, 0)
	results[0].Variants = &conformance.Variants{Played: 7}
	rec.Varied("mine", wire.RoleServer, results, false)
	check("in between", "the variants of the cases", missing, 7, 0)
	results[1].Variants = &conformance.Variants{Played: 3}
	rec.Varied("mine", wire.RoleServer, results, true)
	check("behind", "", "", 7, 3)
	if v := rec.Report().Results[0].Verdict; v != verdict.Pass {
		t.Errorf("the case is %s", v)
	}
}
