package record

import (
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/reports"
)

// Where a transcript or a report leaves entries out, the note says so in words that a
// reader of reports recognizes.
func TestNotesOfWhatIsLeftOutAreRecognized(t *testing.T) {
	many := make(observed.Transcript, 3*mostEntries)
	for i := range many {
		many[i] = observed.Entry{At: time.Duration(i), Dir: observed.Sent, Kind: observed.EntryOctets, Octets: []byte("octets")}
	}
	inReport, _ := cutTranscript(many, nil)
	short := reports.Result{}
	for i := range many {
		short.Transcript = append(short.Transcript, entryOf(&many[i], 10))
	}
	shorten(&short)
	keeper := stream.NewKeeper()
	defer keeper.Release()
	for range 3000 {
		keeper.Add(observed.Entry{Dir: observed.Sent, Kind: observed.EntryOctets, Octets: make([]byte, 1000)})
	}
	var kept []reports.Entry
	for _, e := range keeper.Transcript() {
		kept = append(kept, entryOf(&e, 10))
	}
	for name, entries := range map[string][]reports.Entry{"of a report": inReport, "of a report without room": short.Transcript, "of a connection": kept} {
		n := 0
		for i := range entries {
			if entries[i].LeavesOut() {
				n++
			} else if entries[i].Kind == reports.KindNote {
				t.Errorf("%s: %q is not recognized", name, entries[i].Text)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d notes of %d entries say that some are left out, want 1", name, n, len(entries))
		}
	}
}
