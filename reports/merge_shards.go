package reports

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// A shardedPeer has what the parts of a merge say of the shards of one peer.
type shardedPeer struct {
	Peer
	// all are the shards together; nil if no part is a shard.
	all *Shards
	// times is how many parts have a shard, by index.
	times map[int]int
	// err is why the parts do not belong together.
	err error
}

// shardedPeers collects the shards of each peer, in the order of the targets.
func shardedPeers(parts []*Report) []*shardedPeer {
	var peers []*shardedPeer
	index := make(map[Peer]*shardedPeer)
	whole := make(map[Peer]bool)
	for _, part := range parts {
		for i := range part.Targets {
			t := &part.Targets[i]
			p := index[t.Peer()]
			if p == nil {
				p = &shardedPeer{Peer: t.Peer(), times: make(map[int]int)}
				index[t.Peer()] = p
				peers = append(peers, p)
			}
			if t.Shards == nil {
				whole[t.Peer()] = true
				continue
			}
			p.add(t.Shards)
		}
	}
	for _, p := range peers {
		if p.all != nil && whole[p.Peer] && p.err == nil {
			p.err = fmt.Errorf("%s: one report is of a shard, and another is not", p.Peer)
		}
		p.addEmpty()
	}
	return peers
}

// add adds the shards of one part.
func (p *shardedPeer) add(s *Shards) {
	if p.all == nil {
		p.all = &Shards{Of: s.Of, Cases: s.Cases}
	}
	switch {
	case p.err != nil:
	case s.Of != p.all.Of:
		p.err = fmt.Errorf("%s: one report is of %d shards, and another of %d", p.Peer, p.all.Of, s.Of)
	case !slices.Equal(s.Cases, p.all.Cases):
		p.err = fmt.Errorf("%s: %s was run with other cases than the shards before it (%s)", p.Peer, s, difference(p.all.Cases, s.Cases))
	}
	for _, index := range s.Have {
		if p.times[index]++; p.times[index] == 1 {
			p.all.Have = append(p.all.Have, index)
		}
	}
	slices.Sort(p.all.Have)
}

// addEmpty adds the shards that have no case: nobody has to run them.
func (p *shardedPeer) addEmpty() {
	if p.all == nil || p.err != nil {
		return
	}
	owes := p.owing()
	for i := range p.all.Of {
		if !owes[i+1] && p.times[i+1] == 0 {
			p.all.Have = append(p.all.Have, i+1)
		}
	}
	slices.Sort(p.all.Have)
}

// owing are the shards that have a case.
func (p *shardedPeer) owing() map[int]bool {
	owes := make(map[int]bool)
	for _, id := range p.all.Cases {
		owes[shardOf(p.Agent, id, p.all.Of)] = true
	}
	return owes
}

// difference says how two lists of ids differ, with one example.
func difference(before, now []string) string {
	for _, id := range before {
		if !slices.Contains(now, id) {
			return "it lacks " + id
		}
	}
	for _, id := range now {
		if !slices.Contains(before, id) {
			return "it adds " + id
		}
	}
	return "the order differs"
}

// missing are the shards that no part has.
func (p *shardedPeer) missing() (indexes []int) {
	for i := range p.all.Of {
		if !slices.Contains(p.all.Have, i+1) {
			indexes = append(indexes, i+1)
		}
	}
	return indexes
}

// doubled are the shards that several parts have, and that have a case.
func (p *shardedPeer) doubled() (indexes []int) {
	owes := p.owing()
	for index, n := range p.times {
		if n > 1 && owes[index] {
			indexes = append(indexes, index)
		}
	}
	slices.Sort(indexes)
	return indexes
}

// namedShards is "shard 2 of 4 of alpha as a server".
func (p *shardedPeer) namedShards(indexes []int) string {
	return (&Shards{Of: p.all.Of, Have: indexes}).String() + " of " + p.String()
}

// checkShards is an error that says which shards are missing, are there more than once, or
// did not come to their end.
func checkShards(merged *Report, peers []*shardedPeer, o MergeOptions) error {
	var errs []error
	for _, p := range peers {
		switch {
		case p.err != nil:
			errs = append(errs, p.err)
			continue
		case p.all == nil:
			continue
		}
		if doubled := p.doubled(); len(doubled) > 0 && !o.Latest {
			errs = append(errs, &shardError{latest: true, text: "more than once: " + p.namedShards(doubled)})
		}
		if o.Partial {
			continue
		}
		if missing := p.missing(); len(missing) > 0 {
			errs = append(errs, &shardError{text: "missing: " + p.namedShards(missing)})
		}
		if why := p.unfinished(merged); why != "" {
			errs = append(errs, &shardError{text: why})
		}
		if lacks := p.lacks(merged); len(lacks) > 0 {
			errs = append(errs, listed("missing", lacks))
		}
	}
	return errors.Join(errs...)
}

