package record

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/wsspec/wsspec/conformance/catalog"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// catalogue is the catalogue by id.
var catalogue = sync.OnceValue(func() map[string]*script.Case {
	byID := map[string]*script.Case{}
	for _, c := range catalog.Cases() {
		byID[c.ID] = c
	}
	return byID
})

// caseByID returns a case of the catalogue or of a suite, or nil.
func caseByID(id string) *script.Case {
	if c := catalogue()[id]; c != nil {
		return c
	}
	return catalog.ByID(id)
}

// plannedCase is what a report says of a case before it is run. The title is its id if
// the catalogue does not have the case.
func plannedCase(id string) reports.Result {
	res := reports.Result{ID: id, Title: id, Level: verdict.Must}
	if c := caseByID(id); c != nil {
		res.Title, res.Level, res.Requirements = c.Title, c.Level, c.Requires
	}
	return res
}

// clausesOf are the requirements of a planned case.
func clausesOf(res *reports.Result) map[string]reports.Clause {
	if c := caseByID(res.ID); c != nil {
		return Clauses(c)
	}
	return nil
}

// addNotRun adds a result "not run" to the report for each planned case that has no
// result.
func (r *Record) addNotRun(out *reports.Report) {
	planned := map[reports.Peer][]reports.Result{}
	for peer, ids := range r.plans {
		for _, id := range ids {
			planned[peer] = append(planned[peer], plannedCase(id))
		}
	}
	out.AddNotRun(planned, slices.SortedFunc(maps.Keys(r.varying), func(a, b reports.Peer) int { return strings.Compare(a.String(), b.String()) }))
	for i := range out.Results { // in the order of the cases, those that were not run among the others
		if out.Results[i].Verdict == verdict.NotRun {
			maps.Copy(out.Clauses, clausesOf(&out.Results[i]))
		}
	}
}
