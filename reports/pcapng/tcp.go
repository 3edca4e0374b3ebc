package pcapng

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Every packet has an IPv4 header and a TCP header without options.
const (
	ipHeader  = 20
	tcpHeader = 20
	// mostSegment is the largest segment, mostPacket the largest packet, in octets.
	mostSegment = 16 << 10
	mostPacket  = 1<<16 - 1
	// mostLeap is by how much the sequence number grows at most for missing octets: a
	// jump by half of all numbers looks like a retransmission.
	mostLeap = 1 << 30

	// untoldOctets stand for octets whose number the report does not have.
	untoldOctets = 1 << 20

	// headEntries and tailEntries are how many entries of a transcript are written,
	// at its beginning and at its end.
	headEntries = 1500
	tailEntries = 500

	httpPort  = 80 // Wireshark recognizes HTTP by it
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
	// behind: entries were left out before its next octets.
	behind bool
}

// framesLeftOut is the comment of a packet that begins with a frame, where whole frames are
// left out before it. wsspec check goes on there by it.
const framesLeftOut = "whole frames are left out before this packet"

// A conversation is one TCP connection.
type conversation struct {
	*capture
	harness, peer *end
	client        *end
	began         time.Time
	// last is the time of the last packet since the beginning.
	last time.Duration
	// notes are comments for the next packet.
	notes []string
	// http2 is set for a target over HTTP/2 or HTTP/3.
	http2 *http2
}

// newConversation makes the conversation of the n-th result, with its own addresses.
func newConversation(c *capture, targets []reports.Target, res *reports.Result, n int, began time.Time) *conversation {
	peer := slices.IndexFunc(targets, func(t reports.Target) bool { return t.Agent == res.Agent && t.Role == res.Role })
	conv := &conversation{
		capture: c, began: began,
		harness: &end{ip: [4]byte{10, 0, 0, 1}},
		peer:    &end{ip: [4]byte{10, 1, byte((peer + 1) >> 8), byte(peer + 1)}},
	}
	if peer >= 0 && (targets[peer].Transport == overHTTP2 || targets[peer].Transport == overHTTP3) {
		conv.http2 = &http2{stream: 1<<32 - 1} // the first one is 1
	}
	server := conv.peer
	conv.client = conv.harness
	if res.Role == verdict.Client {
		server, conv.client = conv.harness, conv.peer
	}
	server.port, conv.client.port = httpPort, uint16(firstPort+n%(1<<16-firstPort))
	return conv
}

func (c *conversation) other(e *end) *end {
	if e == c.harness {
		return c.peer
	}
	return c.harness
}

// play writes the whole transcript.
func (c *conversation) play(res *reports.Result) {
	c.notes = []string{fmt.Sprintf("%s, case %s (%s): %s", res.Peer().String(), res.ID, res.Verdict, res.Title)}
	if res.Explanation != "" {
		c.notes = append(c.notes, res.Explanation)
	}
	server := c.other(c.client)
	c.send(c.client, flagSyn, nil, 0)
	c.send(server, flagSyn|flagAck, nil, 0)
	c.send(c.client, flagAck, nil, 0)
	if c.http2 != nil {
		c.beginHTTP2()
	}
	middle := min(len(res.Transcript), headEntries)
	rest := max(middle, len(res.Transcript)-tailEntries)
	c.entries(res.Transcript[:middle])
	c.leapOver(res.Transcript[middle:rest])
	c.entries(res.Transcript[rest:])
	if len(c.notes) > 0 { // an empty packet carries the notes at the end
		c.send(c.harness, flagAck, nil, 0)
	}
}

func (c *conversation) entries(entries []reports.Entry) {
	for i := range entries {
		c.entry(&entries[i])
	}
}

// leapOver leaves entries out, and advances the sequence numbers by their octets.
func (c *conversation) leapOver(entries []reports.Entry) {
	if len(entries) == 0 {
		return
	}
	var sent, received int64
	for i := range entries {
		switch e := &entries[i]; e.Dir {
		case reports.Sent:
			sent = min(sent+e.Length, mostLeap)
		case reports.Received:
			received = min(received+e.Length, mostLeap)
		}
	}
	c.leap(sent, received)
	c.notes = append(c.notes, wording.Grouped(len(entries))+" of the transcript's entries are left out here")
}

// leap advances the sequence numbers by octets that are left out.
func (c *conversation) leap(sent, received int64) {
	c.harness.seq += uint32(sent)
	c.peer.seq += uint32(received)
	c.harness.behind, c.peer.behind = true, true
}

// entry writes the packets of one entry.
func (c *conversation) entry(e *reports.Entry) {
	// Packets stay in order even if the clock of the transcript went back.
	c.last = max(c.last, time.Duration(e.T)*time.Microsecond)
	if e.Text != "" {
		c.notes = append(c.notes, e.Text)
	}
	if e.LeavesOut() { // how many octets is unknown, and where
		c.leap(untoldOctets, untoldOctets)
	}
	from := c.harness
	if e.Dir == reports.Received {
		from = c.peer
	}
	switch {
	case e.Length > 0 && e.Dir != reports.Note && c.http2 != nil:
		c.streamOctets(from, e)
	case e.Kind == reports.KindEOF && c.http2 != nil:
		c.endStream(from)
	case e.Length > 0 && e.Dir != reports.Note:
		c.octets(from, e)
	case e.Kind == reports.KindReset:
		c.send(c.peer, flagRst|flagAck, nil, 0)
	case (e.Kind == reports.KindEOF || e.Kind == reports.KindDrop) && !from.finished:
		c.send(from, flagFin|flagAck, nil, 0)
		c.send(c.other(from), flagAck, nil, 0)
	}
}

// octets writes an entry's octets in segments. The length of the last segment
// includes the octets that the report does not have; if they do not fit into a
// packet, the sequence number is advanced by the rest.
func (c *conversation) octets(from *end, e *reports.Entry) {
	missing := e.Length - int64(len(e.Octets))
	rest := e.Octets
	if from.behind && e.Kind == reports.KindFrame {
		c.notes = append(c.notes, framesLeftOut)
	}
	from.behind = false
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

// send writes one packet; missing is how many of its octets the report does not have.
func (c *conversation) send(from *end, flags byte, payload []byte, missing int) {
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
	if missing == 0 { // a checksum needs all octets
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

// onesSum adds 16-bit words to a ones' complement sum (RFC 1071).
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
