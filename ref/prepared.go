package ref

import (
	"context"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/wsspec/wsspec/ref/wire"
)

// A PreparedMessage is a message that is put into its frame once, by
// [NewPreparedMessage], and then sent on many connections with [Conn.WritePrepared],
// by any number of goroutines at once.
//
// A server's frame goes out as it is: it is made once plain and once more for each
// way in which connections compress, that is for each window and level agreed, when
// the first of them asks for it. A client masks a copy of it every time, with a key
// of its own, as it must (RFC 6455 5.3).
//
// A message that is compressed for many refers to none that went before on any of
// their connections. With context takeover that is permitted as well (RFC 7692
// 7.1.1 lets a sender refer back, and does not bid it), at this price: not even the
// connection's next message can refer to what was before, since the compressor
// starts anew. Whoever sends mostly prepared messages does better with
// ServerNoContextTakeover, and has no compressor in memory for each connection.
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

// NewPreparedMessage prepares a message. It keeps a copy of p. Text that is not
// UTF-8 is refused (RFC6455-5.6-1).
func NewPreparedMessage(typ MessageType, p []byte) (*PreparedMessage, error) {
	if err := typ.check(); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if typ == Text && !utf8.Valid(p) {
		return nil, fmt.Errorf("prepare: %w", notUTF8(p))
	}
	m := &PreparedMessage{typ: typ, plain: prepare(wire.Header{Fin: true, Opcode: wire.Opcode(typ)}, p)}
	m.data = m.plain.payload()
	return m, nil
}

// prepare puts a payload into an unmasked frame.
func prepare(h wire.Header, payload []byte) preparedFrame {
	h.Length = uint64(len(payload))
	octets := wire.AppendHeader(make([]byte, 0, h.Len()+len(payload)), h)
	return preparedFrame{h, append(octets, payload...)}
}

// deflated returns the frame for connections that compress in such a way, the same
// for all of them.
func (m *PreparedMessage) deflated(how wire.DeflaterOptions) (preparedFrame, error) {
	how.NoContextTakeover = true // it is for all, whatever was sent before
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
	f := prepare(wire.Header{Fin: true, RSV: wire.RSV1, Opcode: wire.Opcode(m.typ)}, payload) // RFC7692-6.1-1
	if m.compressed == nil {
		m.compressed = make(map[wire.DeflaterOptions]preparedFrame)
	}
	m.compressed[how] = f
	return f, nil
}

// WritePrepared sends a prepared message, like [Conn.Write] in everything else.
func (c *Conn) WritePrepared(ctx context.Context, m *PreparedMessage) error {
	if err := m.typ.check(); err != nil { // a zero PreparedMessage is none
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
	if c.compresses(len(m.data)) {
		var err error
		if f, err = m.deflated(c.deflating); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		// What is compressed later must not count on a window without this message
		// (RFC7692-7.2.1-9, RFC7692-7.2.1-12: a sender may keep its window, and may not).
		c.deflater.Release()
	}
	return c.sendPrepared(ctx, f)
}

// sendPrepared sends one frame, behind the Pong that may be owed.
func (c *Conn) sendPrepared(ctx context.Context, f preparedFrame) error {
	if c.role == wire.RoleClient {
		return c.sendFrame(ctx, f.header, f.payload()) // masked there
	}
	if err := c.framing.acquire(ctx, c.done); err != nil {
		return c.explain("write", err)
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
