package ref

import (
	"context"
	"errors"
	"os"
	"time"
)

// errDone says inside this package that the connection had ended; callers get
// the CloseError instead.
var errDone = errors.New("connection ended")

// past is a deadline that interrupts whoever waits.
var past = time.Unix(1, 0)

// interruptible runs one operation on a connection and interrupts it, by a
// deadline in the past, when ctx ends. The error is ctx's cause when that is
// what ended the operation; the deadline is then cleared again.
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
