package main

import (
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/record"
)

// shardFlags say which shard of a run this is, where several runs share the cases.
type shardFlags struct {
	shardText string
	shard     reports.Shard
}

func (s *shardFlags) add(f *pflag.FlagSet) {
	f.StringVar(&s.shardText, "shard", "", "run only this part of the cases, `I/N` such as 2/4, into a folder of its own in --out; wsspec report merge makes one report of all parts")
}

// readShard reads --shard.
func (s *shardFlags) readShard(r *runFlags) (err error) {
	if s.shardText == "" {
		return nil
	}
	if s.shard, err = reports.ParseShard(s.shardText); err != nil {
		return usage("--shard: %w", err)
	}
	if r.writeBaseline != "" {
		return usage("--write-baseline: a shard knows a part of the cases: merge the reports of all shards by wsspec report merge --write-baseline FILE")
	}
	return nil
}

// separate gives the shard folders for itself, so that shards which are given the same ones
// do not replace each other's files.
func (s *shardFlags) separate(r *runFlags) {
	if s.shard.Of == 0 {
		return
	}
	for _, dir := range []*string{&r.out, &r.autobahnOut} {
		if *dir != "" {
			*dir = filepath.Join(*dir, s.shard.Folder())
		}
	}
}

// ofShard are the cases of an agent that belong to the shard.
func (s *shardFlags) ofShard(agent string, cases []*script.Case) []*script.Case {
	return slices.DeleteFunc(slices.Clone(cases), func(c *script.Case) bool { return !s.shard.Has(agent, c.ID) })
}

// A planned is what a run plays of an agent.
type planned struct {
	// cases are those of this run, all those of all shards.
	cases, all []*script.Case
}

// planFor are the cases of an agent.
func (r *runFlags) planFor(agent string, cases []*script.Case) (planned, error) {
	all, err := r.casesFor(agent, cases)
	return planned{r.ofShard(agent, all), all}, err
}

// record adds the plan to the record of the run.
func (p planned) record(rec *record.Record, shard reports.Shard, agent string, role wire.Role) {
	rec.Plan(agent, role, ids(p.cases))
	if shard.Of > 0 {
		rec.Shard(agent, role, shard, ids(p.all))
	}
}

// isEmptyShard reports whether a report is of a shard that has no case. It is written all the
// same: who merges the shards has one of each.
func isEmptyShard(r *reports.Report) bool {
	return r.Summary.Cases == 0 && len(r.Targets) > 0 && !slices.ContainsFunc(r.Targets, func(t reports.Target) bool { return t.Shards == nil })
}
