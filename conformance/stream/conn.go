package stream

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

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Conn is the harness's end of one connection. It reads all the time, so that a peer
// that sends much never blocks a script, and it keeps the transcript.
type Conn struct {
	transport net.Conn
	// Role is the role of the harness.
	Role      wire.Role
	Deadlines Deadlines
	Keys      *MaskKeys
	began     time.Time
	// end is when the case's time is up.
	deadline    time.Time
	allowedMore bool

	mu         sync.Mutex
	transcript Keeper
	events     []observed.Event
	// memory is what the events take. crowded: they got no more.
	memory   share
	crowded  bool
	reader   frameReader
	received uint64
	// most is what the case can account for in all.
	most Bounds
	// sampling: frames go into the transcript cut, and only as many as samples
	// says.
	sampling bool
	samples  int
	// lastProgress is when a part of a message, a Close or a violation came last.
	// Pings and pongs are none: a peer may send them for ever.
	lastProgress time.Time
	// flooded: the harness has sent a flood, to which pongs are an answer and so progress.
	flooded bool
	ended   bool // the peer sent Close or violated the framing, or TCP is gone
	gone    bool // TCP is gone

	// pace says how the harness reads.
	pace pace
	// finSent: the harness has closed its half of the connection.
	finSent bool

	// Watch, if set before Start, is told of each entry of the transcript as it comes. It
	// has to return at once.
	Watch func(observed.Entry)
	// watched is how many entries at the beginning of the transcript it knows already.
	watched int

	// changed has a token when something came since the last look.
	changed chan struct{}
	// done is closed when the reader has stopped.
	done chan struct{}
}

// New returns the harness's end of a connection after the opening handshake. The times
// in the transcript t and in later entries count from began. Deflate is nil if
// permessage-deflate was not agreed on. Call [Conn.Start] next.
func New(conn net.Conn, harness wire.Role, d Deadlines, keys *MaskKeys, began time.Time, b Bounds, deflate *Deflation, t observed.Transcript) *Conn {
	l := &Conn{
		transport: conn, Role: harness, Deadlines: d, Keys: keys, began: began, deadline: time.Now().Add(d.Case + d.Transfer(b.Sent, b.Frames)), most: b,
		reader:       frameReader{sender: harness.Peer(), limit: b.Message, deflate: deflate, passing: b.passing, asked: b.asked, greeting: newGreeting(b.dialogue)},
		lastProgress: time.Now(), pace: newPace(), changed: make(chan struct{}, 1), done: make(chan struct{}),
		transcript: NewKeeper(), memory: share{of: &ofEvents, own: costOfEvent * max(0, b.events-mostEvents)},
	}
	for _, e := range t {
		l.transcript.Add(e)
	}
	return l
}

// Start handles the octets that came with the opening handshake and begins to read.
func (l *Conn) Start(early []byte) {
	if l.Watch != nil {
		for _, e := range l.transcript.Transcript()[l.watched:] {
			l.Watch(e)
		}
	}
	if len(early) > 0 {
		l.heard(early)
	}
	go l.read()
}

// readBuffers are the buffers of connections that have ended. A run opens thousands.
var readBuffers = sync.Pool{New: func() any {
	buf := make([]byte, 32<<10)
	return &buf
}}

