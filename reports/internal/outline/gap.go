package outline

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// A Gap has the cases of one peer that were planned and not run, for one reason.
type Gap struct {
	reports.Peer
	Why string
	IDs []string
}

// Gaps groups the cases that were not run by peer and reason, in the order of the
// results.
func Gaps(r *reports.Report) []Gap {
	type key struct {
		reports.Peer
		why string
	}
	var gaps []Gap
	index := make(map[key]int)
	for i := range r.Results {
		res := &r.Results[i]
		if res.Verdict != verdict.NotRun {
			continue
		}
		k := key{res.Peer(), res.Explanation}
		at, ok := index[k]
		if !ok {
			at = len(gaps)
			index[k] = at
			gaps = append(gaps, Gap{Peer: res.Peer(), Why: res.Explanation})
		}
		gaps[at].IDs = append(gaps[at].IDs, res.ID)
	}
	return gaps
}

// mostNamed is how many cases of a gap are named.
const mostNamed = 12

// Sentence is the gap in words: "2 cases of alpha as a server were not run (1.1.1,
// 1.1.2): the run was interrupted".
func (g Gap) Sentence() string {
	named := g.IDs
	more := ""
	if len(named) > mostNamed {
		named, more = named[:mostNamed], " and "+wording.Grouped(len(g.IDs)-mostNamed)+" more"
	}
	was := "were"
	if len(g.IDs) == 1 {
		was = "was"
	}
	return fmt.Sprintf("%s of %s %s not run (%s%s): %s", wording.Counted(len(g.IDs), "case"), g.Peer.String(), was,
		strings.Join(named, ", "), more, g.Why)
}

// mostGaps is how many gaps a form shows before the results.
const mostGaps = 6

// FewGaps are the sentences of the first gaps, and how many others there are.
func FewGaps(r *reports.Report) (sentences []string, more int) {
	gaps := Gaps(r)
	few := gaps[:min(len(gaps), mostGaps)]
	for _, g := range few {
		sentences = append(sentences, wording.Shortened(g.Sentence(), 3*wording.MaxText))
	}
	return sentences, len(gaps) - len(few)
}
