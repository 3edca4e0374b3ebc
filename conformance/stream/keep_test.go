package stream

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// frameOctets is a frame of a server on the wire.
func frameOctets(first byte, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

// bomb is a compressed message of so many zeros.
func bomb(t *testing.T, size int) []byte {
	t.Helper()
	d, err := wire.NewDeflater(wire.DeflaterOptions{WindowBits: 15, NoContextTakeover: true})
	if err != nil {
		t.Fatal(err)
	}
	return frameOctets(0xc2, d.AppendMessage(nil, make([]byte, size)))
}

// sending is a case that sends one binary message.
func sending(octets int) *script.Case {
	return &script.Case{ID: "test/flood", Script: script.Script{Steps: []script.Step{
		script.Send{Frames: []script.Frame{script.Binary(script.Repeated("x", octets))}},
	}}}
}

// A peer that never stops sending costs each conversation a bounded amount of memory:
// about what the case sends at once, and a few MiB more.
func TestAConversationIsBoundedInOctets(t *testing.T) {
	compressed, err := NewDeflation(wire.DeflateParams{}, wire.RoleServer)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		sent   int
		octets []byte
	}{
		{"messages of 60,000 octets", 0, frameOctets(0x82, make([]byte, 60000))},
		{"messages of 60,000 octets in a large case", 16 << 20, frameOctets(0x82, make([]byte, 60000))},
		{"messages of 1,000,000 octets in a large case", 16 << 20, frameOctets(0x82, make([]byte, 1000000))},
		{"a large message and a small one in turn", 16 << 20, append(frameOctets(0x82, make([]byte, 60000)), frameOctets(0x82, []byte("x"))...)},
		{"empty messages", 16 << 20, frameOctets(0x82, nil)},
		{"empty fragments", 16 << 20, append(frameOctets(0x02, nil), bytes.Repeat(frameOctets(0x00, nil), 1<<20)...)},
		{"fragments of one octet", 16 << 20, append(frameOctets(0x02, nil), bytes.Repeat(frameOctets(0x00, []byte("x")), 1<<20)...)},
		{"pings of 125 octets", 16 << 20, frameOctets(0x89, make([]byte, 125))},
		{"bombs of 60,000 octets", 0, bomb(t, 60000)},
		{"bombs of 1 MiB in a large case", 16 << 20, bomb(t, 1<<20)},
		{"what is no frame", 16 << 20, bytes.Repeat([]byte{0xff}, 4<<10)},
		{"a Close and octets behind it", 16 << 20, append(frameOctets(0x88, nil), make([]byte, 1<<20)...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := sending(tt.sent)
			b := BoundsOf(c, script.Quick)
			l := New(nil, wire.RoleClient, NewDeadlines(0, 0, 0), NewMaskKeys(c.ID, 1), time.Now(), b, compressed, nil)
			defer l.transcript.Release()
			defer l.memory.release()
			before := heap()
			received := 0
			for more := true; more && received < 64<<20; received += len(tt.octets) {
				for piece := range pieces(tt.octets) {
					more = more && l.heard(piece)
				}
			}
			held := int64(heap()) - int64(before)
			events, transcript := l.Seen()
			runtime.KeepAlive(l)
			t.Logf("%d KiB of %d KiB held, in %d events and %d entries", held>>10, received>>10, len(events), len(transcript))
			if most := int64(b.Message) + 6<<20; held > most {
				t.Errorf("%d KiB held, want at most %d", held>>10, most>>10)
			}
		})
	}
}

// pieces are octets as one read brings them.
func pieces(b []byte) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			n := min(64<<10, len(b))
			if !yield(b[:n]) {
				return
			}
			b = b[n:]
		}
	}
}

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what a pool held goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// entryOf is an entry of a frame with so many octets.
func entryOf(number, octets int) observed.Entry {
	return observed.Entry{At: time.Duration(number), Dir: observed.Received, Kind: observed.EntryFrame, Octets: make([]byte, octets), Number: number}
}

// kept is a transcript as ranges of numbers, with the notes between them.
func kept(t observed.Transcript) string {
	var b strings.Builder
	for i := 0; i < len(t); {
		if t[i].Kind == observed.EntryNote {
			fmt.Fprintf(&b, " (%s)", t[i].Text)
			i++
			continue
		}
		first := t[i].Number
		for i++; i < len(t) && t[i].Number == t[i-1].Number+1; i++ {
		}
		fmt.Fprintf(&b, " %d-%d", first, t[i-1].Number)
	}
	return strings.TrimSpace(b.String())
}

