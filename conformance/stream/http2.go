package stream

import (
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Multiplexed is a transport that is one stream of a connection of HTTP/2 or HTTP/3.
type Multiplexed interface {
	// Reset sends RST_STREAM with CANCEL (RFC8441-5-7), or over HTTP/3 RESET_STREAM with
	// H3_REQUEST_CANCELLED (RFC9220-3-4).
	Reset() error
	// Ask sends a plain GET request on another stream, and returns the status of the
	// response. It waits for so long at most.
	Ask(atMost time.Duration) (status int, err error)
}

// An OverHTTP2 is a stream of HTTP/2 that can send frames of a case.
type OverHTTP2 interface {
	// WriteFrames writes frames of HTTP/2 as they are, so many times.
	WriteFrames(frames []script.HTTP2Frame, times int) error
}

// An OverHTTP3 is a stream of HTTP/3.
type OverHTTP3 interface {
	// WriteHTTP3 writes frames of HTTP/3 as they are.
	WriteHTTP3(frames []script.HTTP3Frame) error
}

// multiplexed is the transport if it is a stream of HTTP/2 or HTTP/3, nil if it is not.
func (l *Conn) multiplexed() Multiplexed {
	s, _ := l.transport.(Multiplexed)
	return s
}

// Streams reports whether the connection is a stream of HTTP/2 or HTTP/3.
func (l *Conn) Streams() bool { return l.multiplexed() != nil }

// OverHTTP3 reports whether the connection is a stream of HTTP/3.
func (l *Conn) OverHTTP3() bool {
	_, ok := l.transport.(OverHTTP3)
	return ok
}

// Transport is what the octets go over.
func (l *Conn) Transport() any { return l.transport }

// below names the transport, for notes of the harness.
func (l *Conn) below() string {
	if l.Streams() {
		return "stream"
	}
	return "TCP"
}

// overStream files the end of a stream of HTTP/2 or HTTP/3; it returns false for any other transport.
// The lock is held. A connection that ends is for its streams what a reset is for TCP: only
// END_STREAM says that all octets have come.
func (l *Conn) overStream(err error, at time.Duration, cut string) bool {
	if !l.Streams() {
		return false
	}
	var broken *wire.Violation
	if errors.As(err, &broken) {
		e := l.reader.entry(at, observed.EntryNote, nil, broken.Error())
		e.Dir = observed.Received
		l.file([]observed.Entry{e}, []observed.Event{{Kind: observed.EventViolation, At: at, Violation: broken, Position: observed.Position{Last: e.Number}}})
		return true
	}
	entry, event, did := observed.EntryReset, observed.EventReset, err.Error()
	if err == io.EOF { // as it is: an EndError may wrap it
		entry, event, did = observed.EntryEOF, observed.EventEOF, observed.EndStream
		if l.OverHTTP3() {
			did = observed.Fin
		}
	}
	e := l.reader.entry(at, entry, nil, "the peer "+did)
	l.file([]observed.Entry{e}, []observed.Event{{Kind: event, At: at, Name: cut, Stream: did, Position: observed.Position{Last: e.Number}}})
	return true
}

// WriteHTTP2 writes frames of HTTP/2 beside those that carry the octets.
func (l *Conn) WriteHTTP2(s script.SendHTTP2) {
	m, ok := l.transport.(OverHTTP2)
	if !ok {
		return
	}
	l.note(observed.EntryNote, s.String())
	_ = l.transport.SetWriteDeadline(time.Now().Add(l.Deadlines.Answer + l.Deadlines.Transfer(0, len(s.Frames)*max(s.Times, 1))))
	if err := m.WriteFrames(s.Frames, s.Times); err != nil {
		l.note(observed.EntryNote, "the peer took no more frames: "+err.Error())
	}
}

// WriteHTTP3 is WriteHTTP2 for HTTP/3.
func (l *Conn) WriteHTTP3(s script.SendHTTP3) {
	m, ok := l.transport.(OverHTTP3)
	if !ok {
		return
	}
	l.note(observed.EntryNote, s.String())
	_ = l.transport.SetWriteDeadline(time.Now().Add(l.Deadlines.Answer))
	if err := m.WriteHTTP3(s.Frames); err != nil {
		l.note(observed.EntryNote, "the peer took no more frames: "+err.Error())
	}
}

// AskPlainly sends a plain request on another stream, and sets [script.PlainResponse] if it is
// answered.
func (l *Conn) AskPlainly() {
	m := l.multiplexed()
	if m == nil {
		return
	}
	status, err := m.Ask(l.Deadlines.Handshake)
	if err != nil {
		l.note(observed.EntryNote, "no response to a plain request on another stream: "+err.Error())
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	at := time.Since(l.began)
	text := "a plain request on another stream got the status " + strconv.Itoa(status)
	l.file([]observed.Entry{{At: at, Kind: observed.EntryNote, Text: text}}, []observed.Event{{Kind: observed.EventQuiet, At: at, Name: script.PlainResponse}})
}
