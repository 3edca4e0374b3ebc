package ref

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/wsspec/wsspec/ref/wire"
)

// WriteFragments sends a message of which every piece is a fragment, one frame
// each as they come (RFC 6455 5.4); no pieces are an empty message. Other messages
// wait until it is sent, control frames do not. A piece goes out when the next
// one, or the end, has come, since only then is it known whether it is the last;
// until then a copy of it is kept. The message is not compressed.
//
// A text may be cut within a code point, as long as the whole is UTF-8. As with
// NextWriter, a message that cannot be finished ends the connection if anything
// of it was sent.
func (c *Conn) WriteFragments(ctx context.Context, typ MessageType, pieces iter.Seq[[]byte]) error {
	if err := typ.check(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if err := c.sending.acquire(ctx, c.done); err != nil {
		return c.explain("write", err)
	}
	w := &messageWriter{c: c, ctx: ctx, next: wire.Header{Opcode: wire.Opcode(typ)}, text: typ == Text}
	defer func() {
		if w.err == nil { // the sequence panicked, which goes on
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
