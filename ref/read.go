package ref

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// incoming is the message that is being received.
type incoming struct {
	open       bool // it has begun and is not read to its end
	ended      bool // its last frame has come
	typ        MessageType
	compressed bool
	pooled     bool               // partial is a pooled buffer
	text       wire.UTF8Validator // of an inflated text; the receiver judges plain ones
	partial    []byte             // what has come of a message that is read whole
	reader     *messageReader     // who may read it; nil if it is read whole
}

// Read waits for the next message and returns all of it. The octets are the
// caller's. Text is valid UTF-8 (RFC6455-8.1-1): if it is not, the connection is
// failed at the first impossible octet, however much is still to come.
//
// When ctx ends first, Read returns its cause, the connection stays open and the
// next Read goes on where this one stopped. If a message was left unfinished by
// the reader that NextReader gave, Read skips its rest.
//
// Read answers the peer's Close frame. If the peer breaks a rule, Read tells the
// peer so in a Close frame. In both cases it then waits until the peer closes TCP,
// but no longer than the close timeout, and returns the [CloseError].
func (c *Conn) Read(ctx context.Context) (MessageType, []byte, error) {
	return c.AppendRead(ctx, nil)
}

// AppendRead is [Conn.Read] that appends the message to dst, which can be a
// buffer used before: AppendRead(ctx, buf[:0]). It allocates only if dst is too
// small. On an error the slice returned is nil.
func (c *Conn) AppendRead(ctx context.Context, dst []byte) (MessageType, []byte, error) {
	err := c.beginRead(ctx)
	return c.appendRead(ctx, dst, err)
}

// beginRead takes reading, and waits for octets if nothing of a message is there. It is
// called before the frames of the functions that read are on the stack: an idle
// goroutine then needs so little of its stack that Go shrinks it to 4 KiB.
func (c *Conn) beginRead(ctx context.Context) error {
	if err := c.reading.acquire(ctx, c.done); err != nil {
		return err
	}
	if c.message.open || len(c.unread) > 0 || c.kept.number.Load() > 0 {
		return nil
	}
	err := c.fill(ctx, nil)
	if err != nil {
		c.reading.release()
	}
	return err
}

// appendRead is AppendRead after beginRead, whose error it gets.
func (c *Conn) appendRead(ctx context.Context, dst []byte, err error) (MessageType, []byte, error) {
	if err == nil {
		defer c.reading.release()
	}
	if kept, ok := c.takeClosing(err); ok {
		return kept.Type, appendTo(dst, kept.Data), nil
	}
	if err != nil {
		return 0, nil, c.explain("read", err)
	}
	typ, data, err := c.readWhole(ctx, dst, false)
	if err != nil {
		// Close may have read in place of a callback, and kept messages.
		if kept, ok := c.takeClosing(err); ok {
			return kept.Type, appendTo(dst, kept.Data), nil
		}
		return 0, nil, c.explain("read", err)
	}
	return typ, data, nil
}

// appendTo appends without copying if dst is nil.
func appendTo(dst, data []byte) []byte {
	if dst == nil {
		return data
	}
	return append(dst, data...)
}

// ReadFunc waits for the next message and calls f with it. The data are in a buffer
// that f may use until it returns. ReadFunc is for servers with many connections: it
// allocates nothing, and on a TCP or Unix socket it holds no buffer while it waits.
// The error is f's, or that of [Conn.Read].
//
// f may write and close the connection, and must not read from it.
func (c *Conn) ReadFunc(ctx context.Context, f func(typ MessageType, data []byte) error) error {
	err := c.beginRead(ctx)
	return c.readFunc(ctx, f, err)
}

// readFunc is ReadFunc after beginRead, whose error it gets.
func (c *Conn) readFunc(ctx context.Context, f func(typ MessageType, data []byte) error, err error) error {
	held := err == nil
	defer func() {
		if held { // also when a callback for Pings or Pongs has panicked
			c.reading.release()
		}
	}()
	if kept, ok := c.takeClosing(err); ok {
		if held {
			held = false
			c.reading.release()
		}
		return f(kept.Type, kept.Data)
	}
	if err != nil {
		return c.explain("read", err)
	}
	typ, data, inBuffer, err := c.readShort(ctx)
	if err == nil && !inBuffer {
		typ, data, err = c.readWhole(ctx, nil, true)
	}
	held = false
	if err != nil {
		c.reading.release()
		if kept, ok := c.takeClosing(err); ok {
			return f(kept.Type, kept.Data)
		}
		return c.explain("read", err)
	}
	defer c.endReadFunc(data, inBuffer)
	c.pinned = inBuffer
	c.reading.lend() // to a Close inside f
	return f(typ, data)
}

