package script

import (
	"fmt"
	"strings"
)

// SendHTTP2 sends frames of HTTP/2 beside those that carry the octets of the WebSocket
// connection, legal or not. It is for cases over HTTP/2.
type SendHTTP2 struct {
	Frames []HTTP2Frame
	// Times is how often they are sent; 0 means once.
	Times int
}

// An HTTP2Frame is a frame of HTTP/2 as it is on the wire.
type HTTP2Frame struct {
	Type  HTTP2FrameType
	Flags uint8
	On    HTTP2On
	// Payload follows the compressed fields of the stream's request, for HEADERS, and is
	// the whole payload of any other frame.
	Payload []byte
}

// An HTTP2FrameType is the type of a frame (RFC 9113 6).
type HTTP2FrameType uint8

// The types.
const (
	FrameDATA         HTTP2FrameType = 0x0
	FrameHEADERS      HTTP2FrameType = 0x1
	FrameRSTSTREAM    HTTP2FrameType = 0x3
	FrameSETTINGS     HTTP2FrameType = 0x4
	FramePING         HTTP2FrameType = 0x6
	FrameGOAWAY       HTTP2FrameType = 0x7
	FrameWINDOWUPDATE HTTP2FrameType = 0x8
	FrameCONTINUATION HTTP2FrameType = 0x9
	// FrameUnknown is a type that nobody has defined (RFC 9113 5.5).
	FrameUnknown HTTP2FrameType = 0xfa
)

// An HTTP2On says on which stream a frame is.
type HTTP2On uint8

// The streams.
const (
	// OnConnection is stream 0.
	OnConnection HTTP2On = iota
	// OnStream is the stream of the WebSocket connection.
	OnStream
	// OnNewStream is the next stream of the harness.
	OnNewStream
	// OnSameStream is the one that OnNewStream opened last.
	OnSameStream
	// OnEvenStream is a stream that only a server may open.
	OnEvenStream
)

// Flags of frames.
const (
	FlagEndStream  = 0x1
	FlagEndHeaders = 0x4
	FlagPadded     = 0x8
)

// PlainRequest sends a plain GET request on another stream of the HTTP/2 connection, and
// waits for its response. If one comes, of whatever status, it sets the mark
// [PlainResponse], which [Quiet] expects.
type PlainRequest struct{}

// PlainResponse is the name of the mark that a [PlainRequest] sets.
const PlainResponse = "a response to the plain request"

// String describes the step for people.
func (s SendHTTP2) String() string {
	parts := make([]string, len(s.Frames))
	for i, f := range s.Frames {
		parts[i] = f.String()
	}
	text := "send " + strings.Join(parts, ", then ")
	if s.Times > 1 {
		text += fmt.Sprintf(", %d times without a pause", s.Times)
	}
	return text
}

// String describes the frame for people.
func (f HTTP2Frame) String() string {
	names := map[HTTP2FrameType]string{
		FrameDATA: "DATA", FrameHEADERS: "HEADERS", FrameRSTSTREAM: "RST_STREAM", FrameSETTINGS: "SETTINGS", FramePING: "PING",
		FrameGOAWAY: "GOAWAY", FrameWINDOWUPDATE: "WINDOW_UPDATE", FrameCONTINUATION: "CONTINUATION",
	}
	name, known := names[f.Type]
	if !known {
		name = fmt.Sprintf("unknown (%#x)", uint8(f.Type))
	}
	text := fmt.Sprintf("a frame %s of %d octets", name, len(f.Payload))
	if f.Type == FrameHEADERS {
		text = "a frame HEADERS with the fields of the request"
	}
	switch {
	case f.Type == FrameDATA && f.Flags&FlagEndStream != 0, f.Type == FrameHEADERS && f.Flags&FlagEndStream != 0:
		text += " and END_STREAM"
	case f.Flags != 0:
		text += fmt.Sprintf(" and the flags %#x", f.Flags)
	}
	return text + map[HTTP2On]string{
		OnConnection: " on the connection", OnStream: " on the stream", OnNewStream: " on a new stream", OnSameStream: " on that stream",
		OnEvenStream: " on a stream with an even number",
	}[f.On]
}

// String describes the step for people.
func (s PlainRequest) String() string {
	return "send a plain GET request on another stream, and wait for a response"
}

// Volume counts the frames, as they go beside those of WebSocket.
func (s SendHTTP2) Volume(Profile) Volume { return Volume{} }

// Volume is none.
func (s PlainRequest) Volume(Profile) Volume { return Volume{} }

// Visit calls the visitor's method for the kind of step.
func (s SendHTTP2) Visit(v StepVisitor) { v.VisitSendHTTP2(s) }

// Visit calls the visitor's method for the kind of step.
func (s PlainRequest) Visit(v StepVisitor) { v.VisitPlainRequest(s) }
