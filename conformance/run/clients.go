package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// A Launcher starts a client under test, which connects to the URL, sends back
// every message it gets, and ends when the connection does. It returns when the
// client has ended, with what there is to say of it in a line or more; the
// context ends when the client's time is up.
type Launcher func(ctx context.Context, url string) (remarks []string)

// A Starter is a [Launcher] that says how the client ended as well. For a wss: URL the
// client is to trust the authority in the PEM file, if one is named. Where the
// platform's TLS library reads the environment, SSL_CERT_FILE does it.
type Starter func(ctx context.Context, url, caFile string) ClientEnd

// A ClientEnd says how a client under test has ended.
type ClientEnd struct {
	// Remarks are lines about it. They become notes in the transcript.
	Remarks []string
	// Crash says in a sentence that the client crashed, and why; empty if it did not.
	// An end that the harness forced is no crash. A client that crashes fails its case.
	Crash string
	// LastWords is what the client said at its end, on one line or a few; empty if it
	// said nothing. They are part of the explanation where the client did not connect.
	LastWords string
}

// RunClients plays cases against a client that is started anew for each of
// them, and returns the results in the order of the cases. A client that never
// connects, does not end, or crashes, fails its case. [Options.Starter] takes the place of
// the launcher, which may then be nil.
//
// If the first clients never connect, none of them, the others are not started: their
// cases are there as verdict "not run".
func RunClients(ctx context.Context, launch Launcher, cases []*script.Case, opts Options) ([]Result, error) {
	opts = opts.withDefaults()
	return newVariation(cases, wire.RoleClient, opts, func(ctx context.Context, cases []*script.Case, opts Options) ([]Result, error) {
		return runClients(ctx, launch, cases, opts)
	}).run(ctx, cases)
}

// runClients plays cases without variants.
func runClients(ctx context.Context, launch Launcher, cases []*script.Case, opts Options) ([]Result, error) {
	service := &Service{
		started: true,
		Cases:   cases, Deadlines: opts.Deadlines, Profile: opts.Profile, Subprotocols: opts.Subprotocols, Watch: opts.Watch, NoEcho: opts.NoEcho, Ask: opts.Ask, Dialogue: opts.Dialogue,
		HTTP2: opts.HTTP2 != "",
	}
	service.prepare(func() {}) // a client cannot stop the run
	run := &clientRun{
		service: service, start: opts.Starter, secure: opts.Starter, deadlines: opts.Deadlines, starts: newStarts(),
	}
	if run.start == nil {
		run.start = func(ctx context.Context, url, _ string) ClientEnd { return ClientEnd{Remarks: launch(ctx, url)} }
	}
	if run.secure == nil && opts.SecureLauncher != nil {
		run.secure = func(ctx context.Context, url, caFile string) ClientEnd {
			return ClientEnd{Remarks: opts.SecureLauncher(ctx, url, caFile)}
		}
	}
	if opts.HTTP2 == "wss" {
		if run.secure == nil {
			return nil, errNoSecure
		}
		made, err := newAuthority()
		if err != nil {
			return nil, err
		}
		defer made.remove()
		run.authority, run.start = made, run.secure
	}
	return inParallel(ctx, cases, opts, func(i int) Result {
		c := cases[i]
		if why := service.leavesOut(c); why != "" {
			return notTested(c, wire.RoleClient, time.Now(), nil, why)
		}
		if why := run.starts.hopeless(); why != "" {
			return notRun(c, wire.RoleClient, why)
		}
		if c.Script.Transport != script.AnyTransport {
			return again(ctx, func(int) Result { return run.overOwnListener(ctx, service, c) })
		}
		if !opts.wants(c) {
			return notRun(c, wire.RoleClient, notWanted)
		}
		first := run.once(ctx, c)
		for range c.Script.PlaysBefore {
			if first.Connected() {
				first = run.once(ctx, c)
			}
		}
		if first.Verdict == verdict.Fail && !opts.plays(first) {
			return notRun(c, wire.RoleClient, notWanted)
		}
		if !first.Connected() {
			return first // nothing was played that could be played again
		}
		once := func(attempt int) Result {
			if attempt == 1 {
				return first
			}
			return run.once(ctx, c)
		}
		return again(ctx, func(attempt int) Result {
			if attempt == 1 {
				return first
			}
			return opts.orMore(ctx, once(attempt), once)
		})
	})
}

type clientRun struct {
	service *Service
	// start starts a client, secure one for a wss: URL; secure is nil where the cases
	// about TLS are left out.
	start, secure Starter
	// authority is what clients over HTTP/2 and TLS are served with; nil means that there is no
	// TLS.
	authority *authority
	deadlines stream.Deadlines
	starts    *starts
}

// once plays a case with a client that is started for it, and compares with another start if
// the client ended the connection by itself.
func (r *clientRun) once(ctx context.Context, c *script.Case) Result {
	return compared(r.play(ctx, c), func(plain *script.Case) Result { return r.play(ctx, plain) })
}

