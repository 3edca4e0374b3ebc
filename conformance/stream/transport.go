package stream

import (
	"net"
	"slices"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
)

// StopReading makes the harness read nothing more, until ReadSlowly or ReadOn.
func (l *Conn) StopReading() { l.setPace(0, true) }

// ReadSlowly makes the harness read at most so many octets at a time, with a moment
// between two reads.
func (l *Conn) ReadSlowly(octets int) { l.setPace(max(octets, 1), false) }

// ReadOn makes the harness read as fast as it can, as it does at first.
func (l *Conn) ReadOn() {
	if !l.pace.full() {
		l.setPace(0, false)
	}
}

func (l *Conn) setPace(octets int, stopped bool) {
	l.pace.set(octets, stopped)
	_ = l.transport.SetReadDeadline(time.Unix(1, 0)) // ends the read under way
}

// CloseWrite sends a FIN, where the transport can close one half. What is written
// later is lost.
func (l *Conn) CloseWrite() {
	half, ok := l.transport.(interface{ CloseWrite() error })
	if !ok || l.finSent {
		return
	}
	l.finSent = true
	_ = half.CloseWrite()
}

// Truncate sends a FIN, over TLS one of TCP alone: without a close_notify alert. What is
// written later is lost.
func (l *Conn) Truncate() {
	half, ok := l.tcp().(interface{ CloseWrite() error })
	if !ok || l.finSent {
		return
	}
	l.finSent = true
	_ = half.CloseWrite()
}

// tcp is the connection below TLS, if there is TLS.
func (l *Conn) tcp() net.Conn {
	if secure, ok := l.transport.(interface{ NetConn() net.Conn }); ok {
		return secure.NetConn()
	}
	return l.transport
}

// truncated reports whether TCP ended, and TLS above it did not (RFC 8446 6.1).
func (l *Conn) truncated() bool {
	secure, ok := l.transport.(interface{ Truncated() bool })
	return ok && secure.Truncated()
}

// Reset ends TCP by a reset, and waits for the reader to stop.
func (l *Conn) Reset() {
	if s := l.multiplexed(); s != nil {
		how := "RST_STREAM, CANCEL"
		if l.OverHTTP3() {
			how = "RESET_STREAM, H3_REQUEST_CANCELLED"
		}
		l.note(observed.EntryDrop, "stream reset by the harness ("+how+")")
		_ = s.Reset()
		l.pace.end()
		<-l.done
		return
	}
	below := l.tcp()
	if tcp, ok := below.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	l.note(observed.EntryDrop, "TCP reset by the harness")
	_ = below.Close()
	l.pace.end()
	<-l.done
}

// Continue makes this connection the one that follows another in the same case: its
// transcript goes on where that of the other ends. It is called before Start.
func (l *Conn) Continue(before *Conn) {
	before.mu.Lock()
	earlier, number := before.transcript.Transcript(), before.reader.number
	before.mu.Unlock()
	mine := l.transcript.Transcript()
	l.transcript.Release()
	l.transcript = NewKeeper()
	for _, e := range append(slices.Clip(earlier), mine...) {
		l.transcript.Add(e)
	}
	l.watched = len(earlier)
	l.reader.number = number
}
