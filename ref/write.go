package ref

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// writeChunk is how many octets of a frame are put together in memory, and
// masked, before they go to TCP.
const writeChunk = 32 << 10

// fragment is how much a message writer gathers before it sends a frame.
const fragment = 4096

// chunks holds what frames are put together in.
var chunks = sync.Pool{New: func() any {
	b := make([]byte, 0, wire.MaxHeaderLen+writeChunk)
	return &b
}}

// Write sends a message in one frame. p is only read, also by a client, which
// masks a copy. Text that is not UTF-8 is refused (RFC6455-5.6-1) and nothing is
// sent.
//
// When ctx ends while Write waits for its turn, nothing was sent and the
// connection stays as it is; when it ends in the middle of the frame, the
// connection cannot be used any more and is closed.
func (c *Conn) Write(ctx context.Context, typ MessageType, p []byte) error {
	if err := typ.check(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if typ == Text && !utf8.Valid(p) {
		return fmt.Errorf("write: %w", notUTF8(p))
	}
	if err := c.sending.acquire(ctx, c.done); err != nil {
		return c.explain("write", err)
	}
	defer c.sending.release()
	if err := c.mayWrite(); err != nil {
		return err
	}
	h := wire.Header{Fin: true, Opcode: wire.Opcode(typ)}
	if c.compresses(len(p)) {
		buf := takeChunk()
		defer giveChunk(buf)
		*buf = c.deflater.AppendMessage(*buf, p)
		h.RSV, p = wire.RSV1, *buf // RFC7692-6.1-1
	}
	err := c.sendFrame(ctx, h, p)
	if err != nil && h.RSV != 0 {
		c.deflater.Release() // the peer must not be referred to what it never got
	}
	return err
}

func notUTF8(p []byte) error {
	return wire.RuleText.Violation("text message of %d octets that is not UTF-8", len(p))
}

// compresses reports whether a message of at least n octets goes compressed.
func (c *Conn) compresses(n int) bool { return c.deflater != nil && n >= c.threshold && n > 0 }

// NextWriter begins a message that is sent in fragments while it is written,
// each of about 4,096 octets. The message ends with the writer's Close; until
// then other messages wait, control frames do not. ctx holds for all of it, and
// the writer is not safe for concurrent use.
//
// A message that cannot be finished, because it turns out not to be UTF-8 or ctx
// ends, ends the connection: there is no way to take back a fragment.
func (c *Conn) NextWriter(ctx context.Context, typ MessageType) (io.WriteCloser, error) {
	if err := typ.check(); err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	if err := c.sending.acquire(ctx, c.done); err != nil {
		return nil, c.explain("write", err)
	}
	if err := c.mayWrite(); err != nil {
		c.sending.release()
		return nil, err
	}
	return &messageWriter{c: c, ctx: ctx, next: wire.Header{Opcode: wire.Opcode(typ)}, text: typ == Text}, nil
}

type messageWriter struct {
	c          *Conn
	ctx        context.Context // of NextWriter: io.Writer has no room for one
	next       wire.Header     // of the next frame
	text       bool
	valid      wire.UTF8Validator
	buffer     []byte // plain octets, or compressed ones once compressing
	begun      bool   // a frame was sent
	compressed bool
	err        error // why nothing more is written
}

var errWriterClosed = errors.New("write: the message was ended before")

func (w *messageWriter) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if w.text {
		if n, ok := w.valid.Validate(p); !ok {
			return 0, w.abandon(wire.RuleText.Violation("octet %#02x of the text message is not UTF-8", p[n]))
		}
	}
	w.buffer = w.gather(p)
	for len(w.buffer) >= fragment {
		if !w.begun && !w.compressed && w.c.compresses(len(w.buffer)) {
			w.compress()
			continue
		}
		if err := w.send(false, w.buffer); err != nil {
			return 0, err
		}
		w.buffer = w.buffer[:0]
	}
	return len(p), nil
}

// gather adds to the buffer what was written.
func (w *messageWriter) gather(p []byte) []byte {
	if w.compressed {
		return w.c.deflater.AppendPart(w.buffer, p)
	}
	return append(w.buffer, p...)
}

// compress begins to compress with what was gathered.
func (w *messageWriter) compress() {
	w.compressed = true
	w.next.RSV = wire.RSV1
	w.buffer = w.c.deflater.AppendPart(make([]byte, 0, 2*fragment), w.buffer)
}

// Close ends the message.
func (w *messageWriter) Close() error {
	if w.err != nil {
		if w.err == errWriterClosed {
			return nil
		}
		return w.err
	}
	if w.text && !w.valid.Complete() {
		return w.abandon(wire.RuleText.Violation("text message that ends inside a code point"))
	}
	if !w.begun && !w.compressed && w.c.compresses(len(w.buffer)) {
		w.compress()
	}
	if w.compressed {
		w.buffer = w.c.deflater.AppendEnd(w.buffer)
	}
	if err := w.send(true, w.buffer); err != nil {
		return err
	}
	w.end(errWriterClosed)
	return nil
}

