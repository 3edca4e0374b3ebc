package network

import "testing"

// Shards divide the seeds, and make different scripts of them.
func TestShards(t *testing.T) {
	seeds := Seeds()
	seed := make(map[*Script]int)
	numbers := make(map[uint64]uint64)
	for shard := uint64(1); shard <= 3; shard++ {
		c := &campaign{Options: Options{Seed: 1, Shard: shard, Shards: 3, Seeds: seeds}, peer: &Server{}, pool: seeds}
		for played := uint64(0); c.number(played) < uint64(len(seeds))+300; played += uint64(len(c.next(played))) {
			for i, s := range c.next(played) {
				n := c.number(played + uint64(i))
				if other, has := numbers[n]; has && other != shard {
					t.Fatalf("shards %d and %d both play script %d", other, shard, n)
				}
				numbers[n] = shard
				if n < uint64(len(seeds)) {
					seed[s]++
				}
			}
		}
	}
	if len(seed) != len(seeds) {
		t.Errorf("the shards play %d of %d seeds", len(seed), len(seeds))
	}
}
