package ref

import (
	"context"
	"encoding/hex"
	"log/slog"
	"strings"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// LevelFrame is the level for logging single frames. It is below
// [slog.LevelDebug], because frames contain what users write to each other;
// debugging a program should not show that by default.
const LevelFrame = slog.LevelDebug - 4

// previewOctets is how many octets of payload a log shows.
const previewOctets = 48

// logsFrames reports whether the Logger wants single frames.
func (c *Conn) logsFrames() bool {
	return c.logger != nil && c.logger.Enabled(context.Background(), LevelFrame)
}

func (c *Conn) logFrame(what string, f loggedFrame) {
	c.logger.LogAttrs(context.Background(), LevelFrame, what, slog.Any("frame", f), slog.Any("conn", c))
}

// frameOut is the type of the message being sent, which its continuation frames
// do not contain. It belongs to the goroutine that holds framing.
type frameOut struct {
	typ        wire.Opcode
	compressed bool
}

// logSent logs a frame that is being sent; framing is held.
func (c *Conn) logSent(h wire.Header, payload []byte) {
	if c.logsFrames() {
		c.logSentFrame(h, payload)
	}
}

func (c *Conn) logSentFrame(h wire.Header, payload []byte) {
	h.Length = uint64(len(payload))
	h.Masked = c.role == wire.RoleClient
	f := loggedFrame{sent: true, header: h, typ: h.Opcode}
	if !h.Opcode.IsControl() {
		if h.Opcode != wire.OpContinuation {
			c.frameOut = frameOut{h.Opcode, h.RSV&wire.RSV1 != 0}
		}
		f.typ, f.compressed = c.frameOut.typ, c.frameOut.compressed
	}
	f.payload = append(f.payload, payload[:min(len(payload), wire.MaxControlPayload)]...)
	c.logFrame("frame sent", f)
}

// frameIn is a frame that is being received. It is logged when it is complete. It
// belongs to the goroutine that holds reading.
type frameIn struct {
	frame loggedFrame
	seen  uint64 // octets of its payload
}

// logHeader begins a received frame. The frame before it is complete.
func (c *Conn) logHeader(h wire.Header) {
	c.endFrameIn()
	if c.logsFrames() {
		c.frameIn = &frameIn{frame: loggedFrame{header: h, typ: h.Opcode}}
	}
}

// logReceived adds an event to the frame, and logs the frame if it is complete or
// broke a rule.
func (c *Conn) logReceived(ev wire.Event) {
	in := c.frameIn
	switch ev.Kind {
	case wire.EventNone: // more is to come
		return
	case wire.EventMessage, wire.EventData, wire.EventEnd:
		in.frame.typ, in.frame.compressed = ev.Opcode, ev.Compressed
	case wire.EventFail:
		c.endFrameIn()
		return
	}
	in.seen += uint64(len(ev.Data))
	room := wire.MaxControlPayload - len(in.frame.payload)
	in.frame.payload = append(in.frame.payload, ev.Data[:min(len(ev.Data), room)]...)
	if in.seen >= in.frame.header.Length {
		c.endFrameIn()
	}
}

func (c *Conn) endFrameIn() {
	if in := c.frameIn; in != nil {
		c.frameIn = nil
		c.logFrame("frame received", in.frame)
	}
}

// A loggedFrame is a frame as logs show it.
type loggedFrame struct {
	sent       bool
	header     wire.Header
	typ        wire.Opcode // of the message, in a continuation
	compressed bool
	payload    []byte // its beginning: of a control frame all
}

// LogValue returns the header and the beginning of the payload: text as it is,
// other octets in hexadecimal. Of a Close frame it returns code and reason.
func (f loggedFrame) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("opcode", f.header.Opcode.String()),
		slog.Bool("fin", f.header.Fin),
		slog.Bool("masked", f.header.Masked),
		slog.Uint64("length", f.header.Length),
	}
	if f.header.RSV != 0 {
		attrs = append(attrs, slog.String("rsv", f.header.RSV.String()))
	}
	if code, reason, ok := f.closing(); ok {
		attrs = append(attrs, slog.Int("code", int(code)), slog.String("reason", reason))
	} else if text, octets, _ := f.preview(); text != "" || octets != "" {
		attrs = append(attrs, slog.String("payload", text+octets))
	}
	return slog.GroupValue(attrs...)
}

// closing returns code and reason of a Close frame, as far as they can be read.
func (f loggedFrame) closing() (code wire.StatusCode, reason string, ok bool) {
	if f.header.Opcode != wire.OpClose || uint64(len(f.payload)) != f.header.Length {
		return 0, "", false
	}
	code, reason, _ = wire.ParseClose(f.payload)
	return code, reason, true
}

// preview returns the beginning of the payload, as text or in hexadecimal, and
// whether there is more. It returns nothing of compressed payload.
func (f loggedFrame) preview() (text, octets string, more bool) {
	if f.compressed {
		return "", "", false
	}
	shown := f.payload[:min(len(f.payload), previewOctets)]
	more = uint64(len(shown)) < f.header.Length
	if f.typ == wire.OpText {
		// A code point may be cut at either end, by the frame or by the preview.
		return strings.ToValidUTF8(string(shown), "\uFFFD"), "", more
	}
	if f.typ.IsControl() && utf8.Valid(shown) {
		return string(shown), "", more
	}
	return "", hex.EncodeToString(shown), more
}