// endReadFunc ends a ReadFunc whose f has returned or panicked.
func (c *Conn) endReadFunc(data []byte, inBuffer bool) {
	if !c.reading.takeBack() { // Close took reading, and ends the connection
		return
	}
	c.pinned = false
	if !inBuffer {
		giveMessageBuffer(data)
	}
	c.reading.release()
}

// readShort reads the next message if it is in one frame, not compressed, and
// has come with one read: then the octets are those of the buffer. If ok is
// false and err is nil, the message, if it has begun, is for readWhole. reading
// is held.
func (c *Conn) readShort(ctx context.Context) (typ MessageType, data []byte, ok bool, err error) {
	m := &c.message
	if m.open && m.reader == nil {
		return 0, nil, false, nil
	}
	if err := c.nextMessage(ctx, nil); err != nil {
		return 0, nil, false, err
	}
	if m.compressed || uint64(len(c.unread)) < c.receiver.Pending() || !c.receiver.LastFrame() {
		return 0, nil, false, nil
	}
	ev, err := c.nextEvent(ctx, nil)
	if err != nil {
		return 0, nil, false, err
	}
	data = []byte{}
	if ev.Kind == wire.EventData { // all of it, so that the next event is the end
		data = ev.Data
		if _, err = c.nextEvent(ctx, nil); err != nil {
			return 0, nil, false, err
		}
	}
	m.open = false
	return m.typ, data, true, nil
}

// readWhole reads the next message, or the rest of one that was begun, and
// appends it to dst. pooled asks for a pooled buffer instead. reading is held.
func (c *Conn) readWhole(ctx context.Context, dst []byte, pooled bool) (MessageType, []byte, error) {
	m := &c.message
	if !m.open || m.reader != nil {
		if err := c.nextMessage(ctx, nil); err != nil {
			return 0, nil, err
		}
	}
	start := len(dst)
	switch {
	case m.partial == nil:
		m.partial, m.pooled = dst, pooled
	case dst != nil: // put what another call has read behind it
		m.partial, m.pooled = append(dst, m.partial...), false
	}
	for {
		if err := c.makeRoom(); err != nil {
			m.partial = nil
			c.releaseHeld()
			return 0, nil, err
		}
		n, err := c.readMessage(ctx, m.partial[len(m.partial):cap(m.partial)])
		m.partial = m.partial[:len(m.partial)+n]
		switch {
		case err == io.EOF:
			data := m.partial
			m.partial = nil
			c.releaseHeld() // from now on it is the caller's
			return m.typ, data, nil
		case err != nil:
			if dst != nil { // which is the caller's again
				m.partial = bytes.Clone(m.partial[start:])
			}
			if c.state.ended() != nil {
				m.partial = nil
				c.releaseHeld()
			}
			return 0, nil, err
		}
	}
}

// trustedAt is how many octets of a message have to be there before its header
// is trusted for trustFactor times as much.
const (
	trustedAt   = 64 << 10
	trustFactor = 16
)

// makeRoom grows the buffer of a message that is read whole: by what the header
// promises, but never to more than trustFactor times what has come, so that a
// header alone costs no memory. What a message may take of the budget is asked
// for before it is taken.
func (c *Conn) makeRoom() error {
	m := &c.message
	p := m.partial
	if p != nil && len(p) < cap(p) {
		return nil
	}
	more := max(512, len(p))
	if !m.compressed {
		want := uint64(len(c.piece)) + c.receiver.Pending()
		more = int(min(want, uint64(max(trustedAt, (trustFactor-1)*len(p)))))
	}
	if more == 0 && p != nil {
		return nil
	}
	more = max(more, len(p)/2) // small fragments must not copy the message each time
	if err := c.hold(len(p) + more); err != nil {
		return err
	}
	var grown []byte
	if m.pooled {
		grown = takeMessageBuffer(len(p) + more)[:len(p)]
	} else {
		grown = make([]byte, len(p), len(p)+more) // an empty message is not nil
	}
	copy(grown, p)
	if m.pooled {
		giveMessageBuffer(p)
	}
	m.partial = grown
	return nil
}

// Messages returns an iterator over the messages. It ends without an error when
// the peer closed with 1000, 1001 or no code; any other end is the error of the
// last pair. After breaking out of the loop another Messages or Read can go on.
//
// A Close of this side, from within the loop or from another goroutine, takes no
// message from the loop: it still gives what comes before the peer's Close
// frame, see [Conn.Close].
func (c *Conn) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		c.kept.loops.Add(1)
		defer c.kept.loops.Add(-1)
		for {
			typ, data, err := c.Read(ctx)
			if err != nil {
				if !IsNormalClose(err) {
					yield(Message{}, err)
				}
				return
			}
			if !yield(Message{Type: typ, Data: data}, nil) {
				return
			}
		}
	}
}

