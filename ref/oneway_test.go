package ref

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/wsspec/wsspec/ref/wire"
)

// awaitDone waits for the end of a context and returns its cause.
func awaitDone(t testing.TB, ctx context.Context) error {
	t.Helper()
	return awaitErr(t, inBackground(func() error { <-ctx.Done(); return context.Cause(ctx) }))
}

// Who only writes has everything else seen to.
func TestCloseRead(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		ctx := conn.CloseRead(testContext(t))
		p.send(whole(wire.OpPing, "?"))
		p.expect(whole(wire.OpPong, "?"))
		must(t, conn.Write(ctx, Text, []byte("news")))
		p.expect(whole(wire.OpText, "news"))
		pinged := inBackground(func() error { _, err := conn.Ping(ctx); return err })
		p.expect(whole(wire.OpPing, "1"))
		p.send(whole(wire.OpPong, "1"))
		must(t, awaitErr(t, pinged))
		if ctx.Err() != nil {
			t.Errorf("the context ended: %v", context.Cause(ctx))
		}
		p.send(closing(1001, "bye"))
		p.expect(closing(1001, ""))
		must(t, p.Close())
		checkClosed(t, awaitDone(t, ctx), 1001, true, nil)
	})
}

// A message that nobody takes closes the connection.
func TestCloseReadGetsAMessage(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		ctx := conn.CloseRead(testContext(t))
		p.send(whole(wire.OpText, "a question"))
		p.expect(closing(1008, "no messages are taken here"))
		p.send(closing(1008, ""))
		must(t, p.Close())
		if err := awaitDone(t, ctx); err == nil || !strings.Contains(err.Error(), "the peer sent a text message") {
			t.Errorf("cause %v", err)
		}
		_, _, err := conn.Read(testContext(t))
		checkClosed(t, err, 1008, false, nil)
	})
}

// Who ends it does not end the connection.
func TestCloseReadEnds(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		enough := errors.New("enough")
		parent, cancel := context.WithCancelCause(testContext(t))
		ctx := conn.CloseRead(parent)
		untilHeld(t, &conn.reading)
		cancel(enough)
		if err := awaitDone(t, ctx); !errors.Is(err, enough) {
			t.Errorf("cause %v", err)
		}
		p.send(whole(wire.OpText, "an answer"))
		checkRead(t, conn, Text, "an answer")
	})
}

func TestCloseWrite(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		w, err := conn.NextWriter(testContext(t), Text)
		must(t, err)
		conn.CloseWrite()
		_, err = io.WriteString(w, "begun before")
		must(t, err)
		must(t, w.Close())
		p.expect(whole(wire.OpText, "begun before"))
		prepared, err := NewPreparedMessage(Text, []byte("x"))
		must(t, err)
		for name, write := range map[string]func() error{
			"Write":          func() error { return conn.Write(testContext(t), Text, []byte("x")) },
			"NextWriter":     func() error { _, err := conn.NextWriter(testContext(t), Text); return err },
			"WriteFragments": func() error { return conn.WriteFragments(testContext(t), Text, slices.Values([][]byte{[]byte("x")})) },
			"WritePrepared":  func() error { return conn.WritePrepared(testContext(t), prepared) },
		} {
			if err := write(); !errors.Is(err, ErrReadOnly) {
				t.Errorf("%s: %v", name, err)
			}
		}
		p.send(whole(wire.OpPing, "?"), whole(wire.OpText, "news"))
		checkRead(t, conn, Text, "news")
		p.expect(whole(wire.OpPong, "?")) // and nothing before it
		must(t, conn.SendPing(testContext(t), []byte("!")))
		p.expect(whole(wire.OpPing, "!"))
		end := inBackground(func() error { return conn.Close(1000, "") })
		p.expect(closing(1000, ""))
		p.send(closing(1000, ""))
		must(t, p.Close())
		must(t, awaitErr(t, end))
	})
}