// send sends a frame of the message. What is left in the middle of a message
// ends the connection.
func (w *messageWriter) send(fin bool, p []byte) error {
	h := w.next
	h.Fin = fin
	if err := w.c.sendFrame(w.ctx, h, p); err != nil {
		if errors.Is(err, wire.ErrCloseSent) {
			return w.end(err) // a message may be broken off by closing (RFC6455-5.5.1-11)
		}
		return w.abandon(err)
	}
	// RFC6455-5.4-4, RFC7692-6.1-3: opcode and RSV1 are the first frame's.
	w.next = wire.Header{}
	w.begun = true
	return nil
}

// abandon gives up a message that cannot be finished, and the connection with
// it if the peer has seen its beginning.
func (w *messageWriter) abandon(err error) error {
	if w.begun {
		err = w.c.end(&CloseError{Code: wire.StatusAbnormalClosure, Err: fmt.Errorf("message left unfinished: %w", err)})
	}
	return w.end(w.c.explain("write", err))
}

// end lets other messages go ahead.
func (w *messageWriter) end(err error) error {
	w.err, w.buffer = err, nil
	if w.compressed && err != errWriterClosed {
		w.c.deflater.Release() // as in Write
	}
	w.c.sending.release()
	return err
}

// sendFrame sends one frame, behind the Pong that may be owed.
func (c *Conn) sendFrame(ctx context.Context, h wire.Header, payload []byte) error {
	if err := c.framing.acquire(ctx, c.done); err != nil {
		return c.explain("write", err)
	}
	defer c.endFrame()
	return c.writeFrame(ctx, h, payload)
}

// beginFrame completes a header and counts its frame as begun; framing is held.
func (c *Conn) beginFrame(h wire.Header) (wire.Header, error) {
	if err := c.state.ended(); err != nil {
		return h, err
	}
	h, err := c.sender.Header(h)
	if err != nil {
		return h, fmt.Errorf("write: %w", err)
	}
	return h, nil
}

// writeFrame sends one frame; framing is held.
func (c *Conn) writeFrame(ctx context.Context, h wire.Header, payload []byte) error {
	h.Length = uint64(len(payload))
	h, err := c.beginFrame(h)
	if err != nil {
		return err
	}
	c.logSent(h, payload)
	buf := takeChunk()
	defer giveChunk(buf)
	out := wire.AppendHeader(*buf, h)
	if h.Masked || len(payload) <= cap(out)-len(out) {
		err = c.writeCopied(ctx, out, h, payload)
	} else {
		// A server's long payload goes out from where it is.
		_, err = interruptible(ctx, c.tcp.SetWriteDeadline, func() (int, error) {
			n, err := (&net.Buffers{out, payload}).WriteTo(c.tcp)
			return int(n), err
		})
	}
	if err != nil {
		return c.writeFailed(err)
	}
	return nil
}

// writeCopied writes the header in out and the payload, a chunk at a time, each
// masked there if the header says so: the caller's octets stay as they are.
func (c *Conn) writeCopied(ctx context.Context, out []byte, h wire.Header, payload []byte) error {
	for pos := 0; ; {
		n := min(len(payload), cap(out)-len(out))
		start := len(out)
		out = append(out, payload[:n]...)
		if h.Masked {
			pos = wire.Mask(h.MaskKey, pos, out[start:])
		}
		payload = payload[n:]
		if err := c.writeTCP(ctx, out); err != nil {
			return err
		}
		if len(payload) == 0 {
			return nil
		}
		out = out[:0]
	}
}

// writeTCP writes octets, until ctx ends. With a context that never does it
// allocates nothing.
func (c *Conn) writeTCP(ctx context.Context, p []byte) error {
	if ctx.Done() == nil {
		_, err := c.tcp.Write(p)
		return err
	}
	_, err := interruptible(ctx, c.tcp.SetWriteDeadline, func() (int, error) { return c.tcp.Write(p) })
	return err
}

// writeFailed ends the connection: part of a frame may have gone out, and what
// would follow it would be taken for the rest.
func (c *Conn) writeFailed(err error) error {
	if ended := c.state.ended(); ended != nil {
		return ended
	}
	return c.end(&CloseError{
		Code: wire.StatusAbnormalClosure,
		Err:  fmt.Errorf("frame not written to its end: %w", err),
	})
}

// sendControl sends a control frame within the close timeout; framing is held.
func (c *Conn) sendControl(op wire.Opcode, data []byte) error {
	_ = c.tcp.SetWriteDeadline(time.Now().Add(c.closeTimeout))
	err := c.writeFrame(context.Background(), wire.Header{Fin: true, Opcode: op}, data)
	if op != wire.OpClose {
		_ = c.tcp.SetWriteDeadline(time.Time{})
	}
	return err
}

// endFrame lets the next frame go ahead, and sends the Pong that came to be owed
// while this one was being sent.
func (c *Conn) endFrame() {
	for {
		c.sendPong()
		c.framing.release()
		if !c.pongs.owed.Load() || !c.framing.try() {
			return // whoever holds framing now will see to it
		}
	}
}

func takeChunk() *[]byte {
	buf, _ := chunks.Get().(*[]byte)
	*buf = (*buf)[:0]
	return buf
}

// giveChunk takes a buffer back, unless a big message made it grow.
func giveChunk(buf *[]byte) {
	if cap(*buf) <= 4*writeChunk {
		chunks.Put(buf)
	}
}
