package reports

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Merge merges reports: the shards of one run, several agents, both roles. All
// reports must be from the same version of the tool. It is an error if an agent has
// a case twice in one role, or lacks a case that another agent of the role has,
// because then a shard is missing. (A case that all of them lack cannot be
// noticed.) A case that one part did not run and another did has the result of the
// other. The errors name at most a dozen cases of each kind.
//
// The merged report starts when the first part did and takes as long as all parts
// together. Its command names only the tool, because no single run made it; a
// single case can still be run again.
//
// The shards of a run (see [Shards]) have to be there exactly once, and to have come to
// their end. The merged report is then that of the whole run: its results are in the order
// of the run, and its command is that of the run.
func Merge(parts ...*Report) (*Report, error) { return MergeWith(MergeOptions{}, parts...) }

// MergePartial is Merge for incomplete reports: it is no error if an agent lacks
// cases that another agent of its role has, or if shards are missing or incomplete.
func MergePartial(parts ...*Report) (*Report, error) {
	return MergeWith(MergeOptions{Partial: true}, parts...)
}

// MergeOptions say what Merge refuses otherwise.
type MergeOptions struct {
	// Partial: agents may lack cases that others have, and shards may be missing or
	// incomplete.
	Partial bool
	// Latest: shards and cases may be there more than once. The result of the run that
	// began last counts, unless it is "not run".
	Latest bool
}

// MergeWith is Merge with options.
func MergeWith(o MergeOptions, parts ...*Report) (*Report, error) {
	merged, err := merge(parts, o)
	return merged, bounded(err)
}

