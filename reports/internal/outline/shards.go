package outline

import (
	"fmt"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// OnlyShards says that a report has some shards of a run, and not all: "Incomplete by itself:
// shard 2 of 4, with 228 of 905 cases"; "" if it has all.
func OnlyShards(r *reports.Report) string {
	name := shardsOf(r)
	if name == "" {
		return ""
	}
	planned := make(map[reports.Peer]int)
	for _, t := range r.Targets {
		if t.Shards != nil {
			planned[t.Peer()] = len(t.Shards.Cases)
		}
	}
	has := 0
	for i := range r.Results {
		if planned[r.Results[i].Peer()] > 0 {
			has++
		}
	}
	all := 0
	for _, n := range planned {
		all += n
	}
	if all == 0 { // of a campaign of wsspec fuzz, which has no list of cases
		return "Incomplete by itself: " + name
	}
	return fmt.Sprintf("Incomplete by itself: %s, with %s of %s", name, wording.Grouped(has), wording.Counted(all, "case"))
}

// ofShard is " of shard 2 of 4", or "" if the report has all shards.
func ofShard(r *reports.Report) string {
	if name := shardsOf(r); name != "" {
		return " of " + name
	}
	return ""
}

// shardsOf names the shards of a report, "" if it has all of them.
func shardsOf(r *reports.Report) (name string) {
	for _, t := range r.Targets {
		switch {
		case t.Shards.Complete():
		case name == "":
			name = t.Shards.String()
		case name != t.Shards.String():
			return "some shards"
		}
	}
	return name
}

// shardSentence says of a peer which of its cases the report has.
func shardSentence(t *reports.Target, cases int) string {
	if t.Shards.Complete() {
		return ""
	}
	return fmt.Sprintf("Only %s, with %s of %s.", t.Shards, wording.Grouped(cases), wording.Counted(len(t.Shards.Cases), "case"))
}
