package command

import (
	"github.com/spf13/pflag"

	"github.com/wsspec/wsspec/fuzz/network"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports/record"
)

// addFuzzShard adds --shard, with the words of a campaign.
func (s *shardFlags) addFuzzShard(f *pflag.FlagSet) {
	f.StringVar(&s.shardText, "shard", "", "play only this part of the scripts, `I/N` such as 2/4, into a folder of its own in --out; wsspec fuzz merge makes one report of all parts")
}

// ofScripts makes a campaign that of the shard.
func (s *shardFlags) ofScripts(o *network.Options, rec *record.Record, agent string, role wire.Role) {
	if s.shard.Of == 0 {
		return
	}
	o.Shard, o.Shards = uint64(s.shard.Index), uint64(s.shard.Of)
	rec.Shard(agent, role, s.shard, []string{}) // nobody knows how many scripts there are
}