// read runs until TCP is gone, in either direction. The octets it keeps are
// bounded: a peer that sends more than the case can account for is cut off.
func (l *Conn) read() {
	defer close(l.done)
	pooled := readBuffers.Get().(*[]byte)
	defer readBuffers.Put(pooled)
	buf := *pooled
	for {
		n, err := l.transport.Read(buf[:l.pace.next(len(buf), l.Deadlines.Settle)])
		l.pace.took(n)
		if n > 0 && !l.heard(buf[:n]) {
			return
		}
		if err != nil && l.pace.interrupted(err) {
			_ = l.transport.SetReadDeadline(time.Time{})
			continue
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
func (l *Conn) heard(p []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for piece := range slices.Chunk(p, 1<<10) {
		l.received += uint64(len(piece))
		var flood string
		switch {
		case l.received > l.most.octets:
			flood = fmt.Sprintf("over %d octets", l.most.octets)
		case len(l.events) > max(l.most.events, mostEvents), l.crowded:
			flood = fmt.Sprintf("over %d messages, pings and pongs", min(max(l.most.events, mostEvents), len(l.events)-1))
		case l.transcript.count > l.most.entries:
			flood = fmt.Sprintf("over %d frames", l.most.entries)
		case l.reader.empties > max(l.most.empties, mostEmpties):
			flood = fmt.Sprintf("over %d empty fragments", max(l.most.empties, mostEmpties))
		default:
			before := l.reader.underWay()
			entries, events := l.reader.feed(piece, now.Sub(l.began))
			if l.reader.underWay() > before && !l.most.passing || slices.ContainsFunc(events, l.isProgress) {
				l.lastProgress = now
			}
			l.file(entries, events)
			clear(entries) // they hold what frames had
			clear(events)
			continue
		}
		l.file(nil, []observed.Event{{Kind: observed.EventFlood, At: now.Sub(l.began), Name: flood, Position: observed.Position{Last: l.reader.number}}})
		return false
	}
	return true
}

func (l *Conn) lost(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := time.Since(l.began)
	cut := l.reader.cut()
	for _, e := range l.reader.rest(at) {
		l.keep(e)
	}
	l.gone = true
	switch {
	case errors.Is(err, net.ErrClosed): // the harness closed TCP itself
		l.file(nil, nil)
	case l.overStream(err, at, cut):
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF): // inside a record of TLS
		text := "TCP closed by the peer"
		if l.truncated() {
			text += ", without a close_notify alert of TLS"
		}
		l.over(at, observed.EntryEOF, text, observed.EventEOF, cut)
	default:
		text := "TCP reset by the peer"
		if !errors.Is(err, syscall.ECONNRESET) {
			text = "connection lost: " + err.Error()
		}
		l.over(at, observed.EntryReset, text, observed.EventReset, cut)
	}
}

// over files the end of TCP, which may have cut off a frame; the lock is held.
func (l *Conn) over(at time.Duration, entry observed.EntryKind, text string, event observed.EventKind, cut string) {
	e := l.reader.entry(at, entry, nil, text)
	l.file([]observed.Entry{e}, []observed.Event{{Kind: event, At: at, Name: cut, Truncated: l.truncated(), Position: observed.Position{Last: e.Number}}})
}

// file adds to transcript and events; the lock is held.
func (l *Conn) file(entries []observed.Entry, events []observed.Event) {
	for _, e := range entries {
		l.enter(e)
	}
	l.events = append(l.events, events...)
	// What the harness sent itself may come back, whatever else takes memory.
	foreign := max(l.reader.untaken, l.reader.limit) - l.reader.limit
	l.crowded = l.crowded || len(events) > 0 && !l.memory.hold(costOfEvent*len(l.events)+int(foreign))
	for _, e := range events {
		if e.Ends() || e.Kind == observed.EventViolation || e.Kind == observed.EventFlood {
			l.ended = true
			l.transcript.Pin(e.Position.Last)
		}
	}
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// enter adds an entry to the transcript; the lock is held.
func (l *Conn) enter(e observed.Entry) {
	if l.sampling && e.Kind == observed.EntryFrame && !e.Header.Opcode.IsControl() {
		if l.samples--; l.samples < 0 {
			return
		}
		e = e.Sample()
	}
	l.keep(e)
}

// keep puts an entry into the transcript as it is; the lock is held.
func (l *Conn) keep(e observed.Entry) {
	l.transcript.Add(e)
	if l.Watch != nil {
		l.Watch(e)
	}
}

// Sample begins or ends sampling: while it is on, the transcript keeps only samples of
// data frames ([observed.FramesSampled]).
func (l *Conn) Sample(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !on && l.samples < 0 {
		l.keep(observed.Entry{At: time.Since(l.began), Kind: observed.EntryNote,
			Text: fmt.Sprintf("%d more frames of the exchange, which were compared and not kept", -l.samples)})
	}
	l.sampling, l.samples = on, observed.FramesSampled
}

// note adds a line of the harness's own to the transcript.
func (l *Conn) note(kind observed.EntryKind, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keep(observed.Entry{At: time.Since(l.began), Kind: kind, Text: text})
}

// Mark adds the event [observed.EventQuiet] with this name, after a wait of that length.
func (l *Conn) Mark(name string, waited time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := time.Since(l.began)
	l.file([]observed.Entry{{At: at, Kind: observed.EntryNote, Text: "mark " + name + ": the peer kept the connection"}},
		[]observed.Event{{Kind: observed.EventQuiet, At: at, Name: name, Waited: waited}})
}

// Look calls f with the events so far, whether the peer has ended the connection, and
// whether TCP is gone. The events are valid only during the call.
func (l *Conn) Look(f func(events []observed.Event, ended, gone bool)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l.events, l.ended, l.gone)
}

// PeerEnded reports whether the peer has sent Close, broken the framing, or ended TCP.
func (l *Conn) PeerEnded() (ended bool) {
	l.Look(func(_ []observed.Event, e, _ bool) { ended = e })
	return ended
}

// Until waits until enough returns true, and returns true then. It gives up when the
// peer has made no progress for idle, at the end of the case's time, and when the
// context ends. If TCP is gone, nothing more can come.
func (l *Conn) Until(ctx context.Context, idle time.Duration, enough func(events []observed.Event, ended bool) bool) bool {
	return l.UntilIdle(ctx, func() time.Duration { return idle }, enough)
}

// UntilReceived waits until so many octets have come behind the opening handshake, and returns
// true then. It goes on behind a violation, and gives up as [Conn.Until] does.
func (l *Conn) UntilReceived(ctx context.Context, idle time.Duration, octets uint64) bool {
	return l.Until(ctx, idle, func([]observed.Event, bool) bool { return l.received >= octets })
}

// looking is how often a wait looks whether it may still last.
const looking = 250 * time.Millisecond

// UntilIdle is [Conn.Until] for a time that can change during the wait.
func (l *Conn) UntilIdle(ctx context.Context, idle func() time.Duration, enough func(events []observed.Event, ended bool) bool) bool {
	started := time.Now()
	timer := time.NewTimer(min(idle(), looking, time.Until(l.deadline)))
	defer timer.Stop()
	for {
		var yes, gone bool
		l.Look(func(events []observed.Event, ended, g bool) { yes, gone = enough(events, ended), g })
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
		left := time.Until(l.quietSince(started).Add(idle()))
		if time.Until(l.deadline) <= 0 || left <= 0 {
			return false
		}
		timer.Reset(min(left, looking, time.Until(l.deadline)))
	}
}

// isProgress reports whether an event brings a case on.
func (l *Conn) isProgress(e observed.Event) bool {
	return e.Kind != observed.EventPing && (e.Kind != observed.EventPong || l.flooded)
}

// Flooded says that pongs are progress from now on: they answer a flood.
func (l *Conn) Flooded() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flooded = true
}

// quietSince is when the peer made progress last, or the wait began.
func (l *Conn) quietSince(started time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lastProgress.After(started) {
		return l.lastProgress
	}
	return started
}

// Write sends octets in pieces of at most chop, each with a deadline: a peer that
// reads nothing blocks no script for longer. A peer that has left is no error here:
// what it did is in the events.
//
// It returns how many octets the network took.
func (l *Conn) Write(octets []byte, chop int) (taken int) {
	const most = 64 << 10
	const mostSpaced = 1 << 10
	spaced := chop == 1 && len(octets) <= mostSpaced
	between := l.Deadlines.CutSpacing(len(octets))
	if chop <= 0 || chop > most {
		chop = most
	}
	allowed := l.Deadlines.Answer + l.Deadlines.Transfer(chop, chop/8)
	for len(octets) > 0 && !l.finSent {
		n := min(chop, len(octets))
		_ = l.transport.SetWriteDeadline(time.Now().Add(allowed))
		if _, err := l.transport.Write(octets[:n]); err != nil {
			l.note(observed.EntryNote, "the peer took no more octets: "+err.Error())
			return taken
		}
		taken += n
		if octets = octets[n:]; spaced && len(octets) > 0 {
			time.Sleep(between) // the peer may act on one frame before the next is whole
		}
	}
	return taken
}

// WriteCut writes octets in the pieces that the cuts make, with a moment between two, and
// returns how many octets the network took.
func (l *Conn) WriteCut(octets []byte, cuts script.Cuts) (taken int) {
	pieces := cuts.Pieces(octets)
	for i, piece := range pieces {
		if i > 0 {
			time.Sleep(l.Deadlines.CutSpacing(len(pieces)))
		}
		n := l.Write(piece, 0)
		if taken += n; n < len(piece) {
			break
		}
	}
	return taken
}

// Drop closes TCP and waits until reading has stopped.
func (l *Conn) Drop() {
	l.mu.Lock()
	gone := l.gone
	l.mu.Unlock()
	if !gone {
		l.note(observed.EntryDrop, l.below()+" closed by the harness")
	}
	_ = l.transport.Close()
	l.pace.end()
	<-l.done
	l.mu.Lock()
	defer l.mu.Unlock()
	l.transcript.Release()
	l.memory.release()
}

// Agreed is the harness's side of permessage-deflate. It is nil if the extension was not
// agreed on.
func (l *Conn) Agreed() *Deflation { return l.reader.deflate }

// JudgeMasks adds a violation if the peer's masking keys show a pattern.
func (l *Conn) JudgeMasks() {
	if v := l.reader.masks.Judge(); v != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.file(nil, []observed.Event{{Kind: observed.EventViolation, At: time.Since(l.began), Violation: v, Position: l.reader.masks.last}})
	}
}

