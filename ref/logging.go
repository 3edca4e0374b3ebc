package ref

import (
	"context"
	"errors"
	"log/slog"
)

// ReadGuarded is Read for those who only want to know whether there was a message:
// an error goes to the options' Logger, if there is one. The connection's normal
// end is no error.
func (c *Conn) ReadGuarded(ctx context.Context) ([]byte, bool) {
	_, data, err := c.Read(ctx)
	c.logError(ctx, "read", err)
	return data, err == nil
}

// WriteGuarded is Write for those who only want to know whether it was sent, like
// ReadGuarded.
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

// LogValue shows a connection in logs: role, addresses, state, what was agreed.
// It has none of the request's fields, which may hold secrets.
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

// LogValue shows a server in logs: its connections and the errors nobody took.
func (s *Server) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int("conns", s.NumConns()),
		slog.Uint64("droppedErrors", s.DroppedErrors()),
	)
}

// LogValue shows an end in logs: code, reason and who it came from.
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

// log tells the options' Logger, at the level that fits.
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