// NextReader waits for the next message and returns a reader of it, for messages
// that are not to be held in memory. The reader returns io.EOF at the end of the
// message and waits no longer than ctx. It can be used until the next message is
// asked for. That skips the rest of this one.
func (c *Conn) NextReader(ctx context.Context) (MessageType, io.Reader, error) {
	err := c.beginRead(ctx)
	return c.nextReader(ctx, err)
}

// nextReader is NextReader after beginRead, whose error it gets.
func (c *Conn) nextReader(ctx context.Context, err error) (MessageType, io.Reader, error) {
	if err == nil {
		defer c.reading.release()
	}
	if kept, ok := c.takeClosing(err); ok {
		return kept.Type, bytes.NewReader(kept.Data), nil
	}
	if err != nil {
		return 0, nil, c.explain("read", err)
	}
	r := &messageReader{c: c, ctx: ctx}
	if err := c.nextMessage(ctx, r); err != nil {
		if kept, ok := c.takeClosing(err); ok { // as in AppendRead
			return kept.Type, bytes.NewReader(kept.Data), nil
		}
		return 0, nil, c.explain("read", err)
	}
	return c.message.typ, r, nil
}

type messageReader struct {
	c   *Conn
	ctx context.Context // of NextReader: io.Reader has no parameter for it
	err error
}

func (r *messageReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	c := r.c
	if err := c.reading.acquire(r.ctx, c.done); err != nil {
		return 0, c.explain("read", err)
	}
	defer c.reading.release()
	if c.message.reader != r {
		r.err = errors.New("read: the next message was asked for, this reader is of no use")
		return 0, r.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, err := c.readMessage(r.ctx, p)
		if err == io.EOF {
			r.err = io.EOF
			return n, io.EOF
		}
		if n > 0 || err != nil {
			return n, c.explain("read", err)
		}
	}
}

// nextMessage skips what is left of the open message and waits for the next.
func (c *Conn) nextMessage(ctx context.Context, reader *messageReader) error {
	if c.message.open {
		if err := c.skipMessage(ctx); err != nil {
			return err
		}
	}
	return c.beginMessage(ctx, reader)
}

// beginMessage waits for the first frame of a message.
func (c *Conn) beginMessage(ctx context.Context, reader *messageReader) error {
	ev, err := c.nextEvent(ctx, nil)
	if err != nil {
		return err
	}
	c.message = incoming{open: true, typ: MessageType(ev.Opcode), compressed: ev.Compressed, reader: reader}
	if ev.Compressed {
		c.inflater.Start(&c.compressed, c.limits.inflated())
	}
	return nil
}

