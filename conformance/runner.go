package conformance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// DefaultParallel is how many cases run at once unless told otherwise.
const DefaultParallel = 16

// Options say how to run cases. The zero value is ready for use.
type Options struct {
	// Parallel is how many cases run at once; zero means [DefaultParallel].
	Parallel int
	// Deadlines bound each wait; the zero value means
	// NewDeadlines(0, 0, 0).
	Deadlines Deadlines
	// Done, if set, is told of each result as it comes, from one goroutine at a
	// time.
	Done func(Result)
}

// RunServer plays cases against a server, each on a connection of its own, and
// returns their results in the order of the cases. A failing case is played
// again, and is Flaky if it does not fail again.
//
// The error is that of the context if the run was cut short; the results then
// hold the cases that had ended.
func RunServer(ctx context.Context, t *Target, cases []*Case, opts Options) ([]Result, error) {
	if opts.Parallel <= 0 {
		opts.Parallel = DefaultParallel
	}
	if opts.Deadlines == (Deadlines{}) {
		opts.Deadlines = NewDeadlines(0, 0, 0)
	}
	results := make([]Result, len(cases))
	var next atomic.Int64
	var wg sync.WaitGroup
	var report sync.Mutex
	for range min(opts.Parallel, len(cases)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(cases) {
					return
				}
				r := runTwice(ctx, t, cases[i], opts.Deadlines)
				if ctx.Err() != nil {
					return
				}
				report.Lock()
				results[i] = r
				if opts.Done != nil {
					opts.Done(r)
				}
				report.Unlock()
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return finished(results), err
	}
	return results, nil
}

func finished(results []Result) []Result {
	var kept []Result
	for _, r := range results {
		if r.Case != nil {
			kept = append(kept, r)
		}
	}
	return kept
}

// runTwice plays a case, and again if it failed.
func runTwice(ctx context.Context, t *Target, c *Case, d Deadlines) Result {
	first := runOnce(ctx, t, c, d, 1)
	if first.Verdict != Fail || ctx.Err() != nil {
		return first
	}
	second := runOnce(ctx, t, c, d, 2)
	second.Attempts = 2
	if second.Verdict == Pass || second.Verdict == Warn {
		second.Flaky = true
		second.Verdict = Warn
		second.Explanation = "Failed at first and not again: " + first.Explanation
		second.Transcript = first.Transcript
	}
	return second
}

// runOnce plays a case on a new connection.
func runOnce(ctx context.Context, t *Target, c *Case, d Deadlines, attempt int) Result {
	started := time.Now()
	keys := newMaskKeys(c.ID, attempt)
	conn, err := t.connect(ctx, d)
	if err != nil {
		return couldNot(c, started, nil, err)
	}
	defer conn.Close()
	o, err := open(ctx, conn, t, keys, d, started)
	if err != nil {
		return couldNot(c, started, o.transcript, err)
	}
	if o.response.Status != 101 {
		return couldNot(c, started, o.transcript, o.refusal())
	}
	if v := o.check(t); v != nil {
		r := couldNot(c, started, o.transcript, v)
		r.Explanation = violationSentence(v)
		return r
	}
	l := newLink(conn, wire.RoleClient, d, keys, started, accountable(c), o.transcript, o.early)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	return newResult(c, wire.RoleServer, play(ctx, l, &c.Script), started)
}

// couldNot is the result of a case that got no connection. A server that took
// connections when the run began and does not now has failed the case; where
// the fault is the harness's machine, the verdict is error.
func couldNot(c *Case, started time.Time, t Transcript, err error) Result {
	r := Result{
		Case: c, Role: wire.RoleServer, Verdict: Fail, Behavior: Failed, Close: CloseFailed,
		Started: started, Duration: time.Since(started), Attempts: 1, Transcript: t,
		Observed: []string{err.Error()},
	}
	var target *TargetError
	var violation *wire.Violation
	switch {
	case errors.As(err, &target):
		r.Explanation = fmt.Sprintf("No connection for this case: %s.", target.Sentence)
	case errors.As(err, &violation):
	default:
		r.Verdict = Error
		r.Explanation = capital(err.Error()) + "."
	}
	return r
}

// accountable is the most octets of payload that one message of the peer's can
// have in answer to a case: all that was sent, and room for reasons of its own.
func accountable(c *Case) uint64 {
	n := uint64(64 << 10)
	for _, s := range c.Script.Steps {
		switch s := s.(type) {
		case Send:
			for _, f := range s.Frames {
				n += uint64(f.Payload.Len())
			}
		case SendOctets:
			n += uint64(len(s.Octets))
		case SendPart:
			n += uint64(s.To - s.From)
		}
	}
	return n
}
