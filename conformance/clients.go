package conformance

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// A Launcher starts a client under test, which connects to the URL, sends back
// every message it gets, and ends when the connection does. It returns when the
// client has ended, with what there is to say of it in a line or more; the
// context ends when the client's time is up.
type Launcher func(ctx context.Context, url string) (remarks []string)

// RunClients plays cases against a client that is started anew for each of
// them, and returns the results in the order of the cases. A client that never
// connects, or does not end, fails its case.
func RunClients(ctx context.Context, launch Launcher, cases []*Case, opts Options) ([]Result, error) {
	opts = opts.withDefaults()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("this machine cannot listen: %w", err)
	}
	serving, stop := context.WithCancel(ctx)
	awaited := map[string]*awaited{}
	for _, c := range cases {
		awaited[c.ID] = newAwaited()
	}
	service := &Service{
		started: true,
		Cases:   cases, Deadlines: opts.Deadlines, Profile: opts.Profile, Subprotocols: opts.Subprotocols,
		begun: func(c *Case, began time.Time) { awaited[c.ID].connect(began) },
		Done:  func(_ string, r Result) { awaited[r.Case.ID].deliver(r) },
	}
	var serve sync.WaitGroup
	serve.Go(func() { _ = service.Serve(serving, listener) })
	defer serve.Wait()
	defer stop()
	run := &clientRun{
		launch: launch, secureLaunch: opts.SecureLauncher,
		url: "ws://" + listener.Addr().String(), deadlines: opts.Deadlines,
	}
	return inParallel(ctx, cases, opts, func(i int) Result {
		c := cases[i]
		if c.Script.Transport != AnyTransport {
			return again(ctx, func(int) Result { return run.secure(ctx, service, c) })
		}
		first, connected := run.once(ctx, c, awaited[c.ID])
		if !connected {
			return first // nothing was played that could be played again
		}
		return again(ctx, func(attempt int) Result {
			if attempt == 1 {
				return first
			}
			second, _ := run.once(ctx, c, awaited[c.ID])
			return second
		})
	})
}

// awaited is what is known of the client that was started for a case.
type awaited struct {
	mu sync.Mutex
	// since is when it was started: what an earlier one did is not about it.
	since time.Time
	// first is when its first connection began, zero if there was none yet.
	first     time.Time
	connected chan struct{}
	// result has the verdict on the first connection, other that on a later one.
	result, other chan Result
}

func newAwaited() *awaited {
	a := &awaited{}
	a.anew()
	return a
}

// anew forgets what the client before did.
func (a *awaited) anew() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.since, a.first, a.connected = time.Now(), time.Time{}, make(chan struct{}, 1)
	a.result, a.other = make(chan Result, 1), make(chan Result, 1)
}

// connect notes a connection that began then.
func (a *awaited) connect(began time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if began.Before(a.since) || !a.first.IsZero() {
		return
	}
	a.first = began
	a.connected <- struct{}{}
}

// deliver takes a verdict. The one on the first connection counts, though that on
// a second may well be there before it.
func (a *awaited) deliver(r Result) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.Started.Before(a.since) {
		return
	}
	to := a.result
	if !r.Started.Equal(a.first) {
		to = a.other
	}
	select {
	case to <- r:
	default:
	}
}

type clientRun struct {
	launch       Launcher
	secureLaunch SecureLauncher
	url          string
	deadlines    Deadlines
}

// once starts the client for one case and waits for the verdict and for the
// client's end. It reports too whether the client connected at all.
func (r *clientRun) once(ctx context.Context, c *Case, a *awaited) (res Result, connected bool) {
	a.anew()
	started := time.Now()
	living, kill := context.WithCancel(ctx)
	defer kill()
	remarks := make(chan []string, 1)
	go func() { remarks <- r.launch(living, r.url+c.resource()) }()
	res, said, ended := r.verdict(ctx, c, a, remarks, started)
	if !ended {
		// The connection is over, so the client has nothing left to do.
		select {
		case said = <-remarks:
		case <-time.After(r.deadlines.Drop):
			kill()
			said = append([]string{"the client was still running when there was nothing left to do, and was killed"}, <-remarks...)
		}
	}
	for _, line := range said {
		res.Transcript = append(res.Transcript, Entry{At: time.Since(started), Kind: EntryNote, Text: line})
	}
	return res, !slices.Contains(res.Observed, neverConnected)
}

// neverConnected stands in a result for what was observed.
const neverConnected = "no connection"

// verdict waits for the client to connect, and for what came of it. If the
// client ended meanwhile, it returns what there is to say of it.
func (r *clientRun) verdict(ctx context.Context, c *Case, a *awaited, remarks <-chan []string, started time.Time) (res Result, said []string, ended bool) {
	// A program takes its time to start: twice that of a connection.
	late := time.NewTimer(2 * r.deadlines.Connect)
	defer late.Stop()
	for {
		select {
		case res = <-a.result:
			return res, said, ended
		case <-a.connected:
			// From now on the service bounds every wait.
			late.Reset(r.deadlines.Handshake + 2*r.deadlines.Case)
		case said = <-remarks:
			// The client's end of the connection is closed, if there was one:
			// the verdict is on its way.
			remarks, ended = nil, true
			late.Reset(r.deadlines.Answer)
		case <-ctx.Done():
			return notArrived(c, started, "The run was interrupted."), said, ended
		case <-late.C:
			select {
			case res = <-a.other: // the client ended and left its first one open
				return res, said, ended
			default:
			}
			if ended {
				return notArrived(c, started, "The client ended without having run the case."), said, ended
			}
			return notArrived(c, started, "The client did not connect in time."), said, ended
		}
	}
}

func notArrived(c *Case, started time.Time, sentence string) Result {
	behavior, closing := Failed, CloseFailed
	if b := c.Script.Unconnected; b != "" {
		behavior, closing = b, CloseOK
	}
	return Result{
		Case: c, Role: wire.RoleClient, Verdict: overall(behavior, closing), Behavior: behavior, Close: closing,
		Started: started, Duration: time.Since(started), Attempts: 1, Observed: []string{neverConnected}, Explanation: sentence,
	}
}
