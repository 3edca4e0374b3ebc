package reports

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// What every packet has: an IPv4 header and a TCP header, neither with options.
const (
	ipHeader  = 20
	tcpHeader = 20
	// mostSegment is how many octets go into one segment, mostPacket into one
	// packet.
	mostSegment = 16 << 10
	mostPacket  = 1<<16 - 1
	// mostLeap is how many missing octets the sequence numbers leap over: TCP
	// takes a leap of half its numbers for octets that come again.
	mostLeap = 1 << 30

	// headEntries and tailEntries are how many entries of a conversation are
	// written: those at its beginning and at its end.
	headEntries = 1500
	tailEntries = 500

	httpPort  = 80 // by which Wireshark knows the handshake
	firstPort = 1025
)

// The flags of a TCP header (RFC 9293 3.1).
const (
	flagFin = 1 << iota
	flagSyn
	flagRst
	flagPsh
	flagAck
)

// An end is one end of a conversation: its address and the sequence number of
// its next octet.
type end struct {
	ip       [4]byte
	port     uint16
	seq      uint32
	finished bool
}

// A tcpConversation is one TCP connection.
type tcpConversation struct {
	*capture
	harness, peer *end
	client        *end
	began         time.Time
	// last is the time of the last packet since it began.
	last time.Duration
	// notes wait for the next packet, to be its comments.
	notes []string
}

// newTCPConversation gives the n-th result addresses of its own.
func newTCPConversation(c *capture, targets []Target, res *Result, n int, began time.Time) *tcpConversation {
	peer := slices.IndexFunc(targets, func(t Target) bool { return t.Agent == res.Agent && t.Role == res.Role })
	conv := &tcpConversation{
		capture: c, began: began,
		harness: &end{ip: [4]byte{10, 0, 0, 1}},
		peer:    &end{ip: [4]byte{10, 1, byte((peer + 1) >> 8), byte(peer + 1)}},
	}
	server := conv.peer
	conv.client = conv.harness
	if res.Role == Client {
		server, conv.client = conv.harness, conv.peer
	}
	server.port, conv.client.port = httpPort, uint16(firstPort+n%(1<<16-firstPort))
	return conv
}

func (c *tcpConversation) other(e *end) *end {
	if e == c.harness {
		return c.peer
	}
	return c.harness
}

// play writes the whole transcript.
func (c *tcpConversation) play(res *Result) {
	c.notes = []string{fmt.Sprintf("%s, case %s (%s): %s", res.peer().name(), res.ID, verdictWord(res.Verdict), res.Title)}
	if res.Explanation != "" {
		c.notes = append(c.notes, res.Explanation)
	}
	server := c.other(c.client)
	c.send(c.client, flagSyn, nil, 0)
	c.send(server, flagSyn|flagAck, nil, 0)
	c.send(c.client, flagAck, nil, 0)
	middle := min(len(res.Transcript), headEntries)
	rest := max(middle, len(res.Transcript)-tailEntries)
	c.entries(res.Transcript[:middle])
	c.leapOver(res.Transcript[middle:rest])
	c.entries(res.Transcript[rest:])
	if len(c.notes) > 0 { // of no packet: an empty one carries them
		c.send(c.harness, flagAck, nil, 0)
	}
}

func (c *tcpConversation) entries(entries []Entry) {
	for i := range entries {
		c.entry(&entries[i])
	}
}

// leapOver leaves entries out, and leaps over the sequence numbers of their
// octets.
func (c *tcpConversation) leapOver(entries []Entry) {
	if len(entries) == 0 {
		return
	}
	var sent, received int64
	for i := range entries {
		switch e := &entries[i]; e.Dir {
		case Sent:
			sent = min(sent+e.Length, mostLeap)
		case Received:
			received = min(received+e.Length, mostLeap)
		}
	}
	c.harness.seq += uint32(sent)
	c.peer.seq += uint32(received)
	c.notes = append(c.notes, grouped(len(entries))+" of the transcript's entries are left out here")
}

