package capture

import (
	"encoding/binary"
	"net/netip"
)

// A segment is one TCP segment (RFC 9293 3.1).
type segment struct {
	from, to netip.AddrPort
	seq, ack uint32
	flags    byte
	octets   []byte
	// cut is how many octets of its data were not captured.
	cut int64
	// frame: it begins with a frame, before which whole frames are left out.
	frame bool
}

// The flags of a segment.
const (
	flagFin = 1 << iota
	flagSyn
	flagRst
	_
	flagAck
)

const protocolTCP = 6

// What a packet can be that is no segment of TCP.
type notSegment int

const (
	isSegment notSegment = iota
	// isOther: another protocol.
	isOther
	// isFragment: a part of an IP packet.
	isFragment
	// isDamaged: a header that is cut off or wrong.
	isDamaged
)

// segmentOf reads the segment in an IP packet. cut is how many octets of the packet were
// not captured.
func segmentOf(ip []byte, cut int64) (segment, notSegment) {
	if len(ip) == 0 {
		return segment{}, isDamaged
	}
	switch ip[0] >> 4 {
	case 4:
		return ofIPv4(ip, cut)
	case 6:
		return ofIPv6(ip, cut)
	}
	return segment{}, isOther
}

func ofIPv4(ip []byte, cut int64) (segment, notSegment) {
	if len(ip) < 20 {
		return segment{}, isDamaged
	}
	head, total := int(ip[0]&0xf)*4, int(binary.BigEndian.Uint16(ip[2:]))
	switch {
	case ip[9] != protocolTCP:
		return segment{}, isOther
	case binary.BigEndian.Uint16(ip[6:])&0x3fff != 0:
		return segment{}, isFragment
	case head < 20 || len(ip) < head:
		return segment{}, isDamaged
	case total == 0: // left to the network card, for a packet of any size
		total = len(ip) + int(cut)
	case total < head:
		return segment{}, isDamaged
	}
	var from, to [4]byte
	copy(from[:], ip[12:])
	copy(to[:], ip[16:])
	return ofTCP(ip[head:], total-head, netip.AddrFrom4(from), netip.AddrFrom4(to))
}

// The headers that may stand between those of IPv6 and TCP (RFC 8200 4).
const (
	nextHopByHop    = 0
	nextRouting     = 43
	nextFragment    = 44
	nextAuth        = 51
	nextDestination = 60
)

func ofIPv6(ip []byte, cut int64) (segment, notSegment) {
	if len(ip) < 40 {
		return segment{}, isDamaged
	}
	total, next := int(binary.BigEndian.Uint16(ip[4:])), ip[6]
	if total == 0 {
		total = len(ip) - 40 + int(cut)
	}
	var from, to [16]byte
	copy(from[:], ip[8:])
	copy(to[:], ip[24:])
	p := ip[40:]
	for {
		var length int
		switch next {
		case protocolTCP:
			return ofTCP(p, total, netip.AddrFrom16(from), netip.AddrFrom16(to))
		case nextHopByHop, nextRouting, nextDestination:
			if len(p) < 8 {
				return segment{}, isDamaged
			}
			length = 8 + int(p[1])*8
		case nextAuth:
			if len(p) < 8 {
				return segment{}, isDamaged
			}
			length = 8 + int(p[1])*4
		case nextFragment:
			return segment{}, isFragment
		default:
			return segment{}, isOther
		}
		if len(p) < length || total < length {
			return segment{}, isDamaged
		}
		next, p, total = p[0], p[length:], total-length
	}
}

// ofTCP reads a segment of which the IP packet has total octets. What was captured behind
// it is padding of the link layer.
func ofTCP(p []byte, total int, from, to netip.Addr) (segment, notSegment) {
	p = p[:min(len(p), total)]
	if len(p) < 20 {
		return segment{}, isDamaged
	}
	head := int(p[12]>>4) * 4
	if head < 20 || head > total {
		return segment{}, isDamaged
	}
	s := segment{
		from: netip.AddrPortFrom(from, binary.BigEndian.Uint16(p)),
		to:   netip.AddrPortFrom(to, binary.BigEndian.Uint16(p[2:])),
		seq:  binary.BigEndian.Uint32(p[4:]), ack: binary.BigEndian.Uint32(p[8:]),
		flags: p[13],
	}
	s.octets = after(p, head)
	s.cut = int64(total-head) - int64(len(s.octets))
	return s, isSegment
}

// length is how many octets of data the segment had.
func (s *segment) length() int64 { return int64(len(s.octets)) + s.cut }
