package conformance

import (
	"context"
	"fmt"
	"net"
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
	service := &Service{Cases: cases, Deadlines: opts.Deadlines, Profile: opts.Profile, Subprotocols: opts.Subprotocols}
	arrived := make([]chan Result, len(cases))
	index := map[string]int{}
	for i, c := range cases {
		arrived[i] = make(chan Result, 1)
		index[c.ID] = i
	}
	service.Done = func(_ string, r Result) {
		select {
		case arrived[index[r.Case.ID]] <- r:
		default: // a client that connects twice has its first verdict
		}
	}
	var serve sync.WaitGroup
	serve.Go(func() { _ = service.Serve(serving, listener) })
	defer serve.Wait()
	defer stop()
	run := &clientRun{launch: launch, url: fmt.Sprintf("ws://%s/runCase?agent=client&casetuple=", listener.Addr()), deadlines: opts.Deadlines}
	return inParallel(ctx, cases, opts, func(i int) Result {
		return again(ctx, func(int) Result { return run.once(ctx, cases[i], arrived[i]) })
	})
}

type clientRun struct {
	launch    Launcher
	url       string
	deadlines Deadlines
}

// once starts the client for one case and waits for the verdict and for the
// client's end.
func (r *clientRun) once(ctx context.Context, c *Case, arrived chan Result) Result {
	started := time.Now()
	living, kill := context.WithTimeout(ctx, r.deadlines.Connect+r.deadlines.Case)
	defer kill()
	remarks := make(chan []string, 1)
	go func() { remarks <- r.launch(living, r.url+c.ID) }()
	var res Result
	var said []string
	ended := false
	select {
	case res = <-arrived:
	case said = <-remarks:
		ended = true
		res = r.afterEnd(ctx, c, arrived, started)
	case <-time.After(r.deadlines.Connect + r.deadlines.Case):
		res = notArrived(c, started, "The client did not connect in time.")
	}
	if !ended {
		// The connection is over, so the client has nothing left to do.
		select {
		case said = <-remarks:
		case <-time.After(r.deadlines.Drop):
			kill()
			said = append([]string{"the client was still running when its connection had ended, and was killed"}, <-remarks...)
		}
	}
	for _, line := range said {
		res.Transcript = append(res.Transcript, Entry{At: time.Since(started), Kind: EntryNote, Text: line})
	}
	return res
}

// afterEnd gives the verdict on a client that has ended time to come, if it
// connected at all.
func (r *clientRun) afterEnd(ctx context.Context, c *Case, arrived chan Result, started time.Time) Result {
	select {
	case res := <-arrived:
		return res
	case <-ctx.Done():
	case <-time.After(r.deadlines.Answer):
	}
	return notArrived(c, started, "The client ended without having run the case.")
}

func notArrived(c *Case, started time.Time, sentence string) Result {
	return Result{
		Case: c, Role: wire.RoleClient, Verdict: Fail, Behavior: Failed, Close: CloseFailed,
		Started: started, Duration: time.Since(started), Attempts: 1, Observed: []string{"no connection"}, Explanation: sentence,
	}
}
