package reports

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/reports/internal/wording"
)

// A Shard is one of the parts, numbered from 1, into which a run is divided so that several
// machines play it. The zero Shard is a whole run.
type Shard struct{ Index, Of int }

// MostShards is how many shards a run can have.
const MostShards = 10_000

// ParseShard reads a shard, "2/4".
func ParseShard(text string) (Shard, error) {
	index, of, ok := strings.Cut(text, "/")
	i, err := strconv.Atoi(index)
	n, other := strconv.Atoi(of)
	if !ok || err != nil || other != nil || i < 1 || n < 1 || i > n || n > MostShards {
		return Shard{}, fmt.Errorf("%.40q is no shard: it has to be I/N, as in 2/4 for the second of four, with I from 1 to N, and N at most %s", text, wording.Grouped(MostShards))
	}
	return Shard{i, n}, nil
}

// String is the shard as ParseShard reads it; empty for a whole run.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}

// Folder is the name of the folder that the shard has for itself.
func (s Shard) Folder() string { return fmt.Sprintf("shard-%d-of-%d", s.Index, s.Of) }

// Has reports whether a case of an agent belongs to the shard. Every case belongs to exactly
// one shard of a number, the same in all versions of this program. A variant belongs to that
// of its case.
func (s Shard) Has(agent, id string) bool {
	return s.Of == 0 || shardOf(agent, id, s.Of) == s.Index
}

// shardOf is the index of the shard of a case, of so many: the first eight octets of
// SHA-256 of the agent, a NUL and the id of the case, as a number, modulo the count.
func shardOf(agent, id string, of int) int {
	id, _, _ = strings.Cut(id, "+") // the variant 3.2+cut@3 is one of 3.2
	sum := sha256.Sum256([]byte(agent + "\x00" + id))
	return 1 + int(binary.BigEndian.Uint64(sum[:8])%uint64(of))
}

// Shards say which parts of a divided run a report has of a peer.
type Shards struct {
	// Of is how many shards the run has, Have are those that the report has, from 1 and
	// ascending.
	Of   int   `json:"of"`
	Have []int `json:"have"`
	// Cases are the ids of the cases of all shards, in the order of the run.
	Cases []string `json:"cases"`
}

// NewShards are those of a run of one shard; nil for a whole run.
func NewShards(s Shard, cases []string) *Shards {
	if s.Of == 0 {
		return nil
	}
	return &Shards{Of: s.Of, Have: []int{s.Index}, Cases: slices.Clone(cases)}
}

// Complete reports whether nothing is missing: every shard is there. A nil Shards is that of
// a whole run.
func (s *Shards) Complete() bool { return s == nil || len(s.Have) == s.Of }

// has reports whether a case of an agent belongs to the shards that are there. What a campaign
// of wsspec fuzz found belongs to the shard that found it.
func (s *Shards) has(agent, id string) bool {
	return s == nil || strings.HasPrefix(id, findingPrefix) || slices.Contains(s.Have, shardOf(agent, id, s.Of))
}

// String is "shard 2 of 4", "shards 1 and 3 of 4".
func (s *Shards) String() string {
	if len(s.Have) == 1 {
		return fmt.Sprintf("shard %d of %d", s.Have[0], s.Of)
	}
	return fmt.Sprintf("shards %s of %d", wording.Ranges(s.Have), s.Of)
}

// mistakes finds what is wrong with the shards of a target.
func (s *Shards) mistakes(v *validation, where string) {
	if s == nil {
		return
	}
	v.check(s.Of >= 1 && s.Of <= MostShards, "%s: shards.of is %d", where, s.Of)
	v.check(len(s.Have) > 0, "%s: shards.have is empty", where)
	for i, index := range s.Have {
		v.check(index >= 1 && index <= s.Of && (i == 0 || s.Have[i-1] < index), "%s: shards.have[%d] is %d", where, i, index)
	}
}
