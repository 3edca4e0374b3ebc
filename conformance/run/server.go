package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/wsspec/wsspec/conformance/judge"
	"github.com/wsspec/wsspec/conformance/observed"
	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/play"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
	"github.com/wsspec/wsspec/conformance/vary"
	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/ref/wire"
)

// DefaultParallel is how many cases run at once unless told otherwise.
const DefaultParallel = 16

// Options say how to run cases. The zero value is ready for use.
type Options struct {
	// Parallel is how many cases run at once. Zero means [DefaultParallel], and twice as many
	// small ones on a server that has answered 64 plain opening requests, each within 100 ms.
	Parallel int
	// Deadlines bound each wait; the zero value means
	// NewDeadlines(0, 0, 0).
	Deadlines stream.Deadlines
	// Profile is how much the cases about size and compression send; empty
	// means [Quick].
	Profile script.Profile
	// Subprotocols are those that a service speaks to clients under test, the
	// most wanted first; a [Target] has its own.
	Subprotocols []string
	// HTTP2 is the scheme of the URLs of clients that are tested over HTTP/2: "ws" for those
	// that begin with it (RFC 9113 3.3), "wss" for those that ALPN selects it for. Empty means
	// HTTP/1.1. A [Target] has its own.
	HTTP2 string
	// SecureLauncher starts a client for the cases about TLS; nil leaves them
	// out as UNIMPLEMENTED.
	SecureLauncher SecureLauncher
	// Starter starts clients in place of a [Launcher] and of SecureLauncher, and says how
	// they ended: a client that crashes fails its case.
	Starter Starter
	// Wait is how long the run waits for a server that has stopped serving to serve
	// again; zero means [DefaultWait].
	Wait time.Duration
	// Revive, if set, is called instead when the server has stopped serving. It
	// starts the server again, and returns when that serves, with the last words of
	// the one before: a sentence about how it ended, and lines that it wrote then.
	Revive func(context.Context) (lastWords []string, err error)
	// Done, if set, is told of each result as it comes, from one goroutine at a
	// time. It is told again of a case that has another result then: see Vary.
	Done func(Result)
	// Found, if set, is told of a case as soon as a variant of it fails, from one goroutine
	// at a time: of the result that the case has if nothing more comes. It is told again
	// when a simpler variant fails, and, with the result of the case as it is and without
	// its transcript, if the failure does not stay. Done is told of what stays, at the end.
	Found func(Result)
	// Watch, if set, is told of each entry of each transcript as it comes, from several
	// goroutines. It has to return at once.
	Watch func(*script.Case, observed.Entry)
	// DoneKeeps says that Done keeps the transcripts: they are not in the results that
	// are returned.
	DoneKeeps bool
	// Vary says which variants of the cases are played behind the cases themselves. Their
	// results become part of those of the cases: see [Result.Variants]. A case that passed
	// fails if a variant does.
	Vary vary.Depth
	// VaryAmong are the cases among which the variants are chosen; nil means those of the
	// run. A run of one shard names the cases of all shards, so that the shards together
	// play the variants that one run of all cases plays.
	VaryAmong []*script.Case
	// NoEcho: the peer does not send messages back. What needs an echo is judged by the
	// life of the connection: see package project.
	NoEcho bool
	// Ask, if set, is a question that the peer answers. Like NoEcho, and what is about the
	// shape of messages is judged by the answers.
	Ask *script.Question
	// Dialogue, if set, is what is said first on a connection. Like NoEcho, and each case
	// begins with the greeting, except those about the opening handshake.
	Dialogue *script.Dialogue

	// ClosesWith is the status code with which the server is known to end the connection on
	// any message, from [Endpoint.ClosedWith]; 0 if it is not. If it is 1002, it tells
	// nothing of the messages of the cases, except in case 1.1.2. It is for runs without
	// echoes.
	ClosesWith wire.StatusCode

	// Memory, if set, is how many octets of memory the process of the server takes; ok is
	// false if that is not known. It is asked in the cases of suites, from several
	// goroutines.
	Memory func() (octets uint64, ok bool)

	// lean: results that did not fail are kept without their transcripts.
	lean bool
	// unwanted reports whether a case need not be played any more. failed is told of a
	// case that failed, and whether that was by being late; it returns whether the case is
	// worth another play. Nil: all are.
	unwanted func(*script.Case) bool
	failed   func(c *script.Case, late bool) (again bool)
	// mayDouble: nobody has said how many cases run at once.
	mayDouble bool
}

// wants reports whether a case is to be played.
func (o *Options) wants(c *script.Case) bool { return o.unwanted == nil || !o.unwanted(c) }

