package reports

import (
	"fmt"
	"slices"
	"strings"
)

// CheckKnows is an error if the baseline does not have a peer: a misspelled name must not make
// every failure new.
func (b *Baseline) CheckKnows(p Peer) error {
	if b.Knows(p.Agent, p.Role) {
		return nil
	}
	has := []string{}
	for _, other := range b.Peers() {
		has = append(has, other.String())
	}
	return fmt.Errorf("does not know %s; it knows %s", p, strings.Join(has, ", "))
}

// HasCase reports whether the baseline says that it had a case of a peer. One that is older than
// the case does not.
func (b *Baseline) HasCase(p Peer, id string) bool {
	known := b.find(p.Agent, p.Role)
	return known != nil && slices.Contains(known.Cases, id)
}

// Renewed is a baseline with the peers of another one in place of its own. Peers that the other
// one does not have stay. The baseline may be nil.
func (b *Baseline) Renewed(by *Baseline) *Baseline {
	out := *by
	out.Agents = slices.Clone(by.Agents)
	if b != nil {
		for _, a := range b.Agents {
			if !by.Knows(a.Agent, a.Role) {
				out.Agents = append(out.Agents, a)
			}
		}
	}
	slices.SortStableFunc(out.Agents, func(a, b KnownAgent) int {
		return strings.Compare(a.Agent+" "+string(a.Role), b.Agent+" "+string(b.Role))
	})
	return &out
}
