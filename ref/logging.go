package ref

import (
	"context"
	"errors"
	"log/slog"
)

// ReadGuarded is Read that only tells whether there was a message. Errors go to
// the Logger of the options, if there is one; a normal end of the connection is
// not an error.
func (c *Conn) ReadGuarded(ctx context.Context) ([]byte, bool) {
	_, data, err := c.Read(ctx)
	c.logError(ctx, "read", err)
	return data, err == nil
}

// WriteGuarded is Write that only tells whether the message was sent. Errors go
// to the Logger of the options.
func (c *Conn) WriteGuarded(ctx context.Context, typ MessageType, p []byte) bool {
	err := c.Write(ctx, typ, p)
	c.logError(ctx, "write", err)
	return err == nil
}

func (c *Conn) logError(ctx context.Context, doing string, err error) {
	if err == nil || c.logger == nil || IsNormalClose(err) {
		return
	}
	c.logger.LogAttrs(ctx, slog.LevelWarn, doing+" failed", slog.Any("conn", c), slog.Any("error", err))
}

// LogValue returns role, addresses, state and what was agreed. It contains no
// fields of the request, which may be secret.
func (c *Conn) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("role", c.role.String()),
		slog.String("local", c.LocalAddr().String()),
		slog.String("remote", c.RemoteAddr().String()),
		slog.String("state", c.State().String()),
	}
	if c.subprotocol != "" {
		attrs = append(attrs, slog.String("subprotocol", c.subprotocol))
	}
	if c.Compressed() {
		attrs = append(attrs, slog.Bool("compressed", true))
	}
	return slog.GroupValue(attrs...)
}

// LogValue returns the number of connections and of dropped errors.
func (s *Server) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int("conns", s.NumConns()),
		slog.Uint64("droppedErrors", s.DroppedErrors()),
	)
}

// LogValue returns code, reason, cause and whether the peer ended the connection.
func (e *CloseError) LogValue() slog.Value {
	attrs := []slog.Attr{slog.Int("code", int(e.Code)), slog.Bool("remote", e.Remote)}
	if e.Reason != "" {
		attrs = append(attrs, slog.String("reason", e.Reason))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("cause", e.Err.Error()))
	}
	return slog.GroupValue(attrs...)
}

// log writes to the Logger of the options.
func (s *Server) log(remote string, err error) {
	if s.Options == nil || s.Options.Logger == nil {
		return
	}
	var refused *HandshakeError
	level, what := slog.LevelWarn, "connection ended badly"
	if errors.As(err, &refused) {
		level, what = slog.LevelInfo, "handshake refused"
	}
	s.Options.Logger.LogAttrs(context.Background(), level, what, slog.String("remote", remote), slog.Any("error", err))
}