// plays reports whether a case that failed is to be played again.
func (o *Options) plays(r Result) bool { return o.failed == nil || o.failed(r.Case, r.timedOut) }

// notWanted is why a variant is not played.
const notWanted = "Other variants of this kind failed before it."

// withDefaults fills in what was left zero.
func (o Options) withDefaults() Options {
	if o.Parallel <= 0 {
		o.Parallel, o.mayDouble = DefaultParallel, true
	}
	if o.Deadlines == (stream.Deadlines{}) {
		o.Deadlines = stream.NewDeadlines(0, 0, 0)
	}
	if o.Profile == "" {
		o.Profile = script.Quick
	}
	if o.Wait <= 0 {
		o.Wait = DefaultWait
	}
	return o
}

// once plays a case on a new connection.
func (r *serverRun) once(ctx context.Context, c *script.Case, attempt int) Result {
	started := time.Now()
	defer func() { r.playedFrom(c, started) }()
	return r.opts.asProjected(c, func(c *script.Case) Result {
		w := watching(r.opts.Watch, c)
		k := r.newCanary(ctx, c)
		res := k.after(ctx, r.play(ctx, c, attempt, w, k))
		w.rest(res.Transcript)
		return res
	})
}

// play is once, without what the watcher has not seen at the end.
func (r *serverRun) play(ctx context.Context, c *script.Case, attempt int, w *watcher, k *canary) Result {
	started := time.Now()
	target := r.targetOf(c)
	switch {
	case target.Unplayable(&c.Script) != "":
		return notTested(c, wire.RoleServer, started, nil, target.Unplayable(&c.Script))
	case c.Script.WithoutTLS && target.URL.Scheme == "wss" && !target.Streams():
		return notTested(c, wire.RoleServer, started, nil, withoutTLS)
	case c.Script.Transport == script.AnyTransport:
	case target.URL.Scheme != "wss":
		return notTested(c, wire.RoleServer, started, nil, notSecureServer(target))
	case c.Script.Transport != script.Secure:
		return r.abusedTLS(ctx, c, target, started)
	}
	if r.lacksOrigin(c) {
		return notTested(c, wire.RoleServer, started, nil, "The case needs to know an origin that the server is to refuse: --foreign-origin names it.")
	}
	keys := stream.NewMaskKeys(c.ID, attempt)
	deadlines := r.deadlinesNow()
	conn, err := r.connect(ctx, func(ctx context.Context, d stream.Deadlines) (net.Conn, error) {
		return target.ConnectFor(ctx, &c.Script, d)
	}, deadlines)
	if res := r.endedBefore(c, target, err, started); res != nil {
		return *res
	}
	if why := refusesTLS(c, err); why != "" {
		return notTested(c, wire.RoleServer, started, nil, why)
	}
	if err != nil {
		return notPlayed(c, wire.RoleServer, started, nil, err)
	}
	defer conn.Close()
	if selectsHTTP2(conn) {
		return r.speaksHTTP2(ctx, c, target, conn, started)
	}
	played, tunnelled := c, neverTunnelled
	if c.Script.Elsewhere() {
		var stop func()
		if played, tunnelled, stop, err = listenElsewhere(c, conn); err != nil {
			return notPlayed(c, wire.RoleServer, started, nil, err)
		}
		defer stop()
	}
	if how := c.Script.Opening; how != nil && how.Silent {
		return r.silent(ctx, c, conn, keys, started, w, k)
	}
	asked := time.Now()
	o, err := opening.Open(ctx, conn, target, &played.Script, keys, deadlines, started)
	if err == nil && c.Script.Opening == nil && c.Script.TLS == (script.TLS{}) {
		r.experience.learnPlainOpening(time.Since(asked))
	}
	if v := tunnelled(deadlines.Settle); v != nil {
		return notPlayed(c, wire.RoleServer, started, o.Transcript, v)
	}
	r.experience.learnOpening(!isTimeout(err))
	if err == nil {
		r.health.served(started) // the kernel alone can take a connection, and not answer
	}
	if c.Script.TLS.NoServerName && !isTimeout(err) && (err != nil || !o.Opened()) {
		return notTested(c, wire.RoleServer, started, o.Transcript, noServerName)
	}
	if errors.Is(err, opening.ErrNotKept) {
		return notTested(c, wire.RoleServer, started, o.Transcript, judge.SentenceCase(err.Error())+".")
	}
	if c.Script.Opening != nil && !errors.Is(err, opening.ErrEarlier) {
		behind := o.AfterRefusal(conn, err, c.Script.WantsFIN(), deadlines, started)
		if res := refusedResult(c, o, err, behind, deadlines, started); res != nil {
			return *res
		}
	}
	if err := r.opened(o, err, c); err != nil {
		return notPlayed(c, wire.RoleServer, started, o.Transcript, err)
	}
	l := stream.New(conn, wire.RoleClient, deadlines, keys, started, stream.BoundsOf(c, r.opts.Profile), o.Deflate, o.Transcript)
	if c.Script.Opening != nil {
		l.AddEvent(observed.Event{Kind: observed.EventAccepted, Response: &o.Response})
	}
	l.Watch = w.see()
	l.Start(o.Early)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if len(c.Script.Offers) > 0 && o.Deflate == nil || !o.Deflate.Satisfies(c.Script.Needs) {
		return unimplemented(ctx, c, wire.RoleServer, l, started)
	}
	seen := play.Play(ctx, l, &c.Script, play.Options{
		Profile: r.opts.Profile, Connect: r.another(c, keys, started, w), Beside: r.onSameConnection(c, keys, started, w), Deadlines: r.deadlinesNow, AfterSteps: k.check,
		BriefEnd: r.opts.lean && r.experience.lingers(), // the case as it is has shown how the peer ends TCP
	})
	r.experience.learn(c, seen, r.opts.Deadlines)
	return newResult(c, wire.RoleServer, seen, started)
}

