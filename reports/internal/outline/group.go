package outline

import (
	"slices"

	"github.com/wsspec/wsspec/reports"
)

// A SectionGroup has the results of one peer in one section.
type SectionGroup struct {
	Peer    reports.Peer
	Section string
	Results []*reports.Result
}

// GroupBySection groups results by peer and section. Peers are in the order of
// their first result, sections and results in the order of CompareIDs.
func GroupBySection(results []reports.Result) []SectionGroup {
	var peers []reports.Peer
	byPeer := make(map[reports.Peer]map[string][]*reports.Result)
	for i := range results {
		res := &results[i]
		p := res.Peer()
		if byPeer[p] == nil {
			byPeer[p] = make(map[string][]*reports.Result)
			peers = append(peers, p)
		}
		section := reports.SectionOf(res.ID)
		byPeer[p][section] = append(byPeer[p][section], res)
	}
	var groups []SectionGroup
	for _, p := range peers {
		var sections []string
		for section := range byPeer[p] {
			sections = append(sections, section)
		}
		slices.SortFunc(sections, reports.CompareIDs)
		for _, section := range sections {
			cases := byPeer[p][section]
			slices.SortStableFunc(cases, func(a, b *reports.Result) int { return reports.CompareIDs(a.ID, b.ID) })
			groups = append(groups, SectionGroup{p, section, cases})
		}
	}
	return groups
}
