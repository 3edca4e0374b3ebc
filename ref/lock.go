package ref

import "context"

// A lock is a mutex that can be waited for no longer than a context or a
// channel allows.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

// try takes the lock if it is free.
func (l lock) try() bool {
	select {
	case l <- struct{}{}:
		return true
	default:
		return false
	}
}

// acquire waits for the lock, the end of ctx or the closing of done. Without an
// error the lock is held.
func (l lock) acquire(ctx context.Context, done <-chan struct{}) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-done:
		return errDone
	}
}

func (l lock) release() { <-l }
