package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A link is the harness's end of one connection. It reads all the while, so
// that a peer whose echo fills the network never blocks a script, and it keeps
// the transcript.
type link struct {
	conn net.Conn
	// role is the harness's own.
	role      wire.Role
	deadlines Deadlines
	keys      *maskKeys
	began     time.Time
	// end is when the case's time is up.
	end time.Time

	mu         sync.Mutex
	transcript Transcript
	events     []Event
	in         incoming
	received   uint64
	// most is what the case can account for in all.
	most bounds
	// sampling: frames go into the transcript cut, and only as many as samples
	// says.
	sampling  bool
	samples   int
	lastHeard time.Time
	ended     bool // the peer sent Close or violated the framing, or TCP is gone
	gone      bool // TCP is gone

	// changed has a token when something came since the last look.
	changed chan struct{}
	// done is closed when the reader has stopped.
	done chan struct{}
}

// newLink takes a connection whose opening handshake is over.
func newLink(conn net.Conn, harness wire.Role, d Deadlines, keys *maskKeys, began time.Time, b bounds, deflate *deflation, t Transcript) *link {
	l := &link{
		conn: conn, role: harness, deadlines: d, keys: keys, began: began, end: began.Add(d.Case), most: b,
		transcript: t, in: incoming{sender: harness.Peer(), limit: b.message, deflate: deflate}, lastHeard: time.Now(),
		changed: make(chan struct{}, 1), done: make(chan struct{}),
	}
	return l
}

// start files the octets that came early and begins to read.
func (l *link) start(early []byte) {
	if len(early) > 0 {
		l.heard(early)
	}
	go l.read()
}

// read runs until TCP is gone, in either direction. The octets it keeps are
// bounded: a peer that sends more than the case can account for is cut off.
func (l *link) read() {
	defer close(l.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := l.conn.Read(buf)
		if n > 0 && !l.heard(buf[:n]) {
			return
		}
		if err != nil {
			l.lost(err)
			return
		}
	}
}

// heard files octets; it returns false when the peer has sent too many, or too
// many frames: an empty one costs two octets to send and a hundred times that
// to keep.
func (l *link) heard(p []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.lastHeard = now
	for piece := range slices.Chunk(p, 4<<10) {
		l.received += uint64(len(piece))
		var flood string
		switch {
		case l.received > l.most.octets:
			flood = fmt.Sprintf("over %d octets", l.most.octets)
		case len(l.events) > mostEvents:
			flood = fmt.Sprintf("over %d messages, pings and pongs", mostEvents)
		case len(l.transcript) > l.most.entries:
			flood = fmt.Sprintf("over %d frames", l.most.entries)
		default:
			l.file(l.in.feed(piece, now.Sub(l.began)))
			continue
		}
		l.file(nil, []Event{{Kind: EventFlood, At: now.Sub(l.began), Name: flood, place: place{last: l.in.number}}})
		return false
	}
	return true
}

func (l *link) lost(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := time.Since(l.began)
	l.transcript = append(l.transcript, l.in.rest(at)...)
	l.gone = true
	switch {
	case errors.Is(err, net.ErrClosed): // the harness closed TCP itself
		l.file(nil, nil)
	case errors.Is(err, io.EOF):
		l.over(at, EntryEOF, "TCP closed by the peer", EventEOF)
	default:
		text := "TCP reset by the peer"
		if !errors.Is(err, syscall.ECONNRESET) {
			text = "connection lost: " + err.Error()
		}
		l.over(at, EntryReset, text, EventReset)
	}
}

// over files the end of TCP; the lock is held.
func (l *link) over(at time.Duration, entry EntryKind, text string, event EventKind) {
	e := l.in.entry(at, entry, nil, text)
	l.file([]Entry{e}, []Event{{Kind: event, At: at, place: place{last: e.number}}})
}

