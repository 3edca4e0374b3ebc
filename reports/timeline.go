package reports

import (
	"fmt"
	"strings"
)

// room is how much of a transcript a drawing has place for.
type room struct {
	// Entries is how many entries are drawn; the middle of a longer transcript
	// is left out.
	Entries int
	// Octets is how many octets of one entry are drawn.
	Octets int
}

// A timeline is a transcript in two lanes.
type timeline struct {
	Peer   string
	Events []timelineEvent
}

// A timelineEvent is one entry, or a gap where some were left out.
type timelineEvent struct {
	Entry
	// Omitted is how many entries this one stands for; the rest is empty then.
	Omitted int
	// When is the time since the connection began, Gap since the entry before.
	When, Gap string
	// Fields are the decoded frame header.
	Fields []string
	// Lines is a handshake as text; Dump is any other octets in hex.
	Lines marked
	Dump  marked
	// Short says that the octets fit beside the entry and need no opening.
	Short bool
	// Departs says that the first octet that no outcome allows is here, and
	// where that is in words.
	Departs string
	// Shown is the number of octets drawn, From the index of the first.
	Shown, From int
}

// A marked text has one part that a reader is to look at, or none.
type marked struct{ Before, Mark, After string }

func newTimeline(res *Result, room room) timeline {
	t := timeline{Peer: res.Agent}
	departs := -1
	if res.Departs != nil {
		departs = res.Departs.Entry
	}
	head := room.Entries * 3 / 4
	tail := room.Entries - head
	omitted := 0
	before := int64(0)
	for i := range res.Transcript {
		e := &res.Transcript[i]
		// The entry that departs is what a reader came for: it is never left out.
		if len(res.Transcript) > room.Entries && i >= head && i < len(res.Transcript)-tail && i != departs {
			omitted++
			continue
		}
		if omitted > 0 {
			t.Events = append(t.Events, timelineEvent{Omitted: omitted})
			omitted = 0
		}
		event := newTimelineEvent(e, room)
		if len(t.Events) > 0 {
			event.Gap = "+" + microseconds(e.T-before)
		}
		before = e.T
		if i == departs {
			event.departs(res.Departs.Octet, room)
		}
		t.Events = append(t.Events, event)
	}
	if omitted > 0 {
		t.Events = append(t.Events, timelineEvent{Omitted: omitted})
	}
	return t
}

func newTimelineEvent(e *Entry, room room) timelineEvent {
	v := timelineEvent{Entry: *e, When: microseconds(e.T), Shown: min(len(e.Octets), room.Octets)}
	v.Text = visible(shortened(e.Text, fewLetters))
	shown := e.Octets[:v.Shown]
	switch {
	case len(shown) == 0:
	case e.handshake():
		v.Lines = marked{Before: handshakeLines(shown)}
	default:
		v.Dump = dump(shown, 0, -1)
		v.Short = len(shown) <= 32
	}
	if e.Frame != nil {
		v.Fields = e.Frame.fields()
	}
	return v
}

// handshake says whether the octets are text that a person can read.
func (e *Entry) handshake() bool { return e.Kind == KindRequest || e.Kind == KindResponse }

// departs marks the octet from which on the entry is not permitted. Of octets
// too many to be drawn, those around it are.
func (v *timelineEvent) departs(octet int64, room room) {
	switch {
	case v.Length == 0:
		v.Departs = "departs here"
		return
	case octet >= int64(len(v.Octets)):
		v.Departs = fmt.Sprintf("departs at octet %s, which was not kept", grouped(int(octet)))
		return
	}
	v.Departs = fmt.Sprintf("departs at octet %s", grouped(int(octet)))
	if v.handshake() { // to the end of the line
		v.Shown = min(len(v.Octets), max(room.Octets, int(octet)+mostLine))
		v.Lines = handshakeMarked(v.Octets[:v.Shown], int(octet))
		return
	}
	if int(octet) >= v.Shown {
		v.From = max(0, int(octet)/8*8-room.Octets/16*8)
	}
	v.Shown = min(len(v.Octets)-v.From, max(room.Octets, int(octet)-v.From+1))
	v.Dump = dump(v.Octets[v.From:v.From+v.Shown], v.From, int(octet))
}

// mostLine is how many octets of a handshake's line are drawn behind one that
// departs.
const mostLine = 128

// handshakeMarked is handshakeLines with a mark from one octet to the end of its
// line.
func handshakeMarked(octets []byte, at int) marked {
	end := at
	for end < len(octets) && octets[end] != '\r' && octets[end] != '\n' {
		end++
	}
	m := marked{handshakeLines(octets[:at]), handshakeLines(octets[at:end]), handshakeLines(octets[end:])}
	if m.Mark == "" { // a field is missing
		m.Mark = "(the head ends here)"
	}
	return m
}

// microseconds writes a time as people read it: "350 µs", "1.25 ms", "3.2 s".
func microseconds(us int64) string {
	switch {
	case us < 1000:
		return fmt.Sprintf("%d µs", us)
	case us < 1_000_000:
		return fmt.Sprintf("%.3g ms", float64(us)/1e3)
	default:
		return fmt.Sprintf("%.4g s", float64(us)/1e6)
	}
}

// opcodeNames are RFC 6455 11.8's; the rest is reserved.
var opcodeNames = map[int]string{0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}

// fields says each part of the header in a word, in the order of RFC 6455 5.2.
func (f *Frame) fields() []string {
	var fields []string
	if f.Fin {
		fields = append(fields, "FIN")
	}
	for i, bit := range []int{4, 2, 1} {
		if f.RSV&bit != 0 {
			fields = append(fields, fmt.Sprintf("RSV%d", i+1))
		}
	}
	name, ok := opcodeNames[f.Opcode]
	if !ok {
		name = "reserved"
	}
	fields = append(fields, fmt.Sprintf("%s 0x%X", name, f.Opcode))
	if f.Masked {
		fields = append(fields, "MASK "+f.MaskKey)
	}
	return append(fields, fmt.Sprintf("length %d in %d bits", f.Length, f.Form))
}

// handshakeLines writes a handshake's octets as text; what is no printable
// ASCII, in which it has to be written, is shown by its value.
func handshakeLines(octets []byte) string {
	var b strings.Builder
	for i, c := range octets {
		switch {
		case c == '\n':
			b.WriteByte('\n')
		case c == '\r' && i+1 < len(octets) && octets[i+1] == '\n':
		case c >= 0x20 && c < 0x7f:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String()
}