// entry writes the packets of one entry.
func (c *tcpConversation) entry(e *Entry) {
	// A transcript whose clock went back still has its packets in order.
	c.last = max(c.last, time.Duration(e.T)*time.Microsecond)
	if e.Text != "" {
		c.notes = append(c.notes, e.Text)
	}
	from := c.harness
	if e.Dir == Received {
		from = c.peer
	}
	switch {
	case e.Length > 0 && e.Dir != Note:
		c.octets(from, e)
	case e.Kind == KindReset:
		c.send(c.peer, flagRst|flagAck, nil, 0)
	case (e.Kind == KindEOF || e.Kind == KindDrop) && !from.finished:
		c.send(from, flagFin|flagAck, nil, 0)
		c.send(c.other(from), flagAck, nil, 0)
	}
}

// octets writes those that were kept in segments. The last one says how long
// it would have been with the others; where they exceed a packet the sequence
// number leaps over the rest.
func (c *tcpConversation) octets(from *end, e *Entry) {
	missing := e.Length - int64(len(e.Octets))
	rest := e.Octets
	for {
		segment := rest[:min(len(rest), mostSegment)]
		rest = rest[len(segment):]
		if len(rest) > 0 {
			c.send(from, flagAck, segment, 0)
			continue
		}
		untold := min(missing, mostPacket-ipHeader-tcpHeader-int64(len(segment)))
		c.send(from, flagPsh|flagAck, segment, int(untold))
		from.seq += uint32(min(missing-untold, mostLeap))
		return
	}
}

// send writes one packet; missing is how many octets it had that are not known.
func (c *tcpConversation) send(from *end, flags byte, payload []byte, missing int) {
	to := c.other(from)
	length := ipHeader + tcpHeader + len(payload) + missing
	p := make([]byte, ipHeader+tcpHeader, ipHeader+tcpHeader+len(payload))
	ip, tcp := p[:ipHeader], p[ipHeader:]
	ip[0] = 4<<4 | ipHeader/4
	binary.BigEndian.PutUint16(ip[2:], uint16(length))
	ip[6] = 1 << 6 // not to be fragmented
	ip[8] = 64     // hops
	ip[9] = 6      // TCP
	copy(ip[12:], from.ip[:])
	copy(ip[16:], to.ip[:])
	binary.BigEndian.PutUint16(ip[10:], ^onesSum(0, ip))

	binary.BigEndian.PutUint16(tcp, from.port)
	binary.BigEndian.PutUint16(tcp[2:], to.port)
	binary.BigEndian.PutUint32(tcp[4:], from.seq)
	if flags&flagAck != 0 {
		binary.BigEndian.PutUint32(tcp[8:], to.seq)
	}
	tcp[12] = tcpHeader / 4 << 4
	tcp[13] = flags
	binary.BigEndian.PutUint16(tcp[14:], 1<<16-1) // the window
	p = append(p, payload...)
	if missing == 0 { // a checksum over octets that are not there cannot be made
		pseudo := binary.BigEndian.AppendUint32(slices.Clone(ip[12:20]), uint32(6)<<16|uint32(len(p)-ipHeader))
		binary.BigEndian.PutUint16(p[ipHeader+16:], ^onesSum(onesSum(0, pseudo), p[ipHeader:]))
	}
	from.seq += uint32(len(payload) + missing)
	if flags&(flagSyn|flagFin) != 0 {
		from.seq++
	}
	if flags&(flagFin|flagRst) != 0 {
		from.finished = true
	}
	c.packet(c.began.Add(c.last), p, length, c.notes)
	c.notes = nil
}

// onesSum adds 16 bit words in ones' complement (RFC 1071) to a sum.
func onesSum(sum uint16, octets []byte) uint16 {
	total := uint32(sum)
	for i := 0; i+1 < len(octets); i += 2 {
		total += uint32(binary.BigEndian.Uint16(octets[i:]))
	}
	if len(octets)%2 == 1 {
		total += uint32(octets[len(octets)-1]) << 8
	}
	for total > 0xffff {
		total = total>>16 + total&0xffff
	}
	return uint16(total)
}
