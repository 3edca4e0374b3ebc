package judge

import (
	"slices"

	"github.com/wsspec/wsspec/conformance/observed"
)

// find returns the index of the entry with that number, -1 if there is none.
func find(t observed.Transcript, number int) int {
	if number == 0 {
		return -1
	}
	return slices.IndexFunc(t, func(e observed.Entry) bool { return e.Number == number })
}

// locate says where a place is in the transcript; nil if what stood there was
// not kept.
func locate(t observed.Transcript, p observed.Position) *WrongOctet {
	if p.InPayload {
		return locateInPayload(t, p)
	}
	if i := find(t, p.Last); i >= 0 {
		return &WrongOctet{Entry: i, Octet: p.Octet}
	}
	return nil
}

// locateInPayload finds an octet of a payload in its frames, between which there may be
// control frames. One behind its end is where the last frame ends it: its length.
func locateInPayload(t observed.Transcript, p observed.Position) *WrongOctet {
	left := uint64(p.Octet)
	due := p.First
	for i, e := range t {
		switch {
		case e.Number != due:
			continue
		case e.Header.Opcode.IsControl() && e.Number != p.Last:
		case p.Compressed && e.Header.Length > 0:
			return &WrongOctet{Entry: i, Octet: e.Header.Len()}
		case left < e.Header.Length:
			return &WrongOctet{Entry: i, Octet: e.Header.Len() + int(left)}
		case e.Number == p.Last:
			return &WrongOctet{Entry: i, Octet: observed.LengthOctet}
		default:
			left -= e.Header.Length
		}
		due++
	}
	return nil // one of its frames was not kept
}