// play starts the client for one case and waits for the verdict and for the
// client's end.
func (r *clientRun) play(ctx context.Context, c *script.Case) Result {
	start, err := r.starts.begin(ctx)
	if err != nil {
		return notArrived(c, time.Now(), "The run was interrupted.")
	}
	defer start.settle()
	started := time.Now()
	listener, err := listenAt(ctx, cmp.Or(strings.Trim(c.Script.Host, "[]"), "127.0.0.1"))
	switch {
	case err != nil && c.Script.Host != "" && !errors.Is(err, syscall.EADDRINUSE):
		return notTested(c, wire.RoleClient, started, nil, fmt.Sprintf("This machine cannot listen on %s.", c.Script.Host))
	case err != nil:
		return notPlayed(c, wire.RoleClient, started, nil, errShort(err))
	}
	a := newStartedClient(c)
	listener, scheme, address := r.authority.serves(listener, c.Script.Host != "")
	if r.authority != nil {
		a.authority = address
	}
	serving, stop := context.WithCancel(ctx)
	var serve sync.WaitGroup
	serve.Go(func() { _ = r.service.accept(serving, serving, &idleTimer{}, listener, a) })
	defer serve.Wait()
	defer stop()
	living, kill := context.WithCancel(ctx)
	defer kill()
	ends := make(chan ClientEnd, 1)
	front, err := redirecting(ctx, c, listener.Addr(), r.deadlines)
	if err != nil {
		return notPlayed(c, wire.RoleClient, started, nil, errShort(err))
	}
	defer front.close()
	if c.Script.Scheme != "" { // the same one in capitals
		scheme = strings.ToUpper(scheme)
	}
	url := scheme + "://" + userPart(c.Script.User) + front.address(address) + c.Resource()
	go func() { ends <- r.start(living, url, r.authority.file()) }()
	res, end := r.verdict(ctx, a, ends, start, started)
	if end == nil {
		// The connection is over, so the client has nothing left to do.
		select {
		case late := <-ends:
			end = &late
		case <-time.After(r.deadlines.Drop):
			kill()
			late := <-ends
			late.Remarks = append([]string{fmt.Sprintf("the client was still running %s after there was nothing left to do, and was killed (%s gives more time)", judge.Seconds(r.deadlines.Drop), opening.MoreTime)}, late.Remarks...)
			late.Crash = ""
			end = &late
		}
	}
	if ctx.Err() != nil {
		end.Crash = "" // the harness ended it
	}
	res = front.judge(res, a)
	if !res.Connected() {
		if short := cmp.Or(shortageIn(end.Remarks), r.service.shortageSince(started)); short != nil {
			res, end.Crash = notPlayed(c, wire.RoleClient, started, nil, errShort(short)), ""
		}
	}
	if res.Verdict != verdict.Error {
		r.starts.learn(res.Connected())
	}
	return res.after(*end)
}

// after adds how the client ended.
func (r Result) after(end ClientEnd) Result {
	for _, line := range end.Remarks {
		r.Transcript = append(r.Transcript, observed.Entry{At: time.Since(r.Started), Kind: observed.EntryNote, Text: line})
	}
	switch {
	case end.Crash != "":
		if r.Verdict != verdict.Fail {
			r.Explanation = ""
		}
		r.Verdict, r.Behavior, r.proven = verdict.Fail, verdict.Failed, true
		r.Explanation = strings.TrimSpace(end.Crash + " " + r.Explanation)
	case !r.Connected() && end.LastWords != "":
		r.Explanation += " Its last words: " + end.LastWords
	}
	return r
}

// Connected reports whether the peer under test connected to play the case.
func (r Result) Connected() bool { return !slices.Contains(r.Observed, neverConnected) }

// neverConnected stands in a result for what was observed.
const neverConnected = "no connection"

// verdict waits for the client to connect, and for what came of it. If the
// client ended meanwhile, it returns how.
func (r *clientRun) verdict(ctx context.Context, a *startedClient, ends <-chan ClientEnd, start *start, started time.Time) (res Result, end *ClientEnd) {
	allowed := r.starts.allowed(r.deadlines.Connect)
	late := time.NewTimer(allowed)
	defer late.Stop()
	connected := false
	for {
		select {
		case res = <-a.result:
			return res, end
		case <-a.came:
			start.connected()
			connected = true
			// From now on the service bounds every wait.
			late.Reset(r.deadlines.Handshake + 2*r.deadlines.Case)
		case ended := <-ends:
			// The client's end of the connection is closed, if there was one:
			// the verdict is on its way. It may have to wait for a pause of the case.
			if ends, end = nil, &ended; !connected {
				late.Reset(r.deadlines.Answer)
			}
		case <-ctx.Done():
			return notArrived(a.c, started, "The run was interrupted."), end
		case <-late.C:
			select {
			case res = <-a.other: // the client ended and left its first one open
				return res, end
			default:
			}
			if end != nil {
				return a.notArrived(started, "The client ended without having run the case."), end
			}
			return a.notArrived(started, notConnected(allowed)), end
		}
	}
}

// notConnected says that a client did not connect in the time that it had.
func notConnected(waited time.Duration) string {
	return fmt.Sprintf("The client did not connect within %s. %s gives more time.", judge.Seconds(waited), opening.MoreTime)
}

func notArrived(c *script.Case, started time.Time, sentence string) Result {
	behavior, closing := verdict.Failed, verdict.CloseFailed
	if b := c.Script.Unconnected; b != "" {
		behavior, closing = b, verdict.CloseOK
	}
	return Result{
		Case: c, Role: wire.RoleClient, Verdict: verdict.Overall(behavior, closing), Behavior: behavior, Close: closing,
		Started: started, Duration: time.Since(started), Attempts: 1, Observed: []string{neverConnected}, Explanation: sentence,
	}
}
