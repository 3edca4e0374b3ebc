package ref

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// WithConn opens a connection as Dial does, gives it to a function and closes it
// when that returns: with 1000 if it returned nil, with 1011 if it returned an
// error or panicked, and not at all if it had closed it by itself. The error is
// the function's, else that of opening or closing.
//
// ctx ends the opening only; give it to what the function does as well.
func WithConn(ctx context.Context, uri string, options *DialOptions, f func(*Conn) error) error {
	conn, _, err := Dial(ctx, uri, options)
	if err != nil {
		return err
	}
	defer conn.CloseNow()
	returned := false
	defer func() {
		if !returned { // it panicked, which goes on
			_ = conn.Close(wire.StatusInternalServerError, "")
		}
	}()
	err = f(conn)
	returned = true
	if err != nil {
		_ = conn.Close(wire.StatusInternalServerError, "") // f's error matters more
		return err
	}
	return conn.Close(wire.StatusNormalClosure, "")
}

// Retry says how often and how soon the opening of a connection is tried again.
// The zero value tries once.
type Retry struct {
	// Attempts is the most attempts, the first included; one if zero.
	Attempts int
	// Wait is how long to wait before the second attempt; 1 second if zero. Each
	// later wait is twice as long as the one before, up to MaxWait, which is 30
	// seconds if zero.
	Wait, MaxWait time.Duration
}

const (
	defaultRetryWait    = time.Second
	defaultRetryMaxWait = 30 * time.Second
)

// Dial opens a connection as the function [Dial] does, and tries again when there
// was no answer, none that could be read, or one of 408, 425, 429 or 5xx, other than
// 501 and 505. Any other answer, a wrong URI and wrong options would come to the same again. What comes
// back is of the last attempt. When ctx ends while it waits, the error has its
// cause too.
//
// Only the opening is tried again: what was lost of an open connection only the
// application knows how to make good.
func (r Retry) Dial(ctx context.Context, uri string, options *DialOptions) (*Conn, *http.Response, error) {
	if r.Attempts < 0 || r.Wait < 0 || r.MaxWait < 0 {
		return nil, nil, &HandshakeError{Err: unfitError{fmt.Errorf("retry: %d attempts, waits of %v up to %v, want more than zero, or zero for the defaults", r.Attempts, r.Wait, r.MaxWait)}}
	}
	for attempt := 1; ; attempt++ {
		conn, response, err := Dial(ctx, uri, options)
		if err == nil || attempt >= r.Attempts || !passing(err) {
			return conn, response, err
		}
		timer := time.NewTimer(r.wait(attempt))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, response, errors.Join(err, context.Cause(ctx))
		}
	}
}

// wait returns how long to wait behind the attempt of that number.
func (r Retry) wait(attempt int) time.Duration {
	wait, most := cmp.Or(r.Wait, defaultRetryWait), cmp.Or(r.MaxWait, defaultRetryMaxWait)
	for ; attempt > 1 && wait < most; attempt-- {
		wait *= 2
	}
	return min(wait, most)
}

// passing reports whether what kept a handshake from succeeding may pass.
func passing(err error) bool {
	var refused *HandshakeError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Status {
	case 0:
		return !errors.Is(err, errUnfit)
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return refused.Status >= 500
}

// errUnfit marks the errors that come from what Dial was given.
var errUnfit = errors.New("nothing was sent")

// An unfitError is such an error; the mark is for [passing], not to be read.
type unfitError struct{ error }

func (e unfitError) Unwrap() error        { return e.error }
func (e unfitError) Is(target error) bool { return target == errUnfit }
