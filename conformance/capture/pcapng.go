package capture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// The blocks of a pcapng file (draft-ietf-opsawg-pcapng 4).
const (
	blockInterface = 1
	blockOldPacket = 2
	blockSimple    = 3
	blockPacket    = 6
	magicSection   = 0x0a0d0d0a // the same in either order

	byteOrderMagic = 0x1a2b3c4d

	optionResolution = 9
	optionOffset     = 14
)

// mostInterfaces is how many interfaces a section may have, mostHead how many octets the
// description of one may have.
const (
	mostInterfaces = 4096
	mostHead       = 1 << 20
)

type pcapng struct {
	r     *bufio.Reader
	order binary.ByteOrder
	ifs   []netInterface
	buf   []byte
}

// A netInterface is where packets come from.
type netInterface struct {
	link uint32
	// snap is the longest packet that it captures whole; 0 means that there is no limit.
	snap uint32
	// units is how many units of time a second has, offset what is added to seconds.
	units  uint64
	offset int64
}

func newPcapng(r *bufio.Reader) (packets, error) {
	p := &pcapng{r: r, order: binary.LittleEndian}
	kind, body, err := p.block()
	if err != nil {
		return nil, errHead(err)
	}
	if kind != magicSection {
		return nil, ErrUnknown
	}
	if err := p.section(body); err != nil {
		return nil, errHead(err)
	}
	return p, nil
}

func errHead(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w within its header", ErrCut)
	}
	return err
}

// block reads the head of the next block: its kind, and how many octets its body has. The
// order of octets is that of the section; a section says its own.
func (p *pcapng) block() (kind uint32, body int64, err error) {
	var head [8]byte
	if _, err := io.ReadFull(p.r, head[:]); err != nil {
		return 0, 0, err
	}
	kind = p.order.Uint32(head[:])
	if kind == magicSection {
		magic, err := p.r.Peek(4)
		if err != nil {
			return 0, 0, io.ErrUnexpectedEOF
		}
		switch {
		case binary.LittleEndian.Uint32(magic) == byteOrderMagic:
			p.order = binary.LittleEndian
		case binary.BigEndian.Uint32(magic) == byteOrderMagic:
			p.order = binary.BigEndian
		default:
			return 0, 0, errors.New("a section of pcapng without its byte-order magic")
		}
	}
	length := p.order.Uint32(head[4:])
	if length < 12 || length%4 != 0 {
		return 0, 0, fmt.Errorf("a block of pcapng claims a length of %d octets: the file is damaged", length)
	}
	return kind, int64(length) - 12, nil
}

