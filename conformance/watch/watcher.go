package watch

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/passive"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Watcher passes connections on to a server, and judges them. Its functions are called by
// several goroutines at once; nil ones are not called. Set its fields before
// [Watcher.Serve], and do not change them after that.
type Watcher struct {
	// Target is the server. Of its URL only the scheme, the host and the port count.
	Target *opening.Target
	// Deadlines.Connect bounds how long connecting to the server may take.
	Deadlines stream.Deadlines
	// Connections is how many connections are taken. 0 means no bound.
	Connections int
	// Faults are made on each connection. Seed chooses what a fault leaves to chance: the
	// same seed has the same choice for the connection with the same number.
	Faults []Fault
	Seed   uint64

	// Judge are the options for the connection with that number, from 1.
	Judge func(number int) passive.Options
	// Faulted is told what a fault did to the octets of a sender.
	Faulted func(number int, sender wire.Role, what string)
	// Unreached is told if the server cannot be reached for a connection. The client's
	// connection is then reset.
	Unreached func(number int, err error)
	// Ended is told of each connection that was passed on, when all of it is judged.
	Ended func(Watched)
	// Refused is told of an error of this machine, such as that it cannot open more
	// connections. The Watcher goes on.
	Refused func(error)
}

// A Watched is a connection that was passed on.
type Watched struct {
	// Number counts the connections, from 1.
	Number int
	// From is the address of the client.
	From string
	// Began is when the connection was accepted, and Took how long it lasted.
	Began time.Time
	Took  time.Duration
	passive.Summary
	// Transcript is that of [passive.Connection.Transcript].
	Transcript func(peer wire.Role) observed.Transcript
}

// refusedWait is how long the Watcher waits before it accepts again, when this machine
// cannot open more connections.
const refusedWait = 50 * time.Millisecond

// Serve takes connections until the context ends or all of [Watcher.Connections] have ended.
// At the end it closes all connections, and returns when everything is judged. The error is
// that of the listener, nil if the context ended it.
func (w *Watcher) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	open := connections{}
	stop := context.AfterFunc(ctx, func() {
		_ = l.Close()
		open.close()
	})
	defer stop()
	var under sync.WaitGroup
	defer under.Wait()
	for number := 1; w.Connections == 0 || number <= w.Connections; number++ {
		client, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = client.Close()
			}
			return nil
		case err != nil && opening.OwnFault(err):
			number--
			if w.Refused != nil {
				w.Refused(err)
			}
			pause(ctx, refusedWait)
			continue
		case err != nil:
			cancel()
			return err
		}
		under.Add(1)
		go w.pass(ctx, client, number, &open, under.Done)
	}
	_ = l.Close()
	return nil
}

// pass connects to the server, and passes the connection on. It calls over when that has
// ended.
func (w *Watcher) pass(ctx context.Context, client net.Conn, number int, open *connections, over func()) {
	began := time.Now()
	server, err := w.Target.Connect(ctx, w.Deadlines)
	if err != nil {
		if w.Unreached != nil && ctx.Err() == nil {
			w.Unreached(number, err)
		}
		reset(client)
		over()
		return
	}
	var options passive.Options
	if w.Judge != nil {
		options = w.Judge(number)
	}
	c := newConnection(w, number, began, client, server, options)
	open.add(c)
	c.start(ctx, func() {
		defer over()
		open.remove(c)
		w.ended(c)
	})
}

// ended tells of a connection that has ended.
func (w *Watcher) ended(c *connection) {
	if w.Ended == nil {
		return
	}
	w.Ended(Watched{
		Number: c.number, From: c.client.RemoteAddr().String(), Began: c.began, Took: time.Since(c.began),
		Summary: c.judging.summary(), Transcript: c.judging.judge.Transcript,
	})
}

// connections are those under way.
type connections struct {
	mu     sync.Mutex
	under  map[*connection]struct{}
	closed bool
}

// add adds a connection. It is closed at once if the others are.
func (o *connections) add(c *connection) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.under == nil {
		o.under = map[*connection]struct{}{}
	}
	o.under[c] = struct{}{}
	if o.closed {
		c.closeBoth()
	}
}

func (o *connections) remove(c *connection) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.under, c)
}

// close closes all connections.
func (o *connections) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for c := range o.under {
		c.closeBoth()
	}
}

// pause waits, and returns false if the context ended before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// isTimeout reports whether a read ended because its time was over.
func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