// A shardError is about shards that are missing or not complete or, with latest, there more
// than once.
type shardError struct {
	text   string
	latest bool
}

func (e *shardError) Error() string { return e.text }

// unfinished says which shards did not come to their end; empty if all did.
func (p *shardedPeer) unfinished(merged *Report) string {
	notRun := make(map[int]int)
	for i := range merged.Results {
		if res := &merged.Results[i]; res.Peer() == p.Peer && res.Verdict == verdict.NotRun {
			notRun[shardOf(p.Agent, res.ID, p.all.Of)]++
		}
	}
	var sentences []string
	for i := range p.all.Of {
		if n := notRun[i+1]; n > 0 {
			was := "were"
			if n == 1 {
				was = "was"
			}
			sentences = append(sentences, fmt.Sprintf("%s: %s %s not run", p.namedShards([]int{i + 1}), wording.Counted(n, "case"), was))
		}
	}
	for _, t := range merged.Targets {
		if t.Peer() == p.Peer && t.Unfinished != "" && len(sentences) == 0 {
			sentences = append(sentences, fmt.Sprintf("a shard of %s: %s", p, t.Unfinished))
		}
	}
	return strings.Join(wording.FirstFew(sentences), "; ")
}

// lacks are the cases of the shards that are there that have no result at all.
func (p *shardedPeer) lacks(merged *Report) (names []string) {
	has := make(map[string]bool)
	for i := range merged.Results {
		if res := &merged.Results[i]; res.Peer() == p.Peer {
			has[res.ID] = true
		}
	}
	for _, id := range p.all.Cases {
		if !has[id] && p.all.has(p.Agent, id) {
			names = append(names, id+" of "+p.String())
		}
	}
	return names
}

// asOneRun sorts the results as a run that was not divided has them, and gives the report
// the command of that run. It does nothing where a peer was not divided.
func asOneRun(merged *Report, parts []*Report, peers []*shardedPeer) {
	place := make(map[caseOfPeer]int)
	target := make(map[Peer]int)
	complete := true
	for i, p := range peers {
		if p.all == nil {
			return
		}
		complete = complete && p.all.Complete()
		target[p.Peer] = i
		for n, id := range p.all.Cases {
			place[caseOfPeer{p.Peer, id}] = n
		}
	}
	slices.SortStableFunc(merged.Results, func(a, b Result) int {
		return cmp.Or(target[a.Peer()]-target[b.Peer()], place[caseOfPeer{a.Peer(), a.ID}]-place[caseOfPeer{b.Peer(), b.ID}])
	})
	if command := withoutShard(parts[0].Command); complete && !slices.ContainsFunc(parts, func(r *Report) bool {
		return !slices.Equal(withoutShard(r.Command), command)
	}) {
		merged.Command = command
	}
}

// withoutShard are the arguments of a command without the shard.
func withoutShard(command []string) []string {
	var rest []string
	for i := 0; i < len(command); i++ {
		switch {
		case command[i] == "--":
			return append(rest, command[i:]...)
		case command[i] == shardFlag:
			i++
		case !strings.HasPrefix(command[i], shardFlag+"="):
			rest = append(rest, command[i])
		}
	}
	return rest
}

// latest leaves out, of the parts that have a shard more than once, those that a later one
// takes the place of: one that came to its end.
func latest(parts []*Report) []*Report {
	var kept []*Report
	for i, part := range parts {
		replaced := len(part.Targets) > 0
		for _, t := range part.Targets {
			replaced = replaced && slices.ContainsFunc(parts, func(other *Report) bool { return other.replaces(part, t, slices.Index(parts, other) > i) })
		}
		if !replaced {
			kept = append(kept, part)
		}
	}
	return kept
}

// replaces reports whether the report is a later one of the same shards of a target, and
// complete. behind: it stands behind the other in the list of reports.
func (r *Report) replaces(other *Report, t Target, behind bool) bool {
	if r == other || t.Shards == nil || r.Interrupted != "" {
		return false
	}
	if !r.Started.After(other.Started) && !(r.Started.Equal(other.Started) && behind) {
		return false
	}
	at := slices.IndexFunc(r.Targets, func(own Target) bool { return own.Peer() == t.Peer() })
	if at < 0 || r.Targets[at].Unfinished != "" || r.Targets[at].Shards == nil || r.Targets[at].Shards.Of != t.Shards.Of {
		return false
	}
	for _, index := range t.Shards.Have {
		if !slices.Contains(r.Targets[at].Shards.Have, index) {
			return false
		}
	}
	return !slices.ContainsFunc(r.Results, func(res Result) bool { return res.Peer() == t.Peer() && res.Verdict == verdict.NotRun })
}
