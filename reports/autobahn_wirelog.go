package reports

import (
	"encoding/binary"
	"encoding/hex"
	"unicode"
	"unicode/utf8"
)

// mostWirelogged is how many octets of an entry Autobahn's wire log shows.
const mostWirelogged = 256

// read takes from a transcript what a case's file says of the connection.
func (c *autobahnCase) read(transcript []Entry) {
	m := autobahnMessages{received: &c.Received}
	var localClosed, remoteClosed bool
	for i := range transcript {
		e := &transcript[i]
		if e.Kind == KindDrop {
			c.DroppedByMe = true
		}
		if len(e.Octets) == 0 && e.Frame == nil {
			continue
		}
		switch e.Kind {
		case KindRequest:
			c.HTTPRequest += string(e.Octets)
		case KindResponse:
			c.HTTPResponse += string(e.Octets)
		}
		if e.Frame == nil || e.Dir == Note {
			c.logOctets(e)
			continue
		}
		payload := e.payload()
		if e.Dir == Sent {
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
		code, reason := closeBody(payload)
		switch {
		case e.Dir == Sent && !localClosed:
			localClosed = true
			c.LocalCloseCode, c.LocalCloseReason = code, reason
			c.ClosedByMe = !remoteClosed
		case e.Dir == Received && !remoteClosed:
			remoteClosed = true
			c.RemoteCloseReason = reason
		}
	}
	c.WasClean = localClosed && remoteClosed
}

func (c *autobahnCase) logOctets(e *Entry) {
	octets := hex.EncodeToString(e.Octets[:min(len(e.Octets), mostWirelogged)])
	if max(e.Length, int64(len(e.Octets))) > mostWirelogged {
		octets += " ..."
	}
	what := []any{max(e.Length, int64(len(e.Octets))), octets}
	switch e.Dir {
	case Sent:
		c.Wirelog = append(c.Wirelog, []any{"TO", what, false})
	case Received:
		c.Wirelog = append(c.Wirelog, []any{"RO", what})
	}
}

// payload returns what is kept of a frame's payload, unmasked.
func (e *Entry) payload() []byte {
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

// maskKey is a frame's, nil (Python's None) if it is not masked.
func maskKey(f *Frame) any {
	if !f.Masked {
		return nil
	}
	return f.MaskKey
}

// shown is a payload in the wire log: its length and its beginning.
func shown(payload []byte, length uint64) []any {
	text := asAutobahnText(payload[:min(len(payload), mostWirelogged)])
	if length > mostWirelogged {
		text += " ..."
	}
	return []any{length, text}
}

// asAutobahnText is octets as text if they are readable, else in hex.
func asAutobahnText(octets []byte) string {
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
	text := asAutobahnText(payload[2:])
	return &n, &text
}

// autobahnMessages puts messages together from frames.
type autobahnMessages struct {
	received *[][]any
	opcode   int
	octets   []byte
	// lost: the message is compressed, or not all of it is kept.
	lost bool
}

func (m *autobahnMessages) add(e *Entry, payload []byte) {
	whole := uint64(len(payload)) == e.Frame.Length && e.Frame.RSV == 0
	switch e.Frame.Opcode {
	case 0:
		m.octets = append(m.octets, payload...)
		m.lost = m.lost || !whole
	case 1, 2:
		m.opcode, m.octets, m.lost = e.Frame.Opcode, payload, !whole
	case 9, 10:
		if whole {
			*m.received = append(*m.received, []any{map[int]string{9: "ping", 10: "pong"}[e.Frame.Opcode], asAutobahnText(payload)})
		}
		return
	default:
		return
	}
	if !e.Frame.Fin || m.opcode == 0 {
		return
	}
	if !m.lost {
		*m.received = append(*m.received, []any{"message", asAutobahnText(m.octets), m.opcode == 2})
	}
	*m = autobahnMessages{received: m.received}
}
