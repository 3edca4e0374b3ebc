// Package pcapng writes the transcripts of a report as a capture for Wireshark.
package pcapng

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// Form is this form in the table of package forms.
var Form = reports.Form{Name: "pcapng", File: "report.pcapng", About: "the transcripts, for Wireshark", Binary: true, Whole: true, Write: Write}

// Write writes every transcript as a TCP conversation over IPv4 in Wireshark's
// capture format (pcapng, version 1.0). Wireshark shows the handshake as HTTP and the
// frames as WebSocket. The harness is 10.0.0.1, the first peer 10.1.0.1, the second
// 10.1.0.2 and so on; the server has port 80. The entries' texts are comments of the
// packets, and so are entries without octets.
//
// A connection over HTTP/2 has frames of HTTP/2 as well, which are invented too.
//
// The packets are invented around the octets that the harness saw; octets of a TLS
// connection are those inside of TLS. Times within a conversation are those of the
// transcript. Conversations follow each other even if they took place at the same
// time. Octets that the report does not have are missing in the capture, as if it
// had lost them; so is the middle of a transcript with more than 2,000 entries.
func Write(w io.Writer, r *reports.Report) error {
	c := &capture{w: w}
	c.section("wsspec " + wording.Visible(wording.Shortened(r.Tool.Version, wording.MaxText)))
	at := r.Started
	for i := range r.Results {
		res, err := r.Whole(i)
		if err != nil {
			return fmt.Errorf("write pcapng: %w", err)
		}
		if len(res.Transcript) == 0 {
			continue
		}
		conv := newConversation(c, r.Targets, res, i, at)
		conv.play(res)
		took := time.Duration(res.DurationMs * float64(time.Millisecond))
		at = at.Add(max(took, conv.last) + time.Millisecond)
	}
	if c.err != nil {
		return fmt.Errorf("write pcapng: %w", c.err)
	}
	return nil
}

// The blocks and options of a pcapng file (draft-ietf-opsawg-pcapng).
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

// capture writes blocks until the first error.
type capture struct {
	w   io.Writer
	err error
}

// section begins the file, with the interface that all packets come from. Times are
// in microseconds, the default.
func (c *capture) section(program string) {
	head := binary.LittleEndian.AppendUint32(nil, byteOrderMagic)
	head = binary.LittleEndian.AppendUint16(head, 1)
	head = binary.LittleEndian.AppendUint16(head, 0)
	head = binary.LittleEndian.AppendUint64(head, 1<<64-1) // the length of the section is not given
	c.block(blockSection, head, option{optionProgram, program})
	iface := binary.LittleEndian.AppendUint16(nil, linkRawIP)
	iface = binary.LittleEndian.AppendUint16(iface, 0)
	iface = binary.LittleEndian.AppendUint32(iface, 0) // a packet may have any length
	c.block(blockInterface, iface, option{optionName, "transcripts"})
}

// packet writes one packet that had length octets on the wire.
func (c *capture) packet(at time.Time, octets []byte, length int, comments []string) {
	us := uint64(max(0, at.UnixMicro()))
	head := binary.LittleEndian.AppendUint32(nil, 0) // the interface
	head = binary.LittleEndian.AppendUint32(head, uint32(us>>32))
	head = binary.LittleEndian.AppendUint32(head, uint32(us))
	head = binary.LittleEndian.AppendUint32(head, uint32(len(octets)))
	head = binary.LittleEndian.AppendUint32(head, uint32(length))
	var options []option
	for _, comment := range comments {
		options = append(options, option{optionComment, wording.Visible(wording.Shortened(comment, wording.MaxText))})
	}
	c.block(blockPacket, padded(append(head, octets...)), options...)
}

// An option is an attribute of a block.
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
