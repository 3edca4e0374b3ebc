package command

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

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
	f.StringVar(&s.shardText, "shard", "", "run only this part of the cases, `I/N` such as 2/4 (index:1/4 counts from 0), into a folder of its own in --out; wsspec report merge makes one report of all parts")
}

// readShard reads --shard.
func (s *shardFlags) readShard(r *runFlags) (err error) {
	if s.shardText == "" {
		return nil
	}
	if s.shard, err = parseShard(s.shardText); err != nil {
		return usage("--shard: %w", err)
	}
	if r.writeBaseline != "" {
		return usage("--write-baseline: a shard knows a part of the cases: merge the reports of all shards by wsspec report merge --write-baseline FILE")
	}
	return nil
}

// fromZero is before a shard whose number counts from 0, as that of a pod of an Indexed Job.
const fromZero = "index:"

// parseShard reads a shard, "2/4" or "index:1/4".
func parseShard(text string) (reports.Shard, error) {
	counted, ok := strings.CutPrefix(text, fromZero)
	if !ok {
		return reports.ParseShard(text)
	}
	index, of, _ := strings.Cut(counted, "/")
	if i, err := strconv.Atoi(index); err == nil {
		if s, err := reports.ParseShard(strconv.Itoa(i+1) + "/" + of); err == nil {
			return s, nil
		}
	}
	return reports.Shard{}, fmt.Errorf("%.40q is no shard: behind %s it has to be I/N, as in 1/4 for the second of four, with I from 0 to N-1", text, fromZero)
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
