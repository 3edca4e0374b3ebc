package ref

import (
	"context"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// A PreparedMessage is a message for many connections. [NewPreparedMessage] makes
// its frame once; [Conn.WritePrepared] sends it, from any number of goroutines at
// once.
//
// A server sends the same octets to all connections. The frame is made once
// uncompressed, and once for each combination of window and level, when a
// connection first needs it. A client masks a copy with its own key each time
// (RFC 6455 5.3).
//
// The compressed message refers to no message before it, because these differ
// between connections. On a connection with context takeover the next message
// cannot refer to earlier ones either (RFC 7692 7.1.1 allows that), so that it is
// compressed less. If you mostly send prepared messages, use
// ServerNoContextTakeover.
type PreparedMessage struct {
	typ   MessageType
	data  []byte // its own copy
	plain preparedFrame

	mu         sync.Mutex
	compressed map[wire.DeflaterOptions]preparedFrame
}

// A preparedFrame is a frame as a server sends it.
type preparedFrame struct {
	header wire.Header
	octets []byte // header and payload
}

func (f preparedFrame) payload() []byte { return f.octets[f.header.Len():] }

// NewPreparedMessage prepares a message with a copy of p. A text that is not
// UTF-8 is an error (RFC6455-5.6-1).
func NewPreparedMessage(typ MessageType, p []byte) (*PreparedMessage, error) {
	if err := typ.check(); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if typ.isText() && !utf8.Valid(p) {
		return nil, fmt.Errorf("prepare: %w", notUTF8(p))
	}
	m := &PreparedMessage{typ: typ, plain: prepare(wire.Header{Fin: true, Opcode: typ.opcode()}, p)}
	m.data = m.plain.payload()
	return m, nil
}

// prepare makes an unmasked frame.
func prepare(h wire.Header, payload []byte) preparedFrame {
	h.Length = uint64(len(payload))
	octets := wire.AppendHeader(make([]byte, 0, h.Len()+len(payload)), h)
	return preparedFrame{h, append(octets, payload...)}
}

// deflated returns the frame for connections that compress in the given way.
func (m *PreparedMessage) deflated(how wire.DeflaterOptions) (preparedFrame, error) {
	how.NoContextTakeover = true // connections differ in what was sent before
	m.mu.Lock()
	defer m.mu.Unlock()
	if f, ok := m.compressed[how]; ok {
		return f, nil
	}
	deflater, err := wire.NewDeflater(how)
	if err != nil {
		return preparedFrame{}, err
	}
	payload := deflater.AppendMessage(nil, m.data)
	f := prepare(wire.Header{Fin: true, RSV: wire.RSV1, Opcode: m.typ.opcode()}, payload) // RFC7692-6.1-1
	if m.compressed == nil {
		m.compressed = make(map[wire.DeflaterOptions]preparedFrame)
	}
	m.compressed[how] = f
	return f, nil
}

// WritePrepared sends a prepared message. Otherwise it is like [Conn.Write].
func (c *Conn) WritePrepared(ctx context.Context, m *PreparedMessage) error {
	if err := m.typ.check(); err != nil { // the zero PreparedMessage is not usable
		return fmt.Errorf("write: %w", err)
	}
	if err := c.sending.acquire(ctx, c.done); err != nil {
		return c.explain("write", err)
	}
	defer c.sending.release()
	if err := c.mayWrite(); err != nil {
		return err
	}
	f := m.plain
	if c.compresses(m.typ, len(m.data)) {
		var err error
		if f, err = m.deflated(c.deflating); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		// Later messages must not refer to a window without this message
		// (RFC7692-7.2.1-9, RFC7692-7.2.1-12).
		c.deflater.Release()
	}
	return c.explain("write", c.sendPrepared(ctx, f))
}

// sendPrepared sends one frame, and then the pending Pong.
func (c *Conn) sendPrepared(ctx context.Context, f preparedFrame) error {
	if c.role == wire.RoleClient {
		return c.sendFrame(ctx, f.header, f.payload()) // which masks it
	}
	if err := c.framing.acquire(ctx, c.done); err != nil {
		return err
	}
	defer c.endFrame()
	h, err := c.beginFrame(f.header)
	if err != nil {
		return err
	}
	c.logSent(h, f.payload())
	if err := c.writeTCP(ctx, f.octets); err != nil {
		return c.writeFailed(err)
	}
	return nil
}
