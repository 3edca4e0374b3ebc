package capture

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// An End is one end of a connection: the one that opened it, or the other one.
type End int

// The ends.
const (
	// Opener is the end that sent the first SYN. If the file does not have that, it is the
	// end whose octets the file has first.
	Opener End = iota
	Acceptor
)

// Other returns the other end.
func (e End) Other() End { return 1 - e }

// A Connection is one TCP connection of a file.
type Connection struct {
	// Ends are the addresses of the opener and of the acceptor.
	Ends [2]netip.AddrPort
	// Began is the time of its first packet.
	Began time.Time
	// FromBeginning has, for each end, whether the file has the SYN of that end: then the
	// first octet that is passed on is the first one that the end sent, or a gap says that
	// it is not.
	FromBeginning [2]bool
}

// A Reader takes what a file has of one connection. Octets, Missing and Finished come in
// the order of the octets of each end. What an end sent comes behind what it had of the
// other end by then, as far as the file has that: the file may be out of order. Times never
// go back.
type Reader interface {
	// Octets are the next octets of an end. The slice is valid until the function returns.
	Octets(from End, at time.Time, octets []byte)
	// Missing says that the file lacks the next n octets of an end: the packets were lost,
	// or cut off when they were captured (why has a sentence).
	Missing(from End, at time.Time, n int64, why string)
	// Finished says that an end sends no more (FIN).
	Finished(from End, at time.Time)
	// Reset says that an end reset the connection (RST).
	Reset(from End, at time.Time)
	// Done comes last. open says that the file ends before the connection does.
	Done(open bool)
}

// A Summary says what a file has, beside its connections.
type Summary struct {
	// Packets is how many packets the file has, Segments how many of them have TCP.
	Packets, Segments int64
	// Unreadable is how many packets have a link layer or headers that are not read;
	// Unread names the first such link layer, or is empty.
	Unreadable int64
	Unread     string
	// Fragments is how many packets are fragments of IP packets, which are not put
	// together.
	Fragments int64
	// Ignored is how many segments belong to connections beyond MaxConnections.
	Ignored int64
}

// MaxConnections is how many connections are followed in one file.
const MaxConnections = 100_000

// ErrUnknown is the error for a file that is no capture.
var ErrUnknown = errors.New("neither pcap nor pcapng")

// ErrCut is the error for a file that ends in the middle of something. What is before that
// was passed on.
var ErrCut = errors.New("the file is cut off")

// Is reports whether a file that begins with these octets is a capture, also where it is
// one that Read does not read.
func Is(begins []byte) bool {
	_, err := formatOf(begins)
	return !errors.Is(err, ErrUnknown)
}

// Read reads a file to its end. open is called for each connection of which the file has
// octets, at its first octet or gap. Read returns the summary also with an error: then the
// connections have what was read before it.
func Read(r io.Reader, open func(*Connection) Reader) (Summary, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	format, err := recognized(buffered)
	if err != nil {
		return Summary{}, err
	}
	packets, err := format(buffered)
	if err != nil {
		return Summary{}, err
	}
	t := newTable(open)
	for {
		p, err := packets.next()
		if err != nil {
			t.finish()
			if errors.Is(err, io.EOF) {
				return t.summary, nil
			}
			return t.summary, inPacket(t.summary.Packets+1, err)
		}
		t.packet(p)
	}
}

func inPacket(n int64, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w within packet %d", ErrCut, n)
	}
	return fmt.Errorf("packet %d: %w", n, err)
}

// Plain returns a reader of what a file has that may be compressed with gzip.
func Plain(r io.Reader) (*bufio.Reader, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if begins, _ := buffered.Peek(2); !bytes.Equal(begins, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	plain, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return bufio.NewReaderSize(plain, 64<<10), nil
}

// packets gives the packets of a file, one after the other. Its error is io.EOF at the
// end, and io.ErrUnexpectedEOF where the file was cut.
type packets interface{ next() (packet, error) }

// A packet is one packet of a file.
type packet struct {
	at   time.Time
	link uint32
	// octets are what was captured of it. They are valid until the next packet.
	octets []byte
	// cut is how many octets it had that were not captured.
	cut int64
	// frame: whole frames are left out before it, as its comment says.
	frame bool
}

// mostOctets is the longest packet that is read, in octets: as much as libpcap captures.
const mostOctets = 256 << 10

type formatReader func(*bufio.Reader) (packets, error)

func recognized(r *bufio.Reader) (formatReader, error) {
	begins, err := r.Peek(8)
	if len(begins) == 0 && err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: the file is empty", ErrUnknown)
		}
		return nil, err
	}
	return formatOf(begins)
}

func formatOf(begins []byte) (formatReader, error) {
	if len(begins) < 4 {
		return nil, ErrUnknown
	}
	magic := binary.LittleEndian.Uint32(begins)
	switch {
	case magic == magicSection:
		return newPcapng, nil
	case pcapOrder(magic) != nil:
		return newPcap, nil
	case bytes.HasPrefix(begins, []byte("snoop\x00")):
		return nil, other("snoop")
	case bytes.HasPrefix(begins, []byte("GMBU")), bytes.HasPrefix(begins, []byte("RTSS")):
		return nil, other("Network Monitor")
	case magic == 0xa1b2cd34 || magic == 0x34cdb2a1:
		return nil, other("modified pcap")
	}
	return nil, ErrUnknown
}

func other(format string) error {
	return fmt.Errorf("a capture in the form %q, which is not read here: convert it with editcap -F pcapng", format)
}
