package autobahn

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
)

// A Comparison is two reports about the same peers side by side.
type Comparison struct {
	Peers []PeerComparison
	// Unmatched are the peers that only one of the reports has, in words.
	Unmatched []string
}

// A PeerComparison is one peer's part of it.
type PeerComparison struct {
	Agent    string
	Role     verdict.Role
	Sections []SectionComparison
	// Differing are the cases whose verdicts differ.
	Differing []CaseComparison
	// OnlyOurs and OnlyTheirs are the cases that the other report lacks.
	OnlyOurs, OnlyTheirs []string
}

// A SectionComparison counts a section's cases that both reports have.
type SectionComparison struct {
	Section string
	// Cases is how many both have, Agree how many have the same verdicts,
	// Documented how many differ for a documented reason.
	Cases, Agree, Documented int
}

// Differ is how many differ without a documented reason.
func (s SectionComparison) Differ() int { return s.Cases - s.Agree - s.Documented }

// A CaseComparison is a case whose verdicts differ.
type CaseComparison struct {
	Ours, Theirs *reports.Result
	// Reason is the documented difference that accounts for it, nil if none does.
	Reason *Difference
}

// ErrNothing says that two reports have no case of the same peer in common.
var ErrNothing = errors.New("there is nothing to compare: the reports have no case of the same agent in common")

// Compare sets two reports side by side. Peers belong together by name and role; if
// each report has one peer in a role, they do whatever their names are. Cases of
// wsspec's own, which Autobahn does not have, do not count. Without any case in
// common the error is [ErrNothing].
func Compare(ours, theirs *reports.Report) (*Comparison, error) {
	c := &Comparison{}
	cases := 0
	matched := map[reports.Target]bool{}
	for _, o := range ours.Targets {
		t := counterpart(o, ours, theirs)
		if t == nil {
			c.Unmatched = append(c.Unmatched, fmt.Sprintf("%s, a %s, is in wsspec's report alone", o.Agent, o.Role))
			continue
		}
		matched[*t] = true
		p := comparePeer(o, ours, *t, theirs)
		for _, s := range p.Sections {
			cases += s.Cases
		}
		c.Peers = append(c.Peers, p)
	}
	for _, t := range theirs.Targets {
		if !matched[t] {
			c.Unmatched = append(c.Unmatched, fmt.Sprintf("%s, a %s, is in Autobahn's report alone", t.Agent, t.Role))
		}
	}
	if cases == 0 {
		return nil, ErrNothing
	}
	return c, nil
}

// counterpart finds a peer in the other report.
func counterpart(o reports.Target, ours, theirs *reports.Report) *reports.Target {
	inRole := func(r *reports.Report) []reports.Target {
		return slices.DeleteFunc(slices.Clone(r.Targets), func(t reports.Target) bool { return t.Role != o.Role })
	}
	others := inRole(theirs)
	for i := range others {
		if others[i].Agent == o.Agent {
			return &others[i]
		}
	}
	if len(others) == 1 && len(inRole(ours)) == 1 {
		return &others[0]
	}
	return nil
}

func comparePeer(o reports.Target, ours *reports.Report, t reports.Target, theirs *reports.Report) PeerComparison {
	p := PeerComparison{Agent: o.Agent, Role: o.Role}
	here, there := ran(ours, o), ran(theirs, t)
	silent := silentPeer(here)
	var ids []string
	for id := range here {
		switch {
		case there[id] != nil:
			ids = append(ids, id)
		case !strings.Contains(id, "/"):
			p.OnlyOurs = append(p.OnlyOurs, id)
		}
	}
	for id := range there {
		if here[id] == nil {
			p.OnlyTheirs = append(p.OnlyTheirs, id)
		}
	}
	for _, list := range [][]string{ids, p.OnlyOurs, p.OnlyTheirs} {
		slices.SortFunc(list, reports.CompareIDs)
	}
	for _, id := range ids {
		section := reports.SectionOf(id)
		if n := len(p.Sections); n == 0 || p.Sections[n-1].Section != section {
			p.Sections = append(p.Sections, SectionComparison{Section: section})
		}
		s := &p.Sections[len(p.Sections)-1]
		s.Cases++
		if agree(here[id], there[id]) {
			s.Agree++
			continue
		}
		differing := CaseComparison{Ours: here[id], Theirs: there[id]}
		for i := range Documented {
			if Documented[i].explains(here[id], there[id], silent) {
				differing.Reason = &Documented[i]
				s.Documented++
				break
			}
		}
		p.Differing = append(p.Differing, differing)
	}
	return p
}

// ran has a peer's results that say something about it, by case.
func ran(r *reports.Report, t reports.Target) map[string]*reports.Result {
	results := map[string]*reports.Result{}
	for i := range r.Results {
		res := &r.Results[i]
		if res.Agent == t.Agent && res.Role == t.Role && res.Behavior != "" && res.Verdict.Settled() {
			results[res.ID] = res
		}
	}
	return results
}

// agree reports whether both verdicts are the same. How a connection ended on which
// the case was not run tells nothing.
func agree(a, b *reports.Result) bool {
	return a.Behavior == b.Behavior && (a.BehaviorClose == b.BehaviorClose || a.Behavior == verdict.Unimplemented)
}

// Total counts all cases of all peers.
func (c *Comparison) Total() SectionComparison {
	var total SectionComparison
	for _, p := range c.Peers {
		t := p.Total()
		total.Cases += t.Cases
		total.Agree += t.Agree
		total.Documented += t.Documented
	}
	return total
}

// Total counts all cases of the peer.
func (p *PeerComparison) Total() SectionComparison {
	var total SectionComparison
	for _, s := range p.Sections {
		total.Cases += s.Cases
		total.Agree += s.Agree
		total.Documented += s.Documented
	}
	return total
}

// Agrees reports whether every difference has a documented reason.
func (c *Comparison) Agrees() bool { return c.Total().Differ() == 0 }