// RecordSent adds to the transcript what the harness is about to send: a frame with its
// header or, if h is nil, octets that text describes.
func (l *Conn) RecordSent(h *wire.Header, octets []byte, text string) {
	kind := observed.EntryFrame
	if h == nil {
		kind = observed.EntryOctets
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.enter(observed.Entry{At: time.Since(l.began), Dir: observed.Sent, Kind: kind, Header: h, Octets: octets, Text: text})
}

// EventCount is the number of events so far.
func (l *Conn) EventCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.events)
}

// AddEvent adds an event that the harness derives from others. If it has no time, it gets
// the present one.
func (l *Conn) AddEvent(e observed.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.At == 0 {
		e.At = time.Since(l.began)
	}
	l.events = append(l.events, e)
	l.ended = l.ended || e.Kind == observed.EventNoConnection
}

// RemoveEvent removes the event with index i, so that a long exchange of correct echoes
// needs no memory.
func (l *Conn) RemoveEvent(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reader.untaken -= uint64(l.events[i].Size())
	l.events = slices.Delete(l.events, i, i+1)
}

// Remark sets the name of the event with index i, which tells more about it. If the
// transcript does not have the frames of the event, Remark adds a note to which the event
// points.
func (l *Conn) Remark(i int, name string, late bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := &l.events[i]
	e.Name, e.Late = name, late
	if l.sampling && l.samples < 0 {
		note := l.reader.entry(e.At, observed.EntryNote, nil, e.String())
		note.Dir = observed.Noted
		l.keep(note)
		e.Position = observed.Position{Last: note.Number}
	}
}

