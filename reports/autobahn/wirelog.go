package autobahn

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wsspec/wsspec/reports"
)

// maxWirelogged is how many octets of an entry the wire log shows, as Autobahn's.
const maxWirelogged = 256

// read fills the members that describe the connection from a transcript.
func (c *caseFile) read(transcript []reports.Entry) {
	m := messages{received: &c.Received}
	var localClosed, remoteClosed, remoteEnded bool
	var lastClose, dropped int64 // in microseconds
	for i := range transcript {
		e := &transcript[i]
		switch {
		case e.Kind == reports.KindDrop:
			c.DroppedByMe, dropped = true, e.T
		case e.Kind == reports.KindEOF && e.Dir == reports.Received, e.Kind == reports.KindReset:
			remoteEnded = remoteEnded || !c.DroppedByMe
		}
		if len(e.Octets) == 0 && e.Frame == nil {
			continue
		}
		switch e.Kind {
		case reports.KindRequest:
			c.HTTPRequest += string(e.Octets)
		case reports.KindResponse:
			c.HTTPResponse += string(e.Octets)
		}
		if e.Frame == nil || e.Dir == reports.Note {
			if _, found := closeAfterViolation(e); found {
				remoteClosed = true
			}
			c.logOctets(e)
			continue
		}
		payload := payloadOf(e)
		if e.Dir == reports.Sent {
			c.TxFrameStats[e.Frame.Opcode]++
			c.Wirelog = append(c.Wirelog, []any{"TF", shown(payload, e.Frame.Length), e.Frame.Opcode, e.Frame.Fin, e.Frame.RSV, maskKey(e.Frame), nil, nil, false})
			c.logOctets(e)
		} else {
			c.RxFrameStats[e.Frame.Opcode]++
			c.logOctets(e)
			c.Wirelog = append(c.Wirelog, []any{"RF", shown(payload, e.Frame.Length), e.Frame.Opcode, e.Frame.Fin, e.Frame.RSV, e.Frame.Masked, maskKey(e.Frame)})
			m.add(e, payload)
		}
		if e.Frame.Opcode != 8 {
			continue
		}
		lastClose = e.T
		code, reason := closeBody(payload)
		switch {
		case e.Dir == reports.Sent && !localClosed:
			localClosed = true
			c.LocalCloseCode, c.LocalCloseReason = code, reason
			c.ClosedByMe = !remoteClosed
		case e.Dir == reports.Received && !remoteClosed:
			remoteClosed = true
			c.RemoteCloseReason = reason
		}
	}
	waited := c.DroppedByMe && !remoteEnded
	c.WasServerConnectionDropTimeout = waited && !c.IsServer && localClosed && remoteClosed
	c.WasCloseHandshakeTimeout = waited && localClosed && !remoteClosed
	c.WasClean = localClosed && remoteClosed && !c.WasServerConnectionDropTimeout
	if why := c.notClean(localClosed, time.Duration(dropped-lastClose)*time.Microsecond); why != "" {
		c.WasNotCleanReason = &why
	}
}

// notClean says why the connection did not end cleanly, "" if it did. waited is the time
// from the last Close frame until wsspec closed TCP.
func (c *caseFile) notClean(localClosed bool, waited time.Duration) string {
	switch {
	case c.WasClean:
		return ""
	case c.WasServerConnectionDropTimeout:
		return fmt.Sprintf("the server had not closed TCP %.1f s after the closing handshake (--slow gives more time)", waited.Seconds())
	case c.WasCloseHandshakeTimeout:
		return fmt.Sprintf("the peer had not answered the Close frame %.1f s after it (--slow gives more time)", waited.Seconds())
	case c.DroppedByMe && !localClosed:
		return "wsspec closed TCP without a closing handshake"
	}
	return "the peer ended TCP without a whole closing handshake"
}

// remoteCloseCode is the status code of the peer's Close frame. As Autobahn does, it
// also counts one that came after the peer broke a rule, which says nothing for the
// verdict.
func remoteCloseCode(res *reports.Result) *int {
	if res.RemoteCloseCode != nil {
		return res.RemoteCloseCode
	}
	for i := range res.Transcript {
		if code, found := closeAfterViolation(&res.Transcript[i]); found {
			return code
		}
	}
	return nil
}

