package ref

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// writeChunk is how many octets of a frame are copied, and masked, before they
// are written.
const writeChunk = 32 << 10

// fragment is how many octets a message writer collects before it sends a frame.
const fragment = 4096

// A frameBuffer has room to put a frame together.
type frameBuffer struct {
	octets []byte
	// vector and buffers are for writing a header and a payload with one call.
	vector  [2][]byte
	buffers net.Buffers
}

var frameBuffers = sync.Pool{New: func() any {
	return &frameBuffer{octets: make([]byte, 0, wire.MaxHeaderLen+writeChunk)}
}}

// Write sends a message in one frame. It does not change p: a client masks a
// copy. A text that is not UTF-8 is an error (RFC6455-5.6-1), and nothing is
// sent.
//
// If ctx ends while Write waits for other writes, nothing is sent and the
// connection stays open. If ctx ends while the frame is being sent, the
// connection is lost and is closed. The same happens if the peer takes longer
// than the WriteTimeout of the options.
func (c *Conn) Write(ctx context.Context, typ MessageType, p []byte) error {
	if err := typ.check(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if typ.isText() && !utf8.Valid(p) {
		return fmt.Errorf("write: %w", notUTF8(p))
	}
	if err := c.sending.acquire(ctx, c.done); err != nil {
		return c.explain("write", err)
	}
	defer c.sending.release()
	if err := c.mayWrite(); err != nil {
		return err
	}
	h := wire.Header{Fin: true, Opcode: typ.opcode()}
	if c.compresses(typ, len(p)) {
		buf := takeFrameBuffer()
		defer buf.give()
		buf.octets = c.deflater.AppendMessage(buf.octets, p)
		h.RSV, p = wire.RSV1, buf.octets // RFC7692-6.1-1
	}
	err := c.sendFrame(ctx, h, p)
	if err != nil && h.RSV != 0 {
		c.deflater.Release() // the peer has not got what later messages could refer to
	}
	return c.explain("write", err)
}

func notUTF8(p []byte) error {
	return wire.RuleText.Violation("text message of %d octets that is not UTF-8", len(p))
}

// compresses reports whether a message of at least n octets is compressed.
func (c *Conn) compresses(typ MessageType, n int) bool {
	if c.deflater == nil || n == 0 || typ&neverCompressed != 0 {
		return false
	}
	return n >= c.threshold || typ&alwaysCompressed != 0
}

// NextWriter begins a message that is sent in fragments of about 4,096 octets
// while it is written. Close of the writer ends the message. Until then other
// messages wait, control frames do not. ctx applies to the whole message. The
// writer is not safe for concurrent use.
//
// A message that cannot be finished, because it is not UTF-8 or ctx ends, ends
// the connection: fragments cannot be taken back.
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
	return &messageWriter{c: c, ctx: ctx, next: wire.Header{Opcode: typ.opcode()}, typ: typ, text: typ.isText()}, nil
}