// lacksOrigin reports whether the case needs to know an origin that the server is to
// refuse, and nobody has named one.
func (r *serverRun) lacksOrigin(c *script.Case) bool {
	return c.Script.Origin != "" && r.target.ForeignOrigin == ""
}

// silent plays a case in which the harness connects and does no opening handshake.
func (r *serverRun) silent(ctx context.Context, c *script.Case, conn net.Conn, keys *stream.MaskKeys, started time.Time, w *watcher, k *canary) Result {
	sent := []byte(c.Script.Opening.Preface)
	l := stream.New(conn, wire.RoleClient, r.deadlinesNow(), keys, started, stream.BoundsOf(c, r.opts.Profile), nil, nil)
	l.Watch = w.see()
	if len(sent) > 0 {
		l.RecordSent(nil, sent, "no whole request")
		l.Write(sent, 0)
	}
	l.Start(nil)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	seen := play.Play(ctx, l, &c.Script, play.Options{Profile: r.opts.Profile, Connect: r.another(c, keys, started, w), AfterSteps: k.check})
	r.experience.learn(c, seen, r.opts.Deadlines)
	return newResult(c, wire.RoleServer, seen, started)
}

// opened reports why the opening handshake gave no connection on which the case can
// be played; nil if it did.
func (r *serverRun) opened(o *opening.ToServer, err error, c *script.Case) error {
	if err != nil {
		return err
	}
	if v := o.WrongSwitch(); v != nil {
		return v
	}
	if !o.Opened() {
		return o.RefusalError()
	}
	if v := o.Check(r.targetOf(c), c.Script.Inspect); v != nil && c.Script.MayOpen() {
		return v
	}
	return nil
}

// another opens the further connections of a case, each with a plain opening
// handshake and the case's offers.
func (r *serverRun) another(c *script.Case, keys *stream.MaskKeys, started time.Time, w *watcher) func(context.Context, *stream.Conn) (*stream.Conn, error) {
	return func(ctx context.Context, before *stream.Conn) (*stream.Conn, error) {
		target := r.targetOf(c)
		conn, err := r.connect(ctx, target.Connect, r.opts.Deadlines)
		if err != nil {
			return nil, err
		}
		return r.goOn(ctx, c, keys, started, w, before, conn)
	}
}

// goOn opens one more connection of a case on a transport.
func (r *serverRun) goOn(ctx context.Context, c *script.Case, keys *stream.MaskKeys, started time.Time, w *watcher, before *stream.Conn, conn net.Conn) (*stream.Conn, error) {
	target := r.targetOf(c)
	o, err := opening.Open(ctx, conn, target, &script.Script{Offers: c.Script.Offers}, keys, r.opts.Deadlines, started)
	if err := r.opened(o, err, c); err != nil {
		conn.Close()
		return nil, err
	}
	next := stream.New(conn, wire.RoleClient, r.deadlinesNow(), keys, started, stream.BoundsOf(c, r.opts.Profile), o.Deflate, o.Transcript)
	next.Continue(before)
	next.Watch = w.see()
	next.Start(o.Early)
	return next, nil
}

