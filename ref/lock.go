package ref

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// A lock is a mutex whose waiters can give up when a context or a channel ends.
// Its zero value is free. Taking and releasing it costs two atomic operations if
// no goroutine waits.
//
// The holder can lend it to a goroutine that closes the connection.
type lock struct {
	state   atomic.Int32
	waiting atomic.Int32 // how many are in waiters or about to be
	mu      sync.Mutex
	waiters []*waiter // first come, first served
}

// The states of a lock.
const (
	lockFree int32 = iota
	lockHeld
	lockLent  // held, and a borrower may take it
	lockTaken // a borrower took it and keeps it
)

// A waiter waits for a lock. Its channel gets an element when it has it.
type waiter struct {
	ready  chan struct{}
	borrow bool // a lent lock will do
}

// try takes the lock if it is free.
func (l *lock) try() bool { return l.state.CompareAndSwap(lockFree, lockHeld) }

// acquire waits for the lock, the end of ctx or the closing of done. Without an
// error the lock is held.
func (l *lock) acquire(ctx context.Context, done <-chan struct{}) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if l.try() {
		return nil
	}
	_, err := l.wait(ctx, done, false)
	return err
}

// acquireOrBorrow is acquire that a lent lock satisfies as well. Then it is
// borrowed and must not be released.
func (l *lock) acquireOrBorrow(ctx context.Context, done <-chan struct{}) (borrowed bool, err error) {
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if l.try() {
		return false, nil
	}
	return l.wait(ctx, done, true)
}

func (l *lock) wait(ctx context.Context, done <-chan struct{}, borrow bool) (borrowed bool, err error) {
	w := &waiter{ready: make(chan struct{}, 1), borrow: borrow}
	l.mu.Lock()
	l.waiting.Add(1)
	// A release or a loan from now on looks for waiters.
	if l.try() || borrow && l.state.CompareAndSwap(lockLent, lockTaken) {
		l.waiting.Add(-1)
		l.mu.Unlock()
		return l.state.Load() == lockTaken, nil
	}
	l.waiters = append(l.waiters, w)
	l.mu.Unlock()
	select {
	case <-w.ready:
		return l.state.Load() == lockTaken, nil
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-done:
		err = errDone
	}
	l.mu.Lock()
	i := slices.Index(l.waiters, w)
	if i >= 0 {
		l.remove(i)
	}
	l.mu.Unlock()
	if i < 0 { // it was given the lock meanwhile
		if l.state.Load() == lockTaken {
			return true, nil
		}
		l.release()
	}
	return false, err
}

// remove takes a waiter off the list; mu is held.
func (l *lock) remove(i int) *waiter {
	w := l.waiters[i]
	l.waiters = slices.Delete(l.waiters, i, i+1)
	if len(l.waiters) == 0 {
		l.waiters = nil
	}
	l.waiting.Add(-1)
	return w
}

func (l *lock) release() {
	if l.waiting.Load() == 0 {
		l.state.Store(lockFree)
		// Somebody may have come to wait since, and found the lock held.
		if l.waiting.Load() == 0 || !l.try() {
			return
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiters) == 0 {
		l.state.Store(lockFree)
		return
	}
	l.remove(0).ready <- struct{}{} // the lock stays held
}

// lend lets a borrower take the lock until takeBack.
func (l *lock) lend() {
	l.state.Store(lockLent)
	if l.waiting.Load() == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.waiters, func(w *waiter) bool { return w.borrow })
	if i >= 0 && l.state.CompareAndSwap(lockLent, lockTaken) {
		l.remove(i).ready <- struct{}{}
	}
}

// takeBack ends lending. It reports false if a borrower has the lock.
func (l *lock) takeBack() bool { return l.state.CompareAndSwap(lockLent, lockHeld) }
