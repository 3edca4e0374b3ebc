package wire

import "strings"

// RSV is the three reserved bits of a frame header (RFC 6455 5.2) in the order of
// the wire. They are zero unless an extension uses them; permessage-deflate uses
// RSV1 (RFC 7692 6).
type RSV uint8

// The reserved bits in the order of the wire.
const (
	RSV1 RSV = 4
	RSV2 RSV = 2
	RSV3 RSV = 1
)

// String returns the names of the bits that are set, joined by "+", or "none".
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