// ReceivedOctets is the number of octets that came from the peer after the opening
// handshake.
func (l *Conn) ReceivedOctets() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.received
}

// Seen returns all events and the transcript. Call it after [Conn.Drop].
func (l *Conn) Seen() ([]observed.Event, observed.Transcript) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events, l.transcript.Transcript()
}

// AddViolation adds a violation that no frame by itself shows. The number is the
// [observed.Entry.Number] of the entry that shows it. That entry may still be to come.
func (l *Conn) AddViolation(v *wire.Violation, number int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.file(nil, []observed.Event{{Kind: observed.EventViolation, At: time.Since(l.began), Violation: v, Position: observed.Position{Last: number}}})
}

// TimeUp reports whether the case has used all its time.
func (l *Conn) TimeUp() bool { return time.Until(l.deadline) <= 0 }

// Allow gives the case more time, once: as much as the peer has shown that it needs,
// and at most its time of [Deadlines.Case] once more.
func (l *Conn) Allow(more time.Duration) {
	if !l.allowedMore {
		l.allowedMore = true
		l.deadline = l.deadline.Add(min(more, l.Deadlines.Case))
	}
}

// Postpone gives the case the time that it waited for something of the harness's own.
func (l *Conn) Postpone(waited time.Duration) { l.deadline = l.deadline.Add(waited) }

// PeerMasks returns the masking keys of the peer's frames, in order, and where the last
// one is. Call it after [Conn.Drop].
func (l *Conn) PeerMasks() (keys []uint32, last observed.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reader.masks.keys, l.reader.masks.last
}
