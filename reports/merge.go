package reports

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Merge puts reports together: the shards of one run, several agents, both
// roles. All must be of the same version of the tool; a case that is there twice
// for one agent and role is an error, and so is one that only some of the agents
// of a role have, for then a shard is missing. (What all of them lack no report
// can tell.) The errors name the cases, a dozen of each kind at most.
//
// The merged report began when the first of its parts did and took as long as
// all of them together. Its command is no longer that of one run: it names the
// tool only, so that a single case can still be run again.
func Merge(parts ...*Report) (*Report, error) { return merge(parts, false) }

// MergePartial is Merge for reports that are known to be incomplete: cases that
// only some of the agents of a role have are no error.
func MergePartial(parts ...*Report) (*Report, error) { return merge(parts, true) }

func merge(parts []*Report, partial bool) (*Report, error) {
	if len(parts) == 0 {
		return nil, errors.New("no reports to merge")
	}
	first := parts[0]
	merged := &Report{
		Schema: Schema, Tool: first.Tool, Started: first.Started,
		Command: []string{first.Tool.Name, "report", "merge"},
		Faults:  first.Faults, // of the version, which is the same
		Clauses: make(map[string]Clause),
	}
	var profiles []string
	targets := make(map[peer]bool)
	for _, part := range parts {
		if part.Tool != first.Tool {
			return nil, fmt.Errorf("reports are of %s %s and %s %s: only those of one version have the same cases",
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
			// Shards of one agent may have run against several of its
			// instances: the first one's address stands for all.
			if p := (peer{t.Agent, t.Role}); !targets[p] {
				targets[p] = true
				merged.Targets = append(merged.Targets, t)
			}
		}
		maps.Copy(merged.Clauses, part.Clauses)
		for _, t := range part.GoTests {
			merged.AddGoTest(t.Role, t.ID, t.Source, part.GoTestCode[t.Code])
		}
		merged.Results = append(merged.Results, part.Results...)
	}
	merged.Profile = strings.Join(profiles, ", ")
	slices.SortStableFunc(merged.Results, func(a, b Result) int { return CompareIDs(a.ID, b.ID) })
	err := doubled(merged)
	if !partial {
		err = errors.Join(err, missing(merged))
	}
	if err != nil {
		return nil, fmt.Errorf("reports do not fit together: %w", err)
	}
	merged.Summary = Summarize(merged.Targets, merged.Results)
	return merged, merged.Validate()
}

// doubled names the cases that one peer has twice.
func doubled(r *Report) error {
	times := make(map[peer]map[string]int)
	var names []string
	for i := range r.Results {
		res := &r.Results[i]
		if times[res.peer()] == nil {
			times[res.peer()] = make(map[string]int)
		}
		times[res.peer()][res.ID]++
		if times[res.peer()][res.ID] == 2 {
			names = append(names, res.ID+" of "+res.peer().name())
		}
	}
	return listed("there twice", names)
}

// missing names the cases that a peer lacks and another of its role has.
func missing(r *Report) error {
	has := make(map[peer]map[string]bool)
	ids := make(map[Role][]string)
	for i := range r.Results {
		res := &r.Results[i]
		if has[res.peer()] == nil {
			has[res.peer()] = make(map[string]bool)
		}
		has[res.peer()][res.ID] = true
		// The results are in the order of their ids: equal ones follow each other.
		if all := ids[res.Role]; len(all) == 0 || all[len(all)-1] != res.ID {
			ids[res.Role] = append(all, res.ID)
		}
	}
	var names []string
	for _, t := range r.Targets {
		p := peer{t.Agent, t.Role}
		for _, id := range ids[t.Role] {
			if !has[p][id] {
				names = append(names, id+" of "+p.name())
			}
		}
	}
	return listed("missing", names)
}

// listed makes an error of names, or nil of none.
func listed(what string, names []string) error {
	switch n := len(names); {
	case n == 0:
		return nil
	case n > 12:
		return fmt.Errorf("%s: %s and %s more", what, strings.Join(names[:12], ", "), grouped(n-12))
	default:
		return fmt.Errorf("%s: %s", what, strings.Join(names, ", "))
	}
}
