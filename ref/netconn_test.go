package ref

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

func streamOf(t *testing.T, conn *Conn, typ MessageType) net.Conn {
	t.Helper()
	s, err := NetConn(conn, typ)
	must(t, err)
	return s
}

// Messages come and go as one stream.
func TestNetConn(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		s := streamOf(t, conn, Binary)
		for _, message := range []string{"one", "", "two"} {
			n, err := io.WriteString(s, message)
			must(t, err)
			if n != len(message) {
				t.Errorf("%d of %d octets written", n, len(message))
			}
			p.expect(whole(wire.OpBinary, message))
		}
		p.send(whole(wire.OpBinary, "one "), whole(wire.OpBinary, ""), part(wire.OpBinary, "two "),
			whole(wire.OpContinuation, "three"), closing(1001, ""))
		must(t, p.CloseWrite())
		var got bytes.Buffer
		must(t, awaitErr(t, inBackground(func() error { _, err := got.ReadFrom(s); return err })))
		if got.String() != "one two three" {
			t.Errorf("read %q", &got)
		}
		if _, err := s.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("read behind the end: %v", err)
		}
	})
}

// CloseWrite ends what the peer sends.
func (p *peer) CloseWrite() error { return p.Conn.(*net.TCPConn).CloseWrite() }

// A read deadline passes, in the middle of a message too, and loses nothing.
func TestNetConnReadDeadline(t *testing.T) {
	noLeaks(t)
	bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
		s := streamOf(t, conn, Text)
		room := make([]byte, 100)
		must(t, s.SetDeadline(time.Now().Add(-time.Second)))
		if _, err := s.Read(room); err != os.ErrDeadlineExceeded {
			t.Errorf("behind the deadline: %v", err)
		}
		if _, err := s.Write([]byte("x")); err != os.ErrDeadlineExceeded {
			t.Errorf("written behind the deadline: %v", err)
		}
		must(t, s.SetDeadline(time.Now().Add(time.Hour)))
		p.send(part(wire.OpText, "a"))
		n, err := s.Read(room)
		must(t, err)
		waiting := inBackground(func() error { _, err := s.Read(room[n:]); return err })
		untilHeld(t, &conn.reading)
		must(t, s.SetReadDeadline(time.Now())) // for who waits already
		if err := awaitErr(t, waiting); err != os.ErrDeadlineExceeded {
			t.Errorf("waiting: %v", err)
		}
		must(t, s.SetReadDeadline(time.Time{}))
		p.send(whole(wire.OpContinuation, "b"))
		m, err := s.Read(room[n:])
		must(t, err)
		if got := string(room[:n+m]); got != "ab" {
			t.Errorf("read %q", got)
		}
	})
}

func TestNetConnEnds(t *testing.T) {
	noLeaks(t)
	t.Run("another type", func(t *testing.T) {
		bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
			s := streamOf(t, conn, Binary)
			p.send(whole(wire.OpText, "text"))
			if _, err := s.Read(make([]byte, 1)); err == nil || err.Error() != "read: text message in a stream of binary messages" {
				t.Errorf("error %v", err)
			}
			p.expectClose(1003)
			p.send(closing(1003, ""))
			must(t, p.Close())
			<-conn.Done()
		})
	})
	t.Run("a loss is no end of the stream", func(t *testing.T) {
		bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
			must(t, p.Close())
			_, err := streamOf(t, conn, Binary).Read(make([]byte, 1))
			checkClosed(t, err, 1006, true, wire.RuleConnectionLost)
			if errors.Is(err, io.EOF) {
				t.Error("the loss looks like the end")
			}
		})
	})
	t.Run("closed from this side", func(t *testing.T) {
		bothRoles(t, config{}, func(t *testing.T, conn *Conn, p *peer) {
			closed := inBackground(streamOf(t, conn, Binary).Close)
			p.expect(closing(1000, ""))
			p.send(closing(1000, ""))
			must(t, p.Close())
			must(t, awaitErr(t, closed))
		})
	})
	if _, err := NetConn(nil, 7); err == nil {
		t.Error("a stream of type 7")
	}
}