type messageWriter struct {
	c          *Conn
	ctx        context.Context // of NextWriter: io.Writer has no parameter for it
	next       wire.Header     // of the next frame
	typ        MessageType
	text       bool
	valid      wire.UTF8Validator
	buffer     []byte // plain octets, or compressed ones once compressing
	begun      bool   // a frame was sent
	compressed bool
	err        error // returned by later calls
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
	if len(w.buffer) == 0 && len(p) >= fragment && !w.compressed && (w.begun || !w.c.compresses(w.typ, len(p))) {
		// It is a fragment as it is.
		if err := w.send(false, p); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	w.buffer = w.gather(p)
	for len(w.buffer) >= fragment {
		if !w.begun && !w.compressed && w.c.compresses(w.typ, len(w.buffer)) {
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

// gather appends p, compressed if the message is.
func (w *messageWriter) gather(p []byte) []byte {
	if w.buffer == nil {
		w.buffer = takeMessageBuffer(2 * fragment)
	}
	if w.compressed {
		return w.deflate(w.buffer, p)
	}
	return append(w.buffer, p...)
}

// compress begins to compress, with the octets collected so far.
func (w *messageWriter) compress() {
	w.compressed = true
	w.next.RSV = wire.RSV1
	plain := w.buffer
	w.buffer = w.deflate(takeMessageBuffer(2*fragment), plain)
	giveMessageBuffer(plain)
}

// deflate appends p compressed. The next part of the message may be long in coming,
// when the application waits for its own peer.
func (w *messageWriter) deflate(dst, p []byte) []byte {
	return w.c.deflater.AppendPause(w.c.deflater.AppendPart(dst, p))
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
	if !w.begun && !w.compressed && w.c.compresses(w.typ, len(w.buffer)) {
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

// send sends a frame of the message. If that fails, the connection ends.
func (w *messageWriter) send(fin bool, p []byte) error {
	h := w.next
	h.Fin = fin
	if err := w.c.sendFrame(w.ctx, h, p); err != nil {
		if errors.Is(err, wire.ErrCloseSent) {
			return w.end(w.c.explain("write", err)) // a message may be broken off by closing (RFC6455-5.5.1-11)
		}
		return w.abandon(err)
	}
	// RFC6455-5.4-4, RFC7692-6.1-3: opcode and RSV1 are the first frame's.
	w.next = wire.Header{}
	w.begun = true
	return nil
}

// abandon gives up a message that cannot be finished. If a part of it was sent,
// the connection ends.
func (w *messageWriter) abandon(err error) error {
	if w.begun {
		err = w.c.end(&CloseError{Code: wire.StatusAbnormalClosure, Err: fmt.Errorf("message left unfinished: %w", err)})
	}
	return w.end(w.c.explain("write", err))
}

// end allows other messages to be sent.
func (w *messageWriter) end(err error) error {
	giveMessageBuffer(w.buffer)
	w.err, w.buffer = err, nil
	if w.compressed && err != errWriterClosed {
		w.c.deflater.Release() // as in Write
	}
	w.c.sending.release()
	return err
}

// sendFrame sends one frame, and then the pending Pong.
func (c *Conn) sendFrame(ctx context.Context, h wire.Header, payload []byte) error {
	if err := c.framing.acquire(ctx, c.done); err != nil {
		return err
	}
	defer c.endFrame()
	return c.writeFrame(ctx, h, payload)
}

// beginFrame completes a header and notes that its frame is begun; framing is
// held.
func (c *Conn) beginFrame(h wire.Header) (wire.Header, error) {
	if err := c.state.ended(); err != nil {
		return h, err
	}
	return c.sender.Header(h)
}

// writeFrame sends one frame; framing is held.
func (c *Conn) writeFrame(ctx context.Context, h wire.Header, payload []byte) error {
	h.Length = uint64(len(payload))
	h, err := c.beginFrame(h)
	if err != nil {
		return err
	}
	c.logSent(h, payload)
	buf := takeFrameBuffer()
	defer buf.give()
	buf.octets = wire.AppendHeader(buf.octets, h)
	if h.Masked || len(payload) <= cap(buf.octets)-len(buf.octets) {
		err = c.writeCopied(ctx, buf.octets, h, payload)
	} else {
		err = c.writeInPlace(ctx, buf, payload)
	}
	if err != nil {
		return c.writeFailed(err)
	}
	return nil
}

// writeCopied writes the header in out and a copy of the payload, chunk by chunk,
// masked if the header says so.
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

// writeInPlace writes a header and a payload without copying the payload. The
// write timeout applies to each piece.
func (c *Conn) writeInPlace(ctx context.Context, buf *frameBuffer, payload []byte) error {
	first := payload[:min(len(payload), writePiece)]
	buf.vector = [2][]byte{buf.octets, first}
	buf.buffers = buf.vector[:]
	c.writeBy.arm(c.writeTimeout)
	var err error
	if ctx.Done() == nil {
		_, err = buf.buffers.WriteTo(c.tcp)
	} else {
		_, err = interruptible(ctx, c.writeBy.set, func() (int, error) {
			n, err := buf.buffers.WriteTo(c.tcp)
			return int(n), err
		})
	}
	buf.vector = [2][]byte{}
	for payload = payload[len(first):]; err == nil && len(payload) > 0; {
		n := min(len(payload), writePiece)
		err = c.writeTCP(ctx, payload[:n])
		payload = payload[n:]
	}
	return err
}

// writePiece is how many octets of a long payload are written at a time.
const writePiece = 256 << 10

// writeTCP writes octets until ctx ends or the write timeout has passed. If ctx
// cannot end, it does not allocate. framing is held.
func (c *Conn) writeTCP(ctx context.Context, p []byte) error {
	c.writeBy.arm(c.writeTimeout)
	if ctx.Done() == nil {
		_, err := c.tcp.Write(p)
		return err
	}
	_, err := interruptible(ctx, c.writeBy.set, func() (int, error) { return c.tcp.Write(p) })
	return err
}

// writeFailed ends the connection. A part of the frame may have been sent, so
// that nothing can follow it.
func (c *Conn) writeFailed(err error) error {
	if ended := c.state.ended(); ended != nil {
		return ended
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("the peer does not take what is sent: %w", err)
	}
	return c.end(&CloseError{
		Code:   wire.StatusAbnormalClosure,
		Remote: endedByPeer(err),
		Err:    fmt.Errorf("frame not written to its end: %w", err),
	})
}

// sendControl sends a control frame within the close timeout; framing is held.
func (c *Conn) sendControl(op wire.Opcode, data []byte) error {
	by := time.Now().Add(c.closeTimeout)
	if op == wire.OpClose {
		c.writeBy.setLast(by)
		return c.writeFrame(context.Background(), wire.Header{Fin: true, Opcode: op}, data)
	}
	_ = c.writeBy.set(by)
	err := c.writeFrame(context.Background(), wire.Header{Fin: true, Opcode: op}, data)
	_ = c.writeBy.set(time.Time{})
	return err
}

// endFrame allows the next frame, and sends the Pong that became pending
// meanwhile.
func (c *Conn) endFrame() {
	for {
		c.sendPong()
		c.framing.release()
		if !c.pongs.owed.Load() || !c.framing.try() {
			return // the goroutine that holds framing will send it
		}
	}
}

func takeFrameBuffer() *frameBuffer {
	buf := frameBuffers.Get().(*frameBuffer)
	buf.octets = buf.octets[:0]
	return buf
}

// give returns the buffer to the pool, unless a long compressed message has made
// it grow.
func (b *frameBuffer) give() {
	if cap(b.octets) <= 4*writeChunk {
		frameBuffers.Put(b)
	}
}
