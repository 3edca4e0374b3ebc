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

	mu sync.Mutex
	// queue is what waits; nil if nothing does.
	queue *queue
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

// A queue has what waits to be judged. Connections lend each other queues, so that one of
// which nothing waits holds none.
type queue struct {
	items  []item
	octets []byte
}

// A queue that has grown beyond that is not lent any more.
const (
	mostLentOctets = 64 << 10
	mostLentItems  = 256
)

var queues = sync.Pool{New: func() any { return &queue{} }}

// release gives the queue back.
func (q *queue) release() {
	if cap(q.octets) > mostLentOctets || cap(q.items) > mostLentItems {
		return
	}
	clear(q.items)
	q.items, q.octets = q.items[:0], q.octets[:0]
	queues.Put(q)
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
	full := j.waits()+len(octets) > mostWaiting
	if full || waiting.Add(n) > mostWaitingAll {
		if !full {
			waiting.Add(-n)
		}
		if j.missed == nil {
			j.missed = map[wire.Role]int64{}
		}
		j.missed[sender] = n
		j.add(item{sender: sender, at: at, missed: true}, nil)
		return
	}
	j.add(item{sender: sender, at: at, octets: len(octets)}, octets)
}

// waits is how many octets wait; mu is held.
func (j *judging) waits() int {
	if j.queue == nil {
		return 0
	}
	return len(j.queue.octets)
}

// atOnce judges an item without a queue. What was queued meanwhile is judged behind it.
func (j *judging) atOnce(i item, octets []byte) {
	j.feed(i, octets)
	j.noteOpened()
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.queue != nil:
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
	j.add(item{sender: sender, at: at, end: how}, nil)
}

// add queues an item; mu is held.
func (j *judging) add(i item, octets []byte) {
	if j.queue == nil {
		j.queue = queues.Get().(*queue)
	}
	j.queue.items = append(j.queue.items, i)
	j.queue.octets = append(j.queue.octets, octets...)
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
	for {
		j.mu.Lock()
		q := j.queue
		if j.queue = nil; q == nil {
			j.rest()
			j.mu.Unlock()
			return
		}
		j.mu.Unlock()
		at := 0
		for _, i := range q.items {
			j.feed(i, q.octets[at:at+i.octets])
			at += i.octets
		}
		waiting.Add(-int64(len(q.octets)))
		q.release()
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
