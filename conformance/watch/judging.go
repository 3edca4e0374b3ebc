package watch

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/ref/wire"
)

// The octets that wait to be judged: at most so many of one connection, and of all
// together. More are not judged.
const (
	mostWaiting    = 8 << 20
	mostWaitingAll = 64 << 20
	// spareRoom is how much room a connection keeps when nothing waits.
	spareRoom = 4 << 10
	fewItems  = 32
)

var waiting atomic.Int64

// judges is how many connections are judged at the same time: fewer than there are
// processors, so that one is free to pass octets on.
var judges = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1))

// A judging judges a connection behind the passing: octets are queued, and a goroutine
// judges them while there are some.
type judging struct {
	judge *passive.Connection
	// opened: the opening handshake is over.
	opened atomic.Bool

	mu    sync.Mutex
	items []item
	room  []byte
	// busy: a goroutine judges. over: nothing more is queued.
	busy, over bool
	// missed is how many octets of a sender were not queued.
	missed map[wire.Role]int64
	// idle is closed when the goroutine is done, after over.
	idle chan struct{}
}

// An item is what one side did: octets, or the end of TCP.
type item struct {
	sender wire.Role
	at     time.Duration
	octets int
	end    passive.End
	// missed: octets are missing from here on.
	missed bool
}

func newJudging(c *passive.Connection) *judging {
	return &judging{judge: c, idle: make(chan struct{})}
}

// So many octets are judged at once by who passes them on, behind that: waking another
// goroutine would take longer. Of large frames that are not compressed it is any number of
// octets, because queueing them would take longer too.
const (
	mostAtOnce = 1 << 10
	largeFrame = 512
)

// quick reports whether judging so many octets takes no longer than queueing them. It is
// called while nothing is judged.
func (j *judging) quick(sender wire.Role, octets int) bool {
	if octets <= mostAtOnce {
		return true
	}
	s := j.judge.Summary()
	side := s.Client
	if sender == wire.RoleServer {
		side = s.Server
	}
	return s.Opened && s.Agreed.Deflate == nil && side.Octets > side.Frames*largeFrame
}

// octets queues octets to be judged. A few that were passed on already it judges at once, if
// nothing else waits. It does not wait.
func (j *judging) octets(sender wire.Role, octets []byte, at time.Duration, passedOn bool) {
	j.mu.Lock()
	if passedOn && !j.busy && j.missed[sender] == 0 && j.quick(sender, len(octets)) {
		j.busy = true
		j.mu.Unlock()
		j.atOnce(item{sender: sender, at: at, octets: len(octets)}, octets)
		return
	}
	defer j.mu.Unlock()
	n := int64(len(octets))
	if j.missed[sender] > 0 {
		j.missed[sender] += n
		return
	}
	if len(j.room)+len(octets) > mostWaiting || waiting.Add(n) > mostWaitingAll {
		if len(j.room)+len(octets) <= mostWaiting {
			waiting.Add(-n)
		}
		if j.missed == nil {
			j.missed = map[wire.Role]int64{}
		}
		j.missed[sender] = n
		j.queue(item{sender: sender, at: at, missed: true})
		return
	}
	j.room = append(j.room, octets...)
	j.queue(item{sender: sender, at: at, octets: len(octets)})
}

// atOnce judges an item without a queue. What was queued meanwhile is judged behind it.
func (j *judging) atOnce(i item, octets []byte) {
	j.feed(i, octets)
	j.noteOpened()
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case len(j.items) > 0:
		go j.run()
	default:
		j.rest()
	}
}

// rest ends the judging until something is queued again; mu is held.
func (j *judging) rest() {
	j.busy = false
	if j.over {
		close(j.idle)
	}
}

// noteOpened notes that frames follow.
func (j *judging) noteOpened() {
	if !j.opened.Load() && j.judge.Summary().Opened {
		j.opened.Store(true)
	}
}

// closed queues the end of TCP.
func (j *judging) closed(sender wire.Role, how passive.End, at time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.queue(item{sender: sender, at: at, end: how})
}

// queue queues an item; mu is held.
func (j *judging) queue(i item) {
	j.items = append(j.items, i)
	if !j.busy {
		j.busy = true
		go j.run()
	}
}

// finish waits until all is judged, and ends the judge.
func (j *judging) finish(at time.Duration) {
	j.mu.Lock()
	j.over = true
	busy := j.busy
	j.mu.Unlock()
	if busy {
		<-j.idle
	}
	j.judge.End(at)
}

// summary is what was seen of the connection, when all is judged. It counts all octets, also
// those that were not judged.
func (j *judging) summary() passive.Summary {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.judge.Summary()
	s.Client.Octets += j.missed[wire.RoleClient]
	s.Server.Octets += j.missed[wire.RoleServer]
	return s
}

// run judges what waits, until nothing does.
func (j *judging) run() {
	judges <- struct{}{}
	defer func() { <-judges }()
	var items []item
	var room []byte
	for {
		j.mu.Lock()
		if cap(room) > spareRoom {
			room = nil
		}
		if cap(items) > fewItems {
			items = nil
		}
		items, j.items = j.items, items[:0]
		room, j.room = j.room, room[:0]
		if len(items) == 0 {
			j.rest()
			j.mu.Unlock()
			return
		}
		j.mu.Unlock()
		at := 0
		for _, i := range items {
			j.feed(i, room[at:at+i.octets])
			at += i.octets
		}
		waiting.Add(-int64(len(room)))
		j.noteOpened()
	}
}

// TooFast is why octets are not judged that had no room: see [passive.Unjudged].
const TooFast = "the octets came faster than they could be judged"

func (j *judging) feed(i item, octets []byte) {
	fromClient := i.sender == wire.RoleClient
	switch {
	case i.missed:
		j.judge.Stop(i.sender, TooFast, i.at)
	case i.end != 0 && fromClient:
		j.judge.ClientClosed(i.end, i.at)
	case i.end != 0:
		j.judge.ServerClosed(i.end, i.at)
	case fromClient:
		j.judge.FromClient(octets, i.at)
	default:
		j.judge.FromServer(octets, i.at)
	}
}