func merge(parts []*Report, o MergeOptions) (*Report, error) {
	if len(parts) == 0 {
		return nil, errors.New("no reports to merge")
	}
	if o.Latest {
		// Where the same case is there more than once, the first result is kept below.
		parts = slices.Clone(parts)
		slices.Reverse(parts)
		slices.SortStableFunc(parts, func(a, b *Report) int { return b.Started.Compare(a.Started) })
		parts = latest(parts)
	}
	first := parts[0]
	merged := &Report{
		Schema: Schema, Tool: first.Tool, Started: first.Started,
		Command: []string{first.Tool.Name, "report", "merge"},
		Faults:  first.Faults, // the same in all reports of one version
		Clauses: make(map[string]Clause),
	}
	peers := shardedPeers(parts)
	var profiles []string
	targets := make(map[Peer]bool)
	for _, part := range parts {
		if part.Tool != first.Tool {
			return nil, fmt.Errorf("reports are from %s %s and %s %s: only reports from one version have the same cases",
				first.Tool.Name, first.Tool.Version, part.Tool.Name, part.Tool.Version)
		}
		if part.Started.Before(merged.Started) {
			merged.Started = part.Started
		}
		merged.DurationMs += part.DurationMs
		if !slices.Contains(profiles, part.Profile) {
			profiles = append(profiles, part.Profile)
		}
		for _, t := range part.Targets {
			// Shards may have run against several instances of an agent: the report
			// has the address of the first.
			if p := t.Peer(); !targets[p] {
				targets[p] = true
				merged.Targets = append(merged.Targets, t)
			} else if at := slices.IndexFunc(merged.Targets, func(known Target) bool { return known.Peer() == p }); merged.Targets[at].Unfinished == "" {
				merged.Targets[at].Unfinished = t.Unfinished
			}
		}
		maps.Copy(merged.Clauses, part.Clauses)
		merged.LeftOut += part.LeftOut
		for _, t := range part.GoTests {
			merged.AddGoTest(t.Role, t.ID, t.Source, part.GoTestCode[t.Code])
		}
		merged.Results = append(merged.Results, part.Results...)
	}
	merged.Results = withoutFilledGaps(merged.Results)
	if o.Latest {
		merged.Results = firstOfEach(merged.Results)
	}
	merged.Interrupted = interruptions(merged, parts)
	merged.BaselineNotes = mergedNotes(parts)
	merged.Profile = strings.Join(profiles, ", ")
	slices.SortStableFunc(merged.Results, func(a, b Result) int { return CompareIDs(a.ID, b.ID) })
	err := checkShards(merged, peers, o)
	if err == nil {
		err = doubled(merged)
		if !o.Partial {
			err = errors.Join(err, missing(merged, peers))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot merge the reports: %w", err)
	}
	whole := !slices.ContainsFunc(peers, func(p *shardedPeer) bool { return !p.all.Complete() })
	for i := range merged.Targets {
		merged.Targets[i].Shards = nil
		if !whole { // the rest of this merge may have shards of each peer
			merged.Targets[i].Shards = peers[i].all
		}
	}
	asOneRun(merged, parts, peers)
	merged.Summary = Summarize(merged.Targets, merged.Results)
	return merged, merged.Validate()
}

// withoutFilledGaps leaves out each result "not run" of a case that another part has
// a result of. Of two such results it keeps the first.
func withoutFilledGaps(results []Result) []Result {
	type key struct {
		Peer
		id string
	}
	ran := make(map[key]bool)
	for i := range results {
		if res := &results[i]; res.Verdict != verdict.NotRun {
			ran[key{res.Peer(), res.ID}] = true
		}
	}
	kept := make([]Result, 0, len(results))
	for i := range results {
		res := &results[i]
		if k := (key{res.Peer(), res.ID}); res.Verdict == verdict.NotRun {
			if ran[k] {
				continue
			}
			ran[k] = true
		}
		kept = append(kept, *res)
	}
	return kept
}

// firstOfEach keeps the first result of each case of a peer.
func firstOfEach(results []Result) []Result {
	seen := make(map[caseOfPeer]bool)
	return slices.DeleteFunc(results, func(res Result) bool {
		k := caseOfPeer{res.Peer(), res.ID}
		defer func() { seen[k] = true }()
		return seen[k]
	})
}

// interruptions are the reasons why parts were interrupted, unless other parts have
// every case that those lack.
func interruptions(merged *Report, parts []*Report) string {
	complete := !slices.ContainsFunc(merged.Results, func(res Result) bool { return res.Verdict == verdict.NotRun })
	var reasons []string
	for _, part := range parts {
		if part.Interrupted == "" || slices.Contains(reasons, part.Interrupted) {
			continue
		}
		namesGaps := slices.ContainsFunc(part.Results, func(res Result) bool { return res.Verdict == verdict.NotRun })
		if complete && namesGaps {
			continue
		}
		reasons = append(reasons, part.Interrupted)
	}
	return strings.Join(reasons, "; ")
}

// doubled is an error that names the cases that a peer has twice.
func doubled(r *Report) error {
	times := make(map[Peer]map[string]int)
	var names []string
	for i := range r.Results {
		res := &r.Results[i]
		if times[res.Peer()] == nil {
			times[res.Peer()] = make(map[string]int)
		}
		times[res.Peer()][res.ID]++
		if times[res.Peer()][res.ID] == 2 {
			names = append(names, res.ID+" of "+res.Peer().String())
		}
	}
	return listed("more than once", names)
}

// missing is an error that names the cases that a peer lacks and another peer of
// its role has. Of a divided run it is known which cases each peer has.
func missing(r *Report, peers []*shardedPeer) error {
	has := make(map[Peer]map[string]bool)
	ids := make(map[verdict.Role][]string)
	for i := range r.Results {
		res := &r.Results[i]
		if has[res.Peer()] == nil {
			has[res.Peer()] = make(map[string]bool)
		}
		has[res.Peer()][res.ID] = true
		// The results are sorted by id.
		if all := ids[res.Role]; len(all) == 0 || all[len(all)-1] != res.ID {
			ids[res.Role] = append(all, res.ID)
		}
	}
	var names []string
	for i, t := range r.Targets {
		p := t.Peer()
		if peers[i].all != nil {
			continue
		}
		for _, id := range ids[t.Role] {
			if !has[p][id] {
				names = append(names, id+" of "+p.String())
			}
		}
	}
	return listed("missing", names)
}

// listed is an error that lists names, or nil if there are none.
func listed(what string, names []string) error {
	switch n := len(names); {
	case n == 0:
		return nil
	case n > 12:
		return fmt.Errorf("%s: %s and %s more", what, strings.Join(names[:12], ", "), wording.Grouped(n-12))
	default:
		return fmt.Errorf("%s: %s", what, strings.Join(names, ", "))
	}
}
