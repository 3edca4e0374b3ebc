package stream

import "sync/atomic"

// A pool is memory that the conversations under way share: however many there are, they
// take no more than that together, beyond what each of them is assured.
type pool struct {
	octets int64
	taken  atomic.Int64
}

// What all conversations under way may take together, in octets: for their transcripts,
// and for the events.
var (
	ofTranscripts = pool{octets: 24 << 20}
	ofEvents      = pool{octets: 64 << 20}
)

// A share is what one conversation takes of a pool. It must be released, and takes nothing
// from then on.
type share struct {
	of *pool
	// own is what the conversation is assured beyond [assured], in octets.
	own int
	// released: the conversation is over.
	released bool
	// size is all that the conversation takes, and taken how much of that is beyond
	// what it is assured.
	size, taken int
}

// assured is what a conversation may take whatever the others take, in octets.
const assured = 32 << 10

// take takes more memory, and returns false if there is no more.
func (s *share) take(octets int) bool { return s.hold(s.size + octets) }

// hold is take for what the conversation takes in all.
func (s *share) hold(octets int) bool {
	if more := octets - assured - s.own - s.taken; more > 0 && !s.released {
		if s.of.taken.Add(int64(more)) > s.of.octets {
			s.of.taken.Add(-int64(more))
			return false
		}
		s.taken += more
	}
	s.size = octets
	return true
}

// release gives back all that was taken.
func (s *share) release() {
	if s.taken > 0 {
		s.of.taken.Add(-int64(s.taken))
	}
	s.size, s.taken, s.released = 0, 0, true
}