// A transcript that would take too much memory says what it leaves out. It keeps its
// beginning, its end, and what is pinned.
func TestALongTranscriptIsCutWithANote(t *testing.T) {
	const note = "; a transcript keeps about 1024 KiB of a connection)"
	for _, tt := range []struct {
		name    string
		entries int
		octets  int
		pin     int
		want    string
	}{
		{"a short one", 100, 1000, 0, "1-100"},
		{"as many as have room", 834 + 64, 1000, 0, "1-898"},
		{"one more", 834 + 65, 1000, 0, "1-834 (left out here: entries: 1, octets: 1000" + note + " 836-899"},
		{"a long one", 2000, 1000, 0, "1-834 (left out here: entries: 1102, octets: 1102000" + note + " 1937-2000"},
		{"with a Close among them", 2000, 1000, 1000, "1-834 (left out here: entries: 165, octets: 165000" + note +
			" 1000-1000 (left out here: entries: 936, octets: 936000" + note + " 1937-2000"},
		{"of large frames", 300, 128 << 10, 0, "1-15 (left out here: entries: 221, octets: 28966912" + note + " 237-300"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := NewKeeper()
			defer k.memory.release()
			for i := range tt.entries {
				k.Add(entryOf(i+1, tt.octets))
				if i+1 == tt.pin {
					k.Pin(tt.pin)
				}
			}
			if got := kept(k.Transcript()); got != tt.want {
				t.Errorf("kept %s\nwant %s", got, tt.want)
			}
			if k.count != tt.entries {
				t.Errorf("counted %d entries, want %d", k.count, tt.entries)
			}
		})
	}
}

// Of a very long entry a transcript keeps the beginning, the length and the hash.
func TestALongEntryIsCut(t *testing.T) {
	k := NewKeeper()
	defer k.memory.release()
	k.Add(entryOf(1, observed.MostKept))
	k.Add(entryOf(2, observed.MostKept+1))
	whole, cut := k.Transcript()[0], k.Transcript()[1]
	if len(whole.Octets) != observed.MostKept || whole.Length != 0 {
		t.Errorf("an entry of %d octets keeps %d, length %d", observed.MostKept, len(whole.Octets), whole.Length)
	}
	if len(cut.Octets) != observed.MostKept || cut.Length != observed.MostKept+1 || cut.SHA256 == [32]byte{} {
		t.Errorf("an entry of %d octets keeps %d, length %d, hash %x", observed.MostKept+1, len(cut.Octets), cut.Length, cut.SHA256)
	}
}

// Where many conversations take much, each keeps at least what it is assured of.
func TestTranscriptsShareTheirMemory(t *testing.T) {
	keepers := make([]Keeper, 2*ofTranscripts.octets/mostOfTranscript)
	for i := range keepers {
		keepers[i] = NewKeeper()
		for n := range 200 {
			keepers[i].Add(entryOf(n+1, 10000))
		}
	}
	taken := 0
	for i := range keepers {
		if size := keepers[i].memory.size; size < assured/2 {
			t.Errorf("transcript %d keeps only %d octets", i, size)
		}
		taken += max(0, keepers[i].memory.size-assured)
		keepers[i].Release()
	}
	if int64(taken) > ofTranscripts.octets {
		t.Errorf("all together take %d octets beyond what they are assured, want at most %d", taken, ofTranscripts.octets)
	}
	if got := ofTranscripts.taken.Load(); got != 0 {
		t.Errorf("%d octets are taken when all have ended", got)
	}
}

// However many conversations are flooded at the same time, their events take no more than
// the pool has, beyond what each is assured.
func TestFloodsShareTheirMemory(t *testing.T) {
	c := sending(0)
	flood := bytes.Repeat(frameOctets(0x8a, nil), 2*mostEvents)
	var floods []*Conn
	before := heap()
	for range 128 {
		l := New(nil, wire.RoleClient, NewDeadlines(0, 0, 0), NewMaskKeys(c.ID, 1), time.Now(), BoundsOf(c, script.Quick), nil, nil)
		for piece := range pieces(flood) {
			if !l.heard(piece) {
				break
			}
		}
		floods = append(floods, l)
	}
	held := int64(heap()) - int64(before)
	t.Logf("%d KiB held by each of %d", held>>10/int64(len(floods)), len(floods))
	if most := ofTranscripts.octets + ofEvents.octets + int64(len(floods))*4*assured; held > most {
		t.Errorf("%d MiB held, want at most %d", held>>20, most>>20)
	}
	for _, l := range floods {
		events, _ := l.Seen()
		if last := events[len(events)-1]; last.Kind != observed.EventFlood || !strings.HasSuffix(last.Name, "messages, pings and pongs") {
			t.Errorf("ends in %s", last)
		}
		l.transcript.Release()
		l.memory.release()
	}
	if ofEvents.taken.Load() != 0 || ofTranscripts.taken.Load() != 0 {
		t.Error("memory is taken when all have ended")
	}
}

// A share that is released takes nothing more of the pool, and one with room of its own
// takes that whatever the others take.
func TestShares(t *testing.T) {
	p := &pool{octets: 100}
	all, late, own := share{of: p}, share{of: p}, share{of: p, own: 1000}
	if !all.hold(assured+100) || late.hold(assured+1) || !own.hold(assured+1000) || own.hold(assured+1001) {
		t.Error("shares of a full pool")
	}
	for _, s := range []*share{&all, &late, &own} {
		s.release()
		s.hold(assured + 50) // an event that is filed when the connection is closed
	}
	if taken := p.taken.Load(); taken != 0 {
		t.Errorf("%d octets are taken when all are released", taken)
	}
}
