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

// WithConn opens a connection as Dial does, calls f with it, and closes it: with
// 1000 if f returned nil, with 1011 if f returned an error or panicked. It does
// not close a connection that f has closed. The error is that of f, or else of
// opening or closing.
//
// ctx applies to opening only.
func WithConn(ctx context.Context, uri string, options *DialOptions, f func(*Conn) error) error {
	conn, _, err := Dial(ctx, uri, options)
	if err != nil {
		return err
	}
	defer conn.CloseNow()
	returned := false
	defer func() {
		if !returned { // it panicked; the panic goes on
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

// Retry says how often and how soon to try to open a connection. The zero value
// tries once.
type Retry struct {
	// Attempts is the most attempts, including the first; 1 if zero.
	Attempts int
	// Wait is the time before the second attempt; 1 second if zero. Each later
	// one is twice as long, up to MaxWait, which is 30 seconds if zero.
	Wait, MaxWait time.Duration
}

const (
	defaultRetryWait    = time.Second
	defaultRetryMaxWait = 30 * time.Second
)

// Dial calls the function [Dial] until it succeeds, at most Attempts times. It tries
// again if there was no response or none that could be read, and after status 408, 425, 429 and 5xx
// except 501 and 505. Other responses, wrong URIs and wrong options are not
// retried. The result is that of the last attempt. If ctx ends during a wait, the
// error also has its cause.
//
// Only opening is retried. An application has to handle the loss of an open
// connection itself.
func (r Retry) Dial(ctx context.Context, uri string, options *DialOptions) (*Conn, *http.Response, error) {
	if r.Attempts < 0 || r.Wait < 0 || r.MaxWait < 0 {
		return nil, nil, &HandshakeError{Err: badOptionError{fmt.Errorf("retry: %d attempts, waits of %v up to %v, want more than zero, or zero for the defaults", r.Attempts, r.Wait, r.MaxWait)}}
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

// wait returns how long to wait after an attempt.
func (r Retry) wait(attempt int) time.Duration {
	wait, most := cmp.Or(r.Wait, defaultRetryWait), cmp.Or(r.MaxWait, defaultRetryMaxWait)
	for ; attempt > 1 && wait < most; attempt-- {
		wait *= 2
	}
	return min(wait, most)
}

// passing reports whether another attempt may succeed.
func passing(err error) bool {
	var refused *HandshakeError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Status {
	case 0:
		return !errors.Is(err, errBadOption)
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return refused.Status >= 500
}

// errBadOption marks errors in the arguments of Dial.
var errBadOption = errors.New("nothing was sent")

// A badOptionError is an error in the arguments of Dial. The mark is for
// [passing] and is not printed.
type badOptionError struct{ error }

func (e badOptionError) Unwrap() error        { return e.error }
func (e badOptionError) Is(target error) bool { return target == errBadOption }
