package record

import (
	"encoding/hex"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/ref/wire"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/secrets"
)

var (
	directions = map[observed.Direction]reports.Direction{
		observed.Noted: reports.Note, observed.Sent: reports.Sent, observed.Received: reports.Received,
	}
	kinds = map[observed.EntryKind]reports.Kind{
		observed.EntryNote: reports.KindNote, observed.EntryConnect: reports.KindConnect,
		observed.EntryRequest: reports.KindRequest, observed.EntryResponse: reports.KindResponse,
		observed.EntryFrame: reports.KindFrame, observed.EntryOctets: reports.KindOctets,
		observed.EntryEOF: reports.KindEOF, observed.EntryReset: reports.KindReset, observed.EntryDrop: reports.KindDrop,
	}
	lengthBits = map[wire.LengthForm]int{wire.Length7: 7, wire.Length16: 16, wire.Length64: 64}
)

// Entries puts a transcript that belongs to no case into the report's form, without the
// secrets that the redactor finds in it; a nil redactor removes none. A long transcript has
// its beginning and its end, as in a report.
func Entries(t observed.Transcript, known *secrets.Redactor) []reports.Entry {
	if r := known.Clone(); r != nil {
		t = redactedTranscript(r, t)
	}
	entries, _ := cutTranscript(t, nil)
	return entries
}

// entryOf converts one entry of a transcript for the report, with at most room of its
// octets.
func entryOf(e *observed.Entry, room int) reports.Entry {
	out := reports.Entry{T: e.At.Microseconds(), Dir: directions[e.Dir], Kind: kinds[e.Kind], Text: cutSentence(e.String())}
	out.Octets, out.Length, out.SHA256 = cutOctets(e, room)
	if h := e.Header; h != nil {
		out.Frame = &reports.Frame{
			Fin: h.Fin, RSV: int(h.RSV), Opcode: int(h.Opcode), Masked: h.Masked, Form: formOf(h), Length: h.Length,
		}
		if h.Masked {
			out.Frame.MaskKey = hex.EncodeToString(h.MaskKey[:])
		}
	}
	return out
}

// formOf is the number of bits that carry the length. If the header leaves the choice
// to the codec, it is the shortest form.
func formOf(h *wire.Header) int {
	if bits, ok := lengthBits[h.Form]; ok {
		return bits
	}
	switch {
	case h.Length <= 125:
		return 7
	case h.Length <= 0xffff:
		return 16
	}
	return 64
}