// file adds to transcript and events; the lock is held.
func (l *link) file(entries []Entry, events []Event) {
	for _, e := range entries {
		l.enter(e)
	}
	l.events = append(l.events, events...)
	for _, e := range events {
		if e.ends() || e.Kind == EventViolation || e.Kind == EventFlood {
			l.ended = true
		}
	}
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// enter adds an entry to the transcript; the lock is held.
func (l *link) enter(e Entry) {
	if l.sampling && e.Kind == EntryFrame && !e.Header.Opcode.IsControl() {
		if l.samples--; l.samples < 0 {
			return
		}
		e = e.sample()
	}
	l.transcript = append(l.transcript, e)
}

// sample begins and ends the sampling of frames.
func (l *link) sample(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !on && l.samples < 0 {
		l.transcript = append(l.transcript, Entry{At: time.Since(l.began), Kind: EntryNote,
			Text: fmt.Sprintf("%d more frames of the exchange, which were compared and not kept", -l.samples)})
	}
	l.sampling, l.samples = on, framesSampled
}

// note adds a line of the harness's own to the transcript.
func (l *link) note(kind EntryKind, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.transcript = append(l.transcript, Entry{At: time.Since(l.began), Kind: kind, Text: text})
}

// mark adds the event Quiet.
func (l *link) mark(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := time.Since(l.began)
	l.file([]Entry{{At: at, Kind: EntryNote, Text: "mark " + name + ": the peer kept the connection"}},
		[]Event{{Kind: EventQuiet, At: at, Name: name}})
}

// look calls f with the events so far and whether the peer has ended.
func (l *link) look(f func(events []Event, ended, gone bool)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l.events, l.ended, l.gone)
}

// peerEnded reports whether the peer has sent Close, broken the framing, or
// left.
func (l *link) peerEnded() (ended bool) {
	l.look(func(_ []Event, e, _ bool) { ended = e })
	return ended
}

// until waits until enough returns true, and returns true then. It gives up
// after the peer was silent for idle, at the end of the case's time, and when
// the context ends. If TCP is gone, nothing more can come.
func (l *link) until(ctx context.Context, idle time.Duration, enough func(events []Event, ended bool) bool) bool {
	started := time.Now()
	timer := time.NewTimer(min(idle, time.Until(l.end)))
	defer timer.Stop()
	for {
		var yes, gone bool
		l.look(func(events []Event, ended, g bool) { yes, gone = enough(events, ended), g })
		if yes || gone {
			return yes
		}
		select {
		case <-l.changed:
			continue
		case <-ctx.Done():
			return false
		case <-timer.C:
		}
		left := time.Until(l.quietSince(started).Add(idle))
		if time.Until(l.end) <= 0 || left <= 0 {
			return false
		}
		timer.Reset(min(left, time.Until(l.end)))
	}
}

// quietSince is when the peer was last heard, or the wait began.
func (l *link) quietSince(started time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lastHeard.After(started) {
		return l.lastHeard
	}
	return started
}

// write sends octets in pieces of at most chop, each with the answer deadline:
// a peer that reads nothing blocks no script for longer. A peer that has left
// is no error here: what it did is in the events.
func (l *link) write(octets []byte, chop int) {
	const most = 256 << 10
	if chop <= 0 || chop > most {
		chop = most
	}
	for len(octets) > 0 {
		n := min(chop, len(octets))
		_ = l.conn.SetWriteDeadline(time.Now().Add(l.deadlines.Answer))
		if _, err := l.conn.Write(octets[:n]); err != nil {
			l.note(EntryNote, "the peer took no more octets: "+err.Error())
			return
		}
		octets = octets[n:]
	}
}

// drop closes TCP and waits for the reader to stop.
func (l *link) drop() {
	l.mu.Lock()
	gone := l.gone
	l.mu.Unlock()
	if !gone {
		l.note(EntryDrop, "TCP closed by the harness")
	}
	_ = l.conn.Close()
	<-l.done
}
