package ref

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// readBuffer is how many octets are read from TCP at once, unless they are known
// to be payload, which goes straight to its place.
const readBuffer = 4096

// incoming is the message that is being received.
type incoming struct {
	open       bool // begun, and not yet read to its end
	ended      bool // its last frame has come
	typ        MessageType
	compressed bool
	text       wire.UTF8Validator // of an inflated text; the receiver judges plain ones
	partial    []byte             // what Read had when its context ended
	reader     *messageReader     // who may read it; nil for Read
}

// Read waits for the next message and returns it whole; the octets are the
// caller's. Text is valid UTF-8 (RFC6455-8.1-1); what is not fails the
// connection at the first impossible octet, however much is still to come.
//
// When ctx ends first, Read returns its cause, the connection stays open and the
// next Read goes on where this one stopped. Only inside a compressed message is
// that not possible, and the connection is lost. If a message was left unfinished
// by the reader that NextReader gave, Read skips its rest.
//
// After the peer's Close frame, which Read answers, and after a failure, of
// which it tells the peer, it waits a moment for the peer to take notice before
// it returns the [CloseError], no longer than the close timeout.
func (c *Conn) Read(ctx context.Context) (MessageType, []byte, error) {
	err := c.reading.acquire(ctx, c.done)
	if err == nil {
		defer c.reading.release()
	}
	if kept, ok := c.takeKept(err); ok {
		return kept.Type, kept.Data, nil
	}
	if err != nil {
		return 0, nil, c.explain("read", err)
	}
	return c.readWhole(ctx)
}

// readWhole reads the next message, or the rest of one that Read has begun;
// reading is held.
func (c *Conn) readWhole(ctx context.Context) (MessageType, []byte, error) {
	m := &c.message
	if !m.open || m.reader != nil {
		if err := c.nextMessage(ctx, nil); err != nil {
			return 0, nil, c.explain("read", err)
		}
	}
	for {
		m.partial = c.makeRoom(m.partial)
		n, err := c.readMessage(ctx, m.partial[len(m.partial):cap(m.partial)])
		m.partial = m.partial[:len(m.partial)+n]
		switch {
		case err == io.EOF:
			data := m.partial
			m.partial = nil
			return m.typ, data, nil
		case err != nil:
			return 0, nil, c.explain("read", err)
		}
	}
}

// makeRoom grows the buffer of a whole message, by what is known to come but
// never by more than doubling, so that a header alone costs no memory.
func (c *Conn) makeRoom(p []byte) []byte {
	if len(p) < cap(p) {
		return p
	}
	if p == nil {
		p = []byte{} // an empty message is not nil
	}
	if c.message.compressed {
		return slices.Grow(p, max(512, len(p)))
	}
	want := uint64(len(c.piece)) + c.receiver.Pending()
	return slices.Grow(p, int(min(want, uint64(max(64<<10, len(p))))))
}

// Messages gives the messages as they come, to range over. It ends without an
// error when the peer closed with 1000, 1001 or no code; any other end is the
// error of the last pair. Whoever breaks off can go on with another Messages or
// with Read.
//
// A Close of this side, from within the loop or from beside it, takes nothing
// from it: the loop still gives what comes before the peer's Close frame, see
// [Conn.Close].
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
// that are not to be held in memory. The reader gives io.EOF at the end of the
// message, waits no longer than ctx, and is of no use once the next message was
// asked for; what was left unread of a message is skipped then.
func (c *Conn) NextReader(ctx context.Context) (MessageType, io.Reader, error) {
	err := c.reading.acquire(ctx, c.done)
	if err == nil {
		defer c.reading.release()
	}
	if kept, ok := c.takeKept(err); ok {
		return kept.Type, bytes.NewReader(kept.Data), nil
	}
	if err != nil {
		return 0, nil, c.explain("read", err)
	}
	r := &messageReader{c: c, ctx: ctx}
	if err := c.nextMessage(ctx, r); err != nil {
		return 0, nil, c.explain("read", err)
	}
	return c.message.typ, r, nil
}

