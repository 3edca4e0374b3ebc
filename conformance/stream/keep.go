package stream

import (
	"fmt"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
)

// What a peer sends goes into the transcript, and stays in memory until the case has
// its result. So a transcript may take so many octets, and no more. What comes later
// is counted, and of it only the latest entries are kept, so that the transcript also
// shows how the connection ended. The judge works on the events, which have bounds of
// their own: see [Bounds].
const (
	// mostOfTranscript is what one transcript may take, in octets.
	mostOfTranscript = 1 << 20
	// costOfEntry is about what an entry takes besides its octets.
	costOfEntry = 256
	// costOfEvent is about what an event takes besides its octets.
	costOfEvent = 320
	// latestEntries is how many of the latest entries are kept beyond that. As many
	// again are kept that show an end of the connection or a violation.
	latestEntries = 64
)

// A Keeper keeps the transcript of one connection within its bounds: about 1 MiB, and what
// all Keepers take together. It is not safe for concurrent use.
type Keeper struct {
	entries observed.Transcript
	memory  share
	// full: an entry had no room. From then on only the latest are kept.
	full   bool
	latest []latestEntry
	pinned int
	// count is the number of entries, those that are left out among them.
	count int
}

// A latestEntry is one of the latest entries of a full transcript.
type latestEntry struct {
	observed.Entry
	pinned bool
	// before and octets are how many entries were left out before it, with how many
	// octets, and since when.
	before, octets int
	since          time.Duration
}

// NewKeeper returns an empty Keeper. Call [Keeper.Release] at the end.
func NewKeeper() Keeper { return Keeper{memory: share{of: &ofTranscripts}} }

// Release gives the memory back, for other Keepers. What was kept stays valid.
func (k *Keeper) Release() { k.memory.release() }

// Add adds an entry.
func (k *Keeper) Add(e observed.Entry) {
	k.count++
	if !k.full && k.fits(&e) {
		k.entries = append(k.entries, e)
		return
	}
	k.full = true
	k.latest = append(k.latest, latestEntry{Entry: e.Sample()})
	if len(k.latest) >= 4*latestEntries {
		k.leaveOut()
	}
}

// fits takes room for an entry, and cuts one that is very long. It is false if there is
// no room.
func (k *Keeper) fits(e *observed.Entry) bool {
	*e = e.Beginning(observed.MostKept)
	cost := costOfEntry + len(e.Octets)
	return k.memory.size+cost <= mostOfTranscript && k.memory.take(cost)
}

// leaveOut leaves out all but the latest of the entries that are not pinned.
func (k *Keeper) leaveOut() {
	kept := k.latest[:0]
	var before, octets int
	var since time.Duration
	spare := len(k.latest) - k.pinned - latestEntries
	for _, e := range k.latest {
		if before == 0 {
			since = e.since
			if e.before == 0 {
				since = e.At
			}
		}
		before, octets = before+e.before, octets+e.octets
		if spare > 0 && !e.pinned {
			spare--
			before, octets = before+1, octets+e.Size()
			continue
		}
		e.before, e.octets, e.since = before, octets, since
		before, octets = 0, 0
		kept = append(kept, e)
	}
	clear(k.latest[len(kept):])
	k.latest = kept
}

// Pin keeps the entry with this number, whatever comes later.
func (k *Keeper) Pin(number int) {
	for i := len(k.latest) - 1; i >= 0 && k.pinned < latestEntries; i-- {
		if e := &k.latest[i]; e.Number == number && !e.pinned {
			e.pinned = true
			k.pinned++
			return
		}
	}
}

// Transcript is what is kept, with a note where entries are left out.
func (k *Keeper) Transcript() observed.Transcript {
	if !k.full {
		return k.entries
	}
	k.leaveOut()
	t := append(observed.Transcript{}, k.entries...)
	for i := range k.latest {
		e := &k.latest[i]
		if e.before > 0 {
			t = append(t, observed.Entry{At: e.since, Kind: observed.EntryNote, Text: fmt.Sprintf(
				"left out here: entries: %d, octets: %d; a transcript keeps about %d KiB of a connection", e.before, e.octets, mostOfTranscript>>10)})
		}
		t = append(t, e.Entry)
	}
	return t
}
