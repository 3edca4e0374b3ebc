package reports

import (
	"strings"

	"github.com/wsspec/wsspec/reports/internal/wording"
)

// A Standing says how a result stands to the baseline of the run.
type Standing string

// The standings. A result has none if the baseline does not have its peer, if nothing
// is known of the peer from it, or if the case simply passes now and before.
const (
	// New ranks worse than in the baseline.
	New Standing = "new"
	// Known does not simply pass, and ranks as in the baseline.
	Known Standing = "known"
	// Fixed ranks better than in the baseline, which can be renewed.
	Fixed Standing = "fixed"
)

// Standings lists all standings, the urgent one first.
func Standings() []Standing { return []Standing{New, Known, Fixed} }

// Mark compares a report with the baseline as [Baseline.Compare] does, and sets the
// standing of each of its results and BaselineNotes. A nil baseline changes nothing.
func (b *Baseline) Mark(r *Report) Comparison {
	c := b.Compare(r)
	if b == nil {
		return c
	}
	for i := range r.Results {
		res := &r.Results[i]
		res.Standing = ""
		known := b.find(res.Agent, res.Role)
		if known == nil || !res.judged() {
			continue
		}
		_, _, before, now := known.compare(res)
		switch {
		case now > before:
			res.Standing = New
		case now < before:
			res.Standing = Fixed
		case now > passes:
			res.Standing = Known
		}
	}
	r.BaselineNotes = nil
	for _, note := range []string{b.UnknownSentence(c), c.NotRunSentence()} {
		if note != "" {
			r.BaselineNotes = append(r.BaselineNotes, note)
		}
	}
	return c
}

// Parts of the sentences in BaselineNotes.
const (
	doesNotHave = "The baseline does not have "
	itHas       = "; it has "
	ofBaseline  = " of the baseline "
)

// UnknownSentence names the peers that the baseline does not have and those that it
// has, "" if it has all: "The baseline does not have alpha as a server; it has beta as
// a client". It names a few of them.
func (b *Baseline) UnknownSentence(c Comparison) string {
	if len(c.Unknown) == 0 {
		return ""
	}
	has := "nothing"
	if peers := b.Peers(); len(peers) > 0 {
		has = namesOf(peers)
	}
	return doesNotHave + namesOf(c.Unknown) + itHas + has
}

// namesOf names the first peers.
func namesOf(peers []Peer) string {
	var names []string
	for i, p := range peers {
		if i == wording.MaxEvents {
			names = append(names, wording.Grouped(len(peers)-i)+" more")
			break
		}
		names = append(names, wording.OneLine(wording.Shortened(p.String(), 100)))
	}
	return strings.Join(names, ", ")
}

// Standings counts the results by their standing; nil if no result has one.
func (r *Report) Standings() map[Standing]int {
	var n map[Standing]int
	for i := range r.Results {
		if s := r.Results[i].Standing; s != "" {
			if n == nil {
				n = make(map[Standing]int)
			}
			n[s]++
		}
	}
	return n
}