// skipMessage reads the rest of the open message and drops it.
func (c *Conn) skipMessage(ctx context.Context) error {
	skipped := readBuffers.Get().(*[readBuffer]byte)
	defer readBuffers.Put(skipped)
	for c.message.open {
		if _, err := c.readMessage(ctx, skipped[:]); err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

// readMessage reads what comes next of the open message, io.EOF at its end.
func (c *Conn) readMessage(ctx context.Context, p []byte) (n int, err error) {
	m := &c.message
	if !m.compressed {
		n, err = c.readPayload(ctx, p)
	} else {
		c.compressed = payloadReader{c: c, ctx: ctx}
		n, err = c.inflate(p)
	}
	if err == io.EOF {
		m.open = false
	}
	return n, err
}

// inflate reads what comes next of a compressed message.
func (c *Conn) inflate(p []byte) (int, error) {
	if err := c.state.ended(); err != nil {
		return 0, err
	}
	m := &c.message
	n, err := c.inflater.Read(p)
	if m.typ == Text { // RFC7692-6.1-8: the rules for text hold for what is inflated
		if good, ok := m.text.Validate(p[:n]); !ok {
			return good, c.fail(wire.RuleText.Violation("octet %#02x of an inflated text message is not UTF-8", p[good]))
		}
		if err == io.EOF && !m.text.Complete() {
			return n, c.fail(wire.RuleText.Violation("compressed text message that ends inside a code point"))
		}
	}
	var broken *wire.Violation
	if err != nil && err != io.EOF && c.state.ended() == nil && errors.As(err, &broken) {
		return n, c.fail(broken)
	}
	return n, err // also when a context ended: the inflater goes on later
}

// A payloadReader gives the inflater the payload of a compressed message.
type payloadReader struct {
	c   *Conn
	ctx context.Context // of the call that reads
}

func (r *payloadReader) Read(p []byte) (int, error) { return r.c.readPayload(r.ctx, p) }

// readPayload reads what comes next of the open message as it is on the wire,
// io.EOF at its end.
func (c *Conn) readPayload(ctx context.Context, p []byte) (int, error) {
	for {
		if len(c.piece) > 0 {
			n := copy(p, c.piece)
			c.piece = c.piece[n:]
			return n, nil
		}
		if c.message.ended {
			return 0, io.EOF
		}
		ev, err := c.nextEvent(ctx, p)
		switch {
		case err != nil:
			return 0, err
		case ev.Kind == wire.EventEnd:
			c.message.ended = true
		case len(p) > 0 && &ev.Data[0] == &p[0]:
			return len(ev.Data), nil // it was read straight to its place
		default:
			c.piece = ev.Data
		}
	}
}

// nextEvent waits for the next event of a data message and handles all others.
// Payload may be read into direct, where it is then found.
func (c *Conn) nextEvent(ctx context.Context, direct []byte) (wire.Event, error) {
	for {
		if c.newLimit.Load() != nil {
			c.applyReadLimit()
		}
		n, ev := c.receiver.Receive(c.unread)
		c.unread = c.unread[n:]
		if c.frameIn != nil {
			c.logReceived(ev)
		}
		switch ev.Kind {
		case wire.EventMessage, wire.EventData, wire.EventEnd:
			return ev, nil
		case wire.EventNone:
			if err := c.fill(ctx, direct); err != nil {
				return ev, err
			}
		default:
			if err := c.handleControl(ev); err != nil {
				return ev, err
			}
		}
	}
}

// handleControl does what a control frame, or a broken rule, obliges this side
// to do. The error says how the connection ended, if it did.
func (c *Conn) handleControl(ev wire.Event) error {
	switch ev.Kind {
	case wire.EventPing:
		c.pong(ev.Data)
		return c.callBack(&c.onPing, ev.Data)
	case wire.EventPong:
		c.pings.answered(ev.Data)
		return c.callBack(&c.onPong, ev.Data)
	case wire.EventClose:
		return c.closedByPeer(ev)
	case wire.EventFail:
		return c.failed(ev)
	}
	return nil
}

// fill reads from TCP when everything read before is used up.
func (c *Conn) fill(ctx context.Context, direct []byte) error {
	if err := c.state.ended(); err != nil {
		return err
	}
	var n int
	var err error
	if len(direct) >= directRead && c.receiver.Pending() >= directRead {
		into := direct[:min(uint64(len(direct)), c.receiver.Pending())]
		n, err = c.readTCP(ctx, into)
		c.unread = into[:n]
	} else {
		n, err = c.readBuffered(ctx)
	}
	if n > 0 {
		if c.idle != nil {
			c.idle.note(time.Now())
		}
		return nil // an error comes again
	}
	if err == nil {
		return nil
	}
	return c.readFailed(ctx, err)
}

// readBuffered reads octets into the buffer.
func (c *Conn) readBuffered(ctx context.Context) (n int, err error) {
	switch {
	case c.raw == nil:
		return c.readOwnBuffer(ctx)
	case ctx.Done() == nil:
		n, err = c.raw.read()
	default:
		n, err = interruptible(ctx, c.tcp.SetReadDeadline, c.raw.read)
	}
	if n > 0 {
		c.unread = c.buffer[:n]
	}
	return n, err
}

// readOwnBuffer is readBuffered for a connection that holds its buffer while it waits.
func (c *Conn) readOwnBuffer(ctx context.Context) (n int, err error) {
	if c.ownBuffer == nil || c.pinned {
		c.ownBuffer, c.pinned = make([]byte, heldBuffer), false
	}
	n, err = c.readTCP(ctx, c.ownBuffer)
	c.unread = c.ownBuffer[:n]
	return n, err
}

// readFailed says what an error of reading means.
func (c *Conn) readFailed(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return err
	}
	if ended := c.state.ended(); ended != nil {
		return ended
	}
	// RFC6455-7.1.5-3: 1006.
	v := c.receiver.EOF().Violation
	if errors.Is(err, io.EOF) {
		return c.lost(v, true)
	}
	return c.lost(&lossError{v, err}, endedByPeer(err))
}

// A lossError says how TCP was lost: at what point, and with what error.
type lossError struct {
	where *wire.Violation
	err   error
}

func (e *lossError) Error() string   { return e.where.Error() + ": " + e.err.Error() }
func (e *lossError) Unwrap() []error { return []error{e.where, e.err} }

// readTCP reads octets, until ctx ends. With a context that never ends it
// allocates nothing.
func (c *Conn) readTCP(ctx context.Context, p []byte) (int, error) {
	if ctx.Done() == nil {
		return c.tcp.Read(p)
	}
	return interruptible(ctx, c.tcp.SetReadDeadline, func() (int, error) { return c.tcp.Read(p) })
}

// explain says what was tried when an error came. If the connection has ended,
// the error is how.
func (c *Conn) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	var closed *CloseError
	if errors.As(err, &closed) {
		return err
	}
	if errors.Is(err, errDone) {
		if ended := c.state.ended(); ended != nil {
			return ended
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}
