package ref

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/wsspec/wsspec/ref/wire"
)

// WriteFragments sends one message with one frame for each piece (RFC 6455 5.4);
// without pieces it sends an empty message. Other messages wait until it is sent,
// control frames do not. A piece is copied and sent when the next one, or the
// end, is known, because the last frame is marked. The message is not compressed.
//
// Pieces of a text may end inside a code point if the whole message is UTF-8. As
// with NextWriter, a message that cannot be finished ends the connection if any
// of it was sent.
func (c *Conn) WriteFragments(ctx context.Context, typ MessageType, pieces iter.Seq[[]byte]) error {
	if err := typ.check(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if err := c.sending.acquire(ctx, c.done); err != nil {
		return c.explain("write", err)
	}
	w := &messageWriter{c: c, ctx: ctx, next: wire.Header{Opcode: typ.opcode()}, typ: typ, text: typ.isText()}
	defer func() {
		if w.err == nil { // the sequence panicked; the panic goes on
			_ = w.abandon(errors.New("the sequence of fragments panicked"))
		}
	}()
	if err := c.mayWrite(); err != nil {
		return w.end(err)
	}
	first := true
	for p := range pieces {
		if !first {
			if err := w.send(false, w.buffer); err != nil {
				return err
			}
		}
		first = false
		if w.text {
			if n, ok := w.valid.Validate(p); !ok {
				return w.abandon(wire.RuleText.Violation("octet %#02x of the text message is not UTF-8", p[n]))
			}
		}
		w.buffer = append(w.buffer[:0], p...)
	}
	if w.text && !w.valid.Complete() {
		return w.abandon(wire.RuleText.Violation("text message that ends inside a code point"))
	}
	if err := w.send(true, w.buffer); err != nil {
		return err
	}
	_ = w.end(errWriterClosed)
	return nil
}
