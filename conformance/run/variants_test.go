package run

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// Many variants of one place are under way at once. Which cases show that it fails does not depend
// on which of them fails first.
func TestTheFirstCasesShowAPlace(t *testing.T) {
	var cases []*script.Case
	for _, id := range []string{"1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.2.2", "2.2", "2.7"} {
		cases = append(cases, catalog.ByID(id))
	}
	shown := func(backwards bool) string {
		play := func(_ context.Context, cases []*script.Case, opts Options) ([]Result, error) {
			results := make([]Result, len(cases))
			order := make([]int, len(cases))
			for i := range order {
				order[i] = i
				results[i] = Result{Case: cases[i], Verdict: verdict.Pass}
			}
			if opts.failed == nil {
				return results, nil
			}
			if backwards {
				slices.Reverse(order)
			}
			for _, i := range order { // each variant fails, and again if it is played again
				if opts.failed(cases[i], false) {
					results[i].Verdict = verdict.Fail
				} else {
					results[i] = notRun(cases[i], wire.RoleServer, notWanted)
				}
			}
			return results, nil
		}
		results, err := newVariation(cases, wire.RoleServer, Options{Vary: vary.Covering}, play).run(t.Context(), cases)
		if err != nil {
			t.Fatal(err)
		}
		var text []string
		for _, r := range results {
			if r.Verdict == verdict.Fail {
				text = append(text, r.Variants.Shown.Case.ID)
			}
		}
		return strings.Join(text, ", ")
	}
	forwards, backwards := shown(false), shown(true)
	if forwards != backwards || forwards == "" {
		t.Errorf("in order %q fail, and backwards %q", forwards, backwards)
	}
}
