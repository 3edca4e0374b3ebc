package capture

import (
	"encoding/binary"
	"fmt"
)

// The link layers that are read (www.tcpdump.org/linktypes.html).
const (
	linkNull     = 0
	linkEthernet = 1
	linkRawBSD   = 12
	linkRawOpen  = 14
	linkRaw      = 101
	linkLoop     = 108
	linkSLL      = 113
	linkIPv4     = 228
	linkIPv6     = 229
	linkSLL2     = 276
)

// The types of what an Ethernet frame has in it.
const (
	etherIPv4 = 0x0800
	etherVLAN = 0x8100
	etherIPv6 = 0x86dd
	etherQinQ = 0x88a8
	etherOld  = 0x9100
	etherMPLS = 0x8847
	etherPPP  = 0x8864
)

// network returns the IP packet in a packet of a link layer. It returns nil if the packet
// has another protocol. known says whether the link layer is one that is read.
func network(link uint32, p []byte) (ip []byte, known bool) {
	switch link {
	case linkRaw, linkRawBSD, linkRawOpen, linkIPv4, linkIPv6:
		return p, true
	case linkNull, linkLoop:
		return after(p, 4), true // a family, whose number depends on the system
	case linkEthernet:
		return ofEther(p, 12), true
	case linkSLL:
		return ofEther(p, 14), true
	case linkSLL2:
		if len(p) < 20 {
			return nil, true
		}
		return ofType(binary.BigEndian.Uint16(p), p[20:]), true
	}
	return nil, false
}

func after(p []byte, n int) []byte { return p[min(n, len(p)):] }

// ofEther returns the IP packet of a frame that has its type at an offset.
func ofEther(p []byte, at int) []byte {
	if len(p) < at+2 {
		return nil
	}
	return ofType(binary.BigEndian.Uint16(p[at:]), p[at+2:])
}

// ofType returns the IP packet behind the type of an Ethernet frame, and behind the tags
// that may come before it.
func ofType(kind uint16, p []byte) []byte {
	for range 8 {
		switch kind {
		case etherIPv4, etherIPv6:
			return p
		case etherVLAN, etherQinQ, etherOld:
			if len(p) < 4 {
				return nil
			}
			kind, p = binary.BigEndian.Uint16(p[2:]), p[4:]
		case etherPPP: // PPPoE: six octets, and the protocol of PPP
			if len(p) < 8 {
				return nil
			}
			switch binary.BigEndian.Uint16(p[6:]) {
			case 0x0021, 0x0057:
				return p[8:]
			}
			return nil
		case etherMPLS:
			for len(p) >= 4 {
				last := p[2]&1 != 0
				if p = p[4:]; last {
					return p
				}
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}

// linkName names a link layer that is not read.
func linkName(link uint32) string {
	switch link {
	case 105, 119, 127, 163:
		return "IEEE 802.11 (wireless)"
	case 189, 220, 249:
		return "USB"
	case 187, 201, 254:
		return "Bluetooth"
	}
	return fmt.Sprintf("link type %d", link)
}