type messageReader struct {
	c   *Conn
	ctx context.Context // of NextReader: io.Reader has no room for one
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
		r.err = errors.New("read: the next message was asked for, this one's reader is over")
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
	m := &c.message
	var skipped [512]byte
	for m.open {
		if _, err := c.readMessage(ctx, skipped[:]); err != nil && err != io.EOF {
			return err
		}
	}
	ev, err := c.nextEvent(ctx, nil)
	if err != nil {
		return err
	}
	*m = incoming{open: true, typ: MessageType(ev.Opcode), compressed: ev.Compressed, reader: reader}
	if m.compressed {
		c.inflater.Start(&c.compressed, c.limit)
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
	if m.typ == Text { // RFC7692-6.1-8: the rules of text hold again
		if good, ok := m.text.Validate(p[:n]); !ok {
			return good, c.fail(wire.RuleText.Violation("octet %#02x of an inflated text message is not UTF-8", p[good]))
		}
		if err == io.EOF && !m.text.Complete() {
			return n, c.fail(wire.RuleText.Violation("compressed text message that ends inside a code point"))
		}
	}
	var broken *wire.Violation
	switch {
	case err == nil, err == io.EOF:
		return n, err
	case errors.As(err, &broken) && c.state.ended() == nil:
		return n, c.fail(broken)
	case c.state.ended() == nil:
		// The context ended while the inflater waited: its state is lost, and with
		// it everything that may refer back.
		return n, c.lost(fmt.Errorf("interrupted inside a compressed message: %w", err))
	}
	return n, err
}

// A payloadReader gives the inflater what is on the wire of a compressed message.
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

// nextEvent waits for the next event of a data message and sees to all others.
// Payload may be read into direct, where it is then found.
func (c *Conn) nextEvent(ctx context.Context, direct []byte) (wire.Event, error) {
	for {
		n, ev := c.receiver.Receive(c.unread)
		c.unread = c.unread[n:]
		if c.frameIn.open {
			c.logReceived(ev)
		}
		switch ev.Kind {
		case wire.EventMessage, wire.EventData, wire.EventEnd:
			return ev, nil
		case wire.EventPing:
			c.pong(ev.Data)
			c.onPing.hear(ev.Data)
		case wire.EventPong:
			c.pings.answered(ev.Data)
			c.onPong.hear(ev.Data)
		case wire.EventClose:
			return ev, c.closedByPeer(ev)
		case wire.EventFail:
			return ev, c.failed(ev)
		case wire.EventNone:
			if err := c.fill(ctx, direct); err != nil {
				return ev, err
			}
		}
	}
}

// fill reads from TCP when everything read before is used up.
func (c *Conn) fill(ctx context.Context, direct []byte) error {
	if err := c.state.ended(); err != nil {
		return err
	}
	into := direct[:min(uint64(len(direct)), c.receiver.Pending())]
	if len(into) < readBuffer {
		if c.buffer == nil {
			c.buffer = make([]byte, readBuffer)
		}
		into = c.buffer
	}
	n, err := interruptible(ctx, c.tcp.SetReadDeadline, func() (int, error) { return c.tcp.Read(into) })
	c.unread = into[:n]
	if c.idle != nil && n > 0 {
		c.idle.note(time.Now())
	}
	switch {
	case n > 0 || err == nil:
		return nil // an error comes again
	case ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
		return err
	case c.state.ended() != nil:
		return c.state.ended()
	}
	// RFC6455-7.1.5-3: 1006.
	v := c.receiver.EOF().Violation
	if errors.Is(err, io.EOF) {
		return c.lost(v)
	}
	return c.lost(fmt.Errorf("%w: %w", v, err))
}

// explain gives an error its context; how the connection ended goes first.
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