// closeAfterViolation reads a Close frame at the beginning of octets that were not read
// as frames, because the peer had broken a rule before.
func closeAfterViolation(e *reports.Entry) (code *int, found bool) {
	if e.Kind != reports.KindOctets || e.Dir != reports.Received || len(e.Octets) < 2 {
		return nil, false
	}
	const finClose = 0x88
	first, second := e.Octets[0], e.Octets[1]
	frame := &reports.Frame{Fin: true, Opcode: 8, Masked: second&0x80 != 0, Form: 7, Length: uint64(second & 0x7f)}
	header := 2
	if frame.Masked {
		header = 6
	}
	end := header + int(frame.Length)
	if first != finClose || frame.Length > 125 || len(e.Octets) < end {
		return nil, false
	}
	if frame.Masked {
		frame.MaskKey = hex.EncodeToString(e.Octets[2:6])
	}
	code, _ = closeBody(payloadOf(&reports.Entry{Frame: frame, Octets: e.Octets[:end]}))
	return code, true
}

func (c *caseFile) logOctets(e *reports.Entry) {
	octets := hex.EncodeToString(e.Octets[:min(len(e.Octets), maxWirelogged)])
	if max(e.Length, int64(len(e.Octets))) > maxWirelogged {
		octets += " ..."
	}
	what := []any{max(e.Length, int64(len(e.Octets))), octets}
	switch e.Dir {
	case reports.Sent:
		c.Wirelog = append(c.Wirelog, []any{"TO", what, false})
	case reports.Received:
		c.Wirelog = append(c.Wirelog, []any{"RO", what})
	}
}

// payloadOf returns the kept part of a frame's payload, unmasked.
func payloadOf(e *reports.Entry) []byte {
	header := 2 + map[int]int{16: 2, 64: 8}[e.Frame.Form]
	if !e.Frame.Masked {
		return e.Octets[min(header, len(e.Octets)):]
	}
	masked := e.Octets[min(header+4, len(e.Octets)):]
	key, err := hex.DecodeString(e.Frame.MaskKey)
	if err != nil || len(key) != 4 {
		return nil
	}
	payload := make([]byte, len(masked))
	for i := range masked {
		payload[i] = masked[i] ^ key[i%4] // RFC6455-5.3-5
	}
	return payload
}

// maskKey is the masking key of a frame; nil if it is not masked.
func maskKey(f *reports.Frame) any {
	if !f.Masked {
		return nil
	}
	return f.MaskKey
}

// shown is a payload as the wire log shows it: its length and its beginning.
func shown(payload []byte, length uint64) []any {
	text := asText(payload[:min(len(payload), maxWirelogged)])
	if length > maxWirelogged {
		text += " ..."
	}
	return []any{length, text}
}

// asText writes octets as text if they are printable UTF-8, otherwise in hex.
func asText(octets []byte) string {
	readable := utf8.Valid(octets)
	for _, c := range string(octets) {
		readable = readable && (unicode.IsPrint(c) || unicode.IsSpace(c))
	}
	if readable {
		return string(octets)
	}
	return "0x" + hex.EncodeToString(octets)
}

// closeBody reads the payload of a Close frame (RFC 6455 5.5.1).
func closeBody(payload []byte) (code *int, reason *string) {
	if len(payload) < 2 {
		return nil, nil
	}
	n := int(binary.BigEndian.Uint16(payload))
	if len(payload) == 2 {
		return &n, nil
	}
	text := asText(payload[2:])
	return &n, &text
}

// messages assembles messages from frames.
type messages struct {
	received *[][]any
	opcode   int
	octets   []byte
	// lost says that the message is compressed or cut.
	lost bool
}

func (m *messages) add(e *reports.Entry, payload []byte) {
	whole := uint64(len(payload)) == e.Frame.Length && e.Frame.RSV == 0
	switch e.Frame.Opcode {
	case 0:
		m.octets = append(m.octets, payload...)
		m.lost = m.lost || !whole
	case 1, 2:
		m.opcode, m.octets, m.lost = e.Frame.Opcode, payload, !whole
	case 9, 10:
		if whole {
			*m.received = append(*m.received, []any{map[int]string{9: "ping", 10: "pong"}[e.Frame.Opcode], asText(payload)})
		}
		return
	default:
		return
	}
	if !e.Frame.Fin || m.opcode == 0 {
		return
	}
	if !m.lost {
		*m.received = append(*m.received, []any{"message", asText(m.octets), m.opcode == 2})
	}
	*m = messages{received: m.received}
}
