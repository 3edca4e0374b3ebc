package ref

import (
	"context"
	"errors"
	"os"
	"time"
)

// errDone says that the connection has ended. Only this package sees it; callers
// get the CloseError.
var errDone = errors.New("connection ended")

// past is a deadline that interrupts a read or write at once.
var past = time.Unix(1, 0)

// interruptible runs an operation on a connection. When ctx ends, it interrupts the
// operation by a deadline in the past, clears the deadline again, and returns the
// cause of ctx.
func interruptible(ctx context.Context, setDeadline func(time.Time) error, operation func() (int, error)) (int, error) {
	if ctx.Done() == nil {
		return operation()
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = setDeadline(past) // fails only when the connection is closed already
		close(interrupted)
	})
	n, err := operation()
	if !stop() {
		<-interrupted
		_ = setDeadline(time.Time{})
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = context.Cause(ctx)
		}
	}
	return n, err
}
