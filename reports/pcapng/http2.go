package pcapng

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/wsspec/wsspec/reports"
)

// overHTTP2 and overHTTP3 are what a target's transport is called. A stream of HTTP/3 is drawn as
// one of HTTP/2: Wireshark sees into QUIC only with the keys of a connection.
const (
	overHTTP2 = "HTTP/2"
	overHTTP3 = "HTTP/3"
)

// The frames of HTTP/2 that a capture has (RFC 9113 6).
const (
	frameData     = 0x0
	frameHeaders  = 0x1
	frameSettings = 0x4

	flagEndStream  = 0x1
	flagEndHeaders = 0x4

	mostData      = 16 << 10
	mostFrameSize = 1<<24 - 1
)

// http2 has the state of a conversation over HTTP/2. The frames are invented as the packets
// are: the transcript has the lists of fields, and the octets inside of the streams.
type http2 struct{ stream uint32 }

// header is the header of a frame.
func (h *http2) header(kind, flags byte, stream uint32, length int64) []byte {
	b := []byte{byte(length >> 16), byte(length >> 8), byte(length), kind, flags}
	return binary.BigEndian.AppendUint32(b, stream)
}

// beginHTTP2 writes how a connection of HTTP/2 begins: the preface of the client, and SETTINGS
// of both, the server's with SETTINGS_ENABLE_CONNECT_PROTOCOL.
func (c *conversation) beginHTTP2() {
	h := c.http2
	c.send(c.client, flagPsh|flagAck, append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), h.header(frameSettings, 0, 0, 0)...), 0)
	c.send(c.other(c.client), flagPsh|flagAck, append(h.header(frameSettings, 0, 0, 6), 0, 8, 0, 0, 0, 1), 0)
}

// streamOctets writes an entry's octets in frames of the stream: a list of fields in HEADERS,
// and others in DATA.
func (c *conversation) streamOctets(from *end, e *reports.Entry) {
	h := c.http2
	switch e.Kind {
	case reports.KindRequest, reports.KindResponse:
		if e.Kind == reports.KindRequest {
			h.stream += 2
		}
		block := fieldBlock(e.Octets)
		c.send(from, flagPsh|flagAck, append(h.header(frameHeaders, flagEndHeaders, h.stream, int64(len(block))), block...), 0)
		return
	}
	from.behind = false
	missing := e.Length - int64(len(e.Octets))
	for rest := e.Octets; len(rest) > 0; {
		segment := rest[:min(len(rest), mostData)]
		rest = rest[len(segment):]
		c.send(from, flagPsh|flagAck, append(h.header(frameData, 0, h.stream, int64(len(segment))), segment...), 0)
	}
	for missing > 0 {
		n := min(missing, mostFrameSize)
		missing -= n
		untold := min(n, mostPacket-ipHeader-tcpHeader-9)
		c.send(from, flagPsh|flagAck, h.header(frameData, 0, h.stream, n), int(untold))
		from.seq += uint32(n - untold)
	}
}

// endStream writes END_STREAM.
func (c *conversation) endStream(from *end) {
	c.send(from, flagPsh|flagAck, c.http2.header(frameData, flagEndStream, c.http2.stream, 0), 0)
}

// fieldBlock encodes a list of fields, a line each, as literals that are not indexed (RFC 7541
// 6.2.2).
func fieldBlock(lines []byte) (block []byte) {
	for line := range bytes.SplitSeq(lines, []byte("\r\n")) {
		name, value, ok := strings.Cut(string(line), ": ")
		if !ok {
			continue
		}
		block = append(block, 0)
		block = appendLiteral(block, name)
		block = appendLiteral(block, value)
	}
	return block
}

// appendLiteral appends a string with its length (RFC 7541 5.2).
func appendLiteral(b []byte, s string) []byte {
	const prefix = 1<<7 - 1
	n := len(s)
	if n < prefix {
		return append(append(b, byte(n)), s...)
	}
	b = append(b, prefix)
	for n -= prefix; n >= 1<<7; n >>= 7 {
		b = append(b, byte(n)|1<<7)
	}
	return append(append(b, byte(n)), s...)
}
