package reports

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// WritePCAPNG writes every transcript as a conversation over TCP and IPv4 in the
// capture format of Wireshark (pcapng, version 1.0), which shows the handshake
// as HTTP and the frames as WebSocket. The harness is 10.0.0.1, the first peer
// 10.1.0.1, the second 10.1.0.2 and so on; whoever is the server has port 80.
// The entries' texts, and what is no octets, are the packets' comments.
//
// The packets are made up around the octets: those were seen by a program, not
// by a network card, and where the connection was TLS, inside of it. Times
// within a conversation are the transcript's. The conversations follow each
// other, also where they took place at the same time. Of octets that were cut,
// the packet has the ones that were kept and the rest is missing, as in a
// capture that could not keep up; so is the middle of a transcript of more than
// 2,000 entries.
func WritePCAPNG(w io.Writer, r *Report) error {
	c := &capture{w: w}
	c.section("wsspec " + visible(shortened(r.Tool.Version, fewLetters)))
	at := r.Started
	for i := range r.Results {
		res := &r.Results[i]
		if len(res.Transcript) == 0 {
			continue
		}
		conv := newTCPConversation(c, r.Targets, res, i, at)
		conv.play(res)
		took := time.Duration(res.DurationMs * float64(time.Millisecond))
		at = at.Add(max(took, conv.last) + time.Millisecond)
	}
	if c.err != nil {
		return fmt.Errorf("write pcapng: %w", c.err)
	}
	return nil
}

// The parts of a pcapng file that a capture has (draft-ietf-opsawg-pcapng).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6

	optionEnd      = 0
	optionComment  = 1
	optionName     = 2 // of an interface
	optionProgram  = 4 // of a section
	linkRawIP      = 101
	byteOrderMagic = 0x1a2b3c4d
)

// capture writes blocks, until the first error.
type capture struct {
	w   io.Writer
	err error
}

// section begins the file, with the one interface that packets come from. Its
// times are in microseconds, as they are where nothing else is said.
func (c *capture) section(program string) {
	head := binary.LittleEndian.AppendUint32(nil, byteOrderMagic)
	head = binary.LittleEndian.AppendUint16(head, 1)
	head = binary.LittleEndian.AppendUint16(head, 0)
	head = binary.LittleEndian.AppendUint64(head, 1<<64-1) // the section's length is not said
	c.block(blockSection, head, option{optionProgram, program})
	link := binary.LittleEndian.AppendUint16(nil, linkRawIP)
	link = binary.LittleEndian.AppendUint16(link, 0)
	link = binary.LittleEndian.AppendUint32(link, 0) // a packet may have any length
	c.block(blockInterface, link, option{optionName, "transcripts"})
}

// packet writes one packet of which length octets were on the wire.
func (c *capture) packet(at time.Time, octets []byte, length int, comments []string) {
	us := uint64(max(0, at.UnixMicro()))
	head := binary.LittleEndian.AppendUint32(nil, 0) // the interface
	head = binary.LittleEndian.AppendUint32(head, uint32(us>>32))
	head = binary.LittleEndian.AppendUint32(head, uint32(us))
	head = binary.LittleEndian.AppendUint32(head, uint32(len(octets)))
	head = binary.LittleEndian.AppendUint32(head, uint32(length))
	var options []option
	for _, comment := range comments {
		options = append(options, option{optionComment, visible(shortened(comment, fewLetters))})
	}
	c.block(blockPacket, padded(append(head, octets...)), options...)
}

// An option says something about its block.
type option struct {
	code uint16
	text string
}

func (c *capture) block(kind uint32, body []byte, options ...option) {
	for _, o := range options {
		body = binary.LittleEndian.AppendUint16(body, o.code)
		body = binary.LittleEndian.AppendUint16(body, uint16(len(o.text)))
		body = padded(append(body, o.text...))
	}
	if len(options) > 0 {
		body = binary.LittleEndian.AppendUint32(body, optionEnd)
	}
	length := uint32(len(body) + 12)
	block := binary.LittleEndian.AppendUint32(nil, kind)
	block = binary.LittleEndian.AppendUint32(block, length)
	block = append(block, body...)
	block = binary.LittleEndian.AppendUint32(block, length)
	if c.err == nil {
		_, c.err = c.w.Write(block)
	}
}

// padded fills octets up to a multiple of four.
func padded(octets []byte) []byte { return append(octets, make([]byte, -len(octets)&3)...) }
