package h2

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/wsspec/wsspec/conformance/script"
)

// Preface is what a client sends first (RFC 9113 3.4).
const Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// Types of frames that no case sends (RFC 9113 6).
const (
	framePushPromise script.HTTP2FrameType = 0x5
)

// Flags and settings that no case sends.
const (
	flagAck      = 0x1
	flagPriority = 0x20

	settingTableSize  = 0x1
	settingEnablePush = 0x2
	settingMaxFrame   = 0x5
)

// Error codes (RFC 9113 7).
const (
	codeNo       = 0x0
	codeProtocol = 0x1
	codeCancel   = 0x8
)

// codeName is the name of an error code.
func codeName(code uint32) string {
	names := []string{
		"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE_ERROR",
		"REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
	}
	if int(code) < len(names) {
		return names[code]
	}
	return fmt.Sprintf("the code %#x", code)
}

// A frame is a frame of HTTP/2, legal or not.
type frame struct {
	kind    script.HTTP2FrameType
	flags   uint8
	stream  uint32
	payload []byte
}

const (
	headerLen = 9
	// mostFrame is the largest payload that a peer may send, as the harness asks for no
	// larger one (RFC 9113 6.5.2).
	mostFrame = 16 << 10
	mostID    = 1<<31 - 1
)

// octets are the frame as it is on the wire.
func (f frame) octets() []byte { return f.append(make([]byte, 0, headerLen+len(f.payload))) }

// append appends the frame as it is on the wire.
func (f frame) append(b []byte) []byte {
	n := len(f.payload)
	b = append(b, byte(n>>16), byte(n>>8), byte(n), byte(f.kind), f.flags)
	b = binary.BigEndian.AppendUint32(b, f.stream)
	return append(b, f.payload...)
}

// has reports whether a flag is set.
func (f frame) has(flag uint8) bool { return f.flags&flag != 0 }

// A sizeError says that a frame is larger than the harness permits.
type sizeError int

func (e sizeError) Error() string { return fmt.Sprintf("a frame of %d octets", int(e)) }

// readFrame reads one frame. Its payload is in the buffer, if that has room for it.
func readFrame(r io.Reader, buffer []byte) (frame, error) {
	var h [headerLen]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return frame{}, err
	}
	n := int(h[0])<<16 | int(h[1])<<8 | int(h[2])
	f := frame{kind: script.HTTP2FrameType(h[3]), flags: h[4], stream: binary.BigEndian.Uint32(h[5:]) & mostID}
	if n > mostFrame {
		return f, sizeError(n)
	}
	if f.payload = buffer; cap(buffer) < n {
		f.payload = make([]byte, n)
	}
	f.payload = f.payload[:n]
	_, err := io.ReadFull(r, f.payload)
	return f, err
}

// unpadded is the payload of a DATA or HEADERS frame without its padding; ok is false if that
// is longer than the payload (RFC 9113 6.1).
func (f frame) unpadded() (payload []byte, ok bool) {
	if !f.has(script.FlagPadded) {
		return f.payload, true
	}
	if len(f.payload) == 0 || int(f.payload[0]) >= len(f.payload) {
		return nil, false
	}
	return f.payload[1 : len(f.payload)-int(f.payload[0])], true
}

// settingsFrame makes a SETTINGS frame.
func settingsFrame(settings []script.HTTP2Setting) frame {
	f := frame{kind: script.FrameSETTINGS}
	for _, s := range settings {
		f.payload = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(f.payload, s.ID), s.Value)
	}
	return f
}

// numbered makes a frame with a number of 32 bits: WINDOW_UPDATE or RST_STREAM.
func numbered(kind script.HTTP2FrameType, stream, number uint32) frame {
	return frame{kind: kind, stream: stream, payload: binary.BigEndian.AppendUint32(nil, number)}
}
