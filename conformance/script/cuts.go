package script

import (
	"fmt"
	"slices"
	"strings"
)

// Cuts say where the octets of a step are cut into writes to the network: after how many
// octets each, in ascending order. A moment passes between two writes, so that the peer
// is likely to read them one by one. A negative number counts from the end: -1 cuts
// before the last octet. A cut outside of the octets does nothing.
type Cuts []int

// Pieces cuts octets into writes.
func (c Cuts) Pieces(octets []byte) [][]byte {
	at := make([]int, 0, len(c))
	for _, n := range c {
		if n < 0 {
			n += len(octets)
		}
		if n > 0 && n < len(octets) {
			at = append(at, n)
		}
	}
	slices.Sort(at)
	var pieces [][]byte
	start := 0
	for _, end := range append(slices.Compact(at), len(octets)) {
		pieces = append(pieces, octets[start:end])
		start = end
	}
	return pieces
}

// String describes the cuts for people: "cut after octets 1, 2 and 3".
func (c Cuts) String() string {
	const most = 8
	var parts []string
	for i, n := range c {
		switch {
		case i == most && len(c) > most+1:
			return fmt.Sprintf("cut after octets %s and at %d more places", strings.Join(parts, ", "), len(c)-most)
		case n < 0:
			parts = append(parts, fmt.Sprintf("%d before the end", -n))
		default:
			parts = append(parts, fmt.Sprint(n))
		}
	}
	switch len(parts) {
	case 0:
		return "not cut"
	case 1:
		return "cut after octet " + parts[0]
	}
	last := len(parts) - 1
	return fmt.Sprintf("cut after octets %s and %s", strings.Join(parts[:last], ", "), parts[last])
}

// suffix says behind the description of a step how its octets are written.
func suffix(chop Chop, cuts Cuts, frames int) string {
	if len(cuts) > 0 {
		return " (" + cuts.String() + ")"
	}
	return chop.suffix(frames)
}
