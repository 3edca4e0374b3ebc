package ref

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// NewFrameHandler returns a slog handler that writes a line for each frame of the
// connections with this Logger:
//
//	15:04:05.000 server ← 127.0.0.1:54321 text 5 "Hello"
//	15:04:05.001 server → 127.0.0.1:54321 close 1000 (normal closure) "done"
//
// The line has the time, the own role, the direction (→ is sent), the peer, the
// opcode, the length of the payload in octets, and up to 48 octets of it: text is
// quoted, other payload is in hexadecimal, and compressed payload is left out.
// Other records are lines with level, message and attributes.
//
// level is the lowest level shown; nil means [LevelFrame], which shows all. Lines
// are coloured if w is a terminal, unless NO_COLOR is set or TERM is "dumb". Each
// line is one call of Write. What the peer sent is quoted, so that it cannot
// control the terminal.
func NewFrameHandler(w io.Writer, level slog.Leveler) slog.Handler {
	if level == nil {
		level = LevelFrame
	}
	h := &frameHandler{level: level, colour: coloured(w), out: &frameOutput{w: w}}
	h.rest = slog.NewTextHandler(&h.out.line, &slog.HandlerOptions{Level: level})
	return h
}

type frameHandler struct {
	level  slog.Leveler
	colour bool
	out    *frameOutput
	rest   slog.Handler // writes attributes, those of With too, into out.line
}

// A frameOutput is shared by a handler and the handlers made from it by With.
type frameOutput struct {
	mu   sync.Mutex
	w    io.Writer
	line bytes.Buffer
}

func (h *frameHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= h.level.Level()
}

func (h *frameHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	made := *h
	made.rest = h.rest.WithAttrs(attrs)
	return &made
}

func (h *frameHandler) WithGroup(name string) slog.Handler {
	made := *h
	made.rest = h.rest.WithGroup(name)
	return &made
}

func (h *frameHandler) Handle(ctx context.Context, r slog.Record) error {
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	line := &h.out.line
	line.Reset()
	if !r.Time.IsZero() {
		line.WriteString(r.Time.Format("15:04:05.000 "))
	}
	frame, conn := frameOf(r)
	if frame != nil {
		h.paint(line, frame.colour(), frame.line(conn))
		r = slog.Record{} // its attributes are in the line
	} else {
		h.paint(line, levelColour(r.Level), r.Level.String()+" "+unquoted(r.Message))
	}
	if err := h.attributes(ctx, r); err != nil {
		return err
	}
	_, err := h.out.w.Write(line.Bytes())
	return err
}

// frameOf returns the frame and the connection of a record, or nil.
func frameOf(r slog.Record) (frame *loggedFrame, conn *Conn) {
	r.Attrs(func(a slog.Attr) bool {
		switch v := a.Value.Any().(type) {
		case loggedFrame:
			frame = &v
		case *Conn:
			conn = v
		}
		return true
	})
	return frame, conn
}

// attributes appends the attributes as slog formats them, and the end of the
// line.
func (h *frameHandler) attributes(ctx context.Context, r slog.Record) error {
	// The text handler begins with this, which the line has already.
	const begin = `level=INFO msg=""`
	bare := slog.NewRecord(time.Time{}, slog.LevelInfo, "", 0)
	r.Attrs(func(a slog.Attr) bool { bare.AddAttrs(a); return true })
	at := h.out.line.Len()
	if err := h.rest.Handle(ctx, bare); err != nil {
		return err
	}
	rest := bytes.TrimPrefix(h.out.line.Bytes()[at:], []byte(begin))
	h.out.line.Truncate(at)
	h.out.line.Write(rest)
	return nil
}

// The numbers of ANSI colours.
const (
	red     = 31
	green   = 32
	yellow  = 33
	magenta = 35
	cyan    = 36
)

func (h *frameHandler) paint(line *bytes.Buffer, colour int, s string) {
	if !h.colour || colour == 0 {
		line.WriteString(s)
		return
	}
	fmt.Fprintf(line, "\x1b[%dm%s\x1b[0m", colour, s)
}

func levelColour(level slog.Level) int {
	switch {
	case level >= slog.LevelError:
		return red
	case level >= slog.LevelWarn:
		return yellow
	}
	return 0
}

// colour returns the colour for sent, received and Close frames.
func (f loggedFrame) colour() int {
	switch {
	case f.header.Opcode == wire.OpClose:
		return magenta
	case f.sent:
		return green
	}
	return cyan
}

// line returns the line for a frame, without time and line end.
func (f loggedFrame) line(conn *Conn) string {
	var b bytes.Buffer
	arrow := "←"
	if f.sent {
		arrow = "→"
	}
	sender := wire.Role(0)
	if conn != nil {
		fmt.Fprintf(&b, "%v %s %v ", conn.role, arrow, conn.RemoteAddr())
		sender = conn.role
		if !f.sent {
			sender = sender.Peer()
		}
	}
	b.WriteString(f.header.Opcode.String())
	if !f.header.Fin {
		b.WriteString(" unfinished")
	}
	if f.header.RSV != 0 {
		b.WriteString(" " + f.header.RSV.String())
	}
	switch masks := sender == wire.RoleClient; { // RFC6455-5.1-1: said only if it is wrong
	case sender == 0 || masks == f.header.Masked:
	case masks:
		b.WriteString(" not masked")
	default:
		b.WriteString(" masked")
	}
	if code, reason, ok := f.closing(); ok {
		fmt.Fprintf(&b, " %v", code)
		if reason != "" {
			b.WriteString(" " + strconv.Quote(reason))
		}
		return b.String()
	}
	fmt.Fprintf(&b, " %d", f.header.Length)
	text, octets, more := f.preview()
	switch {
	case text != "":
		b.WriteString(" " + strconv.Quote(text))
	case octets != "":
		b.WriteString(" " + octets)
	default:
		return b.String()
	}
	if more {
		b.WriteString("…")
	}
	return b.String()
}

// unquoted returns s, quoted if it contains anything that could control a
// terminal.
func unquoted(s string) string {
	if q := strconv.Quote(s); q != `"`+s+`"` {
		return q
	}
	return s
}

// coloured reports whether w is a terminal that may have colours
// (https://no-color.org).
func coloured(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
