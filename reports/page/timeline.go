package page

import (
	"fmt"
	"strings"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// room is how much of a transcript is drawn.
type room struct {
	// Entries is how many entries are drawn. The middle of a longer transcript is
	// left out.
	Entries int
	// Octets is how many octets of one entry are drawn.
	Octets int
}

// A timeline is a transcript in two lanes.
type timeline struct {
	Peer   string
	Events []timelineEvent
}

// A timelineEvent is one entry, or a gap where entries were left out.
type timelineEvent struct {
	reports.Entry
	// Omitted is how many entries were left out; all else is then empty.
	Omitted int
	// When is the time since the connection began, Gap since the entry before.
	When, Gap string
	// Fields are the decoded frame header.
	Fields []string
	// Lines are the octets of a handshake as text, Dump all other octets in hex.
	Lines marked
	Dump  marked
	// Short says that the octets are so few that they are always shown.
	Short bool
	// FirstWrong says where in the entry the first wrong octet is; "" if it is not
	// in this entry.
	FirstWrong string
	// Shown is the number of octets drawn, From the index of the first.
	Shown, From int
}

// A marked text has at most one part that is highlighted.
type marked struct{ Before, Mark, After string }

func newTimeline(res *reports.Result, room room) timeline {
	t := timeline{Peer: res.Agent}
	firstWrong := -1
	if res.FirstWrong != nil {
		firstWrong = res.FirstWrong.Entry
	}
	head := room.Entries * 3 / 4
	tail := room.Entries - head
	omitted := 0
	before := int64(0)
	for i := range res.Transcript {
		e := &res.Transcript[i]
		// The entry with the first wrong octet is never left out.
		if len(res.Transcript) > room.Entries && i >= head && i < len(res.Transcript)-tail && i != firstWrong {
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
		if i == firstWrong {
			event.markFirstWrong(res.FirstWrong.Octet, room)
		}
		t.Events = append(t.Events, event)
	}
	if omitted > 0 {
		t.Events = append(t.Events, timelineEvent{Omitted: omitted})
	}
	return t
}

func newTimelineEvent(e *reports.Entry, room room) timelineEvent {
	v := timelineEvent{Entry: *e, When: microseconds(e.T), Shown: min(len(e.Octets), room.Octets)}
	v.Text = wording.Visible(wording.Shortened(e.Text, wording.MaxText))
	shown := e.Octets[:v.Shown]
	switch {
	case len(shown) == 0:
	case isHandshake(e):
		v.Lines = marked{Before: handshakeLines(shown)}
	default:
		v.Dump = dump(shown, 0, -1)
		v.Short = len(shown) <= 32
	}
	if e.Frame != nil {
		v.Fields = fieldsOf(e.Frame)
	}
	return v
}

// isHandshake reports whether the octets are text that a person can read.
func isHandshake(e *reports.Entry) bool {
	return e.Kind == reports.KindRequest || e.Kind == reports.KindResponse
}

// markFirstWrong highlights the first wrong octet. If the entry has too many octets,
// those around it are drawn.
func (v *timelineEvent) markFirstWrong(octet int64, room room) {
	switch {
	case v.Length == 0:
		v.FirstWrong = "first wrong event"
		return
	case octet >= int64(len(v.Octets)):
		v.FirstWrong = fmt.Sprintf("first wrong octet: %s (not in this report)", wording.Grouped(int(octet)))
		return
	}
	v.FirstWrong = fmt.Sprintf("first wrong octet: %s", wording.Grouped(int(octet)))
	if isHandshake(&v.Entry) { // up to the end of the line
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

// mostLine is how many octets of a line of the handshake are drawn after the first
// wrong one.
const mostLine = 128

// handshakeMarked is handshakeLines with a highlight from one octet to the end of
// its line.
func handshakeMarked(octets []byte, at int) marked {
	end := at
	for end < len(octets) && octets[end] != '\r' && octets[end] != '\n' {
		end++
	}
	m := marked{handshakeLines(octets[:at]), handshakeLines(octets[at:end]), handshakeLines(octets[end:])}
	if m.Mark == "" { // a field is missing
		m.Mark = "(the header ends here)"
	}
	return m
}

// microseconds writes a time with a fitting unit: "350 µs", "1.25 ms", "3.2 s".
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

// opcodeNames are the names of RFC 6455 11.8. All other opcodes are reserved.
var opcodeNames = map[int]string{0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}

// fieldsOf describes each field of the header, in the order of RFC 6455 5.2.
func fieldsOf(f *reports.Frame) []string {
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

// handshakeLines writes the octets of a handshake as text. Octets that are not
// printable ASCII are shown in hex.
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