// refusedResult judges a case about the opening handshake that came to no
// connection; nil if it did. A server that closes TCP where an HTTP error would
// say why has refused as well; one that says nothing has not. behind are the
// events after the answer.
func refusedResult(c *script.Case, o *opening.ToServer, err error, behind []observed.Event, d stream.Deadlines, started time.Time) *Result {
	if err == nil && o.Opened() {
		return nil
	}
	at := time.Since(started)
	seen := observed.Conversation{ScriptClosedAt: -1, HarnessClosedAt: -1, Transcript: o.Transcript}
	seen.OverHTTP2, seen.OverHTTP3 = o.OverHTTP2(), o.OverHTTP3()
	var timeout net.Error
	switch {
	case err != nil && (seen.OverHTTP2 || seen.OverHTTP3) && opening.EndStream(&seen, err, at):
	case err == nil && o.WrongSwitch() != nil:
		seen.Events = []observed.Event{{Kind: observed.EventViolation, At: at, Violation: o.WrongSwitch()}}
	case err == nil:
		seen.Events = append([]observed.Event{{Kind: observed.EventRefused, At: at, Response: &o.Response, Name: o.Remark()}}, behind...)
	case errors.As(err, &timeout) && timeout.Timeout():
		seen.TimedOut, seen.Waited = true, d.Handshake
	case errors.Is(err, io.EOF):
		seen.EndTCP(at, observed.EntryEOF, "TCP closed by the peer", observed.EventEOF)
	default:
		var v *wire.Violation
		if errors.As(err, &v) {
			seen.Events = []observed.Event{{Kind: observed.EventViolation, At: at, Violation: v.Rule.Violation("an answer that is no HTTP: %s", v.Detail)}}
			break
		}
		seen.EndTCP(at, observed.EntryReset, "TCP reset by the peer", observed.EventReset)
	}
	res := newResult(withStreamErrors(c, err), wire.RoleServer, seen, started)
	res.Case, res.unheard = c, seen.TimedOut
	return &res
}

// unimplemented is the result where the peer declined what the case needs of
// permessage-deflate, as it may (RFC7692-5-13). The connection is closed in order all the same.
func unimplemented(ctx context.Context, c *script.Case, role wire.Role, l *stream.Conn, started time.Time) Result {
	outcome := script.Outcome{Behavior: verdict.Unimplemented, Ending: script.ClosedByHarness()}
	if c.Script.Opening != nil && role == wire.RoleServer {
		outcome.Events = []script.Expect{script.Accepted()}
	}
	closing := script.Script{Outcomes: []script.Outcome{outcome}}
	if a := c.Script.Application; a != nil && a.Dialogue != nil {
		closing.Application = &script.Application{Dialogue: a.Dialogue} // its messages are no answers to anything
	}
	declined := *c
	declined.Script = closing
	res := newResult(&declined, role, play.Play(ctx, l, &closing, play.Options{}), started)
	res.Case = c
	if res.Behavior == verdict.Unimplemented {
		res.Explanation = "The peer did not agree to what the case needs of permessage-deflate."
	}
	return res
}

// notPlayed is the result of a case that got no connection. A server that took
// connections when the run began and does not now has failed the case; where
// the fault is the harness's machine, the verdict is error.
func notPlayed(c *script.Case, role wire.Role, started time.Time, t observed.Transcript, err error) Result {
	r := Result{
		Case: c, Role: role, Verdict: verdict.Fail, Behavior: verdict.Failed, Close: verdict.CloseFailed,
		Started: started, Duration: time.Since(started), Attempts: 1, Transcript: t,
		Observed: []string{err.Error()},
	}
	var target *opening.TargetError
	var violation *wire.Violation
	switch {
	case errors.As(err, &target):
		r.Explanation = fmt.Sprintf("No connection for this case: %s.", target.Sentence)
		if advice := target.Advice(); advice != "" {
			r.Explanation += " " + advice
		}
		r.FirstWrong = judge.WrongOctetOfAnswer(t)
		// A busy server, or a busy machine, may also take a connection late.
		r.mute = isTimeout(err)
		r.timedOut = r.mute || target.Problem == opening.NoAnswer
		r.refused = target.Problem == opening.Unreachable && !r.mute
		r.abrupt = r.refused || r.timedOut && !r.mute
		r.proven = target.Problem == opening.NotHTTP
	case errors.As(err, &violation):
		r.Violation, r.Explanation = violation, judge.ViolationSentence(violation)
		r.FirstWrong = judge.WrongOctetOfOpening(t, violation)
	default:
		r.Verdict = verdict.Error
		r.Explanation = judge.SentenceCase(err.Error()) + "."
	}
	return r
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