// discard passes over the rest of a block: n octets of its body, and its length.
func (p *pcapng) discard(n int64) error {
	if _, err := io.CopyN(io.Discard, p.r, n+4); err != nil {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// read reads the beginning of a body of which left octets are left.
func (p *pcapng) read(into []byte, left *int64) error {
	if *left < int64(len(into)) {
		return errors.New("a block of pcapng is shorter than its fields: the file is damaged")
	}
	if _, err := io.ReadFull(p.r, into); err != nil {
		return io.ErrUnexpectedEOF
	}
	*left -= int64(len(into))
	return nil
}

func (p *pcapng) section(left int64) error {
	var head [16]byte
	if err := p.read(head[:], &left); err != nil {
		return err
	}
	if major := p.order.Uint16(head[4:]); major != 1 {
		return fmt.Errorf("pcapng version %d, only version 1 is known", major)
	}
	p.ifs = nil
	return p.discard(left)
}

func (p *pcapng) next() (packet, error) {
	for {
		kind, left, err := p.block()
		if err != nil {
			return packet{}, err
		}
		switch kind {
		case magicSection:
			err = p.section(left)
		case blockInterface:
			err = p.netInterface(left)
		case blockPacket, blockOldPacket:
			return p.packet(kind, left)
		case blockSimple:
			return p.simple(left)
		default:
			err = p.discard(left)
		}
		if err != nil {
			return packet{}, err
		}
	}
}

func (p *pcapng) netInterface(left int64) error {
	if left > mostHead || len(p.ifs) >= mostInterfaces {
		return errors.New("pcapng: too many interfaces, or too long a description of one")
	}
	body := make([]byte, left)
	if err := p.read(body, &left); err != nil {
		return err
	}
	if len(body) < 8 {
		return errors.New("an interface of pcapng is shorter than its fields: the file is damaged")
	}
	i := netInterface{link: uint32(p.order.Uint16(body)), snap: p.order.Uint32(body[4:]), units: 1e6}
	for o := body[8:]; len(o) >= 4; {
		code, length := p.order.Uint16(o), int(p.order.Uint16(o[2:]))
		padded := (length + 3) &^ 3
		if code == 0 || padded > len(o)-4 {
			break
		}
		value := o[4 : 4+length]
		switch {
		case code == optionResolution && length == 1:
			i.units = unitsOf(value[0])
		case code == optionOffset && length == 8:
			i.offset = int64(p.order.Uint64(value))
		}
		o = o[4+padded:]
	}
	p.ifs = append(p.ifs, i)
	return p.discard(0)
}

// unitsOf returns how many units a second has, of the resolution of an interface: a power
// of ten, or of two if the top bit is set. One that no clock has counts as microseconds.
func unitsOf(resolution byte) uint64 {
	n := resolution & 0x7f
	switch {
	case resolution&0x80 != 0 && n < 64:
		return 1 << n
	case resolution&0x80 == 0 && n < 19:
		return uint64(math.Pow10(int(n)))
	}
	return 1e6
}

func (i *netInterface) time(units uint64) time.Time {
	seconds, rest := units/i.units, units%i.units
	nanos := float64(rest) / float64(i.units) * 1e9
	return time.Unix(int64(seconds)+i.offset, int64(nanos+.5)).UTC()
}

// packet reads an enhanced packet block, or the packet block of the time before it.
func (p *pcapng) packet(kind uint32, left int64) (packet, error) {
	var head [20]byte
	if err := p.read(head[:], &left); err != nil {
		return packet{}, err
	}
	n := p.order.Uint32(head[:])
	if kind == blockOldPacket {
		n = uint32(p.order.Uint16(head[:]))
	}
	if int64(n) >= int64(len(p.ifs)) {
		return packet{}, fmt.Errorf("it is from interface %d, of %d", n, len(p.ifs))
	}
	i := &p.ifs[n]
	at := i.time(uint64(p.order.Uint32(head[4:]))<<32 | uint64(p.order.Uint32(head[8:])))
	return p.body(left, packet{at: at, link: i.link}, p.order.Uint32(head[12:]), p.order.Uint32(head[16:]))
}

// simple reads a simple packet block, which has no time.
func (p *pcapng) simple(left int64) (packet, error) {
	var head [4]byte
	if err := p.read(head[:], &left); err != nil {
		return packet{}, err
	}
	if len(p.ifs) == 0 {
		return packet{}, errors.New("it is from interface 0, of 0")
	}
	length := p.order.Uint32(head[:])
	captured := length
	if snap := p.ifs[0].snap; snap > 0 {
		captured = min(captured, snap)
	}
	return p.body(left, packet{link: p.ifs[0].link}, captured, length)
}

func (p *pcapng) body(left int64, q packet, captured, length uint32) (packet, error) {
	if int64(captured) > left {
		return packet{}, fmt.Errorf("it claims %d octets in a block with %d: the file is damaged", captured, left)
	}
	octets, err := readPacket(p.r, &p.buf, captured)
	if err != nil {
		return packet{}, err
	}
	q.octets, q.cut = octets, max(0, int64(length)-int64(captured))
	// What follows are options. A file that ends in them lost nothing of the packet.
	if left -= int64(captured); int64(len(framesLeftOut)) <= left && left <= mostHead {
		options := make([]byte, left)
		if err := p.read(options, &left); err != nil {
			return packet{}, err
		}
		q.frame = bytes.Contains(options, []byte(framesLeftOut))
	}
	if err := p.discard(left); err != nil {
		return packet{}, err
	}
	return q, nil
}

// framesLeftOut is the comment of a packet that begins with a frame, where a run of wsspec has
// left out whole frames before it: package reports/pcapng writes it.
const framesLeftOut = "whole frames are left out before this packet"
