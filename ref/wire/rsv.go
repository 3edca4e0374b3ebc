package wire

import "strings"

// RSV holds the three reserved bits of a frame header (RFC 6455 5.2) in the
// order they have on the wire. Zero unless an extension gave them a meaning;
// permessage-deflate takes RSV1 (RFC 7692 6).
type RSV uint8

// The reserved bits, from the one beside FIN downwards.
const (
	RSV1 RSV = 4
	RSV2 RSV = 2
	RSV3 RSV = 1
)

// String names the bits that are set, joined by "+"; "none" without any.
func (r RSV) String() string {
	var names []string
	for _, bit := range []struct {
		RSV
		name string
	}{{RSV1, "RSV1"}, {RSV2, "RSV2"}, {RSV3, "RSV3"}} {
		if r&bit.RSV != 0 {
			names = append(names, bit.name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, "+")
}
