package capture

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// The first four octets of a pcap file (draft-ietf-opsawg-pcap), with times in
// microseconds or nanoseconds.
const (
	magicMicro = 0xa1b2c3d4
	magicNano  = 0xa1b23c4d
)

// pcapOrder returns the order of octets of a file by its first four, read in little
// endian; nil if the file is no pcap file.
func pcapOrder(magic uint32) binary.ByteOrder {
	switch magic {
	case magicMicro, magicNano:
		return binary.LittleEndian
	case swapped(magicMicro), swapped(magicNano):
		return binary.BigEndian
	}
	return nil
}

func swapped(n uint32) uint32 { return n>>24 | n>>8&0xff00 | n<<8&0xff0000 | n<<24 }

type pcap struct {
	r     *bufio.Reader
	order binary.ByteOrder
	link  uint32
	// unit is the unit of the fraction of a second.
	unit time.Duration
	buf  []byte
}

func newPcap(r *bufio.Reader) (packets, error) {
	var head [24]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("%w within its header", ErrCut)
	}
	p := &pcap{r: r, order: pcapOrder(binary.LittleEndian.Uint32(head[:])), unit: time.Microsecond}
	if p.order.Uint32(head[:]) == magicNano {
		p.unit = time.Nanosecond
	}
	if major := p.order.Uint16(head[4:]); major != 2 {
		return nil, fmt.Errorf("pcap version %d, only version 2 is known", major)
	}
	p.link = p.order.Uint32(head[20:]) & 0xffff // above are flags
	return p, nil
}

func (p *pcap) next() (packet, error) {
	var head [16]byte
	if _, err := io.ReadFull(p.r, head[:]); err != nil {
		return packet{}, err
	}
	captured, length := p.order.Uint32(head[8:]), p.order.Uint32(head[12:])
	octets, err := readPacket(p.r, &p.buf, captured)
	if err != nil {
		return packet{}, err
	}
	at := time.Unix(int64(p.order.Uint32(head[:])), int64(p.order.Uint32(head[4:]))*int64(p.unit))
	return packet{at: at.UTC(), link: p.link, octets: octets, cut: max(0, int64(length)-int64(captured))}, nil
}

// readPacket reads n octets into a buffer that is used again.
func readPacket(r io.Reader, buf *[]byte, n uint32) ([]byte, error) {
	if n > mostOctets {
		return nil, fmt.Errorf("it claims to have %d octets, more than the %d that a capture can have: the file is damaged", n, mostOctets)
	}
	if cap(*buf) < int(n) {
		*buf = make([]byte, n, max(int(n), 4<<10))
	}
	octets := (*buf)[:n]
	if _, err := io.ReadFull(r, octets); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return octets, nil
}
