package ref

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

func TestLock(t *testing.T) {
	noLeaks(t)
	var l lock
	n, wait := 0, sync.WaitGroup{}
	for range 50 {
		wait.Go(func() {
			for range 200 {
				if err := l.acquire(testContext(t), nil); err != nil {
					t.Error(err)
					return
				}
				n++ // the race detector looks on
				l.release()
			}
		})
	}
	// Others come and give up at any moment.
	for range 10 {
		wait.Go(func() {
			for range 200 {
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Microsecond)
				if l.acquire(ctx, nil) == nil {
					l.release()
				}
				cancel()
			}
		})
	}
	wait.Wait()
	if n != 50*200 || !l.try() || l.waiting.Load() != 0 || l.waiters != nil {
		t.Errorf("%d times, state %d, %d wait", n, l.state.Load(), l.waiting.Load())
	}
}

func TestLockIsWaitedFor(t *testing.T) {
	noLeaks(t)
	var l lock
	if !l.try() || l.try() {
		t.Fatal("taken twice")
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("my reason")
	cancel(reason)
	if err := l.acquire(ctx, nil); err != reason {
		t.Errorf("ended before: %v", err)
	}
	done := make(chan struct{})
	close(done)
	if err := l.acquire(testContext(t), done); err != errDone {
		t.Errorf("done: %v", err)
	}
	first := inBackground(func() error { return l.acquire(testContext(t), nil) })
	for l.waiting.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	l.release()
	must(t, awaitErr(t, first))
	if l.try() {
		t.Error("the waiter does not hold it")
	}
}

// A lent lock is for borrowers only, those that wait already and those that come.
func TestLockIsLent(t *testing.T) {
	noLeaks(t)
	for _, before := range []bool{false, true} {
		var l lock
		l.try()
		other := inBackground(func() error { return l.acquire(t.Context(), nil) })
		for l.waiting.Load() != 1 {
			time.Sleep(time.Millisecond)
		}
		borrowed := make(chan bool, 1)
		borrow := func() error {
			ok, err := l.acquireOrBorrow(testContext(t), nil)
			borrowed <- ok
			return err
		}
		var borrowing <-chan error
		if before {
			borrowing = inBackground(borrow)
			for l.waiting.Load() != 2 {
				time.Sleep(time.Millisecond)
			}
		}
		l.lend()
		if !before {
			borrowing = inBackground(borrow)
		}
		must(t, awaitErr(t, borrowing))
		if !<-borrowed || l.takeBack() {
			t.Error("it was not borrowed")
		}
		l.state.Store(lockHeld) // so that the test can end
		l.release()
		must(t, awaitErr(t, other))

		l.lend()
		if !l.takeBack() || l.state.Load() != lockHeld {
			t.Error("nobody borrowed it, and it is gone")
		}
		l.release()
		if borrowed, err := l.acquireOrBorrow(testContext(t), nil); borrowed || err != nil {
			t.Errorf("a free lock: borrowed %v, %v", borrowed, err)
		}
	}
}
