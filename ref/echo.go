package ref

import (
	"context"
	"net/http"
)

// Echo sends every message back, as it is and in the type it came, until the
// connection ends. It returns nil when the peer closed with 1000, 1001 or no
// code, and whatever else ended it otherwise.
func Echo(ctx context.Context, c *Conn) error {
	for message, err := range c.Messages(ctx) {
		if err != nil {
			return err
		}
		if err := c.Write(ctx, message.Type, message.Data); err != nil {
			if IsNormalClose(err) {
				return nil
			}
			return err
		}
	}
	return nil
}

// EchoHandler accepts every connection with the options and echoes on it until
// it ends.
func EchoHandler(options *AcceptOptions) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Accept(w, r, options)
		if err != nil {
			return // the client has been told
		}
		defer c.CloseNow()
		_ = Echo(context.WithoutCancel(r.Context()), c) // how it ended is the client's affair
	})
}
