package ref

import (
	"context"
	"net/http"
)

// Echo sends every message back, unchanged and with the same type, until the
// connection ends. It returns nil if the peer closed with 1000, 1001 or no code,
// and the [CloseError] otherwise.
func Echo(ctx context.Context, c *Conn) error {
	back := func(typ MessageType, data []byte) error { return c.Write(ctx, typ, data) }
	for {
		if err := c.ReadFunc(ctx, back); err != nil {
			if IsNormalClose(err) {
				return nil
			}
			return err
		}
	}
}

// EchoHandler returns a handler that accepts connections with the options and
// runs Echo on them.
func EchoHandler(options *AcceptOptions) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Accept(w, r, options)
		if err != nil {
			return // Accept has answered the request
		}
		defer c.leaveHandler()
		defer c.CloseNow()
		_ = Echo(context.WithoutCancel(r.Context()), c) // nobody waits for the error
	})
}
